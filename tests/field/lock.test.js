import assert from "node:assert/strict";
import { test } from "node:test";
import { attempt, isOutlived, newLock, pinProblem, waitAfter } from "../../static/field/lock.js";
import { base64, rescueName, rescueParts } from "../../static/field/rescue.js";

const QUICK = 10;
const NOW = 1_700_000_000_000;

/** A lock with somewhere to keep it, as the phone has. */
async function locked(pin) {
  const kept = { lock: await newLock(pin, QUICK) };
  const keep = async (lock) => (kept.lock = lock);
  return { kept, open: (typed, now = NOW) => attempt(kept.lock, typed, now, keep).then(({ opened }) => opened) };
}

test("the right PIN opens and a wrong one does not", async () => {
  const { open } = await locked("4711");
  assert.deepEqual([await open("4712"), await open(""), await open("4711")], [false, false, true]);
});

test("a lock holds nothing that reads like its PIN and differs for the same PIN", async () => {
  const [one, other] = [await newLock("4711", QUICK), await newLock("4711", QUICK)];
  assert.ok(!JSON.stringify(one).includes("4711"));
  assert.notEqual(one.hash, other.hash);
});

test("wrong attempts cost more and more time, never more than five minutes", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 9, 40].map(waitAfter), [0, 0, 0, 5000, 10_000, 20_000, 300_000, 300_000]);
});

test("while waiting not even the right PIN opens, afterwards it does and the count starts anew", async () => {
  const { kept, open } = await locked("4711");
  for (const typed of ["1", "2", "3"]) {
    await open(typed);
  }
  assert.equal(await open("4711", NOW + 4999), false);
  assert.equal(kept.lock.failures, 3);
  assert.equal(await open("4711", NOW + 5000), true);
  assert.deepEqual([kept.lock.failures, kept.lock.until], [0, 0]);
});

test("an attempt counts even when the page is closed before it is judged", async () => {
  const { kept } = await locked("4711");
  await assert.rejects(
    attempt(kept.lock, "1", NOW, async (lock) => {
      kept.lock = lock;
      throw new Error("closed");
    }),
  );
  assert.equal(kept.lock.failures, 1);
});

test("PINs that anybody would guess, or that differ, are turned down", () => {
  assert.match(pinProblem("123", "123"), /4 až 8 číslic/);
  assert.match(pinProblem("12a4", "12a4"), /4 až 8 číslic/);
  for (const pin of ["0000", "1234", "4321", "567890"]) {
    assert.match(pinProblem(pin, pin), /uhodl/);
  }
  assert.match(pinProblem("4711", "4712"), /pokaždé jinak/);
  assert.equal(pinProblem("4711", "4711"), "");
});

test("a forgotten PIN falls away by a later sign-in only", () => {
  assert.equal(isOutlived({ forgotten: null }, "b"), false);
  assert.equal(isOutlived({ forgotten: "a" }, "a"), false);
  assert.equal(isOutlived({ forgotten: "a" }, "b"), true);
});

test("base64 joins its pieces without padding between them", () => {
  const bytes = Uint8Array.from({ length: 70_001 }, (_, n) => n % 251);
  assert.deepEqual(Uint8Array.from(Buffer.from(base64(bytes.buffer), "base64")), bytes);
  assert.equal(base64(new ArrayBuffer(0)), "");
});

test("the rescue file is one JSON with every record word for word and every photo", () => {
  const record = { id: "a", kind: "finding", version: 1, recordedAt: "2021-04-15T10:00:00.000+02:00", payload: { note: 'š "' } };
  const kept = { ...record, owner: 7, caption: "1 kus", state: "refused", reason: "Ne.", attempts: 2, savedAt: 1 };
  const photo = { id: "p", record: "a", type: "image/jpeg", owner: 7, bytes: new Uint8Array([1, 2, 3]).buffer };
  const parts = rescueParts({ owner: 7, name: "Jana", records: [kept, kept], photos: [photo] }, new Date(NOW));
  const file = JSON.parse(parts.join(""));
  assert.deepEqual(Object.keys(file), ["format", "version", "owner", "name", "device_time", "records", "photos"]);
  const { recordedAt, ...rest } = record;
  assert.deepEqual(file.records[1], { ...rest, recorded_at: recordedAt });
  assert.deepEqual(file.photos, [{ id: "p", record: "a", type: "image/jpeg", data: "AQID" }]);
  assert.deepEqual(JSON.parse(rescueParts({ owner: 7, name: "", records: [], photos: [] }, new Date(NOW)).join("")).records, []);
});

test("the rescue file is named by its day and time", () => {
  assert.equal(rescueName(new Date(2021, 3, 5, 8, 5)), "apk-zaloha-2021-04-05-0805.json");
});
