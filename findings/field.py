"""The phone application: screens for one thumb that open without a connection; saving goes through /sync/."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Max, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from apk.calendar import day_bounds, local_date
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, public, requires
from apk.people.models import Mentorship, User
from apk.sync import registry
from apk.sync.models import Receipt
from findings import shell
from findings.maps import city_map
from findings.models import Finding, Place, Question, Sighting
from patrols.models import ActivityKind, Announcement, CalledPatrol, Counter, Organisation, ReferralReason

LAST_FINDINGS = 5
# How far back a person sees their own records in the phone, and how many of them at most.
RECORDS_SINCE = timedelta(days=62)
MOST_RECORDS = 200
# Known places that travel to the phone, those with the latest findings first; about 80 bytes each.
MOST_PLACES = 300
# A place's findings that count.
STANDING = Q(findings__withdrawn_at__isnull=True, findings__merged_into__isnull=True)
# The colours of the system's own bars around the application; the same as --band and --paper in static/css/tokens.css.
BAND_COLOUR, PAPER_COLOUR = "#1d456f", "#f6f6f6"


# --- What everybody may have -----------------------------------------------------------------------------------------


@public
@cache_control(no_cache=True)
@require_safe
def screen(request: HttpRequest, name: str) -> HttpResponse:
    """The shell of one screen, the same for everybody; whose it becomes is decided by `data`."""
    return HttpResponse(shell.screen_html(name))


@public
@cache_control(no_cache=True)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; `?modul` for browsers whose workers may import. Browsers ask for it again and again."""
    script = shell.worker_script(background="modul" in request.GET)
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@public
@cache_control(no_cache=True)
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes the application installable. Its icon opens the form of a finding: every tap counts there."""
    icons = [("any", "192"), ("any", "512"), ("maskable", "512")]
    shortcuts = [("Dnes", "today"), ("Moje záznamy", "records"), ("První pomoc po píchnutí", "first-aid")]
    description = {
        "id": reverse("field:today"),
        "name": "APK v terénu",
        "short_name": "APK",
        "description": "Nálezy a služba asistentů prevence kriminality, i bez signálu.",
        "lang": "cs",
        "start_url": reverse("field:capture"),
        "scope": reverse("field:today"),
        "display": "standalone",
        "background_color": PAPER_COLOUR,
        "theme_color": BAND_COLOUR,
        "icons": [
            {
                "src": static(f"field/icons/{purpose}-{size}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for purpose, size in icons
        ],
        "shortcuts": [{"name": label, "url": reverse(f"field:{name}")} for label, name in shortcuts],
    }
    return JsonResponse(description, content_type="application/manifest+json")


# --- What is one person's own ----------------------------------------------------------------------------------------


@requires(Permission.LOG_IN_THE_FIELD)
@never_cache
@require_safe
def data(request: SignedInRequest) -> HttpResponse:
    """Everything the phone keeps for the signed-in person to work without a connection; moments are ISO 8601 in UTC."""
    now = timezone.now()
    parts = (person_data, task_data, shift_data, place_data, activity_data, record_data)
    return JsonResponse({name: value for part in parts for name, value in part(request.user, now).items()})


def person_data(user: User, now: datetime) -> dict[str, Any]:
    """Who it is and who leads them: one query."""
    mentorship = Mentorship.objects.on(local_date(now)).filter(assistant__user=user).select_related("mentor__user")
    mentor = next((row.mentor.user for row in mentorship), None)
    return {
        "owner": user.pk,
        "name": user.full_name,
        # Tells the phone of a fresh sign-in, by which a forgotten PIN may be replaced.
        "signedInAt": user.last_login,
        "preparedAt": now,
        "mentor": {"name": mentor.full_name, "phone": mentor.phone} if mentor else None,
    }


def task_data(user: User, now: datetime) -> dict[str, Any]:
    """What the desk asks about the person's findings and where it sends them: two queries."""
    questions = Question.objects.visible_to(user).open().select_related("finding__place").order_by("asked_at")
    sightings = Sighting.objects.visible_to(user).open().select_related("locality").order_by("reported_at")
    return {
        "tasks": {
            "questions": [
                {
                    "id": question.pk,
                    "text": question.text,
                    "finding": {
                        "id": question.finding_id,
                        "place": question.finding.place.name,
                        "pieces": question.finding.pieces,
                        "foundAt": question.finding.found_at,
                    },
                }
                for question in questions
            ],
            "sightings": [
                {
                    "id": sighting.pk,
                    "where": f"{sighting.where}, {sighting.locality}" if sighting.locality else sighting.where,
                    "note": sighting.note,
                    "source": sighting.source,
                    "sourceLabel": sighting.get_source_display(),
                    "reportedAt": sighting.reported_at,
                }
                for sighting in sightings
            ],
        }
    }


