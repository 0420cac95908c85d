import assert from "node:assert/strict";
import { test } from "node:test";
import { captionFor } from "../../static/field/records.js";
import { answerOf, openTasks, outcomeOf } from "../../static/field/tasks.js";

const tasks = { questions: [{ id: 1 }, { id: 2 }], sightings: [{ id: 1 }, { id: 2 }] };

test("what was answered or looked into waits no more", () => {
  const done = [answerOf(2, "Pět."), outcomeOf(1, "Jílová")];
  assert.deepEqual(openTasks(tasks, done), { questions: [{ id: 1 }], sightings: [{ id: 2 }] });
});

test("data from before there were tasks have none", () => {
  assert.deepEqual(openTasks(undefined, []), { questions: [], sightings: [] });
});

test("an outcome names the finding, or says that nothing was found", () => {
  assert.deepEqual(outcomeOf(7, "Jílová", { note: "uklizeno" }), {
    kind: "sighting-outcome",
    version: 1,
    payload: { sighting: 7, outcome: "not-found", finding: null, note: "uklizeno" },
    caption: "Nenalezeno: Jílová",
  });
  assert.deepEqual(outcomeOf(7, "Jílová", { finding: "0196" }).payload, {
    sighting: 7,
    outcome: "found",
    finding: "0196",
    note: "",
  });
});

test("among my records they are said in words", () => {
  assert.equal(captionFor("answer", { text: "Pět." }, { kinds: {} }), "Odpověď: Pět.");
  assert.equal(captionFor("sighting-outcome", { finding: null }, { kinds: {} }), "Oznámení: nenalezeno");
});
