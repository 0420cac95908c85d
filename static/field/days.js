/**
 * Shifts by day, in the phone's time. Pure.
 *
 * A shift: {start, end (ISO 8601), locality: {id, name}, note}.
 */

const DAYS = ["neděle", "pondělí", "úterý", "středa", "čtvrtek", "pátek", "sobota"];

/** "čtvrtek 15. 4. 2021" */
export function dayWords(date) {
  return `${DAYS[date.getDay()]} ${date.getDate()}. ${date.getMonth() + 1}. ${date.getFullYear()}`;
}

/** "8:05" */
export function hourWords(moment) {
  const date = new Date(moment);
  return `${date.getHours()}:${String(date.getMinutes()).padStart(2, "0")}`;
}

function midnight(date, days = 0) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
}

/** The shift that lasts at `now` (ms), or null. */
export function currentShift(shifts, now) {
  return shifts.find(({ start, end }) => Date.parse(start) <= now && now < Date.parse(end)) ?? null;
}

/**
 * Today and tomorrow with their shifts; a shift that began yesterday and still lasts today belongs to today.
 *
 * @returns {Array<{name, day: Date, shifts: Array<object & {current: boolean, sinceYesterday: boolean}>}>}
 */
export function nextDays(shifts, now) {
  const today = midnight(new Date(now));
  return ["Dnes", "Zítra"].map((name, n) => {
    const [from, to] = [midnight(today, n), midnight(today, n + 1)];
    const inside = shifts.filter(({ start, end }) => {
      const [starts, ends] = [new Date(start), new Date(end)];
      return starts < to && (n === 0 ? ends > from : starts >= from);
    });
    const current = currentShift(shifts, now);
    return {
      name,
      day: from,
      shifts: inside.map((shift) => ({
        ...shift,
        current: shift === current,
        sinceYesterday: new Date(shift.start) < from,
      })),
    };
  });
}