def shift_data(user: User, now: datetime) -> dict[str, Any]:
    """Shifts of yesterday to the day after tomorrow, so that the phone knows today's also past midnight: two queries.

    They are what the assistant was told; `plan` says how many changes wait for their answer.
    """
    today: date = local_date(now)
    start, end = day_bounds(today - timedelta(days=1))[0], day_bounds(today + timedelta(days=2))[1]
    told = Announcement.objects.visible_to(user)
    shifts = told.standing().overlapping(start, end).select_related("locality").order_by("start")
    return {
        "plan": {"waiting": told.not_before(now).unanswered().count()},
        "shifts": [
            {
                "start": shift.start,
                "end": shift.end,
                "locality": {"id": shift.locality_id, "name": shift.locality.name},
                "note": shift.note,
            }
            for shift in shifts
        ],
    }


def place_data(user: User, now: datetime) -> dict[str, Any]:
    """The map with localities, known places and the person's last findings: three queries."""
    localities = Locality.objects.visible_to(user).open_on(local_date(now))
    places = (
        Place.objects.visible_to(user)
        .standing()
        .annotate(last_found_at=Max("findings__found_at", filter=STANDING))
        .order_by(F("last_found_at").desc(nulls_last=True), "pk")
        .values("id", "name", "latitude", "longitude")[:MOST_PLACES]
    )
    findings = Finding.objects.visible_to(user).standing().select_related("place")[:LAST_FINDINGS]
    return {
        "map": city_map(localities),
        "places": list(places),
        "findings": [
            {
                "url": reverse("findings:detail", args=[finding.pk]),
                "place": finding.place.name,
                "pieces": finding.pieces,
                "foundAt": finding.found_at,
            }
            for finding in findings
        ],
    }


def activity_data(user: User, now: datetime) -> dict[str, Any]:
    """The code lists that an activity is made of, each [{value, label}] in its own order: six queries."""
    lists = {
        "kinds": ActivityKind.objects.in_use(),
        "counters": Counter.objects.in_use(),
        "organisations": Organisation.objects.in_use(),
        "reasons": ReferralReason.objects.in_use(),
        "patrols": CalledPatrol.objects.in_use(),
        "localities": Locality.objects.visible_to(user).open_on(local_date(now)),
    }
    return {"activity": {name: list(found.values(value=F("pk"), label=F("name"))) for name, found in lists.items()}}


def record_data(user: User, now: datetime) -> dict[str, Any]:
    """What the server takes from phones, and the person's own records as they sent them, newest first: one query.

    A correction is a record too; the phone puts it over the one that it corrects.
    """
    records = (
        Receipt.objects.filter(user=user, received_at__gte=now - RECORDS_SINCE)
        .order_by("-recorded_at", "-pk")
        .values("id", "kind", "version", "payload", recordedAt=F("recorded_at"))[:MOST_RECORDS]
    )
    return {"accepts": [kind.name for kind in registry.registered()], "records": list(records)}
