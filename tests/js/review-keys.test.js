import assert from "node:assert/strict";
import { test } from "node:test";

import { keyFor } from "../../static/js/review-keys.js";

const page = { tagName: "BODY", isContentEditable: false };
const pressed = (event) => keyFor({ key: "p", target: page, ctrlKey: false, altKey: false, metaKey: false, ...event });

test("a letter is a decision, in upper case too", () => {
  assert.equal(pressed({}), "p");
  assert.equal(pressed({ key: "P" }), "p");
});

test("what is typed into a field is no decision", () => {
  for (const target of [{ tagName: "TEXTAREA" }, { tagName: "SELECT" }, { tagName: "INPUT", type: "text" }]) {
    assert.equal(pressed({ target }), null);
  }
  assert.equal(pressed({ target: { tagName: "INPUT", type: "radio" } }), "p");
});

test("the browser's own shortcuts and keys held down are no decisions", () => {
  for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { repeat: true }, { isComposing: true }]) {
    assert.equal(pressed(held), null);
  }
  assert.equal(pressed({ key: "Enter" }), null);
});
