"""Findings for other programs of the city, above all its map server: pages of GeoJSON behind a revocable key.

The same filter as in the list of findings. What says something about a person's work or was written freely by hand
stays inside (docs/decisions/0137-what-the-citys-map-may-read.md).
"""

import time
from typing import Annotated, Any, Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Query, Schema
from ninja.errors import ValidationError
from ninja.security import HttpBearer

from apk.audit.models import AccessLog
from findings.exports import CHUNK, feature, located
from findings.filters import FindingFilter
from findings.models import AccessKey

A_MINUTE: Final = 60
PERSONAL: Final = frozenset({"assistant", "note", "withdrawal_reason"})
PARAMETERS: Final = tuple(name for name in FindingFilter.base_fields if name != "mapa")
PAGING: Final = frozenset({"limit", "offset"})


class Problem(Exception):
    """Why a request is not served: the status of HTTP, a word for programs, a sentence for people."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.headers = status, code, message, headers


class KeyHolder(HttpBearer):
    """Lets in whoever shows a valid key, so many times a minute."""

    def __call__(self, request: HttpRequest) -> AccessKey:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        key = AccessKey.objects.of_secret(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
        if key is None:
            raise Problem(
                401, "no-key", "Chybí platný klíč v hlavičce Authorization: Bearer.", **{"WWW-Authenticate": "Bearer"}
            )
        refuse_haste(key)
        return key

    def authenticate(self, request: HttpRequest, token: str) -> AccessKey:
        return self(request)


def refuse_haste(key: AccessKey) -> None:
    """Raises Problem when the key was shown more than A_MINUTE times in this minute of the clock."""
    minute, second = divmod(int(time.time()), 60)
    counter = f"access-key:{key.pk}:{minute}"
    cache.add(counter, 0, timeout=120)
    if cache.incr(counter) > A_MINUTE:
        wait = {"Retry-After": str(60 - second)}
        raise Problem(429, "too-often", f"Nejvýš {A_MINUTE} dotazů za minutu. Zkuste to za chvíli.", **wait)


class Feature(Schema):
    """A finding; `properties` have the names of the columns of the exported files."""

    type: str = "Feature"
    id: str
    geometry: dict[str, Any]
    properties: dict[str, Any]


class Link(Schema):
    rel: str
    href: str


class FeatureCollection(Schema):
    """A page of findings (RFC 7946); follow the link `next` until there is none."""

    type: str = "FeatureCollection"
    numberMatched: int  # noqa: N815  # as OGC API – Features writes it
    numberReturned: int  # noqa: N815
    links: list[Link]
    features: list[Feature]


class ProblemAnswer(Schema):
    code: str
    message: str


api = NinjaAPI(
    title="APK – nálezy pro GIS města",
    version="1",
    description="Findings as pages of GeoJSON (WGS84; metres of EPSG:5514 among the properties), read only. "
    "A key is issued by the coordinator and shown in the header Authorization: Bearer.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="gis",
)


def described(name: str) -> dict[str, Any]:
    """A part of the filter as OpenAPI describes a parameter."""
    return {
        "in": "query",
        "name": name,
        "required": False,
        "description": str(FindingFilter.base_fields[name].label),
        "schema": {"type": "string"},
    }


@api.get(
    "/findings",
    auth=KeyHolder(),
    response={200: FeatureCollection, 401: ProblemAnswer, 422: ProblemAnswer, 429: ProblemAnswer},
    url_name="findings",
    operation_id="findings",
    openapi_extra={"parameters": [described(name) for name in PARAMETERS]},
)
def findings(
    request: HttpRequest,
    limit: Annotated[int, Query(ge=1, le=CHUNK)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> HttpResponse:
    """The filtered findings, in the order of the list unless another is asked for."""
    key: AccessKey = request.auth  # type: ignore[attr-defined]  # set by the library
    chosen = FindingFilter(request.GET, user=key.issued_by)
    refuse_wrong(request, chosen)
    found = chosen.findings().select_related("place", "locality__district", "assistant__user")
    matched = found.count()
    rows = located(list(found[offset : offset + limit]))
    AccessLog.objects.note(
        user=key.issued_by,
        action=AccessLog.Action.EXPORT,
        what=f"Nálezy (rozhraní pro GIS, klíč {key.name})",
        filter=chosen.asked,
        rows=len(rows),
    )
    links = [{"rel": "self", "href": request.build_absolute_uri()}]
    if offset + len(rows) < matched and rows:
        query = request.GET.copy()
        query["offset"] = str(offset + len(rows))
        links.append({"rel": "next", "href": request.build_absolute_uri(f"?{query.urlencode()}")})
    answer = {
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": len(rows),
        "links": links,
        "features": [feature(row, without=PERSONAL) for row in rows],
    }
    return JsonResponse(answer, content_type="application/geo+json", json_dumps_params={"ensure_ascii": False})


def refuse_wrong(request: HttpRequest, chosen: FindingFilter) -> None:
    """Raises Problem for a part of the address that is unknown or makes no sense: a program reads no other rows than
    it asked for."""
    if unknown := sorted(set(request.GET) - set(chosen.fields) - PAGING):
        raise Problem(422, "unknown-parameter", f"Tyto části filtru neznáme: {', '.join(unknown)[:200]}.")
    if not chosen.is_valid():
        raise Problem(422, "wrong-filter", " ".join(str(each[0]) for each in chosen.errors.values()))


@api.exception_handler(Problem)
def say_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return JsonResponse(
        {"code": problem.code, "message": problem.message}, status=problem.status, headers=problem.headers
    )


@api.exception_handler(ValidationError)
def say_wrong_paging(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return say_problem(request, Problem(422, "wrong-paging", f"limit je 1 až {CHUNK}, offset od 0."))
