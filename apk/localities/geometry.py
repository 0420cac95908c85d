"""Boundaries and positions: what is read from a file, which locality holds a point, metres and S-JTSK.

Pure: knows neither the database nor Django. Areas are GeoJSON MultiPolygons in WGS84 with coordinates in the order
(longitude, latitude) and six decimals (about 0.1 m), just as they are stored; separate positions are passed as
(latitude, longitude), the order in which people say them.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import shapely
from pyproj import Geod, Transformer
from shapely.geometry import MultiPolygon, Polygon, shape

DECIMALS = 6
MAX_VERTICES = 5_000
# Square degrees, about a square metre here: what two boundaries drawn along one kerb may share unmeant.
LEAST_OVERLAP = 1.2e-10

# EPSG:5514 (S-JTSK / Krovak East North) from WGS84 by EPSG's operation "S-JTSK to WGS 84 (5)", about 1 m in Czechia.
# Written out, because what PROJ picks from the two codes depends on its version and on the grids a machine has.
SJTSK_PIPELINE = (
    "proj=pipeline step proj=unitconvert xy_in=deg xy_out=rad step proj=push v_3 step proj=cart ellps=WGS84"
    " step inv proj=helmert x=572.213 y=85.334 z=461.94 rx=-4.9732 ry=-1.529 rz=-5.2484 s=3.5378"
    " convention=coordinate_frame step inv proj=cart ellps=bessel step proj=pop v_3"
    " step proj=krovak lat_0=49.5 lon_0=24.8333333333333 alpha=30.2881397527778 k=0.9999 x_0=0 y_0=0 ellps=bessel"
)
SJTSK = Transformer.from_pipeline(SJTSK_PIPELINE)
ELLIPSOID = Geod(ellps="WGS84")

# Metres to the west and to the south by which Křovák's plane names any point of Czechia. The two ranges share no
# number, so the pair can be told apart in any order and with either sign.
WESTINGS = (400_000.0, 910_000.0)
SOUTHINGS = (920_000.0, 1_250_000.0)

WGS84_CODES = {"4326", "4979", "CRS84"}
SJTSK_CODES = {"5514", "5513", "2065", "102067", "102065"}
TWO_SYSTEMS = "Uložte hranici ve WGS 84 (EPSG:4326), nebo v S-JTSK (EPSG:5514)."

Area = dict[str, Any]
Pair = tuple[float, float]
Ring = list[Pair]
Key = TypeVar("Key")


class InvalidArea(ValueError):
    """A boundary that cannot be taken; the message is a Czech sentence for the person who sent it."""


@dataclass(frozen=True)
class Bounds:
    """The box (degrees of WGS84) in which every boundary must lie."""

    south: float
    west: float
    north: float
    east: float

    def hold(self, longitude: float, latitude: float) -> bool:
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


def read_area(source: str | dict[str, Any], bounds: Bounds | tuple[float, float, float, float]) -> Area:
    """The boundary in `source` as a valid GeoJSON MultiPolygon in WGS84.

    `source` is GeoJSON (Polygon, MultiPolygon, Feature or FeatureCollection, as text or already parsed) in WGS84 or
    in S-JTSK, told apart by the size of the numbers; a `crs` member must agree with it. `bounds` are (south, west,
    north, east). Parts that touch or overlap are merged into one. Raises InvalidArea.
    """
    box = bounds if isinstance(bounds, Bounds) else Bounds(*bounds)
    document = parse(source)
    polygons = [[list(ring(points)) for points in rings] for rings in polygons_of(document)]
    if not polygons:
        raise InvalidArea("V souboru není žádná plocha. Hranice lokality musí být uzavřená plocha (polygon).")
    vertices = sum(len(points) for rings in polygons for points in rings)
    if vertices > MAX_VERTICES:
        raise InvalidArea(f"Hranice má příliš mnoho bodů ({vertices}). Zjednodušte ji nejvýše na {MAX_VERTICES}.")
    to_degrees = reader_of(polygons, declared_system(document))
    parts = [polygon([[to_degrees(pair) for pair in points] for points in rings], box) for rings in polygons]
    area = MultiPolygon(parts)
    if not area.is_valid:
        area = as_multipolygon(shapely.union_all(parts, grid_size=10**-DECIMALS))
    return as_geojson(shapely.orient_polygons(area))


def parse(source: str | dict[str, Any]) -> dict[str, Any]:
    """The JSON object in `source`. Raises InvalidArea."""
    if isinstance(source, dict):
        return source
    try:
        document = json.loads(source.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise InvalidArea("Tohle není GeoJSON: soubor nebo text nejde přečíst.") from error
    if not isinstance(document, dict):
        raise InvalidArea("Tohle není GeoJSON: chybí v něm popis plochy.")
    return document


def polygons_of(document: dict[str, Any]) -> Iterator[list[Any]]:
    """The coordinates of each polygon of a GeoJSON object. Raises InvalidArea when there is anything else in it."""
    kind = document.get("type")
    match kind:
        case "FeatureCollection":
            for feature in sequence(document.get("features")):
                if isinstance(feature, dict) and feature.get("type") == "Feature":
                    yield from polygons_of(feature)
                else:
                    raise unreadable()
        case "Feature":
            geometry = document.get("geometry")
            if isinstance(geometry, dict) and geometry.get("type") not in ("Feature", "FeatureCollection"):
                yield from polygons_of(geometry)
            elif geometry is not None:
                raise unreadable()
        case "Polygon":
            yield sequence(document.get("coordinates"))
        case "MultiPolygon":
            yield from map(sequence, sequence(document.get("coordinates")))
        case "Point" | "MultiPoint" | "LineString" | "MultiLineString" | "GeometryCollection":
            raise InvalidArea(f"Hranice lokality musí být jen plocha (polygon), soubor ale obsahuje {kind}.")
        case _:
            raise InvalidArea("Tohle není GeoJSON: chybí v něm popis plochy.")


def ring(points: Any) -> Iterator[Pair]:
    """The points of a ring in the units of the file, without any third coordinate. Raises InvalidArea."""
    for point in sequence(points):
        first, second, *_ = [*sequence(point), None, None]
        yield number(first), number(second)


def sequence(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise unreadable()
    return list(value)


def number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unreadable()
    try:
        coordinate = float(value)
    except OverflowError as error:
        raise unreadable() from error
    if not math.isfinite(coordinate):
        raise unreadable()
    return coordinate


def unreadable() -> InvalidArea:
    return InvalidArea("Souřadnice hranice nejdou přečíst: každý bod musí být dvojice čísel.")


def declared_system(document: dict[str, Any]) -> str | None:
    """ "WGS 84" or "S-JTSK" when the object says by a `crs` member, None when it says nothing. Raises InvalidArea."""
    crs = document.get("crs")
    if crs is None:
        inner = document.get("geometry")
        return declared_system(inner) if isinstance(inner, dict) else None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    code = re.search(r"([A-Za-z0-9]+)\s*$", name) if isinstance(name, str) else None
    if code is not None and code[1].upper() in WGS84_CODES:
        return "WGS 84"
    if code is not None and code[1] in SJTSK_CODES:
        return "S-JTSK"
    # Only what reads as a name is repeated: a file may hold anything, even what cannot be written out again.
    called = re.sub(r"[^\w:./ -]", "", str(name))[:60]
    raise InvalidArea(f"Soubor je v souřadnicovém systému, který neumíme přečíst ({called}). {TWO_SYSTEMS}")


def reader_of(polygons: list[list[Ring]], declared: str | None) -> Callable[[Pair], Pair]:
    """The function that turns a point of the file into (longitude, latitude). Raises InvalidArea."""
    points = [pair for rings in polygons for points in rings for pair in points]
    if all(abs(first) <= 180 and abs(second) <= 180 for first, second in points):
        system, reader = "WGS 84", already_degrees
    elif all(is_krovak(pair) for pair in points):
        system, reader = "S-JTSK", from_krovak
    else:
        raise InvalidArea(f"Souřadnice nejsou ani ve WGS 84, ani v S-JTSK. {TWO_SYSTEMS}")
    if declared not in (None, system):
        raise InvalidArea(f"Soubor uvádí souřadnicový systém {declared}, ale čísla v něm vypadají jako {system}.")
    return reader


def already_degrees(pair: Pair) -> Pair:
    return pair


def is_krovak(pair: Pair) -> bool:
    """Whether two numbers are metres of Křovák's plane, in any order, both positive or both negative."""
    westing, southing = sorted(map(abs, pair))
    return pair[0] * pair[1] > 0 and WESTINGS[0] <= westing <= WESTINGS[1] and SOUTHINGS[0] <= southing <= SOUTHINGS[1]


