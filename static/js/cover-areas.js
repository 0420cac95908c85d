// Rectangles of a photo in percent: [left, top, width, height]. Pure.

const LEAST = 0.5;
const inside = (value) => Math.min(100, Math.max(0, value));
const rounded = (value) => Math.round(value * 10) / 10;

/** The rectangle between two corners, cut off at the edge of the photo; null for a tap that drew nothing. */
export function areaOf(from, to) {
  const [left, right] = [inside(from.x), inside(to.x)].sort((a, b) => a - b);
  const [top, bottom] = [inside(from.y), inside(to.y)].sort((a, b) => a - b);
  if (right - left < LEAST || bottom - top < LEAST) {
    return null;
  }
  return [left, top, right - left, bottom - top].map(rounded);
}

/** The rectangles that a text names, one to a line; lines that name none are left out. */
export function areasIn(text) {
  return text
    .replaceAll(",", ".")
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((numbers) => numbers.length === 4 && numbers.every(Number.isFinite));
}
