/** The screen of the queue: what waits, since when and why; what was refused and what can be done about it. */

import { $, config, openScreen } from "./page.js";
import { captionFor } from "./records.js";
import { rescueName, rescueParts } from "./rescue.js";
import { ago, clockTime, counted, heldSentence, pauseSentence } from "./words.js";

const WARNINGS = {
  refused: "Záznam server nemá. Po smazání už nikde nebude.",
  conflict: "Server má uloženy oba obsahy a rozhodne o nich mentor. Z telefonu záznam můžete smazat.",
  photo: "Fotografii server nemá. Po smazání už nikde nebude.",
};
const photoWord = (count) => counted(count, "fotografie", "fotografie", "fotografií");

let outbox = null;
let owner = null;
let known = null;

function entry(caption, when) {
  const item = $("[data-entry]").content.firstElementChild.cloneNode(true);
  $("[data-caption]", item).textContent = caption;
  $("[data-when]", item).textContent = when;
  return item;
}

function explain(item, reason) {
  const line = $("[data-reason]", item);
  line.textContent = reason;
  line.hidden = !reason;
}

function letDiscard(item, id, warning) {
  $("[data-steps]", item).hidden = false;
  $("[data-warning]", item).textContent = warning;
  $("[data-discard]", item).addEventListener("click", () => outbox.discard(id));
}

/** The form in which a refused record can be mended; empty when there is none for it. */
function formOf({ kind, payload }) {
  const content = kind === "correction" ? payload.payload : payload;
  if (content?.place_kind) {
    return config.capture;
  }
  return content?.activity_kind ? config.activity : "";
}

/** What the server has under the id of a record whose content is another one here. */
function otherVersion({ id }) {
  const other = known.records.find((row) => row.id === id);
  return other ? `${captionFor(other.kind, other.payload, { kinds: config.kinds, activity: known.activity })}, ${clockTime(other.recordedAt, Date.now())}` : "";
}

function troubledRecord(record, now) {
  const item = entry(record.caption, clockTime(record.recordedAt, now));
  item.dataset.record = record.id;
  explain(item, record.reason);
  letDiscard(item, record.id, WARNINGS[record.state]);
  if (record.state === "conflict") {
    $("[data-versions]", item).hidden = false;
    $("[data-ours]", item).textContent = `${record.caption}, ${clockTime(record.recordedAt, now)}`;
    $("[data-theirs]", item).textContent = otherVersion(record) || "ukáže vám ho mentor";
  }
  if (record.state === "refused") {
    const link = $("[data-correct]", item);
    link.hidden = false;
    link.href = `${formOf(record)}?zaznam=${record.id}`;
    link.hidden = !formOf(record);
  }
  return item;
}

function troubledPhoto(photo, now) {
  const item = entry("Fotografie", clockTime(photo.savedAt, now));
  explain(item, photo.reason);
  letDiscard(item, photo.id, WARNINGS.photo);
  return item;
}

function waitingRecord(record, photos, now) {
  const count = photos.filter(({ record: id }) => id === record.id).length;
  const caption = count ? `${record.caption}, ${photoWord(count)}` : record.caption;
  const item = entry(caption, `${clockTime(record.recordedAt, now)}, uloženo ${ago(record.savedAt, now)}`);
  item.dataset.record = record.id;
  explain(item, record.attempts > 0 ? `Server to zatím nezpracoval, pokusů: ${record.attempts}.` : "");
  return item;
}

function sentRecord({ caption, recordedAt, sentAt, held }, now) {
  const item = entry(caption, `${clockTime(recordedAt, now)}, odesláno ${ago(sentAt, now)}`);
  explain(item, heldSentence(held));
  return item;
}

function fill(name, items) {
  $(`[data-${name}]`).hidden = items.length === 0;
  $(`[data-${name}-list]`).replaceChildren(...items);
}

// Rebuilding a list closes what the person has just opened in it and takes their focus.
let shown = { rows: "", minute: 0 };

function render({ records, photos, sent, counts, pause, sending }) {
  const now = Date.now();
  const waitsForPerson = pause?.kind === "sign-in" || pause?.kind === "other-user";
  const unsent = counts.waiting + counts.photos > 0;
  const nothing = records.length + photos.length === 0;
  const reason = nothing
    ? "V telefonu nic nezůstalo. Co zapíšete bez spojení, uvidíte tady."
    : sending && unsent
      ? "Právě odesílám…"
      : pauseSentence(unsent ? pause : null);
  const line = $("[data-queue-reason]");
  if (line.textContent !== reason) {
    line.textContent = reason;
  }
  const attempt = $("[data-next-attempt]");
  attempt.hidden = sending || !unsent || !pause || waitsForPerson;
  attempt.textContent = pause ? `Další pokus nejpozději ${clockTime(pause.until, now)}.` : "";
  $("[data-send-now]").hidden = !unsent || waitsForPerson;
  $("[data-send-now]").setAttribute("aria-disabled", String(sending));
  $("[data-queue-sign-in]").hidden = !unsent || !waitsForPerson;

  $("[data-rescue]").hidden = nothing;

  const rows = JSON.stringify([records, photos, sent]);
  const minute = Math.floor(now / 60_000);
  if (rows === shown.rows && (minute === shown.minute || $("details[open]"))) {
    return;
  }
  shown = { rows, minute };
  const troubled = records.filter(({ state: word }) => word !== "waiting");
  const waiting = records.filter(({ state: word }) => word === "waiting");
  const ids = new Set(records.map(({ id }) => id));
  const lonely = photos.filter(({ state: word, record }) => word === "waiting" && !ids.has(record));
  fill("troubled", [
    ...troubled.map((record) => troubledRecord(record, now)),
    ...photos.filter(({ state: word }) => word === "refused").map((photo) => troubledPhoto(photo, now)),
  ]);
  fill("waiting", [
    ...waiting.map((record) => waitingRecord(record, photos, now)),
    ...lonely.map((photo) => entry("Fotografie", `uložena ${ago(photo.savedAt, now)}`)),
  ]);
  fill(
    "sent",
    sent.map((line) => sentRecord(line, now)),
  );
}

$("[data-send-now]").addEventListener("click", () => outbox?.drain({ eager: true }));
/** Hands everything that waits over as a file: the way out when the phone can no longer send. */
async function rescue() {
  const { records, photos } = await outbox.everything();
  const now = new Date();
  const file = new Blob(rescueParts({ owner, name: known.name, records, photos }, now), { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = rescueName(now);
  link.click();
  // The browser reads the file after the click; a minute is plenty.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  $("[data-rescued]").textContent = `Soubor ${link.download} je ve stažených souborech. Předejte ho mentorovi; záznamy v telefonu zůstávají.`;
}

$("[data-rescue-save]").addEventListener("click", rescue);
({ outbox, owner } = await openScreen({ render, know: (data) => (known = data) }));
// Ages grow while one looks at them.
setInterval(() => outbox.dispatchEvent(new Event("change")), 60_000);
