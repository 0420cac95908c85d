// Moves within the plan and what was copied in it. Pure.

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const within = (value, count) => Math.min(Math.max(value, 0), count - 1);

/**
 * The place that a key leads to from `{row, column}`, or null when it leads nowhere or is no key of movement.
 * At an edge the place stays.
 */
export function cellAfter({ row, column }, key, rows, columns) {
  if (row < 0 || column < 0) return null;
  if (key === "Home") return { row, column: 0 };
  if (key === "End") return { row, column: columns - 1 };
  if (key === "PageUp") return { row: 0, column };
  if (key === "PageDown") return { row: rows - 1, column };
  const step = STEPS[key];
  return step ? { row: within(row + step[0], rows), column: within(column + step[1], columns) } : null;
}

/** What was copied, read back from a store that may hold anything; null when it holds nothing of use. */
export function cleaned(text) {
  let copied;
  try {
    copied = JSON.parse(text);
  } catch {
    return null;
  }
  const { kind, person, day, shifts } = copied ?? {};
  const placed = /^[0-9]+$/.test(person) && /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(day);
  if (kind === "cut" && placed && Array.isArray(shifts) && shifts.length && shifts.every(isShift)) {
    return { kind, person, day, shifts };
  }
  return placed && ["cell", "day", "week"].includes(kind) ? { kind, person, day } : null;
}

/** Whether a text names a shift: its key and the revision that was seen, „12:0a1b…“. */
export function isShift(text) {
  return /^[0-9]+:[0-9a-f]{16}$/.test(text);
}

/** „Zkopírovaný den 5. 4." */
export function describe({ kind, day }) {
  const [, month, date] = day.split("-").map(Number);
  const what = { cut: "Vyjmutá buňka, vložte ji jinam klávesou V:", cell: "Zkopírovaná buňka", day: "Zkopírovaný den", week: "Zkopírovaný týden člověka, den" }[kind];
  return `${what} ${date}. ${month}.`;
}
