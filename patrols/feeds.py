"""An assistant's shifts as an iCalendar feed (RFC 5545): what they were told, for the calendar of their own phone."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from apk.calendar import hours
from patrols.models import Announcement

LONGEST_LINE = 75
"""Octets of a line of the format; a longer one goes on in the next, which begins with a space."""


def calendar(shifts: Iterable[Announcement], owner: str, now: datetime) -> bytes:
    """The feed; instants are in UTC, so that calendars of any zone show them right."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//APK//Plan smen//CS",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(f'Směny – {owner}')}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for shift in shifts:
        lines += event(shift, now)
    lines.append("END:VCALENDAR")
    return b"".join(b"%b\r\n" % part for line in lines for part in folded(line))


def event(shift: Announcement, now: datetime) -> Iterator[str]:
    """One shift; its name stays the same when the shift moves, so that calendars move it, too."""
    yield "BEGIN:VEVENT"
    yield f"UID:smena-{shift.pk}@apk"
    yield f"DTSTAMP:{instant(now)}"
    yield f"DTSTART:{instant(shift.start)}"
    yield f"DTEND:{instant(shift.end)}"
    yield f"SUMMARY:{escaped(f'Směna: {shift.locality}')}"
    yield f"LOCATION:{escaped(str(shift.locality))}"
    words = [f"{shift.clock}, {hours(shift.length).normalize():f} h", shift.note]
    yield f"DESCRIPTION:{escaped(' – '.join(word for word in words if word))}"
    yield "END:VEVENT"


def instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Text as a value of the format (RFC 5545, 3.3.11)."""
    for plain, code in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "")):
        text = text.replace(plain, code)
    return text


def folded(line: str) -> Iterator[bytes]:
    """The line in octets, cut between characters (RFC 5545, 3.1)."""
    part = b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > LONGEST_LINE:
            yield part
            part = b" "
        part += octets
    yield part
