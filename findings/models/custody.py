"""The way of the sharps: a finding's pieces lie in a box, a box is handed over to somebody who destroys them.

A box is the city's, not a person's: mentors and coordinators know them all, an assistant knows the one they carry.
Nothing here is deleted; a handover written by mistake is cancelled with a reason. `findings/custody.py` gives the
month's balance.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.urls import reverse

from apk import czech
from apk.calendar import LOCAL
from apk.days import days_within
from apk.people.access import Permission
from apk.people.models import Assistant, User
from apk.refusal import Refused
from apk.sorting import CzechSortKey
from findings.models.findings import Finding
from patrols.models import Code


class TsTzRange(models.Func):
    """PostgreSQL tstzrange of two timestamp expressions, its start in it and its end not."""

    function = "TSTZRANGE"


@pghistory.track()
class Recipient(Code):
    """Who takes full boxes and destroys them: a contact centre, a waste firm."""

    class Meta(Code.Meta):
        verbose_name = "kdo přebírá boxy"
        verbose_name_plural = "kdo přebírá boxy"


class BoxState(models.TextChoices):
    """Where a box stands on its way."""

    OPEN = "open", "Otevřený"
    CLOSED = "closed", "Uzavřený"
    HANDED_OVER = "handed-over", "Předaný"


class BoxMove(StrEnum):
    """A step on a box's way."""

    CLOSE = "close"
    REOPEN = "reopen"
    HAND_OVER = "hand-over"
    GIVE_BACK = "give-back"
    """Its handover was cancelled."""


BOX_MOVES: dict[BoxMove, tuple[BoxState, BoxState]] = {
    BoxMove.CLOSE: (BoxState.OPEN, BoxState.CLOSED),
    BoxMove.REOPEN: (BoxState.CLOSED, BoxState.OPEN),
    BoxMove.HAND_OVER: (BoxState.CLOSED, BoxState.HANDED_OVER),
    BoxMove.GIVE_BACK: (BoxState.HANDED_OVER, BoxState.CLOSED),
}
"""Of each step from which state it leads to which."""


class BoxQuerySet(models.QuerySet["Box"]):
    def visible_to(self, user: User) -> Self:
        """Those who keep boxes know them all; assistants the one they carry now."""
        if user.may(Permission.MANAGE_CUSTODY):
            return self
        if user.may(Permission.VIEW_CUSTODY):
            return self.filter(carryings__assistant__user=user, carryings__until__isnull=True)
        return self.none()

    def in_state(self, *states: BoxState) -> Self:
        return self.filter(state__in=states)

    def with_contents(self) -> Self:
        """Each with `finding_count` and `pieces` of the findings that lie in it and count."""
        inside = Finding.objects.standing().filter(deposit__box=models.OuterRef("pk")).order_by().values("deposit__box")
        events, pieces = inside.annotate(counted=Count("pk")), inside.annotate(counted=Sum("pieces"))
        return self.annotate(
            finding_count=Coalesce(models.Subquery(events.values("counted")), 0),
            pieces=Coalesce(models.Subquery(pieces.values("counted")), 0),
        )

    def with_carriers(self) -> Self:
        """Each with `carrying`, a list of the one row of who has it now, empty when it is in its place."""
        now = Carrying.objects.filter(until__isnull=True).select_related("assistant__user")
        return self.prefetch_related(models.Prefetch("carryings", queryset=now, to_attr="carrying"))


