/**
 * The screen where a finding is written down: position, pieces, kind of place, photos, one button.
 *
 * The id is minted when the form opens and the button works once, so that a double tap makes one record. After saving
 * the same page is ready for the next finding, because without a connection no other page may come.
 */

import { PhotoPicker } from "./capture-photos.js";
import { PositionPanel } from "./capture-position.js";
import {
  KIND,
  MOST_PIECES,
  VERSION,
  captionOf,
  countOf,
  findingOf,
  isoWithOffset,
  payloadOf,
  pieces,
  problems,
} from "./finding.js";
import { $, config, openScreen } from "./page.js";
import { leadToProblems, markInvalid, showProblems } from "./problems.js";
import { CORRECTION, CORRECTION_VERSION, ownRecords } from "./records.js";
import { SavedPanel } from "./saved-panel.js";
import { openTasks, outcomeOf } from "./tasks.js";
import { uuid7 } from "./uuid7.js";
import { counted } from "./words.js";

// Names of the counters in the form and in a finding.
const COUNTERS = {
  with_needle: "withNeedle",
  without_needle: "withoutNeedle",
  needles: "needles",
  paraphernalia: "paraphernalia",
};

const form = $("[data-capture]");
const saveButton = $("[data-save]");
const field = (name) => form.elements.namedItem(name);

const place = new PositionPanel();
const camera = new PhotoPicker();

/**
 * The record being written. `recordedAt` is set when it is one that the server had refused, `corrects` when it corrects
 * another one that the server has.
 */
let current = { id: "", recordedAt: null, corrects: null };
let saving = false;
let known = null;
// The report from others that this finding answers, as the server's data have it.
let sighting = null;

function begin({ id = uuid7(), recordedAt = null, corrects = null, position = null, photos = [] } = {}) {
  form.reset();
  current = { id, recordedAt, corrects };
  $("[data-correcting]").hidden = !corrects;
  $("[data-photos]").hidden = Boolean(corrects);
  release();
  for (const part of ["problems", "refusal", "save-problem", "save-without-photos"]) {
    $(`[data-${part}]`).hidden = true;
  }
  markInvalid(form, []);
  camera.begin(photos);
  place.choose(position);
  showTotal();
}

function release() {
  saving = false;
  saveButton.removeAttribute("aria-disabled");
}

function backToForm() {
  panel.hide();
  $("[data-heading]").focus();
  window.scrollTo(0, 0);
}

// --- What is written -------------------------------------------------------------------------------------------------

function counts() {
  return Object.fromEntries(Object.entries(COUNTERS).map(([name, key]) => [key, countOf(field(name).value)]));
}

function written() {
  return {
    ...counts(),
    id: current.id,
    position: place.position,
    placeKind: field("place_kind").value,
    source: field("source").value,
    childAccessible: field("child_accessible").checked,
    note: field("note").value.trim(),
  };
}

/** Whether a reload would lose anything: what the GPS found comes again by itself. */
function isWriting() {
  const { placeKind, note } = written();
  return !form.hidden && Boolean(placeKind || note || pieces(counts()) || camera.photos.length);
}

function showTotal() {
  const total = pieces(counts());
  $("[data-total]").textContent = Number.isNaN(total) ? "" : `celkem ${counted(total, "kus", "kusy", "kusů")}`;
}

