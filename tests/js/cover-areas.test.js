import assert from "node:assert/strict";
import { test } from "node:test";

import { areaOf, areasIn } from "../../static/js/cover-areas.js";

test("a rectangle is the same whichever corner it was drawn from", () => {
  assert.deepEqual(areaOf({ x: 10, y: 20 }, { x: 40, y: 50 }), [10, 20, 30, 30]);
  assert.deepEqual(areaOf({ x: 40, y: 50 }, { x: 10, y: 20 }), [10, 20, 30, 30]);
});

test("what reaches over the edge is cut off, and a tap draws nothing", () => {
  assert.deepEqual(areaOf({ x: -20, y: 90 }, { x: 30, y: 140 }), [0, 90, 30, 10]);
  assert.equal(areaOf({ x: 10, y: 10 }, { x: 10.2, y: 60 }), null);
});

test("lines that name no rectangle are left out", () => {
  assert.deepEqual(areasIn("10 20 30 40\n\nx 1 2 3\n1,5 2 3 4"), [
    [10, 20, 30, 40],
    [1.5, 2, 3, 4],
  ]);
});
