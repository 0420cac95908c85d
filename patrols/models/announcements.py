"""What assistants were told of the plan, what they answered, and with which reasons rules were set aside.

The desk plans in `Shift`; nobody but the desk sees it until it is published. An announcement is the shift as the
assistant knows it, and stays what it was until the next publication.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self

import pghistory
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse

from apk.localities.models import Locality
from apk.people.access import Role
from apk.people.models import Assistant, User
from apk.people.scope import OfAssistantQuerySet
from apk.refusal import Refused
from patrols.models.shifts import Shift
from patrols.models.times import Times, TimesQuerySet


class PublicationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Mentors see their own, coordinators all."""
        match user.role:
            case Role.COORDINATOR:
                return self
            case Role.MENTOR:
                return self.filter(by=user)
            case _:
                return self.none()


@pghistory.track()
class Publication(models.Model):
    """One step by which a mentor made the plan of some days known; `first` and `last` are both included."""

    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo zveřejnil")
    at = models.DateTimeField("kdy")
    first = models.DateField("od")
    last = models.DateField("do")

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = "zveřejnění plánu"
        verbose_name_plural = "zveřejnění plánu"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}, {self.by}"


TOLD_AS_IT_STANDS = Q(
    announcement__assistant=F("assistant"),
    announcement__locality=F("locality"),
    announcement__start=F("start"),
    announcement__end=F("end"),
    announcement__note=F("note"),
)
"""Of shifts: whether `Announcement.tells` them, for the database."""

AGREED = Q(announcement__answer="agreed") | Q(announcement__publication__isnull=True)
"""Of shifts that were announced: whether `Announcement.is_agreed`, for the database."""


class AnnouncementQuerySet(TimesQuerySet["Announcement"]):
    def standing(self) -> Self:
        """Shifts that the assistant is to come to, as they know them."""
        return self.filter(withdrawn=False)

    def unanswered(self) -> Self:
        return self.exclude(asks=Announcement.Question.NOTHING).filter(answer=Announcement.Answer.NONE)

    def declined(self) -> Self:
        return self.filter(answer=Announcement.Answer.DECLINED)

    def orphaned(self) -> Self:
        """Shifts that the desk has removed and the assistant still counts with."""
        return self.standing().filter(shift__isnull=True)

    def not_before(self, moment: datetime) -> Self:
        return self.filter(end__gt=moment)

    def note_worked(self, shifts: Iterable[Shift]) -> None:
        """Notes saved shifts that were worked before they were put down here: each was known on its day, as it is."""
        Announcement.objects.bulk_create(
            Announcement(
                shift=shift,
                assistant_id=shift.assistant_id,
                locality_id=shift.locality_id,
                start=shift.start,
                end=shift.end,
                note=shift.note,
                announced_on=shift.starts_on,
                asks=Announcement.Question.NOTHING,
            )
            for shift in shifts
        )


class AnsweredAlreadyError(Refused):
    """The announcement is no longer the one that was answered."""


