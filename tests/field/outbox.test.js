import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "../../static/field/memory-store.js";
import { Outbox } from "../../static/field/outbox.js";

const OWNER = 7;
const NOW = Date.parse("2021-04-15T10:00:00Z");

/** A server that keeps what it accepts; tests change how it answers. */
class Server {
  user = OWNER;
  token = "token-1";
  rows = new Map();
  photos = new Map();
  calls = [];
  refusing = new Map();
  poison = new Set();
  before = () => null;

  async #answer(name, work) {
    this.calls.push(name);
    await null;
    return this.before(name) ?? { pause: null, ...work() };
  }

  session() {
    const body = { user: { id: this.user }, csrf_token: this.token, server_time: "2021-04-15T10:00:00Z" };
    return this.#answer("session", () => (this.user ? { status: 200, body } : { status: 401, body: { code: "x" } }));
  }

  sendRecords(body, token) {
    return this.#answer(`records ${body.records.length}`, () => {
      if (token !== this.token) {
        return { status: 403, body: { code: "csrf", message: "" } };
      }
      if (body.owner !== this.user) {
        return { status: 409, body: { code: "other-user", message: "" } };
      }
      if (body.records.some(({ id }) => this.poison.has(id))) {
        return { status: 500, body: {} };
      }
      const results = body.records.map(({ id, payload }) => {
        if (this.refusing.has(id)) {
          return { id, outcome: "refused", reason: this.refusing.get(id), field: "latitude" };
        }
        const outcome = this.rows.has(id) ? "known" : "accepted";
        this.rows.set(id, payload);
        return { id, outcome };
      });
      return { status: 200, body: { server_time: "", results } };
    });
  }

  sendPhoto(photo, bytes, token) {
    return this.#answer(`photo ${photo.id}`, () => {
      if (token !== this.token) {
        return { status: 403, body: { code: "csrf", message: "" } };
      }
      if (!this.rows.has(photo.record)) {
        return { status: 404, body: { code: "no-record" } };
      }
      if (this.refusing.has(photo.id)) {
        return { status: 415, body: { message: this.refusing.get(photo.id) } };
      }
      this.photos.set(photo.id, bytes);
      return { status: 201, body: {} };
    });
  }
}

function phone(server = new Server()) {
  const clock = { now: NOW };
  const store = new MemoryStore();
  const outbox = new Outbox({ store, transport: server, owner: OWNER, clock: () => clock.now, random: () => 0 });
  return { server, clock, store, outbox };
}

const record = (id) => ({
  id,
  kind: "finding",
  version: 1,
  recordedAt: "2021-04-15T12:00:00+02:00",
  payload: { id },
  caption: id,
});
const photo = (id) => ({ id, type: "image/jpeg", bytes: new Uint8Array([1, 2, 3]).buffer });
const ids = (rows) => rows.map(({ id }) => id).sort();

test("a saved record and then its photos reach the server and leave the outbox", async () => {
  const { server, outbox } = phone();
  await outbox.save(record("a"), [photo("p"), photo("q")]);
  await outbox.drain();
  assert.deepEqual([...server.rows.keys()], ["a"]);
  assert.deepEqual(server.calls, ["session", "records 1", "photo p", "photo q"]);
  const { records, photos, sent, counts, pause } = await outbox.overview();
  assert.deepEqual([records, photos, ids(sent), pause], [[], [], ["a"], null]);
  assert.deepEqual(counts, { waiting: 0, refused: 0, conflicts: 0, photos: 0, refusedPhotos: 0, oldest: null });
});

test("an empty outbox asks the server nothing", async () => {
  const { server, outbox } = phone();
  await outbox.drain({ eager: true });
  assert.deepEqual(server.calls, []);
});

