/** The screen of today: my shifts, my mentor, my last findings and the state of the outbox. */

import { dayWords, hourWords, nextDays } from "./days.js";
import { isoWithOffset } from "./finding.js";
import { $, openScreen, telephone, text } from "./page.js";
import { ATTENDANCE, captionFor, duty } from "./records.js";
import { TaskList } from "./task-list.js";
import { uuid7 } from "./uuid7.js";
import { clockTime, counted } from "./words.js";

// Older words of the server are marked by their age.
const FRESH = 3_600_000;

const copy = (name) => $(`[data-${name}]`).content.firstElementChild.cloneNode(true);

// Which buttons make sense in which state of duty, and the words for it.
const DUTY = {
  off: ["Služba neběží.", ["start"]],
  on: ["Ve službě od", ["break-start", "end"]],
  break: ["Přestávka od", ["break-end"]],
};

const tasks = new TaskList();
let known = null;
let queued = [];
let outbox = null;
let noting = false;
// What was noted on this screen and has left the queue before the server's data came back.
const noted = [];

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

function showDuty() {
  const taken = known.accepts.includes(ATTENDANCE);
  $("[data-duty]").hidden = !taken;
  if (!taken) {
    return;
  }
  const { state, since } = duty([...known.records, ...queued, ...noted], Date.now());
  const [words, events] = DUTY[state];
  text("[data-duty-state]", since && state !== "off" ? `${words} ${hourWords(since)}` : words);
  for (const button of document.querySelectorAll("[data-event]")) {
    button.hidden = !events.includes(button.dataset.event);
  }
}

/** Writes down that duty or a break begins or ends now. */
async function note(event) {
  if (noting) {
    return;
  }
  noting = true;
  const payload = { event };
  const recordedAt = isoWithOffset(new Date());
  const row = { id: uuid7(), kind: ATTENDANCE, version: 1, recordedAt, payload };
  try {
    await outbox.save({ ...row, caption: captionFor(ATTENDANCE, payload, {}) });
    noted.push(row);
    $("[data-duty-problem]").hidden = true;
  } catch (error) {
    console.error(error);
    $("[data-duty-problem]").hidden = false;
  }
  noting = false;
  showDuty();
  outbox.drain({ eager: true });
  navigator.storage?.persist?.();
}

function show() {
  const now = Date.now();
  text("[data-today]", dayWords(new Date(now)));
  if (!known) {
    return;
  }
  $("[data-days]").replaceChildren(...nextDays(known.shifts, now).flatMap(dayPart));
  showDuty();
  const old = now - Date.parse(known.preparedAt) > FRESH;
  text("[data-prepared]", old ? `Plán podle serveru ${clockTime(known.preparedAt, now)}.` : "");
}

function know(data) {
  known = data;
  tasks.know(data);
  const { mentor, findings } = data;
  const withoutPhone = mentor && !mentor.phone ? " (telefon není zapsán)" : "";
  text("[data-mentor]", mentor ? mentor.name + withoutPhone : "Dnes nemáte přiděleného mentora.");
  const waiting = data.plan?.waiting ?? 0;
  $("[data-plan-waiting]").hidden = waiting === 0;
  const changes = counted(waiting, "změna plánu", "změny plánu", "změn plánu");
  text("[data-plan-sentence]", `Na vaši odpověď čeká ${changes}.`);
  telephone($("[data-mentor-call]"), mentor?.phone ?? "");
  text("[data-mentor-phone]", mentor?.phone ?? "");
  $("[data-findings]").hidden = findings.length === 0;
  $("[data-findings]").replaceChildren(...findings.map((finding) => findingRow(finding, Date.now())));
  $("[data-no-findings]").hidden = findings.length > 0;
  show();
}

function render({ counts, records }) {
  queued = records;
  tasks.render({ records });
  if (known) {
    showDuty();
  }
  const line = $("[data-queue-line]");
  const troubled = counts.refused + counts.conflicts + counts.refusedPhotos > 0;
  line.classList.toggle("troubled", troubled);
  line.classList.toggle("waiting", !troubled && counts.waiting + counts.photos > 0);
}

show();
// Midnight may pass while one looks.
setInterval(show, 60_000);
for (const button of document.querySelectorAll("[data-event]")) {
  button.addEventListener("click", () => note(button.dataset.event));
}
({ outbox } = await openScreen({ render, know }));
tasks.start(outbox);
