// Findings on a map that asks the server for its part: marks or squares for what is on the screen, anew after each
// move. What stays on the screen stays in the page, so that nobody loses the mark they stand on.

import { cellOf, countEvents, countPieces, countPlaces, markRadius } from "./mapmarks.js";
import { POPUP, element, markIcon } from "./map-view.js";

const { L } = window;
const WAIT_MS = 120;

/** Fills `map` from the address in `container.dataset.mapMarks`; `rows` are positions of the places in the table. */
export function letGather(map, container, rows) {
  const address = new URL(container.dataset.mapMarks, location.href);
  const says = document.querySelector("[data-map-says]");
  const modes = document.querySelector("[data-map-modes]");
  const part = document.querySelector("[data-map-window]");
  const markers = L.layerGroup().addTo(map);
  const squares = L.layerGroup().addTo(map);
  const drawn = new Map();
  const lit = new Set();
  let asked = null;
  let timer = null;
  let cells = [1, 1];

  const keyOf = (mark) => (mark.id ? `place ${mark.id}` : `cell ${mark.cell.join(" ")}`);
  const markerOfRow = (place) => {
    if (drawn.has(`place ${place}`)) return drawn.get(`place ${place}`);
    const [lat, lon] = rows[place] ?? [];
    return lat === undefined ? undefined : drawn.get(`cell ${cellOf(lat, lon, cells).join(" ")}`);
  };
  const rowsOf = (mark) =>
    [...document.querySelectorAll("tr[data-place]")].filter((row) => markerOfRow(row.dataset.place)?.mark === mark);

  // The list of what lies between four edges, with the rest of the filter as it is.
  const listOf = (south, west, north, east) => {
    const list = new URL(location.href);
    list.searchParams.set("vyrez", [south, west, north, east].map((edge) => edge.toFixed(6)).join(","));
    list.searchParams.delete("page");
    return list.href;
  };

  function draw(answer) {
    const zoomed = cells[0] !== answer.cells[0];
    cells = answer.cells;
    squares.clearLayers();
    const wanted = new Map((answer.marks ?? []).map((mark) => [keyOf(mark), mark]));
    for (const [key, { marker, mark }] of drawn) {
      const next = wanted.get(key);
      if (next && next.pieces === mark.pieces && next.lat === mark.lat && (mark.id || !zoomed)) {
        wanted.delete(key);
        continue;
      }
      // Whoever stood on a mark that is gone stands on the map.
      if (marker.getElement() === document.activeElement) container.focus();
      markers.removeLayer(marker);
      drawn.delete(key);
    }
    // Most pieces come first, so that small marks lie above them and stay reachable.
    for (const [key, mark] of wanted) drawn.set(key, { mark, marker: put(mark) });
    for (const [row, column, pieces, level] of answer.squares ?? []) {
      const corner = [row * cells[0], column * cells[1]];
      const square = L.rectangle([corner, [corner[0] + cells[0], corner[1] + cells[1]]], {
        className: `map-heat level-${level}`,
        interactive: false,
        stroke: false,
      });
      squares.addLayer(square);
    }
    for (const place of lit) light(place, true);
    says.textContent = answer.events
      ? `V tomto výřezu: ${countPieces(answer.pieces)}, ${countEvents(answer.events)}, ${countPlaces(answer.places)}.`
      : "V tomto výřezu není žádný nález.";
  }

  function put(mark) {
    const single = Boolean(mark.id);
    const name = single ? mark.label : countPlaces(mark.places);
    const words = `${name}, ${countPieces(mark.pieces)}`;
    const icon = single
      ? markIcon(markRadius(mark.pieces), words)
      : markIcon(Math.max(16, markRadius(mark.pieces)), words, String(mark.pieces));
    if (!single) icon.options.className += " cluster";
    const marker = L.marker([mark.lat, mark.lon], { icon, riseOnHover: true });
    const box = element("div", "map-popup");
    box.append(element("strong", "", name), element("span", "", countPieces(mark.pieces)));
    box.append(element("span", "", countEvents(mark.events)));
    if (single) {
      const link = element("a", "", "Otevřít místo");
      link.href = mark.url;
      box.append(link);
    } else {
      const nearer = element("button", "button secondary", "Přiblížit sem");
      nearer.type = "button";
      nearer.addEventListener("click", () => {
        marker.closePopup();
        container.focus();
        map.setView(marker.getLatLng(), Math.min(map.getMaxZoom(), map.getZoom() + 2));
      });
      const [row, column] = mark.cell;
      const [high, wide] = cells;
      const list = element("a", "", "Vypsat v tabulce");
      list.href = listOf(row * high, column * wide, (row + 1) * high, (column + 1) * wide);
      box.append(nearer, list);
    }
    marker.bindPopup(box, POPUP);
    marker.on("popupopen", () => {
      const chosen = rowsOf(mark);
      for (const row of chosen) row.classList.add("chosen");
      chosen[0]?.scrollIntoView({ block: "nearest" });
    });
    marker.on("popupclose", () => {
      for (const row of document.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
    });
    markers.addLayer(marker);
    return marker;
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const box = map.getBounds();
    const edges = [box.getSouth(), box.getWest(), box.getNorth(), box.getEast()];
    address.searchParams.set("okno", edges.map((edge) => edge.toFixed(6)).join(","));
    address.searchParams.set("zoom", map.getZoom());
    part.href = listOf(...edges);
    part.hidden = false;
    try {
      const response = await fetch(address, { signal: asked.signal, headers: { Accept: "application/json" } });
      if (!response.ok || response.redirected) throw new TypeError(response.statusText);
      draw(await response.json());
      container.dataset.ready = "";
    } catch (error) {
      if (error.name === "AbortError") return;
      says.textContent = "Značky se nepodařilo načíst. Posuňte mapu, nebo obnovte stránku.";
    }
  }

  function light(place, on) {
    markerOfRow(place)?.marker.getElement()?.classList.toggle("chosen", on);
  }

  for (const row of document.querySelectorAll("tr[data-place]")) {
    const { place } = row.dataset;
    const turn = (on) => {
      if (on) lit.add(place);
      else lit.delete(place);
      light(place, on);
    };
    row.addEventListener("mouseenter", () => turn(true));
    row.addEventListener("mouseleave", () => turn(false));
    row.addEventListener("focusin", () => turn(true));
    row.addEventListener("focusout", () => turn(false));
  }

  const show = (mode) => {
    for (const button of modes.querySelectorAll("button")) {
      button.ariaPressed = String(button.dataset.mode === mode);
    }
    modes.querySelector("[data-map-scale]").hidden = !mode;
    if (mode) address.searchParams.set("mapa", mode);
    else address.searchParams.delete("mapa");
  };
  for (const button of modes.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      show(button.dataset.mode);
      const here = new URL(location.href);
      if (button.dataset.mode) here.searchParams.set("mapa", button.dataset.mode);
      else here.searchParams.delete("mapa");
      history.replaceState(history.state, "", here);
      ask();
    });
  }
  modes.hidden = false;
  show(address.searchParams.get("mapa") ?? "");

  map.on("moveend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  ask();
}
