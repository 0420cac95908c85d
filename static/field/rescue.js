/**
 * The rescue file: everything that waits in the phone, in a file that a mentor can hand to the server instead of it.
 * Pure. Its shape is described in docs/sync-protocol.md.
 */

export const FORMAT = "apk-rescue";
export const VERSION = 1;

// A multiple of three, so that the pieces of base64 join without padding between them.
const PIECE = 30_000;

/** The bytes of an ArrayBuffer in base64. */
export function base64(buffer) {
  const bytes = new Uint8Array(buffer);
  const pieces = [];
  for (let i = 0; i < bytes.length; i += PIECE) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(i, i + PIECE))));
  }
  return pieces.join("");
}

const line = (rows) => rows.map((row) => JSON.stringify(row)).join(",\n");

/**
 * The parts of the file's text, in order.
 *
 * @param {object} queue
 * @param {number} queue.owner
 * @param {string} queue.name of the owner
 * @param {Array<object>} queue.records as the outbox keeps them
 * @param {Array<object>} queue.photos as the outbox keeps them, with their `bytes`
 * @param {Date} deviceTime
 */
export function rescueParts({ owner, name, records, photos }, deviceTime) {
  const head = { format: FORMAT, version: VERSION, owner, name, device_time: deviceTime.toISOString() };
  const rows = records.map(({ id, kind, version, recordedAt, payload }) => ({
    id,
    kind,
    version,
    recorded_at: recordedAt,
    payload,
  }));
  const pictures = photos.map(({ id, record, type, bytes }) => ({ id, record, type, data: base64(bytes) }));
  const opening = JSON.stringify(head).slice(0, -1);
  return [`${opening},\n"records": [\n${line(rows)}\n],\n"photos": [\n`, line(pictures), "\n]}\n"];
}

/** "apk-zaloha-2021-04-15-1005.json" */
export function rescueName(date) {
  const two = (number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `apk-zaloha-${day}-${two(date.getHours())}${two(date.getMinutes())}.json`;
}
