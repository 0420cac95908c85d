// Drawing a locality's boundary: polygons on the map and GeoJSON in a text field, each following the other.

import { UnreadableShape, formatMultiPolygon, parsePolygons } from "./geojson.js";

const { L } = window;
// Leaflet.draw asks by a name that Leaflet has renamed and warns about.
L.Polyline._flat = L.LineUtil.isFlat;
const STYLE = { className: "map-drawn", weight: 3 };

/** Lets polygons be drawn on `map`; `field` (a textarea) holds them as one GeoJSON MultiPolygon. */
export function letDraw(map, field) {
  sayInCzech();
  const shapes = L.featureGroup().addTo(map);
  map.addControl(
    new L.Control.Draw({
      draw: {
        polygon: { allowIntersection: false, shapeOptions: STYLE },
        polyline: false,
        rectangle: { shapeOptions: STYLE, showArea: false },
        circle: false,
        circlemarker: false,
        marker: false,
      },
      edit: { featureGroup: shapes, poly: { allowIntersection: false } },
    }),
  );

  const complaint = document.createElement("p");
  complaint.className = "field-error";
  complaint.setAttribute("role", "alert");
  field.before(complaint);

  const read = () => {
    try {
      const polygons = parsePolygons(field.value);
      shapes.clearLayers();
      for (const coordinates of polygons) {
        shapes.addLayer(L.polygon(L.GeoJSON.coordsToLatLngs(coordinates, 1), STYLE));
      }
      complaint.textContent = "";
      return true;
    } catch (error) {
      if (!(error instanceof UnreadableShape)) throw error;
      complaint.textContent = error.message;
      return false;
    }
  };
  const write = () => {
    field.value = formatMultiPolygon(shapes.getLayers().map((layer) => layer.toGeoJSON(6).geometry));
    complaint.textContent = "";
  };

  map.on(L.Draw.Event.CREATED, ({ layer }) => {
    shapes.addLayer(layer);
    write();
  });
  // Corners are written as they move: a form sent without closing the tool keeps what was seen.
  map.on([L.Draw.Event.EDITVERTEX, L.Draw.Event.EDITMOVE, L.Draw.Event.EDITED, L.Draw.Event.EDITSTOP].join(" "), write);
  map.on([L.Draw.Event.DELETED, L.Draw.Event.DELETESTOP].join(" "), write);
  const readAndLook = () => {
    if (read() && shapes.getLayers().length) {
      map.fitBounds(shapes.getBounds(), { paddingTopLeft: [72, 24], paddingBottomRight: [24, 24], animate: false });
    }
  };
  field.addEventListener("change", readAndLook);
  readAndLook();
}

function sayInCzech() {
  const { draw, edit } = L.drawLocal;
  Object.assign(draw.toolbar.actions, { title: "Zrušit kreslení", text: "Zrušit" });
  Object.assign(draw.toolbar.finish, { title: "Dokončit kreslení", text: "Dokončit" });
  Object.assign(draw.toolbar.undo, { title: "Smazat poslední bod", text: "Smazat poslední bod" });
  Object.assign(draw.toolbar.buttons, { polygon: "Nakreslit hranici", rectangle: "Nakreslit obdélník" });
  Object.assign(draw.handlers.polygon.tooltip, {
    start: "Klepněte na první bod hranice.",
    cont: "Klepněte na další bod.",
    end: "Klepnutím na první bod hranici uzavřete.",
  });
  draw.handlers.polyline.error = "Hranice se nesmí křížit.";
  draw.handlers.rectangle.tooltip.start = "Stiskněte a táhněte.";
  draw.handlers.simpleshape.tooltip.end = "Puštěním obdélník dokončíte.";
  Object.assign(edit.toolbar.actions.save, { title: "Uložit úpravy", text: "Hotovo" });
  Object.assign(edit.toolbar.actions.cancel, { title: "Zahodit úpravy", text: "Zahodit" });
  Object.assign(edit.toolbar.actions.clearAll, { title: "Smazat všechny plochy", text: "Smazat vše" });
  Object.assign(edit.toolbar.buttons, {
    edit: "Upravit hranici",
    editDisabled: "Není co upravovat",
    remove: "Smazat plochu",
    removeDisabled: "Není co mazat",
  });
  Object.assign(edit.handlers.edit.tooltip, { text: "Táhněte za body hranice.", subtext: "„Zahodit“ vrátí původní tvar." });
  edit.handlers.remove.tooltip.text = "Klepněte na plochu, která se má smazat.";
}
