/**
 * The part of the capture screen that says where the finding lies: by the GPS, by a tap on the map or by a known place.
 */

import { openMap } from "./capture-map.js";
import { around, isPoor, localityName, nearest } from "./geo.js";
import { watchPosition } from "./gps.js";
import { $, text } from "./page.js";

const KNOWN_PLACE_RADIUS = 30;
// Known places further away are not offered: the server takes a chosen one up to 200 m from the position.
const LEAST_REACH = 60;
const MOST_REACH = 150;
const MOST_OFFERED = 3;

const SAID = { searching: "", good: "Poloha je určena.", warning: "Poloha chybí nebo je nepřesná." };

/** How far around, in metres, a known place may be the right one: further when the position is poor. */
function reach({ accuracy }) {
  return Math.min(MOST_REACH, Math.max(LEAST_REACH, accuracy ?? 0));
}

function stateOf(position, problem) {
  if (!position) {
    return problem ? [problem, "warning"] : ["Hledám polohu…", "searching"];
  }
  if (position.source === "map") {
    return ["Místo ukázané na mapě", "good"];
  }
  const metres = Math.round(position.accuracy);
  return isPoor(position.accuracy)
    ? [`Nepřesná poloha, ± ${metres} m. Chvíli počkejte, nebo ukažte místo na mapě.`, "warning"]
    : [`Poloha z GPS, ± ${metres} m`, "good"];
}

export class PositionPanel extends EventTarget {
  #cityMap = null;
  #places = [];
  #fix = null;
  #chosen = null;
  #confirmed = null;
  #problem = "";
  #map = null;
  #mapWanted = false;

  /** Fires "change" whenever `position` may have changed. */
  constructor() {
    super();
    $("[data-map-open]").addEventListener("click", () => this.#toggleMap($("[data-map-box]").hidden));
    $("[data-use-gps]").addEventListener("click", () => this.choose(null));
    $("[data-known-place]").addEventListener("change", ({ target }) => this.#pickKnown(target.value));
    this.choose(null);
  }

  /**
   * Takes what the phone knows of the city; may come later than the first fix of the GPS, and again.
   *
   * @param {object} known
   * @param {object} known.map as findings.maps.city_map makes it
   * @param {Array<{id: number, name: string, latitude: number, longitude: number}>} known.places
   */
  know({ map, places }) {
    this.#cityMap = map;
    this.#places = places;
    const select = $("[data-known-place]");
    const { value } = select;
    const byName = [...places].sort((a, b) => a.name.localeCompare(b.name, "cs"));
    select.replaceChildren(new Option("–", ""), ...byName.map(({ id, name }) => new Option(name, id)));
    select.value = value;
    $("[data-known-places]").hidden = byName.length === 0;
    this.#show();
    if (this.#mapWanted) {
      this.#toggleMap(true);
    }
  }

  /** {latitude, longitude, accuracy (m) or null, source "gps" or "map", place id or null}, or null while unknown. */
  get position() {
    if (this.#chosen || !this.#fix) {
      return this.#chosen;
    }
    const { latitude, longitude, accuracy } = this.#fix;
    return { latitude, longitude, accuracy, source: "gps", place: this.#confirmed };
  }

  /** Follows the GPS from now on. */
  watch() {
    watchPosition({
      onFix: (fix) => {
        this.#fix = fix;
        this.#problem = "";
        if (!this.#chosen) {
          this.#show();
        }
      },
      onProblem: (sentence, final) => {
        this.#problem = sentence;
        this.#show();
        if (final && !this.#chosen) {
          this.#toggleMap(true);
        }
      },
    });
  }

  /** Takes a position in place of the GPS's; null gives it back to the GPS. */
  choose(position) {
    this.#chosen = position;
    this.#confirmed = null;
    $("[data-known-place]").value = position?.place ?? "";
    this.#show();
  }

  #pick({ latitude, longitude, place }) {
    this.choose({ latitude, longitude, accuracy: null, source: "map", place });
  }

  #show() {
    const { position } = this;
    const [words, level] = stateOf(position, this.#problem);
    const state = $("[data-position-state]");
    state.textContent = words;
    state.dataset.level = level;
    // A screen reader hears when it turns good or bad, not every metre.
    const said = $("[data-position-said]");
    if (said.textContent !== SAID[level]) {
      said.textContent = SAID[level];
    }
    const where = $("[data-position-where]");
    where.hidden = !position;
    where.textContent = position ? this.#surroundings(position) : "";
    $("[data-use-gps]").hidden = !(this.#chosen && this.#fix);
    this.#offerNearby(position);
    this.#map?.show(position);
    this.dispatchEvent(new Event("change"));
  }

  #surroundings(position) {
    if (!this.#cityMap) {
      return "";
    }
    const chosen = this.#places.find(({ id }) => id === position.place);
    const known = chosen ?? nearest(this.#places, position, KNOWN_PLACE_RADIUS)?.place;
    const locality = localityName(this.#cityMap.localities.features, position) ?? "mimo lokality";
    return known ? `${locality}, známé místo ${known.name}` : locality;
  }

  #pickKnown(value) {
    const place = this.#places.find(({ id }) => String(id) === value);
    if (place) {
      this.#pick({ ...place, place: place.id });
    } else {
      this.choose(null);
    }
  }

  /** Offers the known places around, so that one place is not kept under two names. */
  #offerNearby(position) {
    const near = this.#chosen?.source === "map" || !position ? [] : around(this.#places, position, reach(position), MOST_OFFERED);
    const box = $("[data-nearby]");
    box.hidden = near.length === 0;
    const signature = near.map(({ place, distance }) => `${place.id} ${Math.round(distance)}`).join();
    if (signature === box.dataset.shown && !box.hidden) {
      for (const button of box.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(Number(button.value) === position.place));
      }
      return;
    }
    box.dataset.shown = signature;
    $("[data-nearby-places]").replaceChildren(
      ...near.map(({ place, distance }) => {
        const button = document.createElement("button");
        const away = document.createElement("small");
        away.textContent = `${Math.round(distance)} m`;
        Object.assign(button, { type: "button", className: "button secondary", value: place.id });
        button.setAttribute("aria-pressed", String(place.id === position.place));
        button.append(`${place.name} `, away);
        button.addEventListener("click", () => this.#confirm(place.id));
        return button;
      }),
    );
  }

  /** Says, or takes back, that the finding lies at a known place; the position stays the one that was measured. */
  #confirm(id) {
    const place = this.position?.place === id ? null : id;
    if (this.#chosen) {
      this.#chosen = { ...this.#chosen, place };
    } else {
      this.#confirmed = place;
    }
    this.#show();
  }

  async #toggleMap(open) {
    $("[data-map-open]").setAttribute("aria-expanded", String(open));
    text("[data-map-open-words]", open ? "Zavřít mapu" : "Ukázat na mapě");
    $("[data-map-box]").hidden = !open;
    this.#mapWanted = open && !this.#cityMap;
    if (!open || !this.#cityMap) {
      return;
    }
    const container = $("[data-map-point]");
    try {
      this.#map ??= await openMap(container, this.#cityMap, this.#places, (point) => this.#pick(point));
      this.#map.show(this.position);
    } catch (error) {
      console.error(error);
      container.replaceChildren("Mapu teď nejde načíst, chybí spojení. Vyberte známé místo, nebo to zkuste později.");
    }
  }
}
