// A map to look at: base map or grid, localities with their names, places as marks. Words reach the page as text
// nodes only; colours come from static/css/map.css.

import { countPieces, countPlaces, formatDegrees, gridLines, gridStep, markRadius } from "./mapmarks.js";

const { L } = window;
const CLUSTER_ABOVE = 200;
// A popup opens beside the zoom buttons, not under them.
export const POPUP = { autoPanPaddingTopLeft: [64, 8], autoPanPaddingBottomRight: [8, 8], minWidth: 140 };
const LEAST_TARGET = matchMedia("(pointer: coarse)").matches ? 44 : 24;

/** An element with a class and text. */
export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

/** Shows `data` (described in docs/interface.md) in `container`; gives the Leaflet map. */
export function showMap(container, data) {
  const map = L.map(container, { zoomControl: false, zoomSnap: 0.5, maxZoom: 19 });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: "Přiblížit", zoomOutTitle: "Oddálit" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.on("popupopen", ({ popup }) => {
    popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", "Zavřít");
  });

  const [south, west, north, east] = data.bounds;
  map.fitBounds([[south, west], [north, east]]);
  if (data.tiles_url) {
    L.tileLayer(data.tiles_url, { attribution: data.tiles_attribution, maxZoom: 19 }).addTo(map);
  } else {
    container.classList.add("without-tiles");
    showGrid(map);
  }
  showLocalities(map, data.localities, !("mapDraw" in container.dataset || "mapPoint" in container.dataset));
  if (data.route?.length) L.polyline(data.route, { className: "map-route", interactive: false, weight: 3 }).addTo(map);
  if (data.places?.length) showPlaces(map, data.places);
  return map;
}

function showGrid(map) {
  const grid = L.layerGroup().addTo(map);
  const line = (ends) => L.polyline(ends, { className: "map-grid", interactive: false, weight: 1 }).addTo(grid);
  // Labels keep clear of the zoom buttons and are not cut off by an edge.
  const label = (at, text, className) => {
    const { x, y } = map.latLngToContainerPoint(at);
    const { x: width, y: height } = map.getSize();
    if (className === "longitude" ? x < 70 || x > width - 30 : y < 20 || y > height - 20) return;
    const icon = L.divIcon({ className: `map-degree ${className}`, html: element("span", "", text), iconSize: null });
    L.marker(at, { icon, interactive: false, keyboard: false }).addTo(grid);
  };
  const draw = () => {
    grid.clearLayers();
    const bounds = map.getBounds();
    const step = gridStep(bounds.getNorth() - bounds.getSouth(), 4);
    for (const lat of gridLines(bounds.getSouth(), bounds.getNorth(), step)) {
      line([[lat, bounds.getWest()], [lat, bounds.getEast()]]);
      label([lat, bounds.getEast()], formatDegrees(lat), "latitude");
    }
    for (const lon of gridLines(bounds.getWest(), bounds.getEast(), step)) {
      line([[bounds.getSouth(), lon], [bounds.getNorth(), lon]]);
      label([bounds.getNorth(), lon], formatDegrees(lon), "longitude");
    }
  };
  map.on("moveend", draw);
  draw();
}

function showLocalities(map, localities, interactive) {
  // Names lie above the shapes and below the marks, each under the southern edge of its locality.
  map.createPane("names").style.zIndex = 450;
  const names = [];
  L.geoJSON(localities, {
    interactive,
    style: (feature) => ({ className: `map-locality ${feature.properties.current ? "current" : ""}`, weight: 2 }),
    onEachFeature: (feature, layer) => {
      const { name, kind, url } = feature.properties;
      const bounds = layer.getBounds();
      const icon = L.divIcon({ className: "map-name", html: element("span", "", name), iconSize: null });
      const at = [bounds.getSouth(), bounds.getCenter().lng];
      names.push(L.marker(at, { icon, pane: "names", interactive: false, keyboard: false }).addTo(map));
      if (!interactive) return;
      const box = element("div", "map-popup");
      box.append(element("strong", "", name), element("span", "", kind));
      if (url) {
        const link = element("a", "", "Otevřít lokalitu");
        link.href = url;
        box.append(link);
      }
      layer.bindPopup(box, POPUP);
    },
  }).addTo(map);

  // Names that would cover one another give way: the first keeps its place.
  const tidy = () => {
    const shown = [];
    for (const marker of names) {
      const text = marker.getElement().firstElementChild;
      const box = text.getBoundingClientRect();
      const free = shown.every(
        (other) => box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom,
      );
      text.classList.toggle("crowded-out", !free);
      if (free) shown.push(box);
    }
  };
  map.on("moveend", tidy);
  document.fonts.ready.then(tidy);
}

function showPlaces(map, places) {
  const group =
    places.length > CLUSTER_ABOVE
      ? L.markerClusterGroup({ showCoverageOnHover: false, maxClusterRadius: 50, iconCreateFunction: clusterIcon })
      : L.layerGroup();
  const markers = new Map();
  // Large marks first, so that small ones lie above them and stay reachable.
  for (const place of [...places].sort((a, b) => b.pieces - a.pieces)) {
    const icon = markIcon(markRadius(place.pieces), `${place.label}, ${countPieces(place.pieces)}`);
    if (place.tone) icon.options.className += ` tone-${place.tone}`;
    const marker = L.marker([place.lat, place.lon], {
      icon,
      riseOnHover: true,
      pieces: place.pieces,
    });
    const box = element("div", "map-popup");
    box.append(element("strong", "", place.label), element("span", "", countPieces(place.pieces)));
    if (place.url) {
      const link = element("a", "", "Otevřít místo");
      link.href = place.url;
      box.append(link);
    }
    marker.bindPopup(box, POPUP);
    markers.set(String(place.id), marker);
    group.addLayer(marker);
  }
  group.addTo(map);
  tieToTable(markers);
}

/** The icon of a mark. It is a button: Leaflet makes its element focusable, the hidden words name it. */
export function markIcon(radius, words, text = "") {
  const mark = element("span", "map-mark", text);
  mark.ariaHidden = "true";
  mark.style.inlineSize = mark.style.blockSize = `${2 * radius}px`;
  const box = element("span");
  box.append(mark, element("span", "visually-hidden", words));
  const size = Math.max(2 * radius, LEAST_TARGET);
  return L.divIcon({ className: "map-place", html: box, iconSize: [size, size] });
}

function clusterIcon(cluster) {
  const inside = cluster.getAllChildMarkers();
  const pieces = inside.reduce((sum, marker) => sum + marker.options.pieces, 0);
  const words = `${countPlaces(inside.length)}, ${countPieces(pieces)}`;
  const icon = markIcon(Math.max(16, markRadius(pieces)), words, String(pieces));
  icon.options.className += " cluster";
  return icon;
}

// Rows with data-place and the marks of the same places light up together; a place may have several rows.
function tieToTable(markers) {
  for (const row of document.querySelectorAll("tr[data-place]")) {
    const marker = markers.get(row.dataset.place);
    if (!marker) continue;
    const light = (on) => marker.getElement()?.classList.toggle("chosen", on);
    row.addEventListener("mouseenter", () => light(true));
    row.addEventListener("mouseleave", () => light(false));
    row.addEventListener("focusin", () => light(true));
    row.addEventListener("focusout", () => light(false));
    marker.on("popupopen", () => row.classList.add("chosen"));
    marker.on("popupclose", () => row.classList.remove("chosen"));
  }
}
