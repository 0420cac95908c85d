import assert from "node:assert/strict";
import { test } from "node:test";
import { activityOf, activityPayload, activityProblems } from "../../static/field/activity-form.js";
import { currentShift, nextDays } from "../../static/field/days.js";
import { captionFor, duty, isRecent, ownRecords } from "../../static/field/records.js";

const at = (hour, day = 15) => `2021-04-${day}T${String(hour).padStart(2, "0")}:00:00.000Z`;
const record = (id, kind, payload, hour = 8) => ({ id, kind, version: 1, payload, recordedAt: at(hour) });
const correction = (id, corrects, payload, hour) => record(id, "correction", { corrects, payload, reason: "spletl jsem se" }, hour);

test("corrections lie over what they correct, the latest on top, and are no rows of their own", () => {
  const records = [
    correction("c2", "a", { note: "třetí" }, 11),
    correction("c1", "a", { note: "druhá" }, 10),
    record("b", "activity", { note: "jiná" }, 9),
    record("a", "finding", { note: "první" }, 8),
  ];
  const own = ownRecords(records, []);
  assert.deepEqual(
    own.map(({ id, payload, corrected, withdrawn, waits }) => [id, payload.note, corrected, withdrawn, waits]),
    [
      ["b", "jiná", false, false, false],
      ["a", "třetí", true, false, false],
    ],
  );
});

test("a record taken back keeps its content to be seen, and a correction in the phone is told apart", () => {
  const records = [record("a", "finding", { note: "první" }), record("b", "finding", { note: "druhá" }, 9)];
  const queued = [
    { ...correction("c1", "a", null, 10), state: "waiting" },
    { ...correction("c2", "b", { note: "nepřijatá" }, 10), state: "refused" },
  ];
  const [b, a] = ownRecords(records, queued);
  assert.deepEqual([a.payload.note, a.withdrawn, a.waits], ["první", true, true]);
  assert.deepEqual([b.payload.note, b.corrected, b.waits], ["druhá", false, false]);
});

test("a correction of what the phone no longer knows changes nothing", () => {
  assert.deepEqual(ownRecords([correction("c", "gone", null, 9)], []), []);
});

test("only this month and the last one may still be open", () => {
  const now = Date.parse("2021-04-15T10:00:00Z");
  const recent = ["2021-04-01T10:00:00Z", "2021-03-15T10:00:00Z", "2021-02-27T10:00:00Z"].map((day) => isRecent(day, now));
  assert.deepEqual(recent, [true, true, false]);
  assert.equal(isRecent("2020-12-10T10:00:00Z", Date.parse("2021-01-05T10:00:00Z")), true);
});

test("duty follows the last word about it, sent or not", () => {
  const now = Date.parse(at(12));
  const event = (name, hour) => record(`${name}${hour}`, "attendance", { event: name }, hour);
  assert.deepEqual(duty([], now), { state: "off", since: null });
  assert.deepEqual(duty([event("start", 8)], now), { state: "on", since: at(8) });
  assert.equal(duty([event("break-start", 10), event("start", 8)], now).state, "break");
  assert.equal(duty([event("break-start", 10), event("start", 8), { ...event("break-end", 11), state: "waiting" }], now).state, "on");
  assert.equal(duty([event("start", 8), { ...event("end", 11), state: "refused" }], now).state, "on");
  assert.equal(duty([event("start", 8), event("end", 11)], now).state, "off");
  assert.equal(duty([event("start", 8)], Date.parse(at(8, 16))).state, "off");
});

test("every kind of record has a line of its own", () => {
  const words = { kinds: { park: "Park" }, activity: { kinds: [{ value: 3, label: "Dohled u školy" }] } };
  const finding = { place_kind: "park", with_needle: 2, without_needle: 0, needles: 1 };
  assert.equal(captionFor("finding", finding, words), "3 kusy, Park");
  assert.equal(captionFor("activity", { activity_kind: 3 }, words), "Dohled u školy");
  assert.equal(captionFor("activity", { activity_kind: 4 }, { ...words, activity: null }), "4");
  assert.equal(captionFor("attendance", { event: "break-end" }, words), "Konec přestávky");
});

const blank = { kind: 3, counters: { contacts: 0, children: 4 }, locality: 7, note: "", organisation: "", reason: "", patrol: "" };

test("an activity needs its kind only; zeros and what was not chosen stay out of it", () => {
  assert.deepEqual(activityProblems(blank), []);
  assert.deepEqual(activityPayload(blank), {
    activity_kind: 3,
    counters: { children: 4 },
    locality: 7,
    note: "",
    referral: null,
    called_patrol: null,
  });
  const fields = (changes) => activityProblems({ ...blank, ...changes }).map(({ field }) => field);
  assert.deepEqual(fields({ kind: "" }), ["activity_kind"]);
  assert.deepEqual(fields({ counters: { contacts: NaN } }), ["counters"]);
  assert.deepEqual(fields({ organisation: 1 }), ["referral"]);
  assert.deepEqual(fields({ reason: 1 }), ["referral"]);
  assert.deepEqual(fields({ note: "x".repeat(1001) }), ["note"]);
});

test("an activity read back from its payload makes the same payload", () => {
  const payload = activityPayload({ ...blank, organisation: 1, reason: 2, patrol: "traffic", note: "pomoc" });
  assert.deepEqual(activityPayload(activityOf(payload)), payload);
});

test("shifts fall into today and tomorrow, the night from yesterday into today", () => {
  const shift = (name, start, end) => ({ start: new Date(...start).toISOString(), end: new Date(...end).toISOString(), name });
  const shifts = [
    shift("noční", [2021, 3, 14, 22], [2021, 3, 15, 6]),
    shift("odpolední", [2021, 3, 15, 14], [2021, 3, 15, 22]),
    shift("přes půlnoc", [2021, 3, 15, 22], [2021, 3, 16, 6]),
    shift("zítřejší", [2021, 3, 16, 8], [2021, 3, 16, 16]),
    shift("pozítřejší", [2021, 3, 17, 8], [2021, 3, 17, 16]),
  ];
  const now = new Date(2021, 3, 15, 15).getTime();
  assert.deepEqual(
    nextDays(shifts, now).map(({ name, shifts: rows }) => [name, rows.map((row) => [row.name, row.current, row.sinceYesterday])]),
    [
      ["Dnes", [["noční", false, true], ["odpolední", true, false], ["přes půlnoc", false, false]]],
      ["Zítra", [["zítřejší", false, false]]],
    ],
  );
  assert.equal(currentShift(shifts, new Date(2021, 3, 16, 7).getTime()), null);
});
