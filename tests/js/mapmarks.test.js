import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cellOf,
  countEvents,
  countPieces,
  countPlaces,
  formatDegrees,
  gridLines,
  gridStep,
  markRadius,
  parseDegrees,
} from "../../static/js/mapmarks.js";

test("the area of a mark grows with pieces, up to a limit", () => {
  assert.equal(markRadius(4), 2 * markRadius(1));
  assert.equal(markRadius(9), 3 * markRadius(1));
  assert.equal(markRadius(0), markRadius(1));
  assert.equal(markRadius(10_000), markRadius(100_000));
});

test("counts take the Czech form", () => {
  const pieces = ["0\u00a0kusů", "1\u00a0kus", "2\u00a0kusy", "4\u00a0kusy", "5\u00a0kusů", "22\u00a0kusů"];
  assert.deepEqual([0, 1, 2, 4, 5, 22].map(countPieces), pieces);
  assert.deepEqual([1, 3, 17].map(countPlaces), ["1\u00a0místo", "3\u00a0místa", "17\u00a0míst"]);
});

test("grid lines stand on round degrees inside the span", () => {
  assert.equal(gridStep(0.3, 6), 0.05);
  assert.equal(gridStep(1.2, 6), 0.2);
  assert.equal(gridStep(7, 6), 2);
  assert.deepEqual(gridLines(18.12, 18.31, 0.05), [18.15, 18.2, 18.25, 18.3]);
  assert.deepEqual(gridLines(-0.1, 0.1, 0.1), [-0.1, 0, 0.1]);
});

test("degrees are written and read with a comma", () => {
  assert.equal(formatDegrees(49.85), "49,85°");
  assert.equal(parseDegrees(" 49,85 "), 49.85);
  assert.equal(parseDegrees("18.27"), 18.27);
  assert.equal(parseDegrees(""), null);
  assert.equal(parseDegrees("u nádraží"), null);
});

test("a cell holds its southern and western edge", () => {
  assert.deepEqual(cellOf(49.5, 18.25, [0.5, 0.25]), [99, 73]);
  assert.deepEqual(cellOf(49.49, 18.249, [0.5, 0.25]), [98, 72]);
  assert.deepEqual(cellOf(-0.1, -0.1, [0.5, 0.25]), [-1, -1]);
});

test("findings have three plurals", () => {
  assert.deepEqual([1, 3, 5].map(countEvents), ["1\u00a0nález", "3\u00a0nálezy", "5\u00a0nálezů"]);
});