def from_krovak(pair: Pair) -> Pair:
    """(longitude, latitude) of metres in any of the orders and signs in which Křovák's plane is written."""
    westing, southing = sorted(map(abs, pair))
    latitude, longitude = from_sjtsk(-westing, -southing)
    return longitude, latitude


def polygon(rings: list[Ring], box: Bounds) -> Polygon:
    """One valid polygon, rounded to what is stored. Raises InvalidArea that names the place of the fault."""
    if not rings:
        raise InvalidArea("Hranice je prázdná. Nakreslete plochu aspoň o třech bodech.")
    rounded = [[(round(x, DECIMALS), round(y, DECIMALS)) for x, y in points] for points in rings]
    for points in rounded:
        for longitude, latitude in points:
            if not box.hold(longitude, latitude):
                raise InvalidArea(outside(longitude, latitude, box))
        if len(set(points)) < 3:
            raise InvalidArea("Hranice je prázdná. Nakreslete plochu aspoň o třech bodech.")
    found = Polygon(rounded[0], rounded[1:])
    if not found.is_valid:
        raise InvalidArea(fault(found))
    return found


def outside(longitude: float, latitude: float, box: Bounds) -> str:
    sentence = f"Hranice vybíhá mimo město: bod {position(latitude, longitude)}"
    if box.hold(latitude, longitude):
        return f"{sentence} Není prohozená zeměpisná šířka a délka? V GeoJSON je první délka."
    return sentence


