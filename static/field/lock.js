/**
 * The idle lock: a PIN that keeps a person's records from the eyes of whoever picks up their phone.
 *
 * Only what is derived from the PIN is kept, and a wrong one only ever costs time: nothing is wiped. A lock is
 * {salt (base64), hash (base64), iterations, failures, until (ms), forgotten}; `forgotten` is the moment of the sign-in
 * in which its owner said that they no longer know the PIN, or null.
 */

export const SHORTEST = 4;
export const LONGEST = 8;
/** The application locks after so long without a touch, in milliseconds. */
export const IDLE = 300_000;

const ITERATIONS = 310_000;
const FREE_ATTEMPTS = 3;
const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 300_000;

const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

async function derived(pin, salt, iterations) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 256);
  return toBase64(new Uint8Array(bits));
}

/** What is wrong with a PIN that somebody wants to set, as a sentence; empty when nothing is. */
export function pinProblem(pin, again) {
  if (!new RegExp(`^\\d{${SHORTEST},${LONGEST}}$`).test(pin)) {
    return `PIN je ${SHORTEST} až ${LONGEST} číslic.`;
  }
  if (/^(\d)\1*$/.test(pin) || "01234567890".includes(pin) || "09876543210".includes(pin)) {
    return "Tento PIN by každý uhodl. Zvolte jiný.";
  }
  return pin === again ? "" : "PIN jste napsali pokaždé jinak.";
}

/** A lock that opens by `pin`. */
export async function newLock(pin, iterations = ITERATIONS) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const hash = await derived(pin, salt, iterations);
  return { salt: toBase64(salt), hash, iterations, failures: 0, until: 0, forgotten: null };
}

/** How long after so many wrong attempts in a row another one is heard, in milliseconds. */
export function waitAfter(failures) {
  const beyond = failures - FREE_ATTEMPTS;
  return beyond < 0 ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(beyond, 16));
}

/**
 * One attempt. It is counted before it is judged, by `keep`, so that closing the page in time saves nobody a wait.
 *
 * @param {object} lock
 * @param {string} pin
 * @param {number} now
 * @param {(lock: object) => Promise<void>} keep
 * @returns {Promise<{opened: boolean, lock: object}>}
 */
export async function attempt(lock, pin, now, keep) {
  if (now < lock.until) {
    return { opened: false, lock };
  }
  const failures = lock.failures + 1;
  const counted = { ...lock, failures, until: now + waitAfter(failures) };
  await keep(counted);
  if ((await derived(pin, fromBase64(lock.salt), lock.iterations)) !== lock.hash) {
    return { opened: false, lock: counted };
  }
  const fresh = { ...lock, failures: 0, until: 0 };
  await keep(fresh);
  return { opened: true, lock: fresh };
}

/** Whether the lock falls away, because its owner forgot the PIN and has signed in anew since. */
export function isOutlived(lock, signedInAt) {
  return lock.forgotten !== null && lock.forgotten !== signedInAt;
}
