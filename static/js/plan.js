// Working in the month's plan by keyboard. Every step is a form that the server takes, so nothing is decided here; the
// page comes back with the cell that the step was about in its address, and the focus returns there.

import { cellAfter, cleaned, describe } from "./plan-moves.js";

const desk = document.querySelector("[data-desk]");
const table = document.querySelector("table[data-plan]");
const CLIPBOARD = "plan-clipboard";
const KINDS = { c: "cell", d: "day", t: "week" };

if (desk && table) {
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].slice(1));
  const form = desk.querySelector("[data-operation]");
  const locality = desk.querySelector("[data-locality]");
  const templates = [...desk.querySelectorAll("[data-template]")];

  const say = (text) => {
    desk.querySelector("[data-said]").textContent = text;
  };

  const placeOf = (cell) => {
    const row = rows.findIndex((cells) => cells.includes(cell));
    return { row, column: row < 0 ? -1 : rows[row].indexOf(cell) };
  };

  // One cell of the table takes part in the order of Tab; arrows move which one it is.
  let current = null;
  const choose = (cell, { focus = true } = {}) => {
    if (current) current.tabIndex = -1;
    current = cell;
    cell.tabIndex = 0;
    if (focus) {
      cell.focus({ preventScroll: true });
      cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  };

  const send = (action, values) => {
    form.action = action;
    for (const input of form.querySelectorAll("input[data-value]")) input.remove();
    const all = Object.entries({ ...values, zpet: desk.dataset.back });
    for (const [name, value] of all.flatMap(([name, some]) => [some].flat().map((value) => [name, value]))) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      input.dataset.value = "";
      form.append(input);
    }
    form.requestSubmit();
  };

  const remembered = () => cleaned(sessionStorage.getItem(CLIPBOARD));

  const act = (key, cell) => {
    const { person, day } = cell.dataset;
    if (key === "Enter") {
      const link = cell.querySelector("a.brief, a.add");
      if (link) link.click();
      return Boolean(link);
    }
    if (!person) return false;
    const here = { asistent: person, den: day };
    const shifts = [...cell.querySelectorAll("[data-shift]")].map((chip) => chip.dataset.shift);
    if (KINDS[key] || (key === "x" && shifts.length)) {
      const copied = key === "x" ? { kind: "cut", person, day, shifts } : { kind: KINDS[key], person, day };
      sessionStorage.setItem(CLIPBOARD, JSON.stringify(copied));
      for (const marked of table.querySelectorAll(".copied")) marked.classList.remove("copied");
      cell.classList.add("copied");
      say(describe(copied));
      return true;
    }
    if (key === "v") {
      const copied = remembered();
      if (!copied) {
        say("Nejdřív něco zkopírujte klávesou C, D nebo T, nebo vyjměte klávesou X.");
        return true;
      }
      if (copied.kind === "cut") {
        sessionStorage.removeItem(CLIPBOARD);
        send(desk.dataset.move, { ...here, smena: copied.shifts });
        return true;
      }
      send(desk.dataset.paste, { ...here, rozsah: copied.kind, z_asistenta: copied.person, z_dne: copied.day });
      return true;
    }
    if (key === "Delete" && shifts.length) {
      send(desk.dataset.clear, { ...here, smena: shifts });
      return true;
    }
    const template = /^[1-9]$/.test(key) ? templates[Number(key) - 1] : undefined;
    if (template) {
      send(desk.dataset.quick, { ...here, sablona: template.dataset.template, lokalita: locality.value });
      return true;
    }
    return false;
  };

  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.altKey) return;
    const moved = cellAfter(placeOf(cell), event.key, rows.length, rows[0].length);
    if (moved) {
      event.preventDefault();
      choose(rows[moved.row][moved.column]);
      return;
    }
    // Enter upon a link within the cell is the browser's own.
    if (event.key === "Enter" && event.target !== cell) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // Ctrl+C and Ctrl+V as everywhere; any other shortcut belongs to the browser.
    if ((event.ctrlKey || event.metaKey) && !["c", "v", "x", "z"].includes(key)) return;
    if (key === "z") {
      event.preventDefault();
      desk.querySelector("[data-undo]")?.requestSubmit();
      return;
    }
    if (act(key, cell)) event.preventDefault();
  });

  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td");
    if (cell && rows.some((cells) => cells.includes(cell))) choose(cell, { focus: false });
  });

  for (const cells of rows) for (const cell of cells) cell.tabIndex = -1;
  const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const known = named && rows.some((cells) => cells.includes(named));
  const first = rows.flat().find((cell) => cell.dataset.person) ?? rows[0][0];
  choose(known ? named : first, { focus: Boolean(known) });
}