@pghistory.track()
class Announcement(Times):
    """A shift as the assistant was told of it. `publication` is empty for shifts from before plans were published.

    `asks` is what the assistant is to say to it, `before` what they had been told until then. One that is withdrawn
    stays as a record of what was once told.
    """

    class Question(models.TextChoices):
        NOTHING = "nothing", "nic"
        NOTICE = "notice", "vzít na vědomí"
        AGREEMENT = "agreement", "souhlasit"

    class Answer(models.TextChoices):
        NONE = "none", "neodpovězeno"
        SEEN = "seen", "vzato na vědomí"
        AGREED = "agreed", "souhlasí"
        DECLINED = "declined", "nesouhlasí"

    shift = models.OneToOneField(
        Shift, models.SET_NULL, null=True, blank=True, related_name="announcement", verbose_name="směna v plánu"
    )
    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="announcements", verbose_name="asistent")
    locality = models.ForeignKey(Locality, models.PROTECT, related_name="+", verbose_name="lokalita")
    publication = models.ForeignKey(
        Publication, models.PROTECT, null=True, blank=True, related_name="announcements", verbose_name="zveřejnění"
    )
    announced_on = models.DateField("oznámeno")
    before = models.CharField("předtím", max_length=300, blank=True)
    withdrawn = models.BooleanField("zrušeno", default=False)
    asks = models.CharField("co má asistent říct", max_length=10, choices=Question.choices, default=Question.NOTICE)
    answer = models.CharField("odpověď", max_length=10, choices=Answer.choices, default=Answer.NONE)
    answered_at = models.DateTimeField("odpovězeno", null=True, blank=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = "oznámená směna"
        verbose_name_plural = "oznámené směny"
        ordering = ["start", "id"]
        indexes = [models.Index(fields=["assistant", "start"], name="announcement_of_person")]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="announcement_ends_after_it_starts"),
        ]

    # Which answers fit which question.
    ANSWERS: ClassVar = {
        Question.NOTHING: frozenset(),
        Question.NOTICE: frozenset({Answer.SEEN}),
        Question.AGREEMENT: frozenset({Answer.AGREED, Answer.DECLINED}),
    }

    def __str__(self) -> str:
        return f"{self.assistant}: {self.summary}"

    def get_absolute_url(self) -> str:
        return reverse("patrols:announced", args=[self.pk])

    @property
    def revision(self) -> str:
        """Another text whenever the assistant is told something else."""
        return f"{self.publication_id}-{self.announced_on}-{self.withdrawn}"

    @property
    def waits(self) -> bool:
        """Whether the assistant has something to say to it."""
        return self.asks != self.Question.NOTHING and self.answer == self.Answer.NONE

    @property
    def is_agreed(self) -> bool:
        """Whether shorter notice than the law's was agreed, or was never asked because nothing is known of it."""
        return self.answer == self.Answer.AGREED or self.publication_id is None

    def tells(self, shift: Shift) -> bool:
        """Whether the assistant knows the shift as it now stands."""
        return (self.assistant_id, self.locality_id, self.start, self.end, self.note) == (
            shift.assistant_id,
            shift.locality_id,
            shift.start,
            shift.end,
            shift.note,
        )

    @transaction.atomic
    def reply(self, answer: "Announcement.Answer", *, seen: str, now: datetime) -> None:
        """Keeps what the assistant says to it; they may change their mind while it is asked.

        `seen` is the `revision` that they answered. Raises `AnsweredAlreadyError` when they have meanwhile been told
        something else, and `Refused` when the answer does not fit the question.
        """
        current = Announcement.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if current.revision != seen:
            raise AnsweredAlreadyError("Mentor mezitím směnu znovu změnil. Přečtěte si ji a odpovězte znovu.")
        if answer not in self.ANSWERS[self.Question(current.asks)]:
            raise Refused("Na tuto směnu se tak odpovědět nedá.")
        current.answer, current.answered_at = answer, now
        current.save(update_fields=["answer", "answered_at"])
        self.answer, self.answered_at = answer, now


class OverrideQuerySet(OfAssistantQuerySet["Override"]):
    def visible_to(self, user: User) -> Self:
        """Assistants do not see why rules were set aside; their mentors and coordinators do."""
        return self.none() if user.role == Role.ASSISTANT else super().visible_to(user)


@pghistory.track()
class Override(models.Model):
    """Why a plan was published in spite of a warning; who and when stands in the publication. Never changed."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="overrides", verbose_name="zveřejnění")
    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="overrides", verbose_name="asistent")
    rule = models.CharField("pravidlo", max_length=30)
    day = models.DateField("den")
    sentence = models.TextField("co pravidlo říká")
    reason = models.CharField("zdůvodnění", max_length=300)
    fingerprint = models.CharField("otisk", max_length=64)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = "výjimka z pravidla"
        verbose_name_plural = "výjimky z pravidel"
        ordering = ["-id"]
        indexes = [models.Index(fields=["assistant", "day"], name="override_of_person")]

    def __str__(self) -> str:
        return f"{self.assistant}, {self.day}: {self.reason}"


class NoticeQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """E-mails that are still to be sent and were not given up."""
        return self.filter(mailed_at__isnull=True, attempts__lt=MOST_ATTEMPTS)


MOST_ATTEMPTS = 10


class Notice(models.Model):
    """An e-mail that an assistant is owed about a publication; the row is the truth, the worker sends what waits."""

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="notices", verbose_name="zveřejnění")
    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="+", verbose_name="asistent")
    text = models.TextField("zpráva")
    attempts = models.PositiveSmallIntegerField("pokusů", default=0)
    mailed_at = models.DateTimeField("odesláno", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "zpráva o plánu"
        verbose_name_plural = "zprávy o plánu"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "assistant"], name="one_notice_for_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.assistant}: {self.publication}"
