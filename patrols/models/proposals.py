"""Proposals of a plan: asked for by a mentor, worked out by a worker, taken over whole, in part or not at all."""

from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import F, Q

from apk import doorbell
from apk.people.models import User
from apk.work import Work, WorkQuerySet

PROPOSE = "patrols.tasks.propose"


class ProposalQuerySet(WorkQuerySet["Proposal"]):
    def visible_to(self, user: User) -> Self:
        """A mentor's own: a proposal speaks of the people whom they lead."""
        return self.filter(requested_by=user)

    def request(self, first: date, last: date, *, by: User) -> "Proposal":
        """Asks for a proposal of the days from `first` to `last`; while one of `by` is being worked out, gives that.

        The worker is called after the commit; should nobody hear, `waiting` finds the work later.
        """
        with transaction.atomic():
            Proposal.objects.bulk_create([Proposal(first=first, last=last, requested_by=by)], ignore_conflicts=True)
            proposal: Proposal = self.filter(requested_by=by).latest("id")
            transaction.on_commit(partial(doorbell.ring, PROPOSE, proposal_id=proposal.pk))
        return proposal


class Proposal(Work):
    """A plan worked out for the people of a mentor; nothing of it is in the plan until it is taken over.

    `result` is what `proposing.result_of` makes: shifts, what stays open and why, and how fair it is.
    """

    LOCK_SPACE: ClassVar[int] = 0x41504C

    first = models.DateField("od")
    last = models.DateField("do")
    result = models.JSONField("návrh", null=True, blank=True)
    taken_at = models.DateTimeField("převzato do plánu", null=True, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "návrh plánu"
        verbose_name_plural = "návrhy plánu"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["requested_by"],
                condition=Q(state__in=["queued", "running"]),
                name="one_unfinished_proposal_of_a_mentor",
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="proposal_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"Návrh {self.first}–{self.last}: {self.get_state_display()}"

    @transaction.atomic
    def finish(self, result: dict[str, Any]) -> None:
        """Stores what was worked out and ends the work, both or neither. Raises LostJobError when it is not ours."""
        self._end()
        Proposal.objects.filter(pk=self.pk).update(result=result)

    @property
    def shifts(self) -> list[dict[str, Any]]:
        """What is proposed, as `result` keeps it; nothing before it is worked out."""
        return self.result["shifts"] if self.result else []

    @property
    def covered_percent(self) -> float:
        """How much of what is missing it covers, by weight; of one that is worked out."""
        return 100 * float(self.result["covered"]) if self.result else 0

    @property
    def gap_percent(self) -> float:
        """By how much, at most, another plan could cover more."""
        return 100 * float(self.result["cover_gap"]) if self.result else 0

    def take(self, *, now: datetime) -> bool:
        """Marks it taken over; False when it was already, so that two clicks do not add it twice."""
        return bool(Proposal.objects.filter(pk=self.pk, taken_at__isnull=True).update(taken_at=now))
