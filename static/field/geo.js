/**
 * Distances, localities and the choice among positions of the GPS. Pure; degrees WGS84, metres.
 */

const EARTH_RADIUS = 6_371_008.8;
const radians = (degrees) => (degrees * Math.PI) / 180;

/** Metres between two points {latitude, longitude} on the sphere. */
export function distance(a, b) {
  const φ1 = radians(a.latitude);
  const φ2 = radians(b.latitude);
  const h =
    Math.sin((φ2 - φ1) / 2) ** 2 +
    Math.cos(φ1) * Math.cos(φ2) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(h));
}

/** Whether bounds [south, west, north, east] hold a point, their edges included. */
export function isWithin([south, west, north, east], { latitude, longitude }) {
  return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
}

function ringHolds(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) {
      inside = !inside;
    }
  }
  return inside;
}

/** Whether a GeoJSON MultiPolygon (longitude, latitude) holds a point; holes are outside. */
export function holds(area, { latitude, longitude }) {
  return area.coordinates.some(
    ([outline, ...holes]) =>
      ringHolds(outline, longitude, latitude) && !holes.some((hole) => ringHolds(hole, longitude, latitude)),
  );
}

/** The name of the locality that holds a point, or null. The server decides for good; this is for the eye. */
export function localityName(features, point) {
  return features.find(({ geometry }) => holds(geometry, point))?.properties.name ?? null;
}

/** The nearest `most` of `places` ({latitude, longitude}) within `radius`, nearest first: [{place, distance}]. */
export function around(places, point, radius, most) {
  return places
    .map((place) => ({ place, distance: distance(place, point) }))
    .filter((found) => found.distance <= radius)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most);
}

/** The nearest of `places` within `radius`: {place, distance}, or null. */
export function nearest(places, point, radius) {
  return around(places, point, radius, 1)[0] ?? null;
}

const STALE = 20_000;

/**
 * Whether a new fix ({accuracy, at (ms)}) is worth more than the one we hold: more accurate, or the old one is from a
 * place the person may have left.
 */
export function isBetter(fix, held) {
  return !held || fix.accuracy <= held.accuracy || fix.at - held.at > STALE;
}

export const POOR_ACCURACY = 50;

export function isPoor(accuracy) {
  return accuracy > POOR_ACCURACY;
}
