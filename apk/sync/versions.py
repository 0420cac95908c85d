"""What a record says, as people read it, and in what two versions of it differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Choices

from apk import czech
from apk.calendar import LOCAL
from apk.sync.correcting import NAME as CORRECTION
from apk.sync.models import Delivered
from apk.sync.protocol import Refused
from apk.sync.registry import Kind, kind_called

NOTHING = "–"


@dataclass(frozen=True)
class Fact:
    """One member of a payload: its name on the wire, what it is called, and its value in words."""

    name: str
    label: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One thing in which two versions differ, as texts: what it is, what was accepted, what came later."""

    label: str
    accepted: str
    later: str


def title(name: str) -> str:
    """What a kind is called; of one that is no longer known its name."""
    kind = known(name)
    return (kind.title if kind else "") or name


def url(sent: Delivered) -> str:
    """The page of the stored record, "" when there is none."""
    kind = known(sent.kind)
    return kind.url(sent.pk) if kind and kind.url else ""


def facts(name: str, version: int, payload: Mapping[str, Any]) -> list[Fact]:
    """What a payload says, in the order of its schema. Makes the queries that the kind needs to name rows."""
    kind = known(name)
    schema = kind.payloads.get(version) if kind else None
    named = kind.texts(payload) if kind and kind.texts else {}
    found = []
    known_members = [member for member in (schema.model_fields if schema else ()) if member in payload]
    for member in [*known_members, *(member for member in payload if member not in known_members)]:
        value = payload[member]
        field = schema.model_fields.get(member) if schema else None
        label = (field.title if field else None) or member
        found.append(Fact(member, label, named.get(member) or in_words(field.annotation if field else None, value)))
    return found


def known(name: str) -> Kind | None:
    try:
        return kind_called(name)
    except Refused:
        return None


def in_words(annotation: Any, value: Any) -> str:
    """A value of a payload in Czech; `annotation` is the type that its schema gives it."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "ano" if value else "ne"
    if isinstance(annotation, type) and issubclass(annotation, Choices):
        return str(dict(annotation.choices).get(value, value))
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",")
    if isinstance(value, dict):
        return ", ".join(f"{member}: {in_words(None, part)}" for member, part in value.items())
    if isinstance(value, list):
        return ", ".join(in_words(None, part) for part in value)
    return str(value)


def differences(accepted: Delivered, later: Delivered) -> list[Difference]:
    """What the later version says otherwise than the accepted one; sender and time first. Both need `user` loaded."""
    return list(_differences(accepted, later))


def _differences(accepted: Delivered, later: Delivered) -> Iterator[Difference]:
    if accepted.user != later.user:
        yield Difference("Odesílatel", str(accepted.user), str(later.user))
    if accepted.kind != later.kind:
        yield Difference("Druh záznamu", title(accepted.kind), title(later.kind))
    if accepted.recorded_at != later.recorded_at:
        moments = (czech.moment(sent.recorded_at.astimezone(LOCAL)) for sent in (accepted, later))
        yield Difference("Čas podle telefonu", *moments)
    yield from between(
        facts(accepted.kind, accepted.version, accepted.payload), facts(later.kind, later.version, later.payload)
    )


def between(accepted: list[Fact], later: list[Fact]) -> Iterator[Difference]:
    """In what two lists of facts differ; what only one of them says stands against nothing."""
    was, becomes = ({fact.name: fact for fact in side} for side in (accepted, later))
    for name in [*was, *(name for name in becomes if name not in was)]:
        before, after = was.get(name), becomes.get(name)
        texts = (before.text if before else NOTHING, after.text if after else NOTHING)
        if texts[0] != texts[1]:
            yield Difference((before or after).label, *texts)  # type: ignore[union-attr]  # one of them has the name


@dataclass(frozen=True)
class Amended:
    """A correction beside the record that it corrects: `differences` is empty when it takes the record back."""

    original: Delivered
    takes_back: bool
    reason: str
    differences: list[Difference]


def amended(correction: Delivered, original: Delivered) -> Amended:
    """What a correction from a phone changes against what its record said first."""
    if correction.kind != CORRECTION:
        raise ValueError(f"{correction.kind} corrects nothing")
    says = correction.payload
    if says["payload"] is None:
        return Amended(original, takes_back=True, reason=says["reason"], differences=[])
    was = facts(original.kind, original.version, original.payload)
    becomes = facts(original.kind, says.get("version") or original.version, says["payload"])
    return Amended(original, takes_back=False, reason=says["reason"], differences=list(between(was, becomes)))
