/**
 * A person's own records: what the server has of them, what corrections made of it, and what still waits. Pure.
 *
 * A record as the server gives it back: {id, kind, version, payload, recordedAt}. A correction is a record of kind
 * "correction" with payload {corrects, payload or null, reason}; null takes the record back.
 */

import { captionOf, findingOf } from "./finding.js";
import { ANSWER, OUTCOME } from "./tasks.js";

export const CORRECTION = "correction";
export const CORRECTION_VERSION = 1;
export const ATTENDANCE = "attendance";
export const ACTIVITY = "activity";

const EVENTS = {
  start: "Začátek služby",
  end: "Konec služby",
  "break-start": "Začátek přestávky",
  "break-end": "Konec přestávky",
};

const byTime = (a, b) => Date.parse(a.recordedAt) - Date.parse(b.recordedAt) || (a.id < b.id ? -1 : 1);

/** The label of one of `choices` ([{value, label}]); the value itself when the list no longer has it. */
export function labelOf(choices, value) {
  return choices?.find((choice) => choice.value === value)?.label ?? String(value);
}

/**
 * One line about a record of any kind.
 *
 * @param {string} kind
 * @param {object} payload
 * @param {object} words
 * @param {object} words.kinds labels of kinds of places
 * @param {object | null} words.activity code lists of activities, as findings.field.data gives them
 */
export function captionFor(kind, payload, { kinds, activity }) {
  switch (kind) {
    case "finding":
      return captionOf(findingOf("", payload), kinds[payload.place_kind] ?? payload.place_kind);
    case ACTIVITY:
      return labelOf(activity?.kinds, payload.activity_kind);
    case ATTENDANCE:
      return EVENTS[payload.event] ?? payload.event;
    case ANSWER:
      return `Odpověď: ${payload.text}`;
    case OUTCOME:
      return payload.finding ? "Oznámení: nalezeno" : "Oznámení: nenalezeno";
    default:
      return kind;
  }
}

/**
 * What the server's records say after all corrections, newest first:
 * [{id, kind, version, payload (the valid one), recordedAt, corrected, withdrawn, waits}].
 *
 * `waits` says that a correction is still in the phone.
 */
export function ownRecords(records, queued) {
  const own = new Map();
  for (const record of records.filter(({ kind }) => kind !== CORRECTION)) {
    own.set(record.id, { ...record, corrected: false, withdrawn: false, waits: false });
  }
  const correct = ({ payload: { corrects, payload } }, waits) => {
    const record = own.get(corrects);
    if (record) {
      const valid = payload === null ? { withdrawn: true } : { payload, corrected: true, withdrawn: false };
      own.set(corrects, { ...record, ...valid, waits });
    }
  };
  const corrections = (rows) => rows.filter(({ kind }) => kind === CORRECTION).sort(byTime);
  corrections(records).forEach((row) => correct(row, false));
  corrections(queued.filter(({ state }) => state === "waiting")).forEach((row) => correct(row, true));
  return [...own.values()].sort(byTime).reverse();
}

/** Whether a record is of this month or the last one, so that its month may still be open; the server decides. */
export function isRecent(recordedAt, now) {
  const [then, today] = [new Date(recordedAt), new Date(now)];
  return (today.getFullYear() - then.getFullYear()) * 12 + today.getMonth() - then.getMonth() <= 1;
}

const LONGEST_DUTY = 16 * 3_600_000;

/**
 * Whether the person is on duty, by their last word about it: {state: "off", "on" or "break", since (ISO 8601 or null)}.
 * A duty that nobody ended is over after sixteen hours.
 *
 * @param {Array<object>} records of any kind, from the server and from the queue
 * @param {number} now
 */
export function duty(records, now) {
  const off = { state: "off", since: null };
  const last = records
    .filter(({ kind, state }) => kind === ATTENDANCE && state !== "refused")
    .sort(byTime)
    .at(-1);
  if (!last || now - Date.parse(last.recordedAt) > LONGEST_DUTY) {
    return off;
  }
  const states = { start: "on", "break-end": "on", "break-start": "break", end: "off" };
  const state = states[last.payload.event] ?? "off";
  return { state, since: last.recordedAt };
}