@pghistory.track()
class Box(models.Model):
    """A sharps box (toxi-box) with a label of its own; `capacity` in pieces or litres, `kept_at` when nobody has it."""

    class Unit(models.TextChoices):
        PIECES = "pieces", "kusů"
        LITRES = "litres", "litrů"

    label = models.CharField(
        "označení", max_length=20, unique=True, error_messages={"unique": "Box s tímto označením už existuje."}
    )
    capacity = models.DecimalField(
        "objem",
        max_digits=6,
        decimal_places=1,
        validators=[MinValueValidator(0.1, "Objem je větší než nula.")],
    )
    capacity_unit = models.CharField("jednotka objemu", max_length=10, choices=Unit.choices, default=Unit.PIECES)
    kept_at = models.CharField("kde je uložený", max_length=120)
    note = models.TextField("poznámka", blank=True)
    state = models.CharField("stav", max_length=20, choices=BoxState.choices, default=BoxState.OPEN, editable=False)
    opened_at = models.DateTimeField("otevřen")
    closed_at = models.DateTimeField("uzavřen", null=True, blank=True)
    sort_key = CzechSortKey(source="label")
    # What `BoxQuerySet.with_contents` and `with_carriers` bring.
    finding_count: int
    pieces: int
    carrying: "list[Carrying]"

    objects = BoxQuerySet.as_manager()

    class Meta:
        verbose_name = "sběrný box"
        verbose_name_plural = "sběrné boxy"
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=BoxState.OPEN, closed_at__isnull=True)
                | (~Q(state=BoxState.OPEN) & Q(closed_at__isnull=False)),
                name="box_is_open_or_has_been_closed",
            ),
            models.CheckConstraint(
                condition=IsNull(F("closed_at"), True) | Q(closed_at__gte=F("opened_at")),
                name="box_closes_after_it_opens",
                violation_error_message="Box nelze uzavřít dřív, než byl otevřen.",
            ),
        ]

    def __str__(self) -> str:
        return f"Box {self.label}"

    def get_absolute_url(self) -> str:
        return reverse("findings:box", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == BoxState.OPEN

    @property
    def capacity_text(self) -> str:
        """„60 kusů", „1,5 litru"."""
        if self.capacity_unit == self.Unit.PIECES:
            return czech.counted(int(self.capacity), "kus", "kusy", "kusů")
        return f"{czech.number(self.capacity)}{czech.SPACE}l"

    def is_full(self, pieces: int) -> bool:
        """Whether `pieces` reach the capacity; of litres nobody can tell by counting."""
        return self.capacity_unit == self.Unit.PIECES and pieces >= self.capacity

    @transaction.atomic
    def close(self, *, at: datetime) -> None:
        """Nothing more is put in. Whoever carried the box has given it back. Raises Refused."""
        self.move(BoxMove.CLOSE)
        if at < self.opened_at:
            raise Refused("Box nelze uzavřít dřív, než byl otevřen.")
        later = (
            Deposit.objects.filter(box=self, finding__found_at__gt=at)
            .select_related("finding")
            .order_by("-finding__found_at")
            .first()
        )
        if later is not None:
            found_at = czech.moment(later.finding.found_at.astimezone(LOCAL))
            raise Refused(f"V boxu je nález z {found_at}. Zadejte pozdější čas.")
        self.closed_at = at
        self.save(update_fields=["state", "closed_at"])
        for carrying in self.carryings.filter(until__isnull=True):
            carrying.end(at=max(at, carrying.since))

    @transaction.atomic
    def reopen(self) -> None:
        """The box was closed by mistake. Raises Refused when it was handed over."""
        self.move(BoxMove.REOPEN)
        self.closed_at = None
        self.save(update_fields=["state", "closed_at"])

    @transaction.atomic
    def give(self, assistant: Assistant, *, at: datetime) -> int:
        """The assistant carries the box from `at` on, and gives back the one they had.

        Their findings since then that lie in no box lie in this one; gives how many. Raises Refused.
        """
        Box.objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db()
        if not self.is_open:
            raise Refused("Uzavřený box už nikdo nosit nemůže. Vydejte jiný.")
        if at < self.opened_at:
            raise Refused("V tu dobu box ještě nebyl otevřený.")
        Assistant.objects.select_for_update(no_key=True).order_by().get(pk=assistant.pk)
        current = Carrying.objects.filter(until__isnull=True)
        if current.filter(box=self, assistant=assistant).exists():
            raise Refused(f"Tento box už {assistant} má.")
        mine, theirs = Q(box=self), Q(assistant=assistant)
        if Carrying.objects.filter(mine | theirs, Q(since__gte=at) | Q(until__gt=at)).exists():
            raise Refused("V tu dobu už je zapsáno něco pozdějšího. Zadejte pozdější čas.")
        for carrying in current.filter(mine | theirs):
            carrying.end(at=at)
        Carrying.objects.create(box=self, assistant=assistant, since=at)
        found = Finding.objects.filter(assistant=assistant, found_at__gte=at, deposit__isnull=True)
        return len(Deposit.objects.bulk_create(Deposit(finding=finding, box=self) for finding in found))

    @transaction.atomic
    def take_back(self, *, at: datetime, kept_at: str) -> None:
        """Nobody carries the box any more; it is kept at `kept_at`. Raises Refused."""
        carrying = self.carryings.select_for_update().filter(until__isnull=True).first()
        if carrying is None:
            raise Refused("Tento box teď nikdo nenosí.")
        if at < carrying.since:
            raise Refused("Box nemohl být vrácen dřív, než byl vydán.")
        carrying.end(at=at)
        self.kept_at = kept_at
        self.save(update_fields=["kept_at"])

    def move(self, step: BoxMove) -> None:
        """Locks the row and sets the state, not yet saved. Raises Refused when the step does not begin where it is."""
        locked = Box.objects.select_for_update().get(pk=self.pk)
        before, after = BOX_MOVES[step]
        if locked.state != before:
            raise Refused(f"Box {locked.label} má stav „{locked.get_state_display()}“, tento krok už nejde.")
        self.opened_at, self.closed_at = locked.opened_at, locked.closed_at
        self.state = after


@pghistory.track()
class Carrying(models.Model):
    """Who had a box with them, from when to when: a person has one box at a time, and a box one person."""

    box = models.ForeignKey(Box, models.PROTECT, related_name="carryings", verbose_name="box")
    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="carryings", verbose_name="asistent")
    since = models.DateTimeField("od")
    until = models.DateTimeField("do", null=True, blank=True)

    class Meta:
        verbose_name = "nošení boxu"
        verbose_name_plural = "nošení boxů"
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=IsNull(F("until"), True) | Q(until__gte=F("since")), name="carrying_ends_after_it_starts"
            ),
            *(
                ExclusionConstraint(
                    name=f"carrying_by_one_{column}",
                    expressions=[
                        (column, RangeOperators.EQUAL),
                        (
                            TsTzRange("since", "until", RangeBoundary(inclusive_lower=True, inclusive_upper=False)),
                            RangeOperators.OVERLAPS,
                        ),
                    ],
                    violation_error_message="V tu dobu už je box vydaný.",
                )
                for column in ("box", "assistant")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.box}, {self.assistant}"

    def end(self, *, at: datetime) -> None:
        self.until = at
        self.save(update_fields=["until"])


