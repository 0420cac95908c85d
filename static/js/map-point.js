// One point: a tap, a drag, Enter in the middle of the map, or two numbers typed in.

import { parseDegrees } from "./mapmarks.js";

const { L } = window;

/** Keeps a marker on `map` and two inputs (degrees WGS84) the same. */
export function letPoint(map, latitude, longitude) {
  const icon = L.divIcon({ className: "map-point", iconSize: [44, 44], iconAnchor: [22, 40] });
  let marker = null;

  const put = (at) => {
    if (marker) {
      marker.setLatLng(at);
    } else {
      marker = L.marker(at, { icon, draggable: true, keyboard: false }).addTo(map);
      marker.on("dragend", () => fill(marker.getLatLng()));
    }
  };
  const fill = ({ lat, lng }) => {
    latitude.value = lat.toFixed(6);
    longitude.value = lng.toFixed(6);
    for (const input of [latitude, longitude]) input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const choose = (at) => {
    put(at);
    fill(at);
  };
  const read = () => {
    const [lat, lon] = [parseDegrees(latitude.value), parseDegrees(longitude.value)];
    if (lat === null || lon === null || Math.abs(lat) > 90 || Math.abs(lon) > 180) return;
    put([lat, lon]);
    if (!map.getBounds().contains([lat, lon])) map.panTo([lat, lon]);
  };

  map.on("click", ({ latlng }) => choose(latlng));
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== map.getContainer()) return;
    event.preventDefault();
    choose(map.getCenter());
  });
  for (const input of [latitude, longitude]) input.addEventListener("change", read);
  read();
  if (marker) map.setView(marker.getLatLng(), 17, { animate: false });
}
