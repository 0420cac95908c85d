// Turns every element with data-map into a map. Leaflet comes as window.L from the scripts before this one.

import { showMap } from "./map-view.js";
import { letDraw } from "./map-draw.js";
import { letGather } from "./map-marks.js";
import { letPoint } from "./map-point.js";

for (const element of document.querySelectorAll("[data-map]")) {
  const data = JSON.parse(document.getElementById(element.dataset.map).textContent);
  const map = showMap(element, data);
  if (element.dataset.mapDraw) letDraw(map, document.getElementById(element.dataset.mapDraw));
  if (element.dataset.mapMarks) letGather(map, element, data.rows);
  if (element.dataset.mapPoint) {
    letPoint(map, ...element.dataset.mapPoint.split(" ").map((id) => document.getElementById(id)));
  }
}
