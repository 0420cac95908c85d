/**
 * The rows of the outbox and how they change. Pure, so that every kind of storage changes them alike.
 *
 * A record: {id, owner, kind, version, recordedAt (ISO 8601 with offset), payload, caption, savedAt (ms), state,
 * reason, field, attempts}, state "waiting", "refused" or "conflict".
 * A photo: {id, record, owner, type, savedAt (ms), state, reason, attempts}, state "waiting" or "refused"; its bytes
 * are kept apart, because lists are read often and bytes once.
 * A sent record: {id, owner, caption, recordedAt, sentAt (ms), held}, `held` why it waits for a person's decision at
 * the server, or null.
 */

export const SENT_KEPT = 20;

const UNEXPLAINED = "Server záznam nepřijal a neřekl proč. Ukažte ho mentorovi.";

/** Whether the phone would not keep something because it has no room for it. */
export const isFull = (error) => error?.name === "QuotaExceededError";

/** A record as it waits for the first time. */
export function newRecord({ id, owner, kind, version, recordedAt, payload, caption }, now) {
  const fresh = { state: "waiting", reason: "", field: "", attempts: 0 };
  return { id, owner, kind, version, recordedAt, payload, caption, savedAt: now, ...fresh };
}

/** A photo as it waits for the first time. */
export function newPhoto({ id, record, owner, type }, now) {
  return { id, record, owner, type, savedAt: now, state: "waiting", reason: "", attempts: 0 };
}

/**
 * What the server's word on a record makes of it.
 *
 * @returns {{sent: object} | {record: object}} what to keep: a line among the sent ones, or the record with its reason
 */
export function settled(record, result, now) {
  if (result.outcome === "accepted" || result.outcome === "known") {
    const { id, owner, caption, recordedAt } = record;
    return { sent: { id, owner, caption, recordedAt, sentAt: now, held: result.held ?? null } };
  }
  const reason = result.reason || UNEXPLAINED;
  return { record: { ...record, state: result.outcome, reason, field: result.field || "" } };
}

/** Sent lines to forget, so that the list stays short. */
export function superfluous(sent) {
  return [...sent].sort((a, b) => b.sentAt - a.sentAt).slice(SENT_KEPT);
}

/** Records in the order of sending: those that failed least often first, so that a bad one holds up nobody. */
export function inOrder(records) {
  return records
    .filter(({ state }) => state === "waiting")
    .sort((a, b) => a.attempts - b.attempts || a.savedAt - b.savedAt || (a.id < b.id ? -1 : 1));
}

/** Photos that may be sent: waiting, and their record no longer stands in the way. */
export function sendable(photos, records) {
  const held = new Set(records.filter(({ state }) => state !== "conflict").map(({ id }) => id));
  return photos
    .filter(({ state, record }) => state === "waiting" && !held.has(record))
    .sort((a, b) => a.attempts - b.attempts || a.savedAt - b.savedAt);
}

/** What the screens show: how many of what wait, since when. */
export function tally(records, photos) {
  const count = (rows, state) => rows.filter((row) => row.state === state).length;
  const waiting = [...records, ...photos].filter(({ state }) => state === "waiting");
  return {
    waiting: count(records, "waiting"),
    refused: count(records, "refused"),
    conflicts: count(records, "conflict"),
    photos: count(photos, "waiting"),
    refusedPhotos: count(photos, "refused"),
    oldest: waiting.length ? Math.min(...waiting.map(({ savedAt }) => savedAt)) : null,
  };
}
