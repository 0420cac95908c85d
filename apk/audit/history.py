"""The change history of an object, as the database's triggers wrote it: who, when, what was and what is.

Triggers write an event with the whole row at each insert, update and delete, whoever makes it. What changed is the
difference between an event and the one before it. Events cannot be changed or removed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import MD5, Cast

from apk import czech
from apk.audit.tracked import Rows, Story
from apk.calendar import LOCAL
from apk.people.models import User

SYSTEM = "systém"
"""Who changed what no signed-in person did: tasks, commands, the database's own administrator."""

KINDS = {"insert": "Vytvoření", "update": "Změna", "delete": "Odstranění"}
NOTHING = "–"

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One column: what was and what is, as people read it; `before` is empty at the beginning."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One event; `about` names the row when it is not the object itself, such as „zaměstnání"."""

    at: datetime
    who: str
    kind: str
    title: str
    about: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Subject:
    """An object that a history page is about; `row` is rebuilt from its last event when it `is_gone`."""

    story: Story
    row: models.Model
    is_gone: bool


def subject(story: Story, pk: str, reader: User) -> Subject | None:
    """The object if `reader` may see it, also one that is no longer there; None otherwise.

    A row that is gone is visible to those who would have seen it as it last was: the model's own `visible_to` is
    asked about its last event, which has the same columns.
    """
    model = story.model
    try:
        key = model._meta.pk.to_python(pk)
    except ValidationError:
        return None
    rows = queryset_of(model).filter(pk=key)
    row = rows.visible_to(reader).select_related().first()
    if row is not None:
        return Subject(story, row, is_gone=False)
    if rows.exists():
        return None
    events = event_model(model)
    last = events.objects.filter(pgh_obj_id=key).order_by("-pgh_id").first()
    if last is None:
        return None
    as_it_was = type(queryset_of(model))(model=events).visible_to(reader).filter(pgh_id=last.pgh_id)
    return Subject(story, rebuilt(model, last), is_gone=True) if as_it_was.exists() else None


def entries(subject: Subject) -> list[Entry]:
    """All that happened to the object and to the rows of its story, the latest first.

    One query for each model in the story, and one for each model that its columns refer to.
    """
    story = subject.story
    sources = [Rows(story.label, story.model._meta.pk.attname), *story.rows]
    told = [(source, events_of(source, subject.row)) for source in sources]
    names = Names()
    for source, events in told:
        names.look_up(shown_fields(source.model, story.hidden), events)
    found = [
        (event["pgh_created_at"], event["pgh_id"], entry)
        for source, events in told
        for event, entry in entries_of(source, events, story, names)
    ]
    return [entry for *_, entry in sorted(found, key=lambda item: item[:2], reverse=True)]


def entries_of(source: Rows, events: list[Event], story: Story, names: "Names") -> Iterable[tuple[Event, Entry]]:
    """The events of one model, of each row in their order, with what each changed."""
    fields = shown_fields(source.model, story.hidden)
    about = "" if source.label == story.label else str(source.model._meta.verbose_name)
    for _, row_events in groupby(events, key=lambda event: event["pgh_obj_id"]):
        before: Event | None = None
        for event in row_events:
            context = event["pgh_context__metadata"] or {}
            kind = event["pgh_label"]
            changes = () if kind == "delete" else tuple(changes_between(fields, before, event, names))
            who = context.get("name") or SYSTEM
            yield event, Entry(event["pgh_created_at"], who, kind, KINDS[kind], about, changes)
            before = event


def changes_between(
    fields: Iterable[models.Field], before: Event | None, after: Event, names: "Names"
) -> Iterable[Change]:
    """Columns that differ; of a first event those that hold something."""
    for field in fields:
        is_value = after[field.attname]
        if before is None:
            if is_value not in (None, ""):
                yield Change(label(field), "", names.text(field, is_value))
        elif before[field.attname] != is_value:
            was = names.text(field, before[field.attname])
            yield Change(label(field), was, names.text(field, is_value))


def events_of(source: Rows, row: models.Model) -> list[Event]:
    """Events of the source's rows, those of one row together and in their order.

    Of long JSON only a digest is read, which is enough to see that it changed.
    """
    model = source.model
    fields = shown_fields(model, frozenset())
    digests = {
        f"{field.attname}_digest": MD5(Cast(field.attname, models.TextField()))
        for field in fields
        if isinstance(field, models.JSONField)
    }
    plain = [field.attname for field in fields if not isinstance(field, models.JSONField)]
    events = (
        event_model(model)
        .objects.filter(**{source.column: getattr(row, source.value)})
        .order_by("pgh_obj_id", "pgh_id")
        .annotate(**digests)
        .values("pgh_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context__metadata", *plain, *digests)
    )
    return [{name.removesuffix("_digest"): value for name, value in event.items()} for event in events]


def shown_fields(model: type[models.Model], hidden: frozenset[str]) -> list[models.Field]:
    """Columns that people know: neither keys nor what the application computes for itself."""
    tracked = {field.name for field in event_model(model)._meta.fields}
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and field.name in tracked - hidden
    ]


class Names:
    """Values as people read them, with the rows that they refer to looked up model by model."""

    def __init__(self) -> None:
        self._names: dict[type[models.Model], dict[Any, str]] = {}

    def look_up(self, fields: Iterable[models.Field], events: list[Event]) -> None:
        """Reads the names of all rows that the events refer to."""
        wanted: dict[type[models.Model], set[Any]] = {}
        for field in fields:
            if isinstance(field, models.ForeignKey):
                keys = {event[field.attname] for event in events} - {None}
                wanted.setdefault(field.related_model, set()).update(keys)
        for model, keys in wanted.items():
            known = self._names.setdefault(model, {})
            rows = model._meta.base_manager.select_related().in_bulk(keys - known.keys())
            known.update((key, str(row)) for key, row in rows.items())

    def text(self, field: models.Field, value: Any) -> str:
        """A column's value in Czech; of JSON only that there is one."""
        if value in (None, ""):
            return NOTHING
        if isinstance(field, models.ForeignKey):
            return self._names[field.related_model].get(value, f"č. {value} (už neexistuje)")
        if isinstance(field, models.JSONField):
            return "upraveno"
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        match value:
            case bool():
                return "ano" if value else "ne"
            case datetime():
                return czech.moment(value.astimezone(LOCAL))
            case date():
                return czech.day(value)
            case int() | float() | Decimal():
                return czech.number(value)
            case _:
                return str(value)


def label(field: models.Field) -> str:
    name = str(field.verbose_name)
    return name[:1].upper() + name[1:]


def queryset_of(model: type[models.Model]) -> Any:
    return model._meta.default_manager.all()  # type: ignore[union-attr]


def event_model(model: type[models.Model]) -> Any:
    """The model of the events that triggers write about `model`."""
    return model.pgh_event_model  # type: ignore[attr-defined]


def rebuilt(model: type[models.Model], event: models.Model) -> models.Model:
    """The row as an event holds it, for showing only."""
    tracked = {field.attname for field in event._meta.concrete_fields}
    columns = [
        field.attname for field in model._meta.concrete_fields if field.attname in tracked and not field.generated
    ]
    return model(**{column: getattr(event, column) for column in columns})
