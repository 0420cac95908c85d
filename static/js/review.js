// The review of a finding by keyboard: one key presses one button of the page. Whoever finds that in the way (speech
// input, a screen reader) turns the keys off; the choice stays in the browser.

import { keyFor } from "./review-keys.js";

const OFF = "review-keys-off";
const panel = document.querySelector("[data-review]");
const note = document.querySelector("[data-keys]");

if (panel && note) {
  const chosen = document.querySelector("[data-keys-switch]");
  chosen.checked = localStorage.getItem(OFF) === null;
  note.hidden = false;

  const show = () => {
    panel.classList.toggle("with-keys", chosen.checked);
    for (const element of panel.querySelectorAll("[data-key]")) {
      if (chosen.checked) element.setAttribute("aria-keyshortcuts", element.dataset.key.toUpperCase());
      else element.removeAttribute("aria-keyshortcuts");
    }
  };
  show();
  chosen.addEventListener("change", () => {
    if (chosen.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "");
    show();
  });

  document.addEventListener("keydown", (event) => {
    const key = chosen.checked ? keyFor(event) : null;
    const element = key && panel.querySelector(`[data-key="${key}"]`);
    if (!element) return;
    event.preventDefault();
    // A decision that needs words waits for them; Enter in the field sends it.
    if (element.dataset.keyFocus) document.getElementById(element.dataset.keyFocus).focus();
    else element.click();
  });
}
