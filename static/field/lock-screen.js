/**
 * Covers the screen until the PIN is typed: when it opens after a while, and after a while without a touch.
 */

import { IDLE, attempt } from "./lock.js";

const TOUCHED = "apk-touched";
const NOTED_EVERY = 5_000;
const CHECKED_EVERY = 10_000;

const $ = (selector) => document.querySelector(selector);

/** The moment of the last touch in any tab; 0 when unknown. */
function lastTouch() {
  try {
    return Number(localStorage.getItem(TOUCHED)) || 0;
  } catch {
    return 0; // a browser that keeps nothing: the lock closes at every opening
  }
}

function noteTouch(now) {
  try {
    localStorage.setItem(TOUCHED, String(now));
  } catch {
    // As above.
  }
}

export class LockScreen {
  #store;
  #owner;
  #lock = null;
  #noted = 0;
  #opened = null;
  #letIn = null;

  constructor(store, owner) {
    this.#store = store;
    this.#owner = owner;
    $("[data-lock-form]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try();
    });
    for (const name of ["pointerdown", "keydown"]) {
      document.addEventListener(name, () => this.#touched(), { passive: true });
    }
    document.addEventListener("visibilitychange", () => this.#check());
    setInterval(() => this.#check(), CHECKED_EVERY);
  }

  /** Covers the screen if need be; what comes onto it later stays under the cover. */
  async begin() {
    this.#lock = await this.#store.lock(this.#owner);
    this.#check();
    this.#touched();
  }

  /** Settles once the person may see the screen. */
  get passed() {
    return this.#opened ?? Promise.resolve();
  }

  /** Takes a lock set, changed or removed on this screen. */
  take(lock) {
    this.#lock = lock;
    this.#touched();
  }

  get #closed() {
    return !$("[data-lock]").hidden;
  }

  #touched() {
    const now = Date.now();
    if (!this.#closed && now - this.#noted > NOTED_EVERY) {
      this.#noted = now;
      noteTouch(now);
    }
  }

  #check() {
    if (this.#lock && !this.#closed && Date.now() - lastTouch() > IDLE) {
      this.#close();
    }
  }

  #close() {
    this.#opened = new Promise((resolve) => (this.#letIn = resolve));
    document.body.classList.add("locked");
    $("[data-lock]").hidden = false;
    $("[data-lock-problem]").hidden = true;
    $("[data-lock-pin]").focus();
  }

  async #try() {
    const now = Date.now();
    const input = $("[data-lock-pin]");
    // Another tab may have counted attempts meanwhile.
    this.#lock = (await this.#store.lock(this.#owner)) ?? this.#lock;
    const early = now < this.#lock.until;
    const { opened, lock } = await attempt(this.#lock, input.value, now, (kept) => this.#store.setLock(this.#owner, kept));
    this.#lock = lock;
    input.value = "";
    if (opened) {
      $("[data-lock]").hidden = true;
      document.body.classList.remove("locked");
      noteTouch(now);
      this.#letIn();
      return;
    }
    const wait = Math.ceil((lock.until - Date.now()) / 1000);
    const problem = $("[data-lock-problem]");
    const again = wait > 0 ? ` Další pokus za ${wait} s.` : "";
    problem.textContent = (early ? "Ještě chvíli počkejte." : "Tento PIN nesedí.") + again;
    problem.hidden = false;
    input.focus();
  }

  /** Remembers that the owner no longer knows the PIN; it falls away by their next sign-in. */
  async forget(signedInAt) {
    await this.#store.setLock(this.#owner, { ...this.#lock, forgotten: signedInAt });
  }
}
