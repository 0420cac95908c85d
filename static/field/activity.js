/**
 * The screen where an activity is written down: a tap on what it was, a tap on the button. The lists come from the
 * server with the person's data, the locality from the shift.
 */

import { activityOf, activityPayload, activityProblems } from "./activity-form.js";
import { currentShift } from "./days.js";
import { countOf, isoWithOffset } from "./finding.js";
import { $, config, openScreen, text } from "./page.js";
import { leadToProblems, markInvalid, showProblems } from "./problems.js";
import { ACTIVITY, CORRECTION, CORRECTION_VERSION, captionFor, ownRecords } from "./records.js";
import { SavedPanel } from "./saved-panel.js";
import { uuid7 } from "./uuid7.js";

const VERSION = 1;
const MOST = 999;

const form = $("[data-activity]");
const saveButton = $("[data-save]");
const field = (name) => form.elements.namedItem(name);

let known = null;
let current = { id: "", recordedAt: null, corrects: null };
let saving = false;

// --- The lists of the server -----------------------------------------------------------------------------------------

const copy = (name) => $(`[data-${name}]`).content.firstElementChild.cloneNode(true);

function kindTile({ value, label }) {
  const tile = copy("kind-tile");
  $("input", tile).value = value;
  text("[data-label]", label, tile);
  return tile;
}

function counterStepper({ value, label }) {
  const stepper = copy("counter-stepper");
  const input = $("input", stepper);
  Object.assign(input, { id: `counter-${value}`, name: `counter-${value}` });
  input.dataset.count = value;
  $("label", stepper).htmlFor = input.id;
  text("[data-label]", label, stepper);
  for (const button of stepper.querySelectorAll("button")) {
    button.setAttribute("aria-label", `${button.dataset.step > 0 ? "Přidat" : "Ubrat"}: ${label}`);
  }
  return stepper;
}

const options = (choices) => [new Option("–", ""), ...choices.map(({ value, label }) => new Option(label, value))];

function know(data) {
  const before = known?.activity ? written() : null;
  known = data;
  const taken = data.accepts.includes(ACTIVITY) && data.activity;
  $("[data-not-taken]").hidden = Boolean(taken);
  form.hidden = !taken || !$("[data-saved]").hidden;
  if (!taken) {
    return;
  }
  $("[data-kinds]").replaceChildren(...data.activity.kinds.map(kindTile));
  $("[data-counters]").replaceChildren(...data.activity.counters.map(counterStepper));
  for (const select of form.querySelectorAll("[data-choices]")) {
    select.replaceChildren(...options(data.activity[select.dataset.choices]));
  }
  $("[data-localities]").replaceChildren(...options(data.activity.localities));
  show(before ?? { ...activityOf({}), locality: ownLocality() });
}

/** The locality of the shift that lasts now, or of the only one today. */
function ownLocality() {
  const shift = currentShift(known.shifts, Date.now()) ?? (known.shifts.length === 1 ? known.shifts[0] : null);
  return shift?.locality.id ?? "";
}

// --- The form --------------------------------------------------------------------------------------------------------

const valueOf = (choices, chosen) => choices.find(({ value }) => String(value) === chosen)?.value ?? "";

function written() {
  const { kinds, organisations, reasons, patrols, localities } = known.activity;
  const counters = [...form.querySelectorAll("[data-count]")].map((input) => [input.dataset.count, countOf(input.value)]);
  return {
    kind: valueOf(kinds, field("kind").value),
    counters: Object.fromEntries(counters),
    locality: valueOf(localities, field("locality").value),
    note: field("note").value.trim(),
    organisation: valueOf(organisations, field("organisation").value),
    reason: valueOf(reasons, field("reason").value),
    patrol: valueOf(patrols, field("patrol").value),
  };
}

function show({ kind, counters, locality, note, organisation, reason, patrol }) {
  for (const radio of form.querySelectorAll("input[type=radio]")) {
    radio.checked = radio.value === String(kind);
  }
  for (const input of form.querySelectorAll("[data-count]")) {
    input.value = counters[input.dataset.count] ?? 0;
  }
  Object.assign(field("locality"), { value: locality });
  Object.assign(field("note"), { value: note });
  Object.assign(field("organisation"), { value: organisation });
  Object.assign(field("reason"), { value: reason });
  Object.assign(field("patrol"), { value: patrol });
  $("[data-more]").open = Boolean(note || organisation || patrol);
}

