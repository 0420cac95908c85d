"""System checks that refuse unsafe or senseless settings before anybody relies on them."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

SHORTEST_KEY = 50


def public_installation_is_safe(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """With HTTPS on, the world can reach us: no debug pages, no guessable key, no host left open."""
    if not settings.HTTPS:
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG je zapnuté na veřejné instalaci.", hint="Nastavte DEBUG=false.", id="apk.E001"))
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        found.append(
            Error(
                f"SECRET_KEY je kratší než {SHORTEST_KEY} znaků.",
                hint="Vytvořte ho příkazem: python -c 'import secrets; print(secrets.token_urlsafe(50))'",
                id="apk.E002",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "ALLOWED_HOSTS dovoluje jakékoli jméno.", hint="Uveďte jméno, na kterém aplikace běží.", id="apk.E003"
            )
        )
    return found


def city_makes_sense(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """The city's box is four numbers, south-west corner first, and the radius of a place some metres."""
    found: list[CheckMessage] = []
    bounds = settings.CITY_BOUNDS
    if len(bounds) != 4 or not (-90 <= bounds[0] < bounds[2] <= 90 and -180 <= bounds[1] < bounds[3] <= 180):
        found.append(
            Error(
                "CITY_BOUNDS nejsou čtyři čísla „jih, západ, sever, východ“.",
                hint="Například 49.72,18.09,49.91,18.39.",
                id="apk.E004",
            )
        )
    if not 1 <= settings.PLACE_RADIUS_M <= 500:
        found.append(Error("PLACE_RADIUS_M musí být mezi 1 a 500 metry.", hint="Obvyklá hodnota je 30.", id="apk.E005"))
    return found
