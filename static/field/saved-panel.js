/**
 * What a form turns into once its record is saved: says what becomes of it, from the phone to the server.
 */

import { isFull } from "./entries.js";
import { fate } from "./words.js";

const UNSAVED = "Telefon záznam neuložil. Zkuste to znovu; co jste vyplnili, tu zůstává.";
const FULL = {
  photos: "Telefon je plný a záznam se neuložil. Uvolněte místo v telefonu, nebo ho uložte bez fotografií.",
  plain: "Telefon je plný a záznam se neuložil. Uvolněte místo v telefonu a uložte ho znovu; co jste vyplnili, tu zůstává.",
};

const $ = (selector) => document.querySelector(selector);

export class SavedPanel {
  #form;
  #box = $("[data-saved]");
  #id = null;

  /**
   * @param {HTMLFormElement} form hidden while the panel is shown
   * @param {object} steps
   * @param {() => void} steps.onNext the person wants to write another record
   * @param {(id: string) => void} steps.onCorrect the person wants to mend the refused record
   */
  constructor(form, { onNext, onCorrect }) {
    this.#form = form;
    $("[data-next]").addEventListener("click", onNext);
    $("[data-correct-now]").addEventListener("click", () => onCorrect(this.#id));
  }

  show(id, caption) {
    this.#id = id;
    $("[data-saved-caption]").textContent = caption;
    $("[data-saved-state]").textContent = "";
    this.#form.hidden = true;
    this.#box.hidden = false;
    $("#saved-heading").focus();
  }

  hide() {
    this.#id = null;
    this.#box.hidden = true;
    this.#form.hidden = false;
  }

  /** Follows what becomes of the record just saved. */
  render(overview) {
    if (!this.#id) {
      return;
    }
    const { state, level, reason } = fate(overview, this.#id);
    const line = $("[data-saved-state]");
    if (line.textContent !== state) {
      line.textContent = state;
    }
    this.#box.dataset.level = level;
    $("[data-saved-reason]").textContent = reason;
    $("[data-correct-now]").hidden = level !== "refused";
  }

  /** Says why the phone did not keep the record; returns whether it would fit without its photos. */
  explainUnsaved(error, { photos = 0 } = {}) {
    console.error(error);
    const full = isFull(error);
    const problem = $("[data-save-problem]");
    problem.textContent = full ? FULL[photos > 0 ? "photos" : "plain"] : UNSAVED;
    problem.hidden = false;
    return full && photos > 0;
  }
}
