/**
 * What every screen of the phone shares: whose phone it is, their outbox, and the line that says what waits.
 *
 * A screen opens with what the phone remembers, at once and without a connection, and asks the server meanwhile.
 */

import { isFull } from "./entries.js";
import { whoHolds } from "./holder.js";
import { askForSync, install, offerHomeScreen } from "./installation.js";
import { isOutlived } from "./lock.js";
import { LockScreen } from "./lock-screen.js";
import { MemoryStore } from "./memory-store.js";
import { Outbox } from "./outbox.js";
import { LastingStore } from "./store.js";
import { Transport } from "./transport.js";
import { queueSentence } from "./words.js";

// A browser may also neither open nor refuse the database.
const STORAGE_TIMEOUT = 5_000;
// What the server said is worth asking again after so long.
const FRESH = 300_000;

export const $ = (selector, root = document) => root.querySelector(selector);

/** What the server put into every screen. */
export const config = JSON.parse($("#field-config").textContent);

/** Writes `words` into every matching element. */
export function text(selector, words, root = document) {
  for (const element of root.querySelectorAll(selector)) {
    // A live region speaks whenever it is written to, even with the same words.
    if (element.textContent !== words) {
      element.textContent = words;
    }
  }
}

/** A telephone link takes no spaces. */
export function telephone(link, number) {
  link.hidden = !number;
  link.href = `tel:${number.replaceAll(/\s/g, "")}`;
}

function openedInTime() {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("storage did not open in time")), STORAGE_TIMEOUT);
    LastingStore.open().then(resolve, reject);
  });
}

async function openStore() {
  try {
    return await openedInTime();
  } catch (error) {
    console.warn("records cannot be kept in this browser:", error);
    $("[data-storage-refused]").hidden = false;
    return new MemoryStore();
  }
}

function showStorageTrouble(error) {
  console.error(error);
  $(isFull(error) ? "[data-storage-full]" : "[data-storage-trouble]").hidden = false;
}

function showCounts(counts) {
  const unsent = counts.waiting + counts.refused + counts.conflicts;
  const badge = $("[data-queue-count]");
  const photos = counts.photos + counts.refusedPhotos;
  badge.hidden = unsent + photos === 0;
  text("[data-queue-count]", unsent + photos === 0 ? "" : String(unsent || photos));
  text("[data-queue-sentence]", queueSentence(counts));
}

function leadBack() {
  for (const link of document.querySelectorAll("[data-sign-in]")) {
    link.href = `${config.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`;
  }
}

const STRANGERS = {
  "signed-out": ["Přihlaste se", "Stačí jednou. Potom aplikace funguje i bez signálu."],
  stranger: ["Tady zapisují asistenti", "Jste přihlášeni účtem, který v terénu nic nezapisuje."],
  "own-password": ["Zvolte si vlastní heslo", "Jednorázové heslo platí jen krátce. Potom se sem vraťte."],
  unknown: ["Není spojení", "Poprvé je potřeba přihlásit se s připojením k internetu."],
};

/** Says why there is nothing to work with in this phone yet. */
function showStranger(kind) {
  const [heading, words] = STRANGERS[kind];
  $("[data-content]").hidden = true;
  $("[data-stranger]").hidden = false;
  text("[data-stranger-heading]", heading);
  text("[data-stranger-words]", words);
  $("[data-stranger-sign-in]").hidden = kind !== "signed-out";
  $("[data-stranger-password]").hidden = kind !== "own-password";
  $("[data-stranger-home]").hidden = kind !== "stranger";
  $("[data-stranger-again]").hidden = kind !== "unknown";
}

/**
 * Starts a screen.
 *
 * @param {object} screen
 * @param {(overview: object) => void} [screen.render] called now and after every change with `Outbox.overview()`
 * @param {(data: object) => void} [screen.know] called with what is known of the person, and again when the server
 *   knows better
 * @param {() => boolean} [screen.isWriting] whether a reload would lose what the person has typed
 * @param {boolean} [screen.open] whether the screen says something to a stranger too
 * @returns {Promise<{outbox: Outbox, store: object, owner: number, lockScreen: LockScreen | null}>} settles only when somebody holds the phone
 */
export function openScreen({ render = () => {}, know = () => {}, isWriting = () => false, open = false }) {
  leadBack();
  offerHomeScreen();
  return new Promise((resolve, reject) => {
    const screen = new Screen({ render, know, open, begun: resolve, failed: reject });
    screen.start(isWriting).catch(reject);
  });
}

class Screen {
  #render;
  #know;
  #open;
  #begun;
  #failed;
  #store = null;
  #owner = null;
  #outbox = null;
  #registration = null;
  #started = false;
  #askedAt = 0;
  #lastSent = null;
  #latest = 0;
  #transport = new Transport({ base: config.sync });

  constructor({ render, know, open, begun, failed }) {
    this.#render = render;
    this.#know = know;
    this.#open = open;
    this.#begun = begun;
    this.#failed = failed;
  }

