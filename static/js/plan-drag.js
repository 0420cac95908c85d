// Dragging a shift to another person or day. It fills in a form that the server takes or refuses, so nothing is decided
// here. By keyboard the same is done in the month's plan, and without this script in the form of the shift.

import { isShift } from "./plan-moves.js";

const table = document.querySelector("table[data-drag]");
const form = document.querySelector("form[data-move]");
const TYPE = "application/x-apk-shift";

if (table && form) {
  const placeOf = (event) => event.target.closest?.("td[data-person]") ?? null;
  const copies = (event) => event.ctrlKey || event.altKey;
  let over = null;

  const mark = (cell) => {
    over?.classList.remove("drop-here");
    over = cell;
    over?.classList.add("drop-here");
  };

  table.addEventListener("dragstart", (event) => {
    const chip = event.target.closest?.("[data-shift]");
    if (!chip) return;
    event.dataTransfer.setData(TYPE, chip.dataset.shift);
    event.dataTransfer.effectAllowed = "copyMove";
    chip.classList.add("dragged");
  });

  table.addEventListener("dragend", (event) => {
    event.target.closest?.("[data-shift]")?.classList.remove("dragged");
    mark(null);
  });

  table.addEventListener("dragover", (event) => {
    const cell = placeOf(event);
    mark(cell);
    if (!cell || !event.dataTransfer.types.includes(TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = copies(event) ? "copy" : "move";
  });

  table.addEventListener("drop", (event) => {
    const cell = placeOf(event);
    const shift = event.dataTransfer.getData(TYPE);
    mark(null);
    if (!cell || !isShift(shift)) return;
    event.preventDefault();
    const chip = table.querySelector(`[data-shift="${shift}"]`);
    if (!copies(event) && chip?.closest("td") === cell) return;
    const values = { smena: shift, asistent: cell.dataset.person, den: cell.dataset.day };
    if (copies(event)) values.kopirovat = "on";
    for (const [name, value] of Object.entries(values)) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    form.requestSubmit();
  });
}
