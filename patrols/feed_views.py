"""The calendar of an assistant's shifts: its secret address, and the feed behind it."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apk.audit.models import AccessLog
from apk.people.access import Permission, SignedInRequest, public, requires
from patrols.feeds import calendar
from patrols.models import Announcement, CalendarFeed
from patrols.swap_views import assistant_of

BACK = timedelta(days=62)


@requires(Permission.KEEP_OWN_PLAN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_calendar(request: SignedInRequest) -> HttpResponse:
    """Makes a secret address, shown once, or ends it."""
    assistant = assistant_of(request.user)
    address = ""
    if request.method == "POST" and "zrusit" in request.POST:
        CalendarFeed.objects.revoke(assistant)
        messages.success(request, "Adresa už neplatí, kalendář podle ní nic neukáže.")
        return redirect("patrols:own-calendar")
    if request.method == "POST":
        token = CalendarFeed.objects.issue(assistant)
        address = request.build_absolute_uri(reverse("patrols:feed", args=[token]))
        AccessLog.objects.note(
            user=request.user, action=AccessLog.Action.EXPORT, what="Adresa kalendáře směn", assistant=assistant.pk
        )
    context = {"address": address, "feed": CalendarFeed.objects.filter(assistant=assistant).first()}
    return render(request, "patrols/own_calendar.html", context)


@public
@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The shifts of whom the secret address belongs to; calendars cannot sign in, so the address is the key."""
    found = CalendarFeed.objects.of_token(token).select_related("assistant__user").first()
    if found is None:
        raise Http404
    now = timezone.now()
    shifts = (
        Announcement.objects.standing()
        .filter(assistant=found.assistant_id)
        .not_before(now - BACK)
        .select_related("locality")
    )
    return HttpResponse(
        calendar(shifts, str(found.assistant), now),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="smeny.ics"', "X-Robots-Tag": "noindex"},
    )
