"""The endpoint that phones send to. The protocol is described in docs/sync-protocol.md; it may grow, never change."""

import hashlib
from typing import Annotated, Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.middleware.csrf import get_token
from django.utils import timezone
from ninja import Header, NinjaAPI, Path, Query, Status
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import APIKeyCookie
from ninja.utils import check_csrf
from pydantic import UUID7
from pydantic.json_schema import models_json_schema

from apk.people.access import Permission, SignedInRequest
from apk.people.models import User
from apk.sync import capacity
from apk.sync.protocol import (
    Batch,
    BatchAnswer,
    Outcome,
    PhotoAnswer,
    ProblemAnswer,
    Refused,
    SessionAnswer,
    SessionUser,
)
from apk.sync.receiving import keeper_of_photos, receive
from apk.sync.registry import NotNow, PhotoDiffers, PhotoRefused, registered
from apk.sync.senders import may

log = structlog.get_logger(__name__)

# Seconds until a phone may try again: when the process is busy, and when the database is away.
BUSY_SECONDS = 3
AWAY_SECONDS = 10

PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")


class Problem(Exception):
    """Why a request is not served, as HTTP says it (`status`), as the phone's program and as a person reads it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message


class Session(APIKeyCookie):
    """Lets in whoever has a session, the permission, and for writing the CSRF token; says in JSON what is missing."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        super().__init__()

    def __call__(self, request: HttpRequest) -> User:
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> User:
        if not request.user.is_authenticated:
            raise Problem(401, "signed-out", "Přihlaste se, prosím. Záznamy zatím zůstávají v telefonu.")
        # A form's body would be read by the CSRF check, and then could not be read again as JSON.
        if request.method == "POST" and request.content_type != "application/json":
            raise Problem(415, "not-json", "Server čeká záznamy ve formátu JSON.")
        if check_csrf(request) is not None:
            raise Problem(403, "csrf", "Přihlášení se mezitím obnovilo. Aplikace to zkusí znovu.")
        if not may(request.user, self.permission):
            raise Problem(403, "not-permitted", "Záznamy z terénu smí posílat jen asistent.")
        return request.user


