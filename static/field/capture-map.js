/**
 * The map of the capture screen: where I stand, and a tap where the finding lies. Leaflet is loaded only when the map
 * is first opened; without a base map the boundaries of localities and the known places show the way.
 */

const CLOSE = 17;

/**
 * @param {HTMLElement} container
 * @param {object} mapData as findings.maps.city_map makes it
 * @param {Array<{id: number, name: string, latitude: number, longitude: number}>} places
 * @param {(point: {latitude, longitude, place: number | null}) => void} onPick
 * @returns {Promise<{show: (position: object | null) => void}>} rejects when the map cannot be loaded
 */
export async function openMap(container, mapData, places, onPick) {
  await import("../leaflet/leaflet.js");
  const { showMap } = await import("../js/map-view.js");
  const { L } = window;
  const map = showMap(container, mapData);

  const icon = (className, size, anchor) => L.divIcon({ className, iconSize: [size, size], iconAnchor: anchor });
  for (const { id, name, latitude, longitude } of places) {
    L.marker([latitude, longitude], { icon: icon("known-place", 32, [16, 16]), title: name, keyboard: false })
      .on("click", () => onPick({ latitude, longitude, place: id }))
      .addTo(map);
  }
  const rounded = (degrees) => Number(degrees.toFixed(6));
  const pick = ({ lat, lng }) => onPick({ latitude: rounded(lat), longitude: rounded(lng), place: null });
  map.on("click", ({ latlng }) => pick(latlng));
  container.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === container) {
      event.preventDefault();
      pick(map.getCenter());
    }
  });

  let pin = null;
  let around = null;
  return {
    /** Moves the pin, and the view when the pin would be out of it; null leaves the city in sight. */
    show(position) {
      map.invalidateSize();
      pin?.remove();
      around?.remove();
      pin = around = null;
      if (!position) {
        return;
      }
      const at = [position.latitude, position.longitude];
      if (position.accuracy) {
        around = L.circle(at, { radius: position.accuracy, className: "accuracy", interactive: false }).addTo(map);
      }
      const look = icon("map-point", 44, [22, 40]);
      pin = L.marker(at, { icon: look, draggable: true, keyboard: false, zIndexOffset: 1000 });
      pin.on("dragend", () => pick(pin.getLatLng())).addTo(map);
      if (map.getZoom() < CLOSE - 2 || !map.getBounds().contains(at)) {
        map.setView(at, CLOSE);
      }
    },
  };
}
