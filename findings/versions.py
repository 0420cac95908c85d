"""The second content that came under a finding's id: what differs, side by side, for a person to decide."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist

from apk import czech
from apk.calendar import LOCAL
from apk.sync.models import Conflict, Receipt
from findings.models import Finding


@dataclass(frozen=True)
class Difference:
    """One thing in which the contents differ, as texts: what it is, what was accepted, what came later."""

    label: str
    accepted: str
    later: str


def differences(receipt: Receipt, conflict: Conflict) -> list[Difference]:
    """What the later content says otherwise than the accepted one; sender and time first. Both need `user` loaded."""
    return list(_differences(receipt, conflict))


def _differences(receipt: Receipt, conflict: Conflict) -> Iterator[Difference]:
    if receipt.user != conflict.user:
        yield Difference("odesílatel", str(receipt.user), str(conflict.user))
    if receipt.recorded_at != conflict.recorded_at:
        accepted_at, later_at = (czech.moment(sent.recorded_at.astimezone(LOCAL)) for sent in (receipt, conflict))
        yield Difference("čas podle telefonu", accepted_at, later_at)
    for name in [*receipt.payload, *(name for name in conflict.payload if name not in receipt.payload)]:
        accepted, later = receipt.payload.get(name), conflict.payload.get(name)
        if accepted != later:
            yield Difference(_label(name), _text(name, accepted), _text(name, later))


def _label(name: str) -> str:
    try:
        return str(Finding._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # payloads name columns
    except FieldDoesNotExist:
        return name


def _text(name: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "ano" if value else "ne"
    try:
        choices = dict(Finding._meta.get_field(name).flatchoices)  # type: ignore[union-attr]  # payloads name columns
    except FieldDoesNotExist:
        choices = {}
    return str(choices.get(value, value))
