/**
 * What a form turns into once its record is saved: says what becomes of it, from the phone to the server.
 */

import { fate } from "./words.js";

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

  /** Says why the phone did not keep the record; returns whether it was for want of room. */
  explainUnsaved(error) {
    console.error(error);
    const full = error.name === "QuotaExceededError";
    const problem = $("[data-save-problem]");
    problem.textContent = full
      ? "Telefon je plný a nález se neuložil. Uvolněte místo v telefonu, nebo ho uložte bez fotografií."
      : "Telefon záznam neuložil. Zkuste to znovu; co jste vyplnili, tu zůstává.";
    problem.hidden = false;
    return full;
  }
}