  async start(isWriting) {
    this.#store = await openStore();
    const owner = await this.#store.holder();
    const person = owner === null ? null : await this.#store.person(owner);
    if (person) {
      this.#begin(person.data).catch(this.#failed);
    }
    $("[data-stranger-again]").addEventListener("click", () => this.#ask());
    window.addEventListener("online", () => this.#ask());
    document.addEventListener("visibilitychange", () => {
      // An application that is never closed would show the plan of the day when it was opened.
      if (document.visibilityState === "visible" && Date.now() - this.#askedAt > FRESH) {
        this.#ask();
      }
    });
    const asked = this.#ask();
    this.#registration = install(config, (takeOver) => this.#offerUpdate(takeOver), isWriting);
    $("[data-offline-refused]").hidden = Boolean(await this.#registration) || !this.#store.lasting;
    await asked;
  }

  #learn(data) {
    // A screen for what the server does not take is not offered.
    $("[data-with-activity]").hidden = !(data.accepts.includes("activity") && data.activity);
    this.#know(data);
  }

  #offerUpdate(takeOver) {
    $("[data-update]").hidden = false;
    $("[data-update-now]").addEventListener("click", takeOver, { once: true });
  }

  /** Asks the server who holds the phone, and acts on it. */
  async #ask() {
    this.#askedAt = Date.now();
    const { kind, data } = await whoHolds(config.data, this.#transport);
    if (kind === "known") {
      await this.#remember(data);
      if (this.#owner !== null && this.#owner !== data.owner) {
        location.reload(); // somebody else has signed in: nothing of the first may stay on the screen
        return;
      }
      $("[data-signed-out]").hidden = true;
      if (this.#owner === null) {
        this.#begin(data).catch(this.#failed);
      } else {
        this.#learn(data);
      }
    } else if (this.#owner === null) {
      if (!this.#open) {
        showStranger(kind);
      }
    } else if (kind === "stranger") {
      await this.#store.setHolder(null);
      location.reload();
    } else {
      $("[data-signed-out]").hidden = kind !== "signed-out";
    }
  }

  /** Keeps what the server told; a phone without room works with it all the same while the screen is open. */
  async #remember(data) {
    try {
      await this.#store.setHolder(data.owner);
      await this.#store.keepPerson(data.owner, data, Date.now());
      $("[data-storage-full]").hidden = true;
    } catch (error) {
      showStorageTrouble(error);
    }
  }

  /** Covers the screen until its owner may see it; a screen for everybody is never covered. */
  async #cover(data) {
    const lock = await this.#store.lock(data.owner);
    if (lock && isOutlived(lock, data.signedInAt)) {
      await this.#store.setLock(data.owner, null);
    }
    if (this.#open) {
      return null;
    }
    const lockScreen = new LockScreen(this.#store, data.owner);
    $("[data-lock-forgotten]").addEventListener("click", async () => {
      await lockScreen.forget(data.signedInAt);
      location.assign(config.signOut);
    });
    await lockScreen.begin();
    return lockScreen;
  }

  async #begin(data) {
    this.#owner = data.owner;
    const lockScreen = await this.#cover(data);
    $("[data-stranger]").hidden = true;
    $("[data-content]").hidden = false;
    this.#learn(data);
    this.#outbox = new Outbox({
      store: this.#store,
      transport: this.#transport,
      owner: data.owner,
      locks: navigator.locks ?? null,
      channel: Outbox.channel(),
    });
    this.#outbox.addEventListener("change", () => this.#refresh());
    this.#outbox.addEventListener("saved", async () => askForSync(await this.#registration));
    this.#outbox.addEventListener("trouble", ({ detail }) => showStorageTrouble(detail));
    guardUnsaved(this.#outbox);
    this.#lastSent = (await this.#outbox.overview()).sent[0]?.id ?? null;
    await this.#refresh();
    $("[data-content]").dataset.ready = "";
    this.#outbox.start();
    this.#started = true;
    await lockScreen?.passed;
    this.#begun({ outbox: this.#outbox, store: this.#store, owner: data.owner, lockScreen });
  }

  /** What has just been sent is on the server: asks for the person's data as they are now. */
  #followSent({ sent, sending }) {
    if (!this.#started || sending) {
      return;
    }
    const last = sent[0]?.id ?? null;
    if (last !== this.#lastSent) {
      this.#lastSent = last;
      this.#ask();
    }
  }

  async #refresh() {
    this.#latest += 1;
    const turn = this.#latest;
    const trouble = $("[data-storage-trouble]");
    try {
      const overview = await this.#outbox.overview();
      if (turn !== this.#latest) {
        return; // a newer look is under way
      }
      showCounts(overview.counts);
      if (this.#started && !overview.sending && overview.pause?.kind === "sign-in") {
        $("[data-signed-out]").hidden = false;
      }
      this.#render(overview);
      trouble.hidden = true;
      this.#followSent(overview);
    } catch (error) {
      showStorageTrouble(error);
    }
  }
}

/** Where nothing can be kept, leaving the page before everything is sent would lose it: the browser asks first. */
function guardUnsaved(outbox) {
  if (outbox.lasting) {
    return;
  }
  let unsent = false;
  outbox.addEventListener("change", async () => {
    const { counts } = await outbox.overview();
    unsent = counts.waiting + counts.photos + counts.refused > 0;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsent) {
      event.preventDefault();
    }
  });
}
