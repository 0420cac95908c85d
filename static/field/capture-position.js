/**
 * The part of the capture screen that says where the finding lies: by the GPS, by a tap on the map or by a known place.
 */

import { openMap } from "./capture-map.js";
import { isPoor, localityName, nearest } from "./geo.js";
import { watchPosition } from "./gps.js";
import { $ } from "./page.js";

const KNOWN_PLACE_RADIUS = 30;

const SAID = { searching: "", good: "Poloha je určena.", warning: "Poloha chybí nebo je nepřesná." };

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
  #cityMap;
  #places;
  #fix = null;
  #chosen = null;
  #problem = "";
  #map = null;

  /**
   * Fires "change" whenever `position` may have changed.
   *
   * @param {object} cityMap as findings.maps.city_map makes it
   * @param {Array<{id: number, name: string, latitude: number, longitude: number}>} places known places
   */
  constructor(cityMap, places) {
    super();
    this.#cityMap = cityMap;
    this.#places = places;
    $("[data-map-open]").addEventListener("click", () => this.#toggleMap($("[data-map-box]").hidden));
    $("[data-use-gps]").addEventListener("click", () => this.choose(null));
    this.#offerPlaces();
    this.choose(null);
  }

  /** {latitude, longitude, accuracy (m) or null, source "gps" or "map", place id or null}, or null while unknown. */
  get position() {
    if (this.#chosen || !this.#fix) {
      return this.#chosen;
    }
    const { latitude, longitude, accuracy } = this.#fix;
    return { latitude, longitude, accuracy, source: "gps", place: null };
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
    this.#map?.show(position);
    this.dispatchEvent(new Event("change"));
  }

  #surroundings(position) {
    const chosen = this.#places.find(({ id }) => id === position.place);
    const known = chosen ?? nearest(this.#places, position, KNOWN_PLACE_RADIUS)?.place;
    const locality = localityName(this.#cityMap.localities.features, position) ?? "mimo hlídané lokality";
    return known ? `${locality}, známé místo ${known.name}` : locality;
  }

  #offerPlaces() {
    const select = $("[data-known-place]");
    const byName = [...this.#places].sort((a, b) => a.name.localeCompare(b.name, "cs"));
    select.append(...byName.map(({ id, name }) => new Option(name, id)));
    $("[data-known-places]").hidden = byName.length === 0;
    select.addEventListener("change", () => {
      const place = byName.find(({ id }) => String(id) === select.value);
      if (place) {
        this.#pick({ ...place, place: place.id });
      } else {
        this.choose(null);
      }
    });
  }

  async #toggleMap(open) {
    $("[data-map-open]").setAttribute("aria-expanded", String(open));
    $("[data-map-open-words]").textContent = open ? "Zavřít mapu" : "Ukázat na mapě";
    $("[data-map-box]").hidden = !open;
    if (!open) {
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