test("without a connection everything stays and is tried again later, sooner when the person asks", async () => {
  const { server, clock, outbox } = phone();
  server.before = () => ({ status: 0, body: null, pause: null });
  await outbox.save(record("a"));
  await outbox.drain();
  const first = await outbox.overview();
  assert.equal(first.counts.waiting, 1);
  assert.deepEqual([first.pause.kind, first.pause.until - clock.now], ["offline", 2500]);
  server.before = () => null;
  await outbox.drain();
  assert.deepEqual(server.calls, ["session"]);
  await outbox.drain({ eager: true });
  assert.equal(server.rows.size, 1);
});

test("the network's return that came a moment too early does not cost minutes", async () => {
  const { server, clock, outbox } = phone();
  server.before = () => ({ status: 0, body: null, pause: null });
  await outbox.save(record("a"));
  for (let round = 0; round < 6; round += 1) {
    await outbox.drain();
    clock.now += 300_000;
  }
  const waits = async () => (await outbox.overview()).pause.until - clock.now;
  await outbox.drain();
  assert.equal(await waits(), 150_000);
  await outbox.drain({ eager: true });
  assert.equal(await waits(), 2500);
});

test("a lost answer means sending the same record again, known this time", async () => {
  const { server, outbox } = phone();
  const answered = server.sendRecords.bind(server);
  let lost = false;
  server.sendRecords = async (...call) => {
    const answer = await answered(...call);
    lost = !lost;
    return lost ? { status: 0, body: null, pause: null } : answer;
  };
  await outbox.save(record("a"));
  await outbox.drain();
  assert.equal((await outbox.overview()).counts.waiting, 1);
  await outbox.drain({ eager: true });
  assert.deepEqual([server.rows.size, (await outbox.overview()).counts.waiting], [1, 0]);
});

test("the server's Retry-After is obeyed even when the person asks", async () => {
  const { server, clock, outbox } = phone();
  server.before = () => ({ status: 503, body: { message: "" }, pause: 20_000 });
  await outbox.save(record("a"));
  await outbox.drain();
  server.before = () => null;
  clock.now += 19_999;
  await outbox.drain({ eager: true });
  assert.equal(server.calls.length, 1);
  clock.now += 1;
  await outbox.drain();
  assert.equal(server.rows.size, 1);
});

test("one refused record among fifty keeps its reason and stops nobody", async () => {
  const { server, outbox } = phone();
  const names = Array.from({ length: 50 }, (_, n) => `r${n}`);
  server.refusing.set("r13", "Poloha leží mimo město.");
  for (const name of names) {
    await outbox.save(record(name), name === "r13" ? [photo("p13")] : []);
  }
  await outbox.drain();
  const { records, counts } = await outbox.overview();
  assert.equal(server.rows.size, 49);
  assert.deepEqual([counts.refused, counts.waiting, counts.photos], [1, 0, 1]);
  assert.deepEqual(
    records.map(({ id, reason, field }) => [id, reason, field]),
    [["r13", "Poloha leží mimo město.", "latitude"]],
  );
  assert.deepEqual(server.calls, ["session", "records 50"]);
});

test("a corrected record goes again under its own id, with its photo", async () => {
  const { server, outbox } = phone();
  server.refusing.set("a", "Poloha leží mimo město.");
  await outbox.save(record("a"), [photo("p"), photo("q")]);
  await outbox.drain();
  server.refusing.clear();
  await outbox.save({ ...record("a"), payload: { id: "a", latitude: 49.8 } }, [], ["q"]);
  await outbox.drain();
  assert.deepEqual(server.rows.get("a"), { id: "a", latitude: 49.8 });
  assert.deepEqual([...server.photos.keys()], ["p"]);
});

test("a record that breaks the server is left alone at last and the others get through", async () => {
  const { server, clock, outbox } = phone();
  server.poison.add("r3");
  for (let n = 0; n < 8; n += 1) {
    await outbox.save(record(`r${n}`));
  }
  for (let round = 0; round < 12; round += 1) {
    await outbox.drain({ eager: true });
    clock.now += 600_000;
  }
  assert.deepEqual([...server.rows.keys()].sort(), ["r0", "r1", "r2", "r4", "r5", "r6", "r7"]);
  assert.deepEqual(ids((await outbox.overview()).records), ["r3"]);
});

