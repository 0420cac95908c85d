import assert from "node:assert/strict";
import { test } from "node:test";

import { UnreadableShape, formatMultiPolygon, parsePolygons } from "../../static/js/geojson.js";

const RING = [[18.25, 49.84], [18.26, 49.84], [18.26, 49.85], [18.25, 49.84]];
const polygon = { type: "Polygon", coordinates: [RING] };

test("polygons are found in whatever holds them", () => {
  const multi = { type: "MultiPolygon", coordinates: [[RING], [RING]] };
  const feature = { type: "Feature", properties: {}, geometry: polygon };
  const cases = [
    [polygon, 1],
    [multi, 2],
    [feature, 1],
    [{ type: "FeatureCollection", features: [feature, { ...feature, geometry: multi }] }, 3],
    [{ type: "GeometryCollection", geometries: [polygon, multi] }, 3],
    [{ ...feature, geometry: null }, 0],
  ];
  for (const [node, count] of cases) {
    assert.deepEqual(parsePolygons(JSON.stringify(node)), Array(count).fill([RING]));
  }
});

test("an empty field is no boundary", () => {
  assert.deepEqual(parsePolygons("  \n"), []);
});

test("what is no boundary in degrees is refused with a sentence", () => {
  const refused = [
    "{",
    "null",
    '"text"',
    JSON.stringify({ type: "Point", coordinates: [18, 49] }),
    JSON.stringify({ type: "Polygon" }),
    JSON.stringify({ type: "Polygon", coordinates: [] }),
    JSON.stringify({ type: "Polygon", coordinates: [RING.slice(0, 3)] }),
    JSON.stringify({ type: "Polygon", coordinates: [[[1], [2], [3], [1]]] }),
    JSON.stringify({ type: "MultiPolygon", coordinates: "x" }),
    JSON.stringify({ type: "FeatureCollection", features: "x" }),
  ];
  for (const text of refused) assert.throws(() => parsePolygons(text), UnreadableShape, text);
  const metres = [[-470000, -1101000], [-469000, -1101000], [-469000, -1100000], [-470000, -1101000]];
  assert.throws(() => parsePolygons(JSON.stringify({ type: "Polygon", coordinates: [metres] })), /S-JTSK/);
});

test("what is drawn becomes one MultiPolygon, nothing becomes an empty field", () => {
  const text = formatMultiPolygon([polygon, { type: "MultiPolygon", coordinates: [[RING]] }]);
  assert.deepEqual(JSON.parse(text), { type: "MultiPolygon", coordinates: [[RING], [RING]] });
  assert.deepEqual(parsePolygons(text), [[RING], [RING]]);
  assert.equal(formatMultiPolygon([]), "");
});