function begin({ id = uuid7(), recordedAt = null, corrects = null } = {}) {
  form.reset();
  current = { id, recordedAt, corrects };
  saving = false;
  saveButton.removeAttribute("aria-disabled");
  $("[data-correcting]").hidden = !corrects;
  $("[data-refusal]").hidden = $("[data-save-problem]").hidden = true;
  showProblems(form, []);
}

function backToForm() {
  panel.hide();
  $("[data-heading]").focus();
  window.scrollTo(0, 0);
}

// --- Saving ----------------------------------------------------------------------------------------------------------

function allProblems(activity) {
  const found = activityProblems(activity);
  const unexplained = current.corrects && !field("correction_reason").value.trim();
  return unexplained ? [{ field: "reason", message: "Napište, proč záznam opravujete." }, ...found] : found;
}

function contentOf(payload, caption) {
  if (!current.corrects) {
    return { kind: ACTIVITY, version: VERSION, payload, caption };
  }
  const correction = { corrects: current.corrects, payload, reason: field("correction_reason").value.trim() };
  return { kind: CORRECTION, version: CORRECTION_VERSION, payload: correction, caption: `Oprava: ${caption}` };
}

async function save() {
  if (saving || !known?.activity) {
    return;
  }
  const activity = written();
  const found = allProblems(activity);
  showProblems(form, found);
  if (found.length > 0) {
    leadToProblems(found);
    return;
  }
  saving = true;
  saveButton.setAttribute("aria-disabled", "true");
  const payload = activityPayload(activity);
  const caption = captionFor(ACTIVITY, payload, { kinds: config.kinds, activity: known.activity });
  const recordedAt = current.recordedAt ?? isoWithOffset(new Date());
  const { outbox } = await opened;
  try {
    await outbox.save({ id: current.id, recordedAt, ...contentOf(payload, caption) });
  } catch (error) {
    panel.explainUnsaved(error);
    saving = false;
    saveButton.removeAttribute("aria-disabled");
    return;
  }
  panel.show(current.id, caption);
  outbox.drain({ eager: true });
  navigator.storage?.persist?.();
}

/** Fills the form with a record that the server refused, so that it can be mended and sent under its own id. */
async function correct(id) {
  const { outbox } = await opened;
  const record = await outbox.record(id);
  const correction = record?.kind === CORRECTION ? record.payload : null;
  const payload = correction ? correction.payload : record?.payload;
  if (record?.state !== "refused" || !payload?.activity_kind) {
    return;
  }
  begin({ id, recordedAt: record.recordedAt, corrects: correction?.corrects });
  show(activityOf(payload));
  field("correction_reason").value = correction?.reason ?? "";
  text("[data-refusal-reason]", record.reason);
  $("[data-refusal]").hidden = false;
  markInvalid(form, [record.field]);
  backToForm();
}

/** Fills the form with a record that the server has, to write a correction of it. */
async function correctSent(id) {
  const { store, owner } = await opened;
  const record = ownRecords(known.records, await store.records(owner)).find((row) => row.id === id);
  if (record?.kind === ACTIVITY && !record.withdrawn) {
    begin({ corrects: id });
    show(activityOf(record.payload));
    backToForm();
  }
}

// --- Start -----------------------------------------------------------------------------------------------------------

const panel = new SavedPanel(form, {
  onCorrect: (id) => correct(id),
  onNext: () => {
    begin();
    show({ ...activityOf({}), locality: ownLocality() });
    backToForm();
  },
});
begin();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
form.addEventListener("input", () => {
  if (!$("[data-problems]").hidden) {
    showProblems(form, allProblems(written()));
  }
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button) {
    const input = $("input", button.parentElement);
    const now = countOf(input.value);
    input.value = Math.min(MOST, Math.max(0, (Number.isNaN(now) ? 0 : now) + Number(button.dataset.step)));
  }
});

function isWriting() {
  return Boolean(known?.activity) && !form.hidden && Boolean(written().kind || written().note);
}

const opened = openScreen({ render: (overview) => panel.render(overview), know, isWriting });
const asked = new URLSearchParams(location.search);
if (asked.has("zaznam")) {
  await correct(asked.get("zaznam"));
} else if (asked.has("oprava")) {
  await correctSent(asked.get("oprava"));
}