test("a batch that is too large as a whole is halved until it fits", async () => {
  const { server, outbox } = phone();
  const tooLarge = { status: 413, body: { message: "" }, pause: null };
  server.before = (call) => (Number(call.split(" ")[1]) > 3 ? tooLarge : null);
  for (let n = 0; n < 8; n += 1) {
    await outbox.save(record(`r${n}`));
  }
  await outbox.drain();
  assert.equal(server.rows.size, 8);
});

test("a body damaged on the way is sent again, not given up", async () => {
  const { server, outbox } = phone();
  const damaged = { status: 400, body: { code: "damaged", message: "" }, pause: null };
  server.before = (call) => (call === "session" ? null : damaged);
  await outbox.save(record("a"));
  await outbox.drain();
  const { counts, pause } = await outbox.overview();
  assert.deepEqual([counts.waiting, pause.kind], [1, "failed"]);
});

test("a single record that the server cannot take as a body is refused with its words", async () => {
  const { server, outbox } = phone();
  server.before = (call) =>
    call.startsWith("records") ? { status: 422, body: { message: "Tomu nerozumím." }, pause: null } : null;
  await outbox.save(record("a"));
  await outbox.drain();
  const [kept] = (await outbox.overview()).records;
  assert.deepEqual([kept.state, kept.reason], ["refused", "Tomu nerozumím."]);
});

test("an expired session keeps everything until the person signs in", async () => {
  const { server, outbox } = phone();
  server.user = null;
  await outbox.save(record("a"), [photo("p")]);
  await outbox.drain();
  assert.equal((await outbox.overview()).pause.kind, "sign-in");
  server.user = OWNER;
  await outbox.drain({ eager: true });
  assert.deepEqual([server.rows.size, server.photos.size], [1, 1]);
});

test("with somebody else signed in nothing is sent", async () => {
  const { server, outbox } = phone();
  server.user = 8;
  await outbox.save(record("a"));
  await outbox.drain();
  assert.deepEqual(server.calls, ["session"]);
  const { pause, counts } = await outbox.overview();
  assert.deepEqual([pause.kind, counts.waiting], ["other-user", 1]);
});

test("somebody who signs in between the session and the batch gets nothing either", async () => {
  const { server, outbox } = phone();
  const asked = server.session.bind(server);
  server.session = async () => {
    const answer = await asked();
    server.user = 8;
    return answer;
  };
  await outbox.save(record("a"));
  await outbox.drain();
  assert.equal(server.rows.size, 0);
  assert.equal((await outbox.overview()).pause.kind, "other-user");
});

test("other people's records on the same phone are neither shown nor sent", async () => {
  const { server, store, outbox } = phone();
  const theirs = new Outbox({ store, transport: server, owner: 8, clock: () => NOW, random: () => 0 });
  await theirs.save(record("theirs"), [photo("p")]);
  await outbox.save(record("ours"));
  await outbox.drain();
  assert.deepEqual([...server.rows.keys()], ["ours"]);
  const { records, photos, sent } = await outbox.overview();
  assert.deepEqual([records, photos, ids(sent)], [[], [], ["ours"]]);
  await outbox.discard("theirs");
  assert.deepEqual(ids((await theirs.overview()).records), ["theirs"]);
});

test("a token that was rotated meanwhile is fetched again once", async () => {
  const { server, outbox } = phone();
  const asked = server.session.bind(server);
  server.session = async () => {
    const answer = await asked();
    if (server.calls.length === 1) {
      server.token = "token-2";
    }
    return answer;
  };
  await outbox.save(record("a"));
  await outbox.drain();
  assert.deepEqual(server.calls, ["session", "records 1", "session", "records 1"]);
  assert.equal(server.rows.size, 1);
});

test("an answer that names none of our records changes nothing", async () => {
  const { server, outbox } = phone();
  server.sendRecords = async () => ({
    status: 200,
    body: { results: [{ id: "strange", outcome: "accepted" }] },
    pause: null,
  });
  await outbox.save(record("a"));
  await outbox.drain();
  const { counts, pause } = await outbox.overview();
  assert.deepEqual([counts.waiting, pause.kind], [1, "failed"]);
});

