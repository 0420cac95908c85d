/**
 * An activity as the form holds it and as the server wants it. Pure.
 *
 * The form's state: {kind, counters: {value: number}, locality, note, organisation, reason, patrol}; empty strings
 * stand for what was not chosen.
 */

export const MOST = 999;
export const LONGEST_NOTE = 1000;

/** What is missing or wrong: [{field, message}]. */
export function activityProblems({ kind, counters, note, organisation, reason }) {
  const found = [];
  if (!kind) {
    found.push({ field: "activity_kind", message: "Vyberte, co jste dělali." });
  }
  if (Object.values(counters).some((count) => Number.isNaN(count) || count > MOST)) {
    found.push({ field: "counters", message: `Počty jsou celá čísla od 0 do ${MOST}.` });
  }
  if (Boolean(organisation) !== Boolean(reason)) {
    found.push({ field: "referral", message: "Ke zprostředkované pomoci vyberte organizaci i důvod." });
  }
  if (note.length > LONGEST_NOTE) {
    found.push({ field: "note", message: `Poznámka je moc dlouhá, vejde se ${LONGEST_NOTE} znaků.` });
  }
  return found;
}

/** The record's payload; counters that stayed at zero are left out. */
export function activityPayload({ kind, counters, locality, note, organisation, reason, patrol }) {
  return {
    activity_kind: kind,
    counters: Object.fromEntries(Object.entries(counters).filter(([, count]) => count > 0)),
    locality: locality || null,
    note,
    referral: organisation ? { organisation, reason } : null,
    called_patrol: patrol || null,
  };
}

/** The form's state that a payload came from. */
export function activityOf(payload) {
  return {
    kind: payload.activity_kind,
    counters: payload.counters ?? {},
    locality: payload.locality ?? "",
    note: payload.note ?? "",
    organisation: payload.referral?.organisation ?? "",
    reason: payload.referral?.reason ?? "",
    patrol: payload.called_patrol ?? "",
  };
}
