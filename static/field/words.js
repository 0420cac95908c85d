/**
 * Czech sentences about the outbox and about time. Pure.
 */

/** The form of a noun after a number: 1 nález, 2–4 nálezy, 5 and more nálezů. */
export function plural(count, one, few, many) {
  if (count === 1) {
    return one;
  }
  return count >= 2 && count <= 4 ? few : many;
}

/** "3 záznamy" */
export function counted(count, one, few, many) {
  return `${count} ${plural(count, one, few, many)}`;
}

const records = (count) => counted(count, "záznam", "záznamy", "záznamů");
const photos = (count) => counted(count, "fotografie", "fotografie", "fotografií");

/** What the outbox holds, in one short sentence. */
export function queueSentence({ waiting, refused, conflicts, photos: waitingPhotos, refusedPhotos }) {
  const parts = [];
  if (waiting > 0) {
    parts.push(`${records(waiting)} ${plural(waiting, "čeká", "čekají", "čeká")} na odeslání`);
  } else if (waitingPhotos > 0) {
    parts.push(`${photos(waitingPhotos)} ${plural(waitingPhotos, "čeká", "čekají", "čeká")} na odeslání`);
  }
  const troubled = refused + conflicts + refusedPhotos;
  if (troubled > 0) {
    parts.push(`${troubled}× potřebuje vaši pozornost`);
  }
  return parts.length > 0 ? parts.join(", ") : "Vše odesláno";
}

const REASONS = {
  offline: "Telefon teď nemá spojení. Odešle se samo, až se spojení vrátí.",
  busy: "Server má právě moc práce. Zkusíme to za chvíli znovu.",
  failed: "Serveru se to teď nepodařilo zpracovat. Zkusíme to za chvíli znovu.",
  "not-yet": "Fotografie čeká, až server přijme její záznam.",
  "sign-in": "Přihlášení vypršelo. Přihlaste se znovu, záznamy zůstávají v telefonu.",
  "other-user": "V telefonu je přihlášen někdo jiný. Odešle se, až se přihlásíte vy.",
  forbidden: "Váš účet teď nesmí odesílat záznamy. Obraťte se na mentora.",
};

/** Why sending waits, as a sentence; empty when nothing hinders it. */
export function pauseSentence(pause) {
  if (!pause) {
    return "";
  }
  return pause.message || REASONS[pause.kind] || REASONS.failed;
}

const HELD = {
  "sealed-month": "Jeho měsíc je už uzavřený, o zápisu se teprve rozhodne.",
  deactivated: "Účet je uzavřený, o zápisu se teprve rozhodne.",
};

/** Why a record that the server has does not count yet; empty when it does. */
export function heldSentence(held) {
  return held ? (HELD[held] ?? "O zápisu se teprve rozhodne.") : "";
}

/**
 * What became of one finding: {state: a few words, level: "waiting", "refused", "conflict" or "sent", reason}.
 *
 * @param {object} overview as `Outbox.overview` gives it
 * @param {string} id of the record
 */
export function fate({ records, photos, sent, pause, lasting }, id) {
  const record = records.find((row) => row.id === id);
  // Only the server's word makes a record sent; what was read a moment before it was saved proves nothing.
  if (record?.state === "waiting" || (!record && !sent.some((row) => row.id === id))) {
    const state = lasting ? "Uloženo v telefonu" : "Ještě není uloženo, odesílám…";
    return { state, level: "waiting", reason: pauseSentence(pause) || (lasting ? "Odešle se samo." : "") };
  }
  if (record) {
    return { state: "Server záznam nepřijal", level: record.state, reason: record.reason };
  }
  if (photos.some((photo) => photo.record === id && photo.state === "waiting")) {
    return { state: "Záznam odeslán, fotografie čekají", level: "waiting", reason: pauseSentence(pause) };
  }
  const refused = photos.find((photo) => photo.record === id);
  const held = heldSentence(sent.find((row) => row.id === id)?.held);
  const reason = refused ? `Jen fotografii server nepřijal: ${refused.reason}` : held;
  return { state: "Odesláno", level: "sent", reason };
}

/** How long ago something happened: "právě teď", "před 5 minutami", "před 2 hodinami", "před 3 dny". */
export function ago(then, now) {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) {
    return "právě teď";
  }
  if (minutes < 60) {
    return `před ${counted(minutes, "minutou", "minutami", "minutami")}`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return `před ${counted(hours, "hodinou", "hodinami", "hodinami")}`;
  }
  return `před ${counted(Math.floor(hours / 24), "dnem", "dny", "dny")}`;
}

/** "v 14:05", on another day "5. 4. v 14:05", in the phone's time. */
export function clockTime(moment, now) {
  const at = new Date(moment);
  const today = new Date(now);
  const time = `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
  const same = at.toDateString() === today.toDateString();
  return same ? `v ${time}` : `${at.getDate()}. ${at.getMonth() + 1}. v ${time}`;
}
