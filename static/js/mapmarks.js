// Sizes and words of what a map shows. Pure.

const numbers = new Intl.NumberFormat("cs-CZ");

/** Radius in pixels of the mark of a place: its area grows with the pieces found. */
export function markRadius(pieces) {
  return Math.min(36, 4 * Math.sqrt(Math.max(1, pieces)));
}

/** 1 kus, 2–4 kusy, 5+ kusů. */
export function countPieces(pieces) {
  const word = pieces === 1 ? "kus" : pieces >= 2 && pieces <= 4 ? "kusy" : "kusů";
  return `${numbers.format(pieces)}\u00a0${word}`;
}

/** 1 místo, 2–4 místa, 5+ míst. */
export function countPlaces(places) {
  const word = places === 1 ? "místo" : places >= 2 && places <= 4 ? "místa" : "míst";
  return `${numbers.format(places)}\u00a0${word}`;
}

/** 1 nález, 2–4 nálezy, 5+ nálezů. */
export function countEvents(events) {
  const word = events === 1 ? "nález" : events >= 2 && events <= 4 ? "nálezy" : "nálezů";
  return `${numbers.format(events)}\u00a0${word}`;
}

/** [row, column] of the cell, `height` and `width` degrees large, that holds a point; the server counts them alike. */
export function cellOf(lat, lon, [height, width]) {
  return [Math.floor(lat / height), Math.floor(lon / width)];
}

/** Degrees between grid lines, so that about `lines` of them cross a span: 1, 2 or 5 times a power of ten. */
export function gridStep(span, lines = 5) {
  const raw = span / lines;
  const power = 10 ** Math.floor(Math.log10(raw));
  const ratio = raw / power;
  return power * (ratio > 5 ? 10 : ratio > 2 ? 5 : ratio > 1 ? 2 : 1);
}

/** Multiples of `step` within [from, to], free of floating-point dust. */
export function gridLines(from, to, step) {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  const lines = [];
  for (let n = Math.ceil(from / step); n * step <= to; n += 1) lines.push(Number((n * step).toFixed(digits)));
  return lines;
}

/** A degree as it is written in Czech: 49,85°. */
export function formatDegrees(value) {
  return `${value.toLocaleString("cs-CZ", { maximumFractionDigits: 6 })}°`;
}

/** A coordinate as a person types it, with a comma or a point; null when it is no number. */
export function parseDegrees(text) {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}
