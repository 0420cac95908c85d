"""Where the demonstration happens: a dozen real localities of Ostrava with plausible boundaries, and known places.

Centres are approximate; boundaries are drawn around them by a fixed recipe and claim no accuracy.
"""

import math
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from django.conf import settings

from apk.localities.geometry import read_area
from apk.localities.models import District, Locality
from findings.models import Place, PlaceKind

METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True)
class Site:
    """A locality: its centre in WGS84 degrees, its half-width and half-height in metres, and its known places.

    Places are (name, kind, metres east, metres north) of the centre.
    """

    name: str
    district: str
    kind: Locality.Kind
    latitude: float
    longitude: float
    half_width_m: float
    half_height_m: float
    places: tuple[tuple[str, PlaceKind, float, float], ...]


PRIVOZ = "Moravská Ostrava a Přívoz"
SLEZSKA = "Slezská Ostrava"
JIH = "Ostrava-Jih"
EXCLUDED, LODGING, RISK = Locality.Kind.EXCLUDED, Locality.Kind.LODGING_HOUSE, Locality.Kind.RISK_AREA

SITES = (
    Site(
        "Jílová", PRIVOZ, EXCLUDED, 49.8455, 18.2785, 130, 110,
        (
            ("Jílová – lavičky u garáží", PlaceKind.BENCH, -60, 30),
            ("Jílová – stání kontejnerů", PlaceKind.CONTAINERS, 55, -35),
            ("Jílová – průchod domem", PlaceKind.PASSAGE, 10, 60),
        ),
    ),
    Site(
        "Cihelní", PRIVOZ, EXCLUDED, 49.8428, 18.2742, 120, 110,
        (
            ("Cihelní – opuštěná garáž", PlaceKind.ABANDONED_BUILDING, -50, -20),
            ("Cihelní – dětské hřiště", PlaceKind.PLAYGROUND, 45, 40),
        ),
    ),
    Site(
        "Přednádraží", PRIVOZ, EXCLUDED, 49.8548, 18.2640, 130, 120,
        (
            ("Přednádraží – squat v čp. 6", PlaceKind.SQUAT, -60, 20),
            ("Přednádraží – za kolejištěm", PlaceKind.OTHER, 50, 55),
        ),
    ),
    Site(
        "Hlavní nádraží", PRIVOZ, RISK, 49.8516, 18.2690, 130, 110,
        (
            ("Hlavní nádraží – zastávka tramvaje", PlaceKind.STATION, -30, -40),
            ("Hlavní nádraží – park před halou", PlaceKind.PARK, 60, 20),
        ),
    ),
    Site(
        "Orebitská", PRIVOZ, RISK, 49.8530, 18.2790, 140, 110,
        (
            ("Orebitská – dopravní hřiště", PlaceKind.PLAYGROUND, 20, 30),
            ("Orebitská – okolí lékárny", PlaceKind.PHARMACY, -70, -35),
        ),
    ),
    Site(
        "HD Hlubina", JIH, LODGING, 49.7820, 18.2620, 160, 140,
        (
            ("Hlubina – stání kontejnerů", PlaceKind.CONTAINERS, 70, -30),
            ("Hlubina – křoviny u parkoviště", PlaceKind.OTHER, -80, 50),
        ),
    ),
    Site(
        "Ubytovna Hulvácká", JIH, LODGING, 49.8070, 18.2430, 150, 130,
        (
            ("Hulvácká – lavičky před vchodem", PlaceKind.BENCH, 0, -45),
            ("Hulvácká – pískoviště", PlaceKind.SANDPIT, -75, 40),
        ),
    ),
    Site(
        "Sirotčí", "Vítkovice", EXCLUDED, 49.8140, 18.2670, 220, 160,
        (
            ("Sirotčí – vybydlený dům", PlaceKind.ABANDONED_BUILDING, -110, 30),
            ("Sirotčí – průchod ke škole", PlaceKind.SCHOOL, 90, -60),
            ("Sirotčí – park", PlaceKind.PARK, 20, 80),
        ),
    ),
    Site(
        "Bedřiška", "Mariánské Hory a Hulváky", EXCLUDED, 49.8240, 18.2400, 240, 170,
        (
            ("Bedřiška – u bývalé dílny", PlaceKind.ABANDONED_BUILDING, -90, -60),
            ("Bedřiška – hřiště", PlaceKind.PLAYGROUND, 100, 50),
        ),
    ),
    Site(
        "Zárubek", SLEZSKA, EXCLUDED, 49.8270, 18.3020, 230, 180,
        (
            ("Zárubek – stání kontejnerů", PlaceKind.CONTAINERS, 80, 60),
            ("Zárubek – halda", PlaceKind.OTHER, -120, -70),
        ),
    ),
    Site(
        "Kunčičky", SLEZSKA, EXCLUDED, 49.8110, 18.3010, 260, 200,
        (
            ("Kunčičky – park u kostela", PlaceKind.PARK, 40, 100),
            ("Kunčičky – zastávka", PlaceKind.STATION, -130, -50),
        ),
    ),
    Site(
        "Hrušov", SLEZSKA, EXCLUDED, 49.8660, 18.2900, 300, 220,
        (
            ("Hrušov – vybydlené domy", PlaceKind.ABANDONED_BUILDING, -150, 60),
            ("Hrušov – podjezd dálnice", PlaceKind.PASSAGE, 120, -100),
        ),
    ),
    Site(
        "Liščina", SLEZSKA, EXCLUDED, 49.8600, 18.3035, 190, 150,
        (
            ("Liščina – dětské hřiště", PlaceKind.PLAYGROUND, -60, 20),
            ("Liščina – lavičky u obchodu", PlaceKind.BENCH, 70, -40),
        ),
    ),
)  # fmt: skip


def shifted(latitude: float, longitude: float, east_m: float, north_m: float) -> tuple[float, float]:
    """The point so many metres east and north of another; good to centimetres over a kilometre."""
    return (
        round(latitude + north_m / METRES_A_DEGREE, 6),
        round(longitude + east_m / (METRES_A_DEGREE * math.cos(math.radians(latitude))), 6),
    )


def boundary(site: Site) -> dict[str, Any]:
    """An irregular ten-cornered boundary that keeps the site's places inside."""
    random = Random(site.name)  # noqa: S311
    corners = []
    for corner in range(10):
        angle = 2 * math.pi * (corner + random.uniform(-0.25, 0.25)) / 10
        reach = random.uniform(0.9, 1.15)
        latitude, longitude = shifted(
            site.latitude,
            site.longitude,
            reach * site.half_width_m * math.cos(angle),
            reach * site.half_height_m * math.sin(angle),
        )
        corners.append([longitude, latitude])
    return read_area({"type": "Polygon", "coordinates": [[*corners, corners[0]]]}, settings.CITY_BOUNDS)


def make_city() -> list[tuple[Locality, list[tuple[Place, PlaceKind]]]]:
    """Makes districts, localities and known places; gives each locality with its places and their kinds."""
    made = []
    for site in SITES:
        district, _ = District.objects.get_or_create(name=site.district)
        locality = Locality.objects.create(
            name=site.name, kind=site.kind, district=district, area=boundary(site), opened_on=date(2012, 1, 1)
        )
        places = []
        for name, kind, east_m, north_m in site.places:
            latitude, longitude = shifted(site.latitude, site.longitude, east_m, north_m)
            place = Place.objects.create(name=name, locality=locality, latitude=latitude, longitude=longitude)
            places.append((place, kind))
        made.append((locality, places))
    return made
