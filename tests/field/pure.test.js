import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "../../static/field/entries.js";
import { captionOf, countOf, findingOf, isoWithOffset, payloadOf, problems } from "../../static/field/finding.js";
import { distance, holds, isBetter, isPoor, localityName, nearest } from "../../static/field/geo.js";
import { orderedPause, pauseAfter } from "../../static/field/pauses.js";
import { sessionVerdict } from "../../static/field/protocol.js";
import { attempts, fitted } from "../../static/field/photo.js";
import { Transport } from "../../static/field/transport.js";
import { uuid7 } from "../../static/field/uuid7.js";
import { ago, clockTime, fate, heldSentence, pauseSentence, queueSentence } from "../../static/field/words.js";

test("uuid7 carries the time, the version and the variant", () => {
  const id = uuid7(0x017f22e279b0, new Uint8Array(10).fill(0xff));
  assert.equal(id, "017f22e2-79b0-7fff-bfff-ffffffffffff");
  assert.equal(uuid7(0, new Uint8Array(10)), "00000000-0000-7000-8000-000000000000");
});

test("uuid7 ids of later moments sort later and never repeat", () => {
  const ids = Array.from({ length: 1000 }, (_, n) => uuid7(1_700_000_000_000 + n));
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(Array.from({ length: 1000 }, () => uuid7(1))).size, 1000);
});

test("pauses double up to five minutes, with half of them random", () => {
  assert.deepEqual(
    [1, 2, 3, 7, 40].map((failures) => [pauseAfter(failures, () => 0), pauseAfter(failures, () => 1)]),
    [
      [2500, 5000],
      [5000, 10_000],
      [10_000, 20_000],
      [150_000, 300_000],
      [150_000, 300_000],
    ],
  );
});

test("an ordered pause is read from seconds and from a date, never shortened", () => {
  const now = Date.parse("2021-04-15T10:00:00Z");
  const none = () => 0;
  assert.equal(orderedPause("30", now, none), 30_000);
  assert.equal(orderedPause("30", now, () => 1), 36_000);
  assert.equal(orderedPause("Thu, 15 Apr 2021 10:02:00 GMT", now, none), 120_000);
  assert.equal(orderedPause("Thu, 15 Apr 2021 09:00:00 GMT", now, none), 1000);
  assert.equal(orderedPause("999999", now, none), 3_600_000);
  assert.deepEqual([orderedPause(null, now), orderedPause("", now), orderedPause("brzy", now)], [null, null, null]);
});

test("a session verdict needs the owner and a token", () => {
  const answer = (status, body, pause = null) => ({ status, body, pause });
  const mine = { user: { id: 7 }, csrf_token: "t" };
  assert.deepEqual(sessionVerdict(answer(200, mine), 7), { kind: "ready", token: "t" });
  assert.deepEqual(sessionVerdict(answer(200, mine), 8), { kind: "other-user" });
  assert.deepEqual(sessionVerdict(answer(200, {}), 7), { kind: "failed" });
  assert.deepEqual(sessionVerdict(answer(200, null), 7), { kind: "failed" });
  assert.deepEqual(sessionVerdict(answer(401, {}), 7), { kind: "sign-in" });
  assert.deepEqual(sessionVerdict(answer(401, null), 7), { kind: "failed" });
  assert.deepEqual(sessionVerdict(answer(403, { code: "role", message: "Ne." }), 7), {
    kind: "forbidden",
    message: "Ne.",
  });
  assert.deepEqual(sessionVerdict(answer(503, null, 9), 7), { kind: "busy", pause: 9 });
  assert.deepEqual(sessionVerdict(answer(500, {}), 7), { kind: "failed" });
  assert.deepEqual(sessionVerdict(answer(0, null), 7), { kind: "offline" });
});

test("the transport never rejects and never takes a foreign page for an answer", async () => {
  const calls = [];
  const transport = (reply) =>
    new Transport({ base: "/sync/", clock: () => 0, fetch: async (...call) => (calls.push(call), reply()) });
  const broken = () => {
    throw new TypeError("network");
  };
  assert.deepEqual(await transport(broken).session(), { status: 0, body: null, pause: null });
  const page = () => new Response("<html>", { status: 200 });
  assert.deepEqual(await transport(page).session(), { status: 200, body: null, pause: null });
  const busy = () => new Response('{"code":"busy"}', { status: 503, headers: { "Retry-After": "1" } });
  const answer = await transport(busy).sendPhoto({ id: "p", record: "r", type: "image/jpeg" }, new ArrayBuffer(1), "t");
  assert.deepEqual([answer.status, answer.body], [503, { code: "busy" }]);
  assert.ok(answer.pause >= 1000);
  const [url, options] = calls.at(-1);
  assert.equal(url, "/sync/photos/p?record=r");
  assert.deepEqual([options.method, options.redirect, options.headers["X-CSRFToken"]], ["PUT", "manual", "t"]);
  // SHA-256 of one zero byte
  assert.match(options.headers["X-Content-SHA256"], /^6e340b9cffb37a989ca544e6bb780a2c/);
});

