/**
 * How long the outbox waits before it tries again. All times are milliseconds.
 */

export const FIRST_PAUSE = 5_000;
export const LONGEST_PAUSE = 300_000;
const LONGEST_ORDERED_PAUSE = 3_600_000;

/**
 * Doubles with every failure up to five minutes; the upper half of it is random, so that phones which lost the
 * server at one moment do not come back at one moment.
 *
 * @param {number} failures how many times in a row, at least 1
 * @param {() => number} random from 0 to 1
 */
export function pauseAfter(failures, random = Math.random) {
  const whole = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 16));
  return Math.round(whole / 2 + (whole / 2) * random());
}

/**
 * The pause that a server orders by Retry-After (seconds or an HTTP date); null when it orders none.
 * Never sooner than ordered, up to a fifth later.
 *
 * @param {string | null} header
 * @param {number} now Unix time in milliseconds
 * @param {() => number} random from 0 to 1
 */
export function orderedPause(header, now, random = Math.random) {
  if (!header) {
    return null;
  }
  const wanted = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  if (Number.isNaN(wanted)) {
    return null;
  }
  const pause = Math.min(Math.max(wanted, 1000), LONGEST_ORDERED_PAUSE);
  return Math.round(pause * (1 + random() / 5));
}