def fault(found: Polygon) -> str:
    """A sentence about why a polygon is invalid and where."""
    reason = shapely.is_valid_reason(found)
    place = re.search(r"\[(\S+) (\S+)\]", reason)
    near = f" v okolí bodu {position(float(place[2]), float(place[1]))}" if place else "."
    if "Hole lies outside" in reason:
        return f"Otvor v ploše leží mimo její hranici{near} Otvor musí být celý uvnitř."
    if "nested" in reason.lower():
        return f"Otvory v ploše leží jeden v druhém{near} Spojte je, nebo jeden smažte."
    if "Self-intersection" in reason:
        return f"Hranice se kříží sama se sebou{near} Upravte ji, aby se čáry neprotínaly."
    if "Too few points" in reason:
        return "Hranice je prázdná. Nakreslete plochu aspoň o třech bodech."
    return f"Hranice netvoří souvislou plochu{near} Nakreslete ji znovu."


def position(latitude: float, longitude: float) -> str:
    """A position as Czechs write it, with the full stop of its last abbreviation: 49,84500° s. š., 18,27700° v. d."""
    north, east = (f"{abs(degrees):.5f}".replace(".", ",") for degrees in (latitude, longitude))
    return f"{north}° {'s' if latitude >= 0 else 'j'}. š., {east}° {'v' if longitude >= 0 else 'z'}. d."


def as_multipolygon(geometry: Any) -> MultiPolygon:
    """The polygons of a union; rounding can leave none of a sliver. Raises InvalidArea."""
    parts = [part for part in getattr(geometry, "geoms", [geometry]) if isinstance(part, Polygon) and not part.is_empty]
    if not parts:
        raise InvalidArea("Hranice je prázdná. Nakreslete plochu aspoň o třech bodech.")
    return MultiPolygon(parts)