function step(name, by) {
  const input = field(name);
  const now = countOf(input.value);
  input.value = Math.min(MOST_PIECES, Math.max(0, (Number.isNaN(now) ? 0 : now) + by));
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// --- What is missing -------------------------------------------------------------------------------------------------

function allProblems(finding) {
  const found = problems(finding, config.cityBounds);
  const unexplained = current.corrects && !field("correction_reason").value.trim();
  return unexplained ? [{ field: "reason", message: "Napište, proč záznam opravujete." }, ...found] : found;
}

/** What has been mended since the last attempt leaves the list at once. */
function reviewProblems() {
  if (!$("[data-problems]").hidden) {
    showProblems(form, allProblems(written()));
  }
}

/** What the record says: a finding, or the correction of one. */
function contentOf(finding, caption) {
  const payload = payloadOf(finding);
  if (!current.corrects) {
    return { kind: KIND, version: VERSION, payload, caption };
  }
  const correction = { corrects: current.corrects, payload, reason: field("correction_reason").value.trim() };
  return { kind: CORRECTION, version: CORRECTION_VERSION, payload: correction, caption: `Oprava: ${caption}` };
}

// --- Saving ----------------------------------------------------------------------------------------------------------

async function save({ withPhotos = true } = {}) {
  if (saving) {
    return;
  }
  const finding = written();
  const found = allProblems(finding);
  showProblems(form, found);
  if (found.length > 0) {
    leadToProblems(found);
    return;
  }
  saving = true;
  saveButton.setAttribute("aria-disabled", "true");
  await camera.ready; // a photo taken a moment ago belongs to this finding
  const caption = captionOf(finding, config.kinds[finding.placeKind]);
  const recordedAt = current.recordedAt ?? isoWithOffset(new Date());
  const record = { id: finding.id, recordedAt, ...contentOf(finding, caption) };
  const photos = withPhotos ? camera.photos : [];
  const { outbox } = await opened;
  try {
    await outbox.save(record, photos, camera.dropped);
  } catch (error) {
    $("[data-save-without-photos]").hidden = !panel.explainUnsaved(error, { photos: photos.length });
    release();
    return;
  }
  await closeSighting(outbox, record.id);
  panel.show(record.id, record.caption);
  outbox.drain({ eager: true });
  // Asks the browser not to throw the outbox away when the phone runs short; it may decline.
  navigator.storage?.persist?.();
}

/** The finding is safe; that it answers the report is a record of its own. */
async function closeSighting(outbox, finding) {
  if (!sighting) {
    return;
  }
  const recordedAt = isoWithOffset(new Date());
  try {
    await outbox.save({ id: uuid7(), recordedAt, ...outcomeOf(sighting.id, sighting.where, { finding }) });
  } catch (error) {
    console.error(error); // the task stays on the screen of today
    return;
  }
  answer(null);
}

function answer(report) {
  sighting = report;
  $("[data-answers]").hidden = !sighting;
  $("[data-answers-where]").textContent = sighting?.where ?? "";
  if (sighting) {
    field("source").value = sighting.source;
  }
}

/** Fills the form with a record that the server refused, so that it can be mended and sent under its own id. */
async function correct(id) {
  const { outbox } = await opened;
  const record = await outbox.record(id);
  const correction = record?.kind === CORRECTION ? record.payload : null;
  if (record?.state !== "refused" || !(record.kind === KIND || correction?.payload)) {
    return;
  }
  const photos = await outbox.photosOf(record.id);
  const { recordedAt } = record;
  fill(correction ? correction.payload : record.payload, { id, recordedAt, corrects: correction?.corrects, photos });
  field("correction_reason").value = correction?.reason ?? "";
  $("[data-refusal-reason]").textContent = record.reason;
  $("[data-refusal]").hidden = false;
  markInvalid(form, [record.field === "longitude" ? "latitude" : record.field]);
  backToForm();
}

/** Fills the form with a record that the server has, to write a correction of it. */
async function correctSent(id) {
  const { store, owner } = await opened;
  const record = ownRecords(known.records, await store.records(owner)).find((row) => row.id === id);
  if (record?.kind === KIND && !record.withdrawn) {
    fill(record.payload, { corrects: id });
    backToForm();
  }
}

function fill(payload, { id = uuid7(), recordedAt = null, corrects = null, photos = [] }) {
  const finding = findingOf(id, payload);
  begin({ id, recordedAt, corrects, position: finding.position, photos });
  for (const [name, key] of Object.entries(COUNTERS)) {
    field(name).value = finding[key];
  }
  field("place_kind").value = finding.placeKind;
  field("source").value = finding.source;
  field("child_accessible").checked = finding.childAccessible;
  field("note").value = finding.note;
  showTotal();
  $("[data-more]").open = Boolean(finding.note || finding.paraphernalia);
}

// --- Start -----------------------------------------------------------------------------------------------------------

const panel = new SavedPanel(form, {
  onCorrect: (id) => correct(id),
  onNext: () => {
    begin();
    backToForm();
  },
});
begin();
place.addEventListener("change", reviewProblems);
place.watch();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
form.addEventListener("keydown", (event) => {
  // The key of a phone's keyboard that means "done" must not save a half-written finding.
  if (event.key === "Enter" && event.target.matches("input[type=text]")) {
    event.preventDefault();
    event.target.blur();
  }
});
form.addEventListener("input", () => {
  showTotal();
  reviewProblems();
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button) {
    step(button.dataset.counter, Number(button.dataset.step));
  }
});
$("[data-save-without-photos]").addEventListener("click", () => save({ withPhotos: false }));

function know(data) {
  known = data;
  place.know(data);
}

const opened = openScreen({ render: (overview) => panel.render(overview), know, isWriting });
const asked = new URLSearchParams(location.search);
if (asked.has("zaznam")) {
  await correct(asked.get("zaznam"));
} else if (asked.has("oprava")) {
  await correctSent(asked.get("oprava"));
} else if (asked.has("oznameni")) {
  const { store, owner } = await opened;
  const { sightings } = openTasks(known?.tasks, await store.records(owner));
  answer(sightings.find(({ id }) => String(id) === asked.get("oznameni")) ?? null);
}