const SQUARE = {
  type: "MultiPolygon",
  coordinates: [
    [
      [
        [18.2, 49.8],
        [18.3, 49.8],
        [18.3, 49.9],
        [18.2, 49.9],
        [18.2, 49.8],
      ],
      [
        [18.24, 49.84],
        [18.26, 49.84],
        [18.26, 49.86],
        [18.24, 49.86],
        [18.24, 49.84],
      ],
    ],
  ],
};

test("a boundary holds what is inside it and not what is in its hole", () => {
  assert.equal(holds(SQUARE, { latitude: 49.81, longitude: 18.21 }), true);
  assert.equal(holds(SQUARE, { latitude: 49.85, longitude: 18.25 }), false);
  assert.equal(holds(SQUARE, { latitude: 49.95, longitude: 18.25 }), false);
  const features = [{ geometry: SQUARE, properties: { name: "Jílová" } }];
  assert.equal(localityName(features, { latitude: 49.81, longitude: 18.21 }), "Jílová");
  assert.equal(localityName(features, { latitude: 49.7, longitude: 18.21 }), null);
});

test("distance is right to a metre over a kilometre", () => {
  const a = { latitude: 49.836, longitude: 18.292 };
  assert.equal(Math.round(distance(a, { latitude: 49.845, longitude: 18.292 })), 1001);
  assert.equal(Math.round(distance(a, { latitude: 49.836, longitude: 18.306 })), 1004);
});

test("the nearest place within the radius is named", () => {
  const here = { latitude: 49.836, longitude: 18.292 };
  const near = { latitude: 49.8361, longitude: 18.292, name: "lavička" };
  const nearer = { latitude: 49.83605, longitude: 18.292, name: "park" };
  const far = { latitude: 49.84, longitude: 18.292, name: "škola" };
  assert.equal(nearest([near, nearer, far], here, 30).place.name, "park");
  assert.equal(nearest([far], here, 30), null);
});

test("a better fix is a more accurate one, or any once the old one is stale", () => {
  const held = { accuracy: 20, at: 1000 };
  assert.equal(isBetter({ accuracy: 12, at: 2000 }, held), true);
  assert.equal(isBetter({ accuracy: 60, at: 2000 }, held), false);
  assert.equal(isBetter({ accuracy: 60, at: 22_000 }, held), true);
  assert.equal(isBetter({ accuracy: 60, at: 0 }, null), true);
  assert.deepEqual([isPoor(50), isPoor(50.1)], [false, true]);
});

const FINDING = {
  id: "a",
  position: { latitude: 49.845, longitude: 18.277, accuracy: 8, source: "gps", place: null },
  placeKind: "park",
  source: "own",
  withNeedle: 2,
  withoutNeedle: 0,
  needles: 1,
  paraphernalia: 4,
  childAccessible: true,
  note: "",
};

test("a finding becomes a payload and comes back unchanged", () => {
  assert.deepEqual(payloadOf(FINDING), {
    latitude: 49.845,
    longitude: 18.277,
    accuracy_m: 8,
    position_source: "gps",
    place: null,
    place_kind: "park",
    source: "own",
    with_needle: 2,
    without_needle: 0,
    needles: 1,
    paraphernalia: 4,
    child_accessible: true,
    note: "",
  });
  assert.deepEqual(findingOf("a", payloadOf(FINDING)), FINDING);
  assert.equal(captionOf(FINDING, "Park"), "3 kusy, Park");
});

test("everything missing is said in the order of the form", () => {
  const city = [49.72, 18.09, 49.91, 18.39];
  const fields = (changes) => problems({ ...FINDING, ...changes }, city).map(({ field }) => field);
  assert.deepEqual(fields({}), []);
  assert.deepEqual(fields({ position: { latitude: 50.087, longitude: 14.421 } }), ["latitude"]);
  assert.deepEqual(fields({ position: null, withNeedle: 0, needles: 0, placeKind: "" }), [
    "latitude",
    "with_needle",
    "place_kind",
  ]);
  assert.deepEqual(fields({ withoutNeedle: NaN }), ["with_needle"]);
  assert.deepEqual(fields({ paraphernalia: 1000 }), ["with_needle"]);
  assert.deepEqual(fields({ note: "x".repeat(1001) }), ["note"]);
});

test("counts are whole numbers from zero", () => {
  assert.deepEqual(["", " 3 ", "007", "1000000"].map(countOf), [0, 3, 7, NaN]);
  assert.deepEqual(["-1", "1.5", "dva", "1e3"].map(countOf), [NaN, NaN, NaN, NaN]);
});

test("an instant is written with its offset", () => {
  const moment = new Date("2021-04-15T08:00:00.250Z");
  const written = isoWithOffset(moment);
  assert.match(written, /^2021-04-1[45]T\d\d:\d\d:00\.250[+-]\d\d:\d\d$/);
  assert.equal(new Date(written).getTime(), moment.getTime());
  const spoken = (minutes) => isoWithOffset({ getTime: () => moment.getTime(), getTimezoneOffset: () => minutes });
  assert.equal(spoken(-120), "2021-04-15T10:00:00.250+02:00");
  assert.equal(spoken(210), "2021-04-15T04:30:00.250-03:30");
});