def as_geojson(area: MultiPolygon) -> Area:
    return {
        "type": "MultiPolygon",
        "coordinates": [
            [
                [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in line.coords]
                for line in (part.exterior, *part.interiors)
            ]
            for part in area.geoms
        ],
    }


class AreaIndex(Generic[Key]):
    """Answers which of many areas holds a point; built once from (id, area) pairs, asked many times."""

    def __init__(self, areas: Iterable[tuple[Key, Area]]) -> None:
        pairs = [(key, shape(area)) for key, area in areas]
        # In a city a degree is the same everywhere, so planar areas compare well enough; sorting is stable.
        pairs.sort(key=lambda pair: pair[1].area)
        self._keys = [key for key, _ in pairs]
        self._shapes = [geometry for _, geometry in pairs]
        self._tree = shapely.STRtree(self._shapes)

    def __len__(self) -> int:
        return len(self._keys)

    def holding(self, latitude: float, longitude: float) -> Key | None:
        """The id of the smallest area that holds the point, its boundary included; None outside all of them."""
        found = self._tree.query(shapely.Point(longitude, latitude), predicate="intersects")
        return self._keys[found.min()] if found.size else None

    def overlapping(self, area: Area) -> list[Key]:
        """Ids of the areas that share over a square metre with `area`, not only an edge or a corner; smallest first."""
        other = shape(area)
        found = sorted(self._tree.query(other, predicate="intersects"))
        return [self._keys[n] for n in found if self._shapes[n].intersection(other).area > LEAST_OVERLAP]


def to_sjtsk(latitude: float, longitude: float) -> Pair:
    """(x, y) in metres of EPSG:5514, which is east and north: both negative in Czechia."""
    x, y = SJTSK.transform(longitude, latitude)
    return x, y


def to_sjtsk_all(latitudes: Sequence[float], longitudes: Sequence[float]) -> list[Pair]:
    """`to_sjtsk` of many points at once, a hundred times as fast."""
    xs, ys = SJTSK.transform(longitudes, latitudes)
    return list(zip(xs, ys, strict=True))


def from_sjtsk(x: float, y: float) -> Pair:
    """(latitude, longitude) in degrees of a point in EPSG:5514 metres (east, north)."""
    longitude, latitude = SJTSK.transform(x, y, direction="INVERSE")
    return latitude, longitude


def distance_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Metres between two points along the ellipsoid."""
    return ELLIPSOID.inv(longitude, latitude, other_longitude, other_latitude)[2]


def distance_to_area_m(latitude: float, longitude: float, area: Area) -> float:
    """Metres from a point to the nearest point of an area, 0 inside it, measured in the plane of S-JTSK."""
    x, y = to_sjtsk(latitude, longitude)
    projected = shapely.transform(shape(area), lambda pairs: np.column_stack(SJTSK.transform(pairs[:, 0], pairs[:, 1])))
    return float(projected.distance(shapely.Point(x, y)))


def size_m2(area: Area) -> float:
    """Square metres of an area on the ellipsoid, holes left out."""
    return abs(ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(shape(area)))[0])


def vertex_count(area: Area) -> int:
    """How many corners the boundary has; the closing point of a ring is not counted twice."""
    return sum(len(points) - 1 for rings in area["coordinates"] for points in rings)


def extent(area: Area) -> tuple[float, float, float, float]:
    """South, west, north and east of an area in degrees, the order of `Bounds`."""
    west, south, east, north = shape(area).bounds
    return south, west, north, east


def centre(area: Area) -> Pair:
    """(latitude, longitude) of a point that surely lies inside."""
    point = shape(area).representative_point()
    return point.y, point.x


__all__ = [
    "Area",
    "AreaIndex",
    "Bounds",
    "InvalidArea",
    "centre",
    "distance_m",
    "extent",
    "from_sjtsk",
    "position",
    "read_area",
    "size_m2",
    "to_sjtsk",
    "to_sjtsk_all",
    "vertex_count",
]