@pghistory.track()
class Deposit(models.Model):
    """A finding's pieces lie in a box. Moving them into another one changes the row; its history keeps the way."""

    finding = models.OneToOneField(Finding, models.PROTECT, related_name="deposit", verbose_name="nález")
    box = models.ForeignKey(Box, models.PROTECT, related_name="deposits", verbose_name="box")

    class Meta:
        verbose_name = "uložení do boxu"
        verbose_name_plural = "uložení do boxů"
        ordering = ["-finding__found_at", "finding"]

    def __str__(self) -> str:
        return f"{self.box}: {self.finding}"


class HandoverQuerySet(models.QuerySet["Handover"]):
    def visible_to(self, user: User) -> Self:
        return self if user.may(Permission.MANAGE_CUSTODY) else self.none()

    def standing(self) -> Self:
        """Those that were not cancelled."""
        return self.filter(cancelled_at__isnull=True)

    def unconfirmed(self) -> Self:
        return self.standing().filter(confirmed_on__isnull=True)

    def between(self, first: date | None, last: date | None) -> Self:
        """Made on the days from `first` to `last`, both included; None leaves that side open."""
        return self.filter(days_within("handed_on", first, last))

    def with_counts(self) -> Self:
        """Each with `box_count` and `piece_count`, the pieces that its document says."""
        return self.annotate(box_count=Count("boxes"), piece_count=Coalesce(Sum("boxes__pieces"), 0))


