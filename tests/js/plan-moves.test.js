import assert from "node:assert/strict";
import test from "node:test";

import { cellAfter, cleaned, describe, isShift } from "../../static/js/plan-moves.js";

test("arrows move by one and stop at the edges", () => {
  const from = { row: 1, column: 1 };
  assert.deepEqual(cellAfter(from, "ArrowLeft", 3, 4), { row: 1, column: 0 });
  assert.deepEqual(cellAfter(from, "ArrowRight", 3, 4), { row: 1, column: 2 });
  assert.deepEqual(cellAfter(from, "ArrowUp", 3, 4), { row: 0, column: 1 });
  assert.deepEqual(cellAfter(from, "ArrowDown", 3, 4), { row: 2, column: 1 });
  assert.deepEqual(cellAfter({ row: 0, column: 0 }, "ArrowUp", 3, 4), { row: 0, column: 0 });
  assert.deepEqual(cellAfter({ row: 2, column: 3 }, "ArrowRight", 3, 4), { row: 2, column: 3 });
});

test("Home, End and pages lead to the ends", () => {
  const from = { row: 1, column: 1 };
  assert.deepEqual(cellAfter(from, "Home", 3, 4), { row: 1, column: 0 });
  assert.deepEqual(cellAfter(from, "End", 3, 4), { row: 1, column: 3 });
  assert.deepEqual(cellAfter(from, "PageUp", 3, 4), { row: 0, column: 1 });
  assert.deepEqual(cellAfter(from, "PageDown", 3, 4), { row: 2, column: 1 });
});

test("other keys and places outside lead nowhere", () => {
  assert.equal(cellAfter({ row: 1, column: 1 }, "x", 3, 4), null);
  assert.equal(cellAfter({ row: -1, column: -1 }, "ArrowUp", 3, 4), null);
});

test("only what was really copied is pasted", () => {
  const copied = { kind: "week", person: "7", day: "2021-04-05" };
  assert.deepEqual(cleaned(JSON.stringify({ ...copied, more: 1 })), copied);
  for (const text of [null, "", "{", "null", '{"kind":"all","person":"7","day":"2021-04-05"}', '{"kind":"day","person":"x","day":"5. 4."}']) {
    assert.equal(cleaned(text), null);
  }
});

test("what was copied is said in Czech", () => {
  assert.equal(describe({ kind: "day", day: "2021-04-05" }), "Zkopírovaný den 5. 4.");
});

test("a cut cell names its shifts with the revisions that were seen", () => {
  const cut = { kind: "cut", person: "7", day: "2021-04-05", shifts: ["12:0123456789abcdef"] };
  assert.deepEqual(cleaned(JSON.stringify(cut)), cut);
  assert.equal(cleaned(JSON.stringify({ ...cut, shifts: [] })), null);
  assert.equal(cleaned(JSON.stringify({ ...cut, shifts: ["12"] })), null);
  assert.equal(isShift("12:0123456789abcdeg"), false);
});