class DescribedAPI(NinjaAPI):
    """Describes also what may be inside a record, which the apps above know."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        description = super().get_openapi_schema(**options)
        schemas = description["components"]["schemas"]
        references, definitions = models_json_schema(
            [(schema, "validation") for kind in registered() for schema in kind.payloads.values()],
            ref_template="#/components/schemas/{model}",
        )
        schemas.update(definitions.get("$defs", {}))
        record = schemas["Batch"]["properties"]["records"]["items"]["properties"]
        record["payload"]["anyOf"] = list(references.values())
        record["kind"]["enum"] = sorted(kind.name for kind in registered())
        record["version"]["enum"] = sorted({version for kind in registered() for version in kind.payloads})
        return description


api = DescribedAPI(
    title="APK – příjem záznamů z telefonů",
    version="1",
    description="Records made in the street, accepted exactly once. See docs/sync-protocol.md.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="sync",
)


def problems(*statuses: int) -> dict[int, type[ProblemAnswer]]:
    return dict.fromkeys((401, 403, 503, *statuses), ProblemAnswer)


@api.get(
    "/session",
    auth=Session(Permission.BE_SIGNED_IN),
    response={200: SessionAnswer, **problems()},
    url_name="session",
    operation_id="session",
)
def session(request: SignedInRequest) -> SessionAnswer:
    """Whose session this is, with a fresh CSRF token: what a phone asks first after it was offline."""
    user = request.user
    return SessionAnswer(
        user=SessionUser(id=user.id, name=user.full_name, role=user.role),
        csrf_token=get_token(request),
        server_time=timezone.now(),
    )


@api.post(
    "/records",
    auth=Session(Permission.LOG_IN_THE_FIELD),
    response={200: BatchAnswer, **problems(409, 413, 415, 422)},
    url_name="records",
    operation_id="records",
)
def records(request: SignedInRequest, batch: Batch) -> BatchAnswer:
    """Accepts a batch of records. The answer comes after everything it reports as kept is committed."""
    now = timezone.now()
    if batch.owner != request.user.pk:
        raise Problem(409, "other-user", "Záznamy patří někomu jinému, než kdo je přihlášen. Zůstávají v telefonu.")
    with capacity.batches.one():
        results = receive(batch, sender=request.user, now=now)
    return BatchAnswer(server_time=timezone.now(), results=results)


@api.put(
    "/photos/{photo_id}",
    auth=Session(Permission.LOG_IN_THE_FIELD),
    response={200: PhotoAnswer, 201: PhotoAnswer, **problems(400, 404, 409, 413, 415, 422)},
    url_name="photo",
    operation_id="photo",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in PHOTO_TYPES},
        }
    },
)
def photo(
    request: SignedInRequest,
    photo_id: Path[UUID7],
    record: Query[UUID7],
    x_content_sha256: Annotated[str | None, Header(pattern="^[0-9a-fA-F]{64}$")] = None,
) -> Status:
    """Keeps a photo of a record that has already been accepted from the same person."""
    body = photo_body(request)
    if x_content_sha256 is not None and hashlib.sha256(body).hexdigest() != x_content_sha256.lower():
        raise Problem(400, "damaged", "Fotografie se cestou poškodila. Aplikace ji pošle znovu.")
    try:
        keep = keeper_of_photos(record, request.user)
    except LookupError as error:
        raise Problem(404, "no-record", "Záznam k fotografii ještě nedorazil. Aplikace ji pošle po něm.") from error
    with capacity.photos.one():
        is_new = keep(record, photo_id, body)
    answer = PhotoAnswer(id=photo_id, outcome=Outcome.ACCEPTED if is_new else Outcome.KNOWN)
    return Status(201 if is_new else 200, answer)


def declared_length(request: HttpRequest) -> int:
    """How many bytes the sender announced; the web server lets nothing but digits through."""
    return int(request.META.get("CONTENT_LENGTH") or 0)


def photo_body(request: HttpRequest) -> bytes:
    """The uploaded bytes, all of them. Raises Problem when they are of no image, too many, or not all here."""
    if request.content_type not in PHOTO_TYPES:
        raise Problem(415, "not-an-image", "Fotografie musí být ve formátu JPEG, PNG nebo WebP.")
    declared = declared_length(request)
    if declared > settings.PHOTO_MAX_BYTES:
        limit = settings.PHOTO_MAX_BYTES // (1024 * 1024)
        raise Problem(413, "too-large", f"Fotografie je příliš velká, nejvýše {limit} MB.")
    body: bytes = request.read(declared)
    if len(body) != declared:
        raise Problem(400, "damaged", "Fotografie nedorazila celá. Aplikace ji pošle znovu.")
    return body


def answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": message}, status=status)


def later(request: HttpRequest, seconds: int, code: str, message: str) -> HttpResponse:
    response = answer(request, 503, code, message)
    response["Retry-After"] = str(seconds)
    return response


@api.exception_handler(Problem)
def say_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return answer(request, problem.status, problem.code, problem.message)


@api.exception_handler(PhotoRefused)
def say_photo_refused(request: HttpRequest, refusal: PhotoRefused) -> HttpResponse:
    log.info("sync.photo_refused", user=request.user.pk, code=refusal.code)
    return answer(request, 409 if isinstance(refusal, PhotoDiffers) else 422, refusal.code, refusal.reason)


@api.exception_handler(Refused)
def say_refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return answer(request, 422, "refused", refusal.reason)


@api.exception_handler(ValidationError)
def say_wrong_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
    places = sorted({".".join(map(str, fault["loc"])) for fault in error.errors})
    log.info("sync.wrong_shape", user=request.user.pk, places=places)
    return answer(request, 422, "wrong-shape", "Server požadavku nerozumí. Obnovte aplikaci v telefonu.")


@api.exception_handler(HttpError)
def say_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The library raises this for a body that is not JSON; whatever else it may raise keeps its status."""
    if len(request.body) < declared_length(request):
        return answer(request, 400, "damaged", "Záznamy nedorazily celé. Aplikace je pošle znovu.")
    status = 422 if error.status_code == 400 else error.status_code
    return answer(request, status, "not-json", "Server požadavku nerozumí. Obnovte aplikaci v telefonu.")


@api.exception_handler(RequestDataTooBig)
def say_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return answer(request, 413, "too-large", "Dávka záznamů je příliš velká. Aplikace ji pošle po částech.")


@api.exception_handler(UnreadablePostError)
def say_cut_off(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    return answer(request, 400, "damaged", "Spojení se přerušilo. Aplikace to zkusí znovu.")


@api.exception_handler(capacity.Full)
def say_busy(request: HttpRequest, error: capacity.Full) -> HttpResponse:
    return later(request, BUSY_SECONDS, "busy", "Server má právě plno. Aplikace to za chvíli zkusí znovu.")


def say_away(request: HttpRequest, error: Error | type[Error]) -> HttpResponse:
    log.error("sync.database_away", exc_info=error)
    return later(request, AWAY_SECONDS, "away", "Server teď nemůže záznamy uložit. Zůstávají v telefonu.")


for _error in (OperationalError, InterfaceError):
    api.add_exception_handler(_error, say_away)


@api.exception_handler(NotNow)
def say_not_now(request: HttpRequest, error: NotNow) -> HttpResponse:
    return later(request, AWAY_SECONDS, "away", str(error))