test("a stranger's page in place of the server's answer is no answer", async () => {
  const { server, outbox } = phone();
  server.sendRecords = async () => ({ status: 200, body: null, pause: null });
  await outbox.save(record("a"));
  await outbox.drain();
  assert.equal((await outbox.overview()).counts.waiting, 1);
});

test("a photo that the server will never take stays with its reason, the next one goes", async () => {
  const { server, outbox } = phone();
  server.refusing.set("p", "Tohle není fotografie.");
  await outbox.save(record("a"), [photo("p"), photo("q")]);
  await outbox.drain();
  const { photos, counts } = await outbox.overview();
  assert.deepEqual(
    photos.map(({ id, state, reason }) => [id, state, reason]),
    [["p", "refused", "Tohle není fotografie."]],
  );
  assert.deepEqual([[...server.photos.keys()], counts.refusedPhotos], [["q"], 1]);
});

test("a record saved while photos are being sent does not wait for the timer", async () => {
  const { server, outbox } = phone();
  await outbox.save(record("a"), [photo("p")]);
  const send = server.sendPhoto.bind(server);
  server.sendPhoto = async (...call) => {
    await outbox.save(record("b"));
    outbox.drain();
    return send(...call);
  };
  await outbox.drain();
  assert.deepEqual([...server.rows.keys()], ["a", "b"]);
});

test("a word of the server about somebody else's record is not heard", async () => {
  const { server, store, outbox } = phone();
  const theirs = new Outbox({ store, transport: server, owner: 8, clock: () => NOW, random: () => 0 });
  await theirs.save(record("theirs"));
  await outbox.save(record("ours"));
  server.sendRecords = async () => ({
    status: 200,
    body: { results: ["ours", "theirs"].map((id) => ({ id, outcome: "accepted" })) },
    pause: null,
  });
  await outbox.drain();
  assert.deepEqual(ids((await theirs.overview()).records), ["theirs"]);
});

test("discarding a record forgets its photos too", async () => {
  const { server, outbox } = phone();
  server.refusing.set("a", "Ne.");
  await outbox.save(record("a"), [photo("p")]);
  await outbox.drain();
  await outbox.discard("a");
  const { records, photos } = await outbox.overview();
  assert.deepEqual([records, photos], [[], []]);
});

test("a conflict stays on the phone with the server's words", async () => {
  const { server, outbox } = phone();
  server.sendRecords = async ({ records }) => ({
    status: 200,
    body: { results: records.map(({ id }) => ({ id, outcome: "conflict", reason: "Pod tímto číslem už je jiný." })) },
    pause: null,
  });
  await outbox.save(record("a"));
  await outbox.drain();
  const { counts, records } = await outbox.overview();
  assert.deepEqual([counts.conflicts, records[0].reason], [1, "Pod tímto číslem už je jiný."]);
});

test("the list of what was sent stays short and the newest stays in it", async () => {
  const { clock, outbox } = phone();
  for (let n = 0; n < 25; n += 1) {
    clock.now += 1000;
    await outbox.save(record(`r${n}`));
    await outbox.drain();
  }
  const { sent } = await outbox.overview();
  assert.deepEqual([sent.length, sent[0].id, sent.at(-1).id], [20, "r24", "r5"]);
});

test("a storage that fails is reported and the next attempt works", async () => {
  const { server, store, outbox } = phone();
  await outbox.save(record("a"));
  const batch = store.batch.bind(store);
  store.batch = async () => {
    throw new Error("closed");
  };
  const troubles = [];
  outbox.addEventListener("trouble", ({ detail }) => troubles.push(detail.message));
  await outbox.drain();
  assert.deepEqual(troubles, ["closed"]);
  store.batch = batch;
  await outbox.drain();
  assert.equal(server.rows.size, 1);
});
