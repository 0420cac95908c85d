"""The phone application: pages for one thumb. They show what is planned and found; saving goes through /sync/."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apk.calendar import day_bounds, local_date
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import Mentorship, User
from findings.maps import city_map
from findings.models import Finding, Place, PlaceKind, Source
from patrols.models import Shift

LAST_FINDINGS = 5
# Known places that travel to the phone, those with the latest findings first; about 80 bytes each.
MOST_PLACES = 300


@requires(Permission.LOG_IN_THE_FIELD)
@require_safe
def today(request: SignedInRequest) -> HttpResponse:
    """My shifts of today and tomorrow, my mentor, my last findings and what waits in the phone."""
    now = timezone.now()
    day = local_date(now)
    tomorrow = day + timedelta(days=1)
    midnight, end = day_bounds(day)[0], day_bounds(tomorrow)[1]
    shifts = list(Shift.objects.visible_to(request.user).overlapping(midnight, end).select_related("locality"))
    mentorship = Mentorship.objects.on(day).filter(assistant__user=request.user).select_related("mentor__user").first()
    mentor = mentorship.mentor.user if mentorship else None
    findings = Finding.objects.visible_to(request.user).select_related("place")[:LAST_FINDINGS]
    context = {
        "screen": "today",
        "days": [
            ("Dnes", day, [shift for shift in shifts if local_date(shift.start) <= day]),
            ("Zítra", tomorrow, [shift for shift in shifts if local_date(shift.start) == tomorrow]),
        ],
        "now": now,
        "mentor": mentor,
        # A telephone link takes no spaces.
        "mentor_phone": "".join(mentor.phone.split()) if mentor else "",
        "findings": findings,
        "field_data": page_data(request.user),
    }
    return render(request, "field/today.html", context)


@requires(Permission.LOG_IN_THE_FIELD)
@require_safe
def capture(request: SignedInRequest) -> HttpResponse:
    """The form of a new finding, or of a refused one that waits in the phone to be corrected."""
    context = {
        "screen": "capture",
        "kinds": PlaceKind.choices,
        "sources": Source.choices,
        "own": Source.OWN,
        "field_data": page_data(request.user) | map_data(request.user),
    }
    return render(request, "field/capture.html", context)


@requires(Permission.LOG_IN_THE_FIELD)
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """What waits in the phone and why; the phone fills the page in."""
    return render(request, "field/queue.html", {"screen": "queue", "field_data": page_data(request.user)})


def page_data(user: User) -> dict[str, Any]:
    """What the scripts of every page of the phone need: whose outbox it is and where things are."""
    return {
        "owner": user.pk,
        "sync": reverse("sync:session").removesuffix("session"),
        "signIn": reverse("account_login"),
        "capture": reverse("field:capture"),
    }


def map_data(user: User) -> dict[str, Any]:
    """What the capture page needs to tell where one stands, also without a connection: two queries."""
    localities = Locality.objects.visible_to(user).open_on(local_date(timezone.now()))
    places = (
        Place.objects.visible_to(user)
        .annotate(last_found_at=Max("findings__found_at"))
        .order_by(F("last_found_at").desc(nulls_last=True), "pk")
        .values("id", "name", "latitude", "longitude")[:MOST_PLACES]
    )
    return {
        "kinds": dict(PlaceKind.choices),
        "map": city_map(localities),
        "cityBounds": settings.CITY_BOUNDS,
        "places": list(places),
    }
