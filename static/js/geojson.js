// Polygons in GeoJSON as people bring them, and as the application keeps them: one MultiPolygon. Pure.

export class UnreadableShape extends Error {}

// Positions are [longitude, latitude]; numbers beyond a degree's range are metres of a national grid.
function checkPosition(position) {
  if (!Array.isArray(position) || position.length < 2 || !position.slice(0, 2).every(Number.isFinite)) {
    throw new UnreadableShape("V hranici chybí souřadnice nebo to nejsou čísla.");
  }
  const [lon, lat] = position;
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) {
    throw new UnreadableShape("Souřadnice nejsou ve stupních WGS84. Hranici v S-JTSK nahrajte jako soubor, převede se sama.");
  }
}

function checkPolygon(rings) {
  if (!Array.isArray(rings) || rings.length === 0) throw new UnreadableShape("Hranice je prázdná.");
  for (const ring of rings) {
    if (!Array.isArray(ring) || ring.length < 4) {
      throw new UnreadableShape("Hranice musí mít aspoň tři různé body a končit tam, kde začíná.");
    }
    ring.forEach(checkPosition);
  }
  return rings;
}

function members(list) {
  if (!Array.isArray(list)) throw new UnreadableShape("Tohle není plocha ve formátu GeoJSON.");
  return list.flatMap(polygonsOf);
}

function polygonsOf(node) {
  switch (node?.type) {
    case "FeatureCollection":
      return members(node.features);
    case "Feature":
      return node.geometry ? polygonsOf(node.geometry) : [];
    case "GeometryCollection":
      return members(node.geometries);
    case "MultiPolygon":
      if (!Array.isArray(node.coordinates)) throw new UnreadableShape("Hranice je prázdná.");
      return node.coordinates.map(checkPolygon);
    case "Polygon":
      return [checkPolygon(node.coordinates)];
    default:
      throw new UnreadableShape("Tohle není plocha ve formátu GeoJSON.");
  }
}

/** Text typed or pasted → list of polygons (each a list of rings of [lon, lat]); empty text → []. Throws UnreadableShape. */
export function parsePolygons(text) {
  if (text.trim() === "") return [];
  let node;
  try {
    node = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UnreadableShape("Text není platný GeoJSON.");
    throw error;
  }
  return polygonsOf(node);
}

/** Geometries (Polygon or MultiPolygon) → text of one MultiPolygon; none → "". */
export function formatMultiPolygon(geometries) {
  const coordinates = geometries.flatMap((geometry) =>
    geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates,
  );
  return coordinates.length ? JSON.stringify({ type: "MultiPolygon", coordinates }) : "";
}
