"""People: who signs in, who is employed as an assistant from when to when, and who mentored whom.

Periods are dated rows, both days included, so that a report of April 2021 names the people of April 2021.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.db.models.lookups import IsNull

from apk.people.access import GRANTS, Permission, Role
from apk.sorting import CzechSortKey


class DateRange(models.Func):
    """PostgreSQL daterange of two date expressions; an absent end means "until further notice"."""

    function = "DATERANGE"


def days_both_included() -> DateRange:
    """The period from `starts` to `ends`, both days in it, as an expression for exclusion constraints."""
    return DateRange("starts", "ends", RangeBoundary(inclusive_lower=True, inclusive_upper=True))


class PeriodQuerySet(models.QuerySet):
    """Dated rows, asked about a day."""

    def on(self, day: date) -> "PeriodQuerySet":
        return self.filter(Q(ends__isnull=True) | Q(ends__gte=day), starts__lte=day)


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, personal_number: str, password: str | None = None, **fields: Any) -> "User":
        """Makes an account; without a password nobody can sign in with it until one is set."""
        user = self.model(personal_number=personal_number, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """An account: one person, one role at a time, signed in by e-mail or personal number."""

    personal_number = models.CharField(
        "osobní číslo",
        max_length=20,
        unique=True,
        error_messages={"unique": "Toto osobní číslo už má jiný účet."},
    )
    email = models.EmailField(
        "e-mail",
        unique=True,
        null=True,
        blank=True,
        error_messages={"unique": "Tento e-mail už má jiný účet."},
    )
    first_name = models.CharField("jméno", max_length=60)
    last_name = models.CharField("příjmení", max_length=60)
    phone = models.CharField("telefon", max_length=30, blank=True)
    role = models.CharField("role", max_length=20, choices=Role.choices)
    is_active = models.BooleanField("smí se přihlásit", default=True)
    date_joined = models.DateTimeField("účet založen", auto_now_add=True)
    sort_key = CzechSortKey(source="sorting_name")

    objects = UserManager()

    USERNAME_FIELD = "personal_number"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["first_name", "last_name", "role"]

    class Meta:
        verbose_name = "účet"
        verbose_name_plural = "účty"
        ordering = ["sort_key", "id"]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_email")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def sorting_name(self) -> str:
        """Surname first, as Czech registers are kept."""
        return f"{self.last_name} {self.first_name}"

    def may(self, permission: Permission) -> bool:
        """Whether this person's role grants `permission`. Runs no query."""
        if not self.is_active:
            return False
        return permission is Permission.BE_SIGNED_IN or permission in GRANTS[Role(self.role)]


class MentorQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "MentorQuerySet":
        return self if user.may(Permission.VIEW_PEOPLE) else self.none()


@pghistory.track()
class Mentor(models.Model):
    """A police officer who leads assistants."""

    user = models.OneToOneField(User, models.PROTECT, related_name="mentor", verbose_name="účet")

    objects = MentorQuerySet.as_manager()

    class Meta:
        verbose_name = "mentor"
        verbose_name_plural = "mentoři"
        ordering = ["user__sort_key", "id"]

    def __str__(self) -> str:
        return self.user.full_name


class AssistantQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AssistantQuerySet":
        """Assistants see themselves; mentors whom they lead or ever led; coordinators and administrators all."""
        match user.role:
            case Role.COORDINATOR | Role.ADMINISTRATOR:
                return self
            case Role.MENTOR:
                return self.filter(
                    models.Exists(Mentorship.objects.filter(assistant=models.OuterRef("pk"), mentor__user=user))
                )
            case _:
                return self.filter(user=user)

    def employed_on(self, day: date) -> "AssistantQuerySet":
        return self.filter(models.Exists(Employment.objects.on(day).filter(assistant=models.OuterRef("pk"))))

    def employed_within(self, first: date, last: date) -> "AssistantQuerySet":
        """Employed on at least one day from `first` to `last`, both included."""
        employment = Employment.objects.filter(
            Q(ends__isnull=True) | Q(ends__gte=first), starts__lte=last, assistant=models.OuterRef("pk")
        )
        return self.filter(models.Exists(employment))

    def mentored_by(self, mentor: Mentor, day: date) -> "AssistantQuerySet":
        mentorship = Mentorship.objects.on(day).filter(assistant=models.OuterRef("pk"), mentor=mentor)
        return self.filter(models.Exists(mentorship))

    def matching(self, text: str) -> "AssistantQuerySet":
        """Whose name, personal number or e-mail holds every word of `text`."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(user__first_name__icontains=word)
                | Q(user__last_name__icontains=word)
                | Q(user__personal_number__icontains=word)
                | Q(user__email__icontains=word)
            )
        return found


@pghistory.track()
class Assistant(models.Model):
    """A crime-prevention assistant (asistent prevence kriminality): a city employee with no powers of an officer."""

    user = models.OneToOneField(User, models.PROTECT, related_name="assistant", verbose_name="účet")
    note = models.TextField("poznámka", blank=True)

    objects = AssistantQuerySet.as_manager()

    class Meta:
        verbose_name = "asistent"
        verbose_name_plural = "asistenti"
        ordering = ["user__sort_key", "id"]

    def __str__(self) -> str:
        return self.user.full_name

    @transaction.atomic
    def end(self, *, on: date) -> None:
        """Ends the employment and the mentorship with the day `on`, and takes the sign-in away.

        Raises ValueError when the assistant is not employed on that day. Rows that begin later are removed:
        they describe a future that will not come (their history stays).
        """
        if not self.employments.on(on).exists():
            raise ValueError("V tento den není asistent zaměstnán.")
        for rows in (self.employments, self.mentorships):
            rows.on(on).update(ends=on)
            rows.filter(starts__gt=on).delete()
        self.user.is_active = False
        self.user.save(update_fields=["is_active"])


def period_constraints(name: str) -> Iterable[models.BaseConstraint]:
    """Constraints of a dated row of an assistant: it ends after it starts, and two never overlap."""
    yield models.CheckConstraint(
        condition=IsNull(F("ends"), True) | Q(ends__gte=F("starts")),
        name=f"{name}_ends_after_it_starts",
        violation_error_message="Konec nesmí být před začátkem.",
    )
    yield ExclusionConstraint(
        name=f"{name}_never_overlaps",
        expressions=[("assistant", RangeOperators.EQUAL), (days_both_included(), RangeOperators.OVERLAPS)],
        violation_error_message="V tomto období už takový záznam asistent má. Upravte datum.",
    )


@pghistory.track()
class Employment(models.Model):
    """An assistant's employment: both days included, `fte` (úvazek) 1.00 is 40 hours a week."""

    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="employments", verbose_name="asistent")
    starts = models.DateField("zaměstnán od")
    ends = models.DateField("zaměstnán do", null=True, blank=True)
    fte = models.DecimalField(
        "úvazek",
        max_digits=3,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0.05), MaxValueValidator(1)],
    )

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "zaměstnání"
        verbose_name_plural = "zaměstnání"
        ordering = ["starts"]
        constraints = list(period_constraints("employment"))

    def __str__(self) -> str:
        return f"{self.assistant}: {self.fte} od {self.starts}"


@pghistory.track()
class Mentorship(models.Model):
    """Who led an assistant and when: one mentor at a time."""

    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="mentorships", verbose_name="asistent")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="mentorships", verbose_name="mentor")
    starts = models.DateField("od")
    ends = models.DateField("do", null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "vedení asistenta"
        verbose_name_plural = "vedení asistentů"
        ordering = ["starts"]
        constraints = list(period_constraints("mentorship"))

    def __str__(self) -> str:
        return f"{self.mentor} vede {self.assistant} od {self.starts}"
