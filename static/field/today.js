/** The screen of today: my shifts, my mentor, my last findings and the state of the outbox. */

import { dayWords, hourWords, nextDays } from "./days.js";
import { $, openScreen, telephone, text } from "./page.js";
import { clockTime, counted } from "./words.js";

// Older words of the server are marked by their age.
const FRESH = 3_600_000;

const copy = (name) => $(`[data-${name}]`).content.firstElementChild.cloneNode(true);

let known = null;

function shiftRow({ start, end, locality, note, current, sinceYesterday }) {
  const row = copy("shift");
  row.classList.toggle("current", current);
  text("[data-time]", `${hourWords(start)}–${hourWords(end)}`, row);
  text("[data-locality]", locality.name, row);
  $("[data-current]", row).hidden = !current;
  $("[data-yesterday]", row).hidden = !sinceYesterday;
  $("[data-note]", row).hidden = !note;
  text("[data-note]", note, row);
  return row;
}

function dayPart({ name, day, shifts }) {
  const heading = document.createElement("h3");
  const small = document.createElement("small");
  heading.className = "day";
  small.textContent = dayWords(day);
  heading.append(`${name} `, small);
  if (shifts.length === 0) {
    const none = document.createElement("p");
    Object.assign(none, { className: "soft", textContent: "Žádná směna." });
    return [heading, none];
  }
  const list = document.createElement("ul");
  list.className = "rows";
  list.append(...shifts.map(shiftRow));
  return [heading, list];
}

function findingRow({ url, place, pieces, foundAt }, now) {
  const row = copy("finding");
  $("a", row).href = url;
  text("[data-place]", place, row);
  text("[data-facts]", `${counted(pieces, "kus", "kusy", "kusů")}, ${clockTime(foundAt, now)}`, row);
  return row;
}

function show() {
  const now = Date.now();
  text("[data-today]", dayWords(new Date(now)));
  if (!known) {
    return;
  }
  $("[data-days]").replaceChildren(...nextDays(known.shifts, now).flatMap(dayPart));
  const old = now - Date.parse(known.preparedAt) > FRESH;
  text("[data-prepared]", old ? `Plán podle serveru ${clockTime(known.preparedAt, now)}.` : "");
}

function know(data) {
  known = data;
  const { mentor, findings } = data;
  const withoutPhone = mentor && !mentor.phone ? " (telefon není zapsán)" : "";
  text("[data-mentor]", mentor ? mentor.name + withoutPhone : "Dnes nemáte přiděleného mentora.");
  telephone($("[data-mentor-call]"), mentor?.phone ?? "");
  text("[data-mentor-phone]", mentor?.phone ?? "");
  $("[data-findings]").hidden = findings.length === 0;
  $("[data-findings]").replaceChildren(...findings.map((finding) => findingRow(finding, Date.now())));
  $("[data-no-findings]").hidden = findings.length > 0;
  show();
}

function render({ counts }) {
  const line = $("[data-queue-line]");
  const troubled = counts.refused + counts.conflicts + counts.refusedPhotos > 0;
  line.classList.toggle("troubled", troubled);
  line.classList.toggle("waiting", !troubled && counts.waiting + counts.photos > 0);
}

show();
// Midnight may pass while one looks.
setInterval(show, 60_000);
await openScreen({ render, know });