test("a photo is made to fit and then smaller and smaller", () => {
  assert.deepEqual(fitted(4000, 3000, 1600), { width: 1600, height: 1200 });
  assert.deepEqual(fitted(900, 1200, 1600), { width: 900, height: 1200 });
  assert.deepEqual(fitted(10_000, 3, 1600), { width: 1600, height: 1 });
  const tries = [...attempts()];
  assert.ok(tries.length >= 4);
  const size = ({ side, quality }) => side * side * quality;
  assert.ok(tries.every((next, n) => n === 0 || size(next) < size(tries[n - 1])));
});

const NOTHING = { waiting: 0, refused: 0, conflicts: 0, photos: 0, refusedPhotos: 0 };

test("the queue speaks Czech", () => {
  assert.equal(queueSentence(NOTHING), "Vše odesláno");
  assert.equal(queueSentence({ ...NOTHING, waiting: 1 }), "1 záznam čeká na odeslání");
  assert.equal(queueSentence({ ...NOTHING, waiting: 3, photos: 2 }), "3 záznamy čekají na odeslání");
  assert.equal(queueSentence({ ...NOTHING, waiting: 5 }), "5 záznamů čeká na odeslání");
  assert.equal(queueSentence({ ...NOTHING, photos: 2 }), "2 fotografie čekají na odeslání");
  assert.equal(
    queueSentence({ ...NOTHING, waiting: 1, refused: 1, conflicts: 1 }),
    "1 záznam čeká na odeslání, 2× potřebuje vaši pozornost",
  );
});

test("the reason for waiting is a sentence, the server's own first", () => {
  assert.equal(pauseSentence(null), "");
  assert.match(pauseSentence({ kind: "offline", message: "" }), /nemá spojení/);
  assert.equal(pauseSentence({ kind: "forbidden", message: "Účet je zrušen." }), "Účet je zrušen.");
});

const HELD = { records: [], photos: [], sent: [], pause: null, lasting: true };

test("the fate of a finding follows from what the outbox still holds of it", () => {
  const said = (rest) => {
    const { state, level, reason } = fate({ ...HELD, ...rest }, "a");
    return [state, level, reason];
  };
  const sent = [{ id: "a" }];
  const waiting = { id: "a", state: "waiting", reason: "" };
  const photo = { id: "p", record: "a", state: "waiting", reason: "" };
  const strange = { id: "q", record: "b", state: "waiting", reason: "" };
  assert.deepEqual(said({ records: [waiting] }), ["Uloženo v telefonu", "waiting", "Odešle se samo."]);
  assert.deepEqual(said({ records: [waiting], lasting: false }), ["Ještě není uloženo, odesílám…", "waiting", ""]);
  assert.deepEqual(said({ records: [{ ...waiting, state: "refused", reason: "Ne." }] }), [
    "Server záznam nepřijal",
    "refused",
    "Ne.",
  ]);
  assert.deepEqual(said({ photos: [photo], sent }), ["Záznam odeslán, fotografie čekají", "waiting", ""]);
  assert.deepEqual(said({ photos: [{ ...photo, state: "refused", reason: "Není to fotografie." }], sent }), [
    "Odesláno",
    "sent",
    "Jen fotografii server nepřijal: Není to fotografie.",
  ]);
  assert.deepEqual(said({ photos: [strange], sent }), ["Odesláno", "sent", ""]);
  assert.deepEqual(said({ sent: [{ id: "a", held: "sealed-month" }] }), [
    "Odesláno",
    "sent",
    "Jeho měsíc je už uzavřený, o zápisu se teprve rozhodne.",
  ]);
  assert.deepEqual(said({}), ["Uloženo v telefonu", "waiting", "Odešle se samo."]);
});

test("what the server holds for a decision stays known to the phone", () => {
  const record = { id: "a", owner: 7, caption: "1 kus, Park", recordedAt: "2021-04-15T10:00:00+02:00" };
  const { sent } = settled(record, { outcome: "accepted", held: "deactivated" }, 5);
  assert.equal(sent.held, "deactivated");
  assert.equal(settled(record, { outcome: "known" }, 5).sent.held, null);
  assert.equal(heldSentence("deactivated"), "Účet je uzavřený, o zápisu se teprve rozhodne.");
  assert.equal(heldSentence("something new"), "O zápisu se teprve rozhodne.");
  assert.equal(heldSentence(null), "");
});

test("ages and times read as people say them", () => {
  const now = new Date(2021, 3, 15, 14, 30).getTime();
  const before = (minutes) => ago(now - minutes * 60_000, now);
  assert.deepEqual(
    [before(0), before(1), before(59), before(60), before(23 * 60), before(24 * 60), before(72 * 60)].join(", "),
    "právě teď, před 1 minutou, před 59 minutami, před 1 hodinou, před 23 hodinami, před 1 dnem, před 3 dny",
  );
  assert.equal(clockTime(new Date(2021, 3, 15, 9, 5).getTime(), now), "v 9:05");
  assert.equal(clockTime(new Date(2021, 3, 14, 9, 5).getTime(), now), "14. 4. v 9:05");
});
