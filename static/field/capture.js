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
import { uuid7 } from "./uuid7.js";
import { counted, fate } from "./words.js";

// Names of the counters in the form and in a finding.
const COUNTERS = {
  with_needle: "withNeedle",
  without_needle: "withoutNeedle",
  needles: "needles",
  paraphernalia: "paraphernalia",
};

const form = $("[data-capture]");
const saved = $("[data-saved]");
const saveButton = $("[data-save]");
const field = (name) => form.elements.namedItem(name);

const place = new PositionPanel();
const camera = new PhotoPicker();

/** The record being written; `recordedAt` is set when it is one that the server had refused. */
let current = { id: "", recordedAt: null };
let saving = false;
let savedId = null;

function begin({ id = uuid7(), recordedAt = null, position = null, photos = [] } = {}) {
  form.reset();
  current = { id, recordedAt };
  release();
  for (const part of ["problems", "refusal", "save-problem", "save-without-photos"]) {
    $(`[data-${part}]`).hidden = true;
  }
  markInvalid([]);
  camera.begin(photos);
  place.choose(position);
  showTotal();
}

function release() {
  saving = false;
  saveButton.removeAttribute("aria-disabled");
}

function backToForm() {
  savedId = null;
  saved.hidden = true;
  form.hidden = false;
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

function markInvalid(names) {
  for (const part of form.querySelectorAll("[id^=field-]")) {
    part.classList.toggle("invalid", names.includes(part.id.slice("field-".length)));
  }
}

function showProblems(found) {
  markInvalid(found.map(({ field: name }) => name));
  $("[data-problems]").hidden = found.length === 0;
  $("[data-problem-list]").replaceChildren(
    ...found.map(({ field: name, message }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      Object.assign(link, { href: `#field-${name}`, textContent: message });
      item.append(link);
      return item;
    }),
  );
}

/** What has been mended since the last attempt leaves the list at once. */
function reviewProblems() {
  if (!$("[data-problems]").hidden) {
    showProblems(problems(written(), config.cityBounds));
  }
}

function leadToProblems(found) {
  if (found.some(({ field: name }) => name === "note")) {
    $("[data-more]").open = true;
  }
  const box = $("[data-problems]");
  box.focus();
  box.scrollIntoView({ block: "start" });
}

// --- Saving ----------------------------------------------------------------------------------------------------------

async function save({ withPhotos = true } = {}) {
  if (saving) {
    return;
  }
  const finding = written();
  const found = problems(finding, config.cityBounds);
  showProblems(found);
  if (found.length > 0) {
    leadToProblems(found);
    return;
  }
  saving = true;
  saveButton.setAttribute("aria-disabled", "true");
  await camera.ready; // a photo taken a moment ago belongs to this finding
  const caption = captionOf(finding, config.kinds[finding.placeKind]);
  const recordedAt = current.recordedAt ?? isoWithOffset(new Date());
  const record = { id: finding.id, kind: KIND, version: VERSION, recordedAt, payload: payloadOf(finding), caption };
  const photos = withPhotos ? camera.photos : [];
  const { outbox } = await opened;
  try {
    await outbox.save(record, photos, camera.dropped);
  } catch (error) {
    explainUnsaved(error, photos.length > 0);
    release();
    return;
  }
  showSaved(finding.id, caption);
  outbox.drain({ eager: true });
  // Asks the browser not to throw the outbox away when the phone runs short; it may decline.
  navigator.storage?.persist?.();
}

function explainUnsaved(error, hasPhotos) {
  console.error(error);
  const full = error.name === "QuotaExceededError";
  const problem = $("[data-save-problem]");
  problem.textContent = full
    ? "Telefon je plný a nález se neuložil. Uvolněte místo v telefonu, nebo ho uložte bez fotografií."
    : "Telefon nález neuložil. Zkuste to znovu; co jste vyplnili, tu zůstává.";
  problem.hidden = false;
  $("[data-save-without-photos]").hidden = !(full && hasPhotos);
}

function showSaved(id, caption) {
  savedId = id;
  $("[data-saved-caption]").textContent = caption;
  $("[data-saved-state]").textContent = "";
  form.hidden = true;
  saved.hidden = false;
  $("#saved-heading").focus();
}

/** Follows what becomes of the finding just saved. */
function render(overview) {
  if (!savedId) {
    return;
  }
  const { state, level, reason } = fate(overview, savedId);
  const line = $("[data-saved-state]");
  if (line.textContent !== state) {
    line.textContent = state;
  }
  saved.dataset.level = level;
  $("[data-saved-reason]").textContent = reason;
  $("[data-correct-now]").hidden = level !== "refused";
}

/** Fills the form with a record that the server refused, so that it can be mended and sent under its own id. */
async function correct(id) {
  const { outbox } = await opened;
  const record = await outbox.record(id);
  if (record?.state !== "refused" || record.kind !== KIND) {
    return;
  }
  const finding = findingOf(record.id, record.payload);
  const photos = await outbox.photosOf(record.id);
  begin({ id: record.id, recordedAt: record.recordedAt, position: finding.position, photos });
  for (const [name, key] of Object.entries(COUNTERS)) {
    field(name).value = finding[key];
  }
  field("place_kind").value = finding.placeKind;
  field("source").value = finding.source;
  field("child_accessible").checked = finding.childAccessible;
  field("note").value = finding.note;
  showTotal();
  $("[data-more]").open = Boolean(finding.note || finding.paraphernalia);
  $("[data-refusal-reason]").textContent = record.reason;
  $("[data-refusal]").hidden = false;
  markInvalid([record.field === "longitude" ? "latitude" : record.field]);
  backToForm();
}

// --- Start -----------------------------------------------------------------------------------------------------------

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
$("[data-correct-now]").addEventListener("click", () => correct(savedId));
$("[data-next]").addEventListener("click", () => {
  begin();
  backToForm();
});

const opened = openScreen({ render, know: (data) => place.know(data), isWriting });
const refusedId = new URLSearchParams(location.search).get("zaznam");
if (refusedId) {
  await correct(refusedId);
}