@pghistory.track()
class Handover(models.Model):
    """Full boxes given to somebody who destroys them (waste code 18 01 03*), with what proves it."""

    class State(models.TextChoices):
        RECORDED = "recorded", "čeká na doklad"
        CONFIRMED = "confirmed", "potvrzené"
        CANCELLED = "cancelled", "zrušené"

    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="handovers", verbose_name="komu")
    handed_on = models.DateField("předáno dne", db_index=True)
    handed_by = models.CharField("kdo předal", max_length=120)
    received_by = models.CharField("kdo převzal", max_length=120, blank=True)
    document_number = models.CharField("číslo dokladu", max_length=60, blank=True)
    note = models.TextField("poznámka", blank=True)
    confirmed_on = models.DateField("převzetí potvrzeno dne", null=True, blank=True)
    cancelled_at = models.DateTimeField("zrušeno", null=True, blank=True)
    cancellation_reason = models.CharField("proč zrušeno", max_length=500, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo zapsal")
    recorded_at = models.DateTimeField("zapsáno", auto_now_add=True)
    # What `HandoverQuerySet.with_counts` brings.
    box_count: int
    piece_count: int

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = "předání k likvidaci"
        verbose_name_plural = "předání k likvidaci"
        ordering = ["-handed_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=IsNull(F("confirmed_on"), True) | ~Q(document_number=""),
                name="confirmed_handover_has_a_document",
                violation_error_message="K potvrzenému předání patří číslo dokladu.",
            ),
            models.CheckConstraint(
                condition=IsNull(F("confirmed_on"), True) | Q(confirmed_on__gte=F("handed_on")),
                name="handover_confirmed_after_it_was_made",
                violation_error_message="Převzetí nemohlo být potvrzeno dřív, než bylo předáno.",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancellation_reason="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancellation_reason="")),
                name="cancelled_handover_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}, {czech.day(self.handed_on)}"

    def get_absolute_url(self) -> str:
        return reverse("findings:handover", args=[self.pk])

    @property
    def state(self) -> "Handover.State":
        if self.cancelled_at is not None:
            return self.State.CANCELLED
        return self.State.CONFIRMED if self.confirmed_on is not None else self.State.RECORDED

    @transaction.atomic
    def confirm(self, *, on: date, document_number: str, received_by: str = "") -> None:
        """The recipient's document has come. Raises Refused."""
        self.lock_for(self.State.CONFIRMED)
        if on < self.handed_on:
            raise Refused("Převzetí nemohlo být potvrzeno dřív, než bylo předáno.")
        if not document_number:
            raise Refused("Napište číslo dokladu o převzetí.")
        self.confirmed_on, self.document_number = on, document_number
        self.received_by = received_by or self.received_by
        self.save(update_fields=["confirmed_on", "document_number", "received_by"])

    @transaction.atomic
    def cancel(self, *, at: datetime, reason: str) -> None:
        """It was written by mistake: the boxes are closed ones again, the handover stays to be seen. Raises Refused."""
        self.lock_for(self.State.CANCELLED)
        if not reason:
            raise Refused("Napište, proč předání rušíte.")
        self.cancelled_at, self.cancellation_reason = at, reason
        self.save(update_fields=["cancelled_at", "cancellation_reason"])
        for handed in self.boxes.select_related("box").order_by("box_id"):
            handed.stands = False
            handed.save(update_fields=["stands"])
            handed.box.move(BoxMove.GIVE_BACK)
            handed.box.save(update_fields=["state"])

    def lock_for(self, state: "Handover.State") -> None:
        """Locks the row. Raises Refused when no step leads to `state`."""
        locked = Handover.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if state not in HANDOVER_MOVES[locked.state]:
            raise Refused(f"Toto předání už je {locked.state.label}, tento krok nejde.")


HANDOVER_MOVES: dict[str, frozenset[str]] = {
    Handover.State.RECORDED: frozenset({Handover.State.CONFIRMED, Handover.State.CANCELLED}),
    Handover.State.CONFIRMED: frozenset({Handover.State.CANCELLED}),
    Handover.State.CANCELLED: frozenset(),
}
"""From each state, those that a handover may go to."""


class HandedBoxQuerySet(models.QuerySet["HandedBox"]):
    def standing(self) -> Self:
        """Those whose handover was not cancelled."""
        return self.filter(stands=True)

    def between(self, first: date | None, last: date | None) -> Self:
        """Handed over on the days from `first` to `last`, both included; None leaves that side open."""
        return self.filter(days_within("handed_on", first, last))

    def differing(self) -> Self:
        """Those of which the document says another number than the findings did when it was written."""
        return self.exclude(pieces=F("recorded"))


@pghistory.track()
class HandedBox(models.Model):
    """A box within a handover: `pieces` as its document says, `recorded` as findings said when it was handed over.

    Where the two differ, `explanation` says why. `handed_on` repeats the handover's day and `stands` that it was not
    cancelled, so that a month's figures need no other row.
    """

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="boxes", verbose_name="předání")
    box = models.ForeignKey(Box, models.PROTECT, related_name="handings", verbose_name="box")
    handed_on = models.DateField("předáno dne")
    pieces = models.PositiveIntegerField("předáno kusů podle dokladu")
    recorded = models.PositiveIntegerField("kusů podle nálezů")
    explanation = models.CharField("vysvětlení rozdílu", max_length=500, blank=True)
    stands = models.BooleanField("platí", default=True)

    objects = HandedBoxQuerySet.as_manager()

    class Meta:
        verbose_name = "předaný box"
        verbose_name_plural = "předané boxy"
        ordering = ["box__sort_key", "id"]
        indexes = [models.Index(fields=["handed_on"], name="handed_box_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["box"],
                condition=Q(stands=True),
                name="box_handed_over_once",
                violation_error_message="Tento box už je předaný.",
            ),
            models.CheckConstraint(
                condition=Q(pieces=F("recorded")) | ~Q(explanation=""),
                name="difference_is_explained",
                violation_error_message="Napište, proč se počet v dokladu liší od nálezů.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.box)

    @property
    def difference(self) -> int:
        """Pieces that findings say and the document does not; negative when the document says more."""
        return self.recorded - self.pieces
