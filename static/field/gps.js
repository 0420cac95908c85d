/**
 * The phone's own position, better and better while one types.
 */

import { isBetter } from "./geo.js";

const DENIED = 1;
const PROBLEMS = {
  denied: "Telefon nedovolil zjistit polohu. Ukažte místo na mapě.",
  missing: "Tento telefon polohu zjistit neumí. Ukažte místo na mapě.",
  silent: "GPS zatím nemá signál. Počkejte venku pod oblohou, nebo ukažte místo na mapě.",
};

/**
 * Watches the position from now on.
 *
 * @param {object} listener
 * @param {(fix: {latitude, longitude, accuracy: number, at: number}) => void} listener.onFix a fix worth more than the
 *   one before: degrees WGS84, metres, milliseconds
 * @param {(sentence: string, final: boolean) => void} listener.onProblem `final` when waiting is no use
 */
export function watchPosition({ onFix, onProblem }) {
  if (!navigator.geolocation) {
    onProblem(PROBLEMS.missing, true);
    return;
  }
  let held = null;
  navigator.geolocation.watchPosition(
    ({ coords: { latitude, longitude, accuracy }, timestamp }) => {
      const fix = { latitude, longitude, accuracy, at: timestamp };
      if (isBetter(fix, held)) {
        held = fix;
        onFix(fix);
      }
    },
    ({ code }) => {
      if (code === DENIED) {
        onProblem(PROBLEMS.denied, true);
      } else if (!held) {
        onProblem(PROBLEMS.silent, false);
      }
    },
    { enableHighAccuracy: true, maximumAge: 0, timeout: 20_000 },
  );
}
