/** The screen of my own records: what the server has of me, with corrections and taking back. */

import { isoWithOffset } from "./finding.js";
import { $, config, openScreen, text } from "./page.js";
import { CORRECTION, CORRECTION_VERSION, captionFor, isRecent, ownRecords } from "./records.js";
import { uuid7 } from "./uuid7.js";
import { clockTime } from "./words.js";

const PAGES = { finding: config.capture, activity: config.activity };

let outbox = null;
let known = null;
let queued = [];
let shown = "";

const captionOf = ({ kind, payload }) => captionFor(kind, payload, { kinds: config.kinds, activity: known.activity });

function stateWords({ withdrawn, corrected, waits }) {
  if (waits) {
    return "oprava čeká na odeslání";
  }
  return withdrawn ? "vzato zpět" : corrected ? "opraveno" : "";
}

async function withdraw(event, record) {
  event.preventDefault();
  const form = event.target;
  const reason = new FormData(form).get("reason").trim();
  showProblem(form, reason ? "" : "Napište důvod.");
  if (!reason) {
    $("input", form).focus();
    return;
  }
  $("button", form).disabled = true;
  try {
    await saveWithdrawal(record, reason);
  } catch (error) {
    console.error(error);
    showProblem(form, "Telefon to neuložil. Zkuste to znovu.");
    $("button", form).disabled = false;
    return;
  }
  outbox.drain({ eager: true });
}

function showProblem(form, words) {
  text("[data-problem]", words, form);
  $("[data-problem]", form).hidden = !words;
}

function saveWithdrawal(record, reason) {
  return outbox.save({
    id: uuid7(),
    kind: CORRECTION,
    version: CORRECTION_VERSION,
    recordedAt: isoWithOffset(new Date()),
    payload: { corrects: record.id, payload: null, reason },
    caption: `Vzít zpět: ${captionOf(record)}`,
  });
}

function entry(record, now) {
  const item = $("[data-entry]").content.firstElementChild.cloneNode(true);
  item.dataset.record = record.id;
  text("[data-caption]", captionOf(record), item);
  text("[data-when]", clockTime(record.recordedAt, now), item);
  const words = stateWords(record);
  $("[data-state]", item).hidden = !words;
  text("[data-state]", words, item);
  const correctable = record.kind in PAGES && !record.withdrawn && !record.waits && isRecent(record.recordedAt, now);
  $("[data-steps]", item).hidden = !(correctable && known.accepts.includes(CORRECTION));
  $("[data-correct]", item).href = `${PAGES[record.kind]}?oprava=${record.id}`;
  $("[data-withdraw]", item).addEventListener("submit", (event) => withdraw(event, record));
  return item;
}

function show() {
  if (!known) {
    return;
  }
  const now = Date.now();
  const records = ownRecords(known.records, queued);
  const rows = JSON.stringify(records);
  if (rows === shown) {
    return; // rebuilding the list closes what the person has just opened in it
  }
  shown = rows;
  $("[data-none]").hidden = records.length > 0;
  $("[data-records]").hidden = records.length === 0;
  $("[data-records]").replaceChildren(...records.map((record) => entry(record, now)));
}

function know(data) {
  known = data;
  show();
}

function render({ records }) {
  queued = records;
  show();
}

({ outbox } = await openScreen({ know, render }));
