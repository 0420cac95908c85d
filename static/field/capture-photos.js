/**
 * The part of the capture screen that takes photos: each is made small at once and shown with a button that removes it.
 */

import { MOST_PHOTOS } from "./finding.js";
import { $ } from "./page.js";
import { shrunk } from "./photo.js";
import { uuid7 } from "./uuid7.js";

function thumbnail({ url }, number, remove) {
  const item = document.createElement("li");
  const image = document.createElement("img");
  const button = document.createElement("button");
  Object.assign(image, { src: url, alt: `Fotografie ${number}` });
  Object.assign(button, { type: "button", className: "button secondary", textContent: "Odebrat" });
  button.setAttribute("aria-label", `Odebrat fotografii ${number}`);
  button.addEventListener("click", remove);
  item.append(image, button);
  return item;
}

export class PhotoPicker {
  #photos = new Map();
  #given = new Set();
  #round = 0;

  constructor() {
    $("[data-photo-input]").addEventListener("change", ({ target }) => {
      this.ready = this.#add(target);
    });
  }

  /** Settles when the last photo taken is ready to be saved. */
  ready = Promise.resolve();

  /** [{id, type, bytes}] in the order they were taken. */
  get photos() {
    return [...this.#photos.values()].map(({ id, type, bytes }) => ({ id, type, bytes }));
  }

  /** Ids of photos given to `begin` that the person has removed. */
  get dropped() {
    return [...this.#given].filter((id) => !this.#photos.has(id));
  }

  /** Starts with these photos: none for a new finding, the kept ones for a finding to be corrected. */
  begin(photos = []) {
    for (const { url } of this.#photos.values()) {
      URL.revokeObjectURL(url);
    }
    this.#round += 1;
    this.#photos.clear();
    this.#given = new Set(photos.map(({ id }) => id));
    photos.forEach((photo) => this.#hold(photo));
    $("[data-photo-problem]").hidden = true;
    this.#show();
  }

  #hold({ id, type, bytes }) {
    const url = URL.createObjectURL(new Blob([bytes], { type }));
    this.#photos.set(id, { id, type, bytes, url });
  }

  async #add(input) {
    const [file] = input.files;
    if (!file) {
      return;
    }
    const round = this.#round;
    const problem = $("[data-photo-problem]");
    problem.hidden = true;
    $("[data-photo-words]").textContent = "Zmenšuji…";
    try {
      const photo = await shrunk(file);
      // Meanwhile the person may have begun another finding, to which the photo does not belong.
      if (round === this.#round) {
        this.#hold({ id: uuid7(), ...photo });
      }
    } catch (error) {
      console.warn("not a readable picture:", error);
      problem.textContent = "Tento soubor telefon neumí přečíst jako fotografii.";
      problem.hidden = false;
    }
    input.value = "";
    this.#show();
  }

  #remove(id) {
    URL.revokeObjectURL(this.#photos.get(id).url);
    this.#photos.delete(id);
    this.#show();
    $("[data-photo-input]").focus();
  }

  #show() {
    const photos = [...this.#photos.values()];
    const items = photos.map((photo, n) => thumbnail(photo, n + 1, () => this.#remove(photo.id)));
    $("[data-thumbs]").replaceChildren(...items);
    const full = photos.length >= MOST_PHOTOS;
    $("[data-photo-input]").disabled = full;
    const more = photos.length ? "Vyfotit další" : "Vyfotit";
    $("[data-photo-words]").textContent = full ? `Víc než ${MOST_PHOTOS} fotografií nejde` : more;
  }
}
