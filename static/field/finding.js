/**
 * A finding as the form holds it and as the server wants it. Pure.
 *
 * The form's state: {id, position: {latitude, longitude, accuracy, source, place} | null, placeKind, source,
 * withNeedle, withoutNeedle, needles, paraphernalia, childAccessible, note}.
 */

import { isWithin } from "./geo.js";
import { counted } from "./words.js";

export const KIND = "finding";
export const VERSION = 1;
export const MOST_PIECES = 999;
export const LONGEST_NOTE = 1000;
export const MOST_PHOTOS = 6;

const COUNTS = ["withNeedle", "withoutNeedle", "needles", "paraphernalia"];

/** The number a person typed into a counter: a whole number from 0; NaN for anything else. */
export function countOf(text) {
  const trimmed = String(text).trim();
  if (trimmed === "") {
    return 0;
  }
  return /^\d{1,6}$/.test(trimmed) ? Number(trimmed) : NaN;
}

/** Pieces that must be disposed of as sharps; other paraphernalia are not among them. */
export function pieces({ withNeedle, withoutNeedle, needles }) {
  return withNeedle + withoutNeedle + needles;
}

/**
 * What is missing or wrong, in the order of the form: [{field, message}], field as the payload names it.
 *
 * @param {object} finding the form's state
 * @param {number[]} bounds of the city: south, west, north, east
 */
export function problems(finding, bounds) {
  const found = [];
  if (!finding.position) {
    found.push({ field: "latitude", message: "Chybí poloha. Počkejte na GPS, nebo klepněte na místo v mapě." });
  } else if (!isWithin(bounds, finding.position)) {
    found.push({ field: "latitude", message: "Poloha leží mimo město. Klepněte na správné místo v mapě." });
  }
  if (COUNTS.some((name) => Number.isNaN(finding[name]) || finding[name] > MOST_PIECES)) {
    found.push({ field: "with_needle", message: `Počet kusů je celé číslo od 0 do ${MOST_PIECES}.` });
  } else if (pieces(finding) === 0) {
    found.push({ field: "with_needle", message: "Zadejte aspoň jeden kus." });
  }
  if (!finding.placeKind) {
    found.push({ field: "place_kind", message: "Vyberte druh místa." });
  }
  if (finding.note.length > LONGEST_NOTE) {
    found.push({ field: "note", message: `Poznámka je moc dlouhá, vejde se ${LONGEST_NOTE} znaků.` });
  }
  return found;
}

/** The record's payload, as `VERSION` of `KIND` is agreed with the server. */
export function payloadOf(finding) {
  const { position } = finding;
  return {
    latitude: position.latitude,
    longitude: position.longitude,
    accuracy_m: position.accuracy,
    position_source: position.source,
    place: position.place,
    place_kind: finding.placeKind,
    source: finding.source,
    with_needle: finding.withNeedle,
    without_needle: finding.withoutNeedle,
    needles: finding.needles,
    paraphernalia: finding.paraphernalia,
    child_accessible: finding.childAccessible,
    note: finding.note,
  };
}

/** The form's state that a payload came from, for correcting a refused record. */
export function findingOf(id, payload) {
  return {
    id,
    position: {
      latitude: payload.latitude,
      longitude: payload.longitude,
      accuracy: payload.accuracy_m,
      source: payload.position_source,
      place: payload.place,
    },
    placeKind: payload.place_kind,
    source: payload.source,
    withNeedle: payload.with_needle,
    withoutNeedle: payload.without_needle,
    needles: payload.needles,
    paraphernalia: payload.paraphernalia,
    childAccessible: payload.child_accessible,
    note: payload.note,
  };
}

/** One line that tells records apart in a list: "3 kusy, Park". */
export function captionOf(finding, kindLabel) {
  return `${counted(pieces(finding), "kus", "kusy", "kusů")}, ${kindLabel}`;
}

/** An instant with the phone's own offset: "2021-04-15T10:00:00.000+02:00". */
export function isoWithOffset(date) {
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const two = (number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
  return `${local}${sign}${two(offset / 60)}:${two(offset % 60)}`;
}
