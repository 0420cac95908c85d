"""People: who signs in, who is employed as an assistant from when to when, and who mentored whom.

Periods are dated rows, both days included, so that a report of April 2021 names the people of April 2021.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils import timezone

from apk.people.access import GRANTS, Permission, Role
from apk.people.fields import LowerCaseEmailField, PersonalNumberField
from apk.people.passwords import ONE_TIME_FOR, typeable_password
from apk.refusal import Refused
from apk.searching import SearchText, holding
from apk.sorting import CzechSortKey

FTE_SENTENCE = "Úvazek je číslo od 0,05 do 1."
FTE_LIMITS = [
    MinValueValidator(Decimal("0.05"), FTE_SENTENCE),
    MaxValueValidator(1, FTE_SENTENCE),
]


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


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """Accounts are kept by administrators; everybody else knows their own."""
        return self if user.may(Permission.MANAGE_ACCOUNTS) else self.filter(pk=user.pk)

    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def administrators(self) -> "UserQuerySet":
        return self.filter(role=Role.ADMINISTRATOR)

    def never_signed_in(self) -> "UserQuerySet":
        return self.filter(last_login__isnull=True)

    def matching(self, text: str) -> "UserQuerySet":
        """Whose name, personal number or e-mail holds every word of `text`, capitals and accents aside."""
        return self.filter(holding(text, "search_text"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, *, personal_number: str, password: str | None = None, **fields: Any) -> "User":
        """Makes an account; without a password nobody can sign in with it until one is set."""
        user = self.model(personal_number=personal_number, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


@pghistory.track(exclude=["password", "last_login", "search_text"])
class User(AbstractBaseUser):
    """An account: one person, one role at a time, signed in by e-mail or personal number."""

    personal_number = PersonalNumberField(
        "osobní číslo",
        max_length=20,
        unique=True,
        error_messages={"unique": "Toto osobní číslo už má jiný účet."},
    )
    email = LowerCaseEmailField(
        "e-mail",
        unique=True,
        null=True,
        blank=True,
        error_messages={"unique": "Tento e-mail už má jiný účet."},
    )
    first_name = models.CharField("jméno", max_length=60)
    last_name = models.CharField("příjmení", max_length=60)
    phone = models.CharField(
        "telefon",
        max_length=30,
        blank=True,
        validators=[RegexValidator(r"\A[+(]?[0-9][0-9 ()/-]+\Z", "Telefon napište číslicemi, například 777 123 456.")],
    )
    role = models.CharField("role", max_length=20, choices=Role.choices)
    is_active = models.BooleanField("smí se přihlásit", default=True)
    date_joined = models.DateTimeField("účet založen", auto_now_add=True)
    # Set while the password is one that somebody handed over; the person's own password clears it.
    one_time_password_until = models.DateTimeField("jednorázové heslo platí do", null=True, blank=True)
    search_text = SearchText(source=("first_name", "last_name", "personal_number", "email"))
    sort_key = CzechSortKey(source="sorting_name")

    objects = UserManager()

    USERNAME_FIELD = "personal_number"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["first_name", "last_name", "role"]

    class Meta:
        verbose_name = "účet"
        verbose_name_plural = "účty"
        ordering = ["sort_key", "id"]
        # With the fields' own uniqueness, no capitals make a second account.
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_in_lower_case"),
            models.CheckConstraint(
                condition=Q(personal_number=Upper("personal_number")), name="personal_number_in_upper_case"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        return reverse("people:account", args=[self.pk])

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

    def issue_password(self, *, now: datetime) -> str:
        """Sets a one-time password and returns it: the only moment when it can be read.

        It signs in for `ONE_TIME_FOR`, every other session of the account ends, and the person must choose their own
        password first.
        """
        password = typeable_password()
        self.set_password(password)
        self.one_time_password_until = now + ONE_TIME_FOR
        self.save(update_fields=["password", "one_time_password_until"])
        return password

    @transaction.atomic
    def close(self, *, by: "User") -> None:
        """Takes the sign-in away. Raises Refused for one's own account and for the last administrator's."""
        if self.pk == by.pk:
            raise Refused("Svůj vlastní účet uzavřít nemůžete. Požádejte jiného správce.")
        self.refuse_to_lose_the_last_administrator()
        self.is_active = False
        self.save(update_fields=["is_active"])

    def reopen(self) -> None:
        """Gives the sign-in back; the password stays what it was."""
        self.is_active = True
        self.save(update_fields=["is_active"])

    @transaction.atomic
    def change_role(self, role: Role, *, by: "User", today: date) -> None:
        """Gives a desk worker another role. Assistants are made and ended in their own register.

        Raises Refused for one's own role, the last administrator's, a mentor who still leads somebody, and for
        assistants.
        """
        if role == self.role:
            return
        if Role.ASSISTANT in (role, self.role):
            raise Refused("Asistenti se zakládají a ukončují v registru asistentů, roli jim změnit nelze.")
        if self.pk == by.pk:
            raise Refused("Svou vlastní roli změnit nemůžete. Požádejte jiného správce.")
        self.refuse_to_lose_the_last_administrator()
        if Mentorship.objects.filter(Q(ends__isnull=True) | Q(ends__gte=today), mentor__user=self).exists():
            raise Refused("Tento mentor vede asistenty. Nejdřív je převeďte k jinému mentorovi.")
        self.role = role
        self.save(update_fields=["role"])
        if role == Role.MENTOR:
            Mentor.objects.get_or_create(user=self)

    def refuse_to_lose_the_last_administrator(self) -> None:
        """Locks the administrators' accounts until the transaction ends, so that two cannot go at once."""
        others = User.objects.administrators().active().order_by("pk").select_for_update()
        if self.pk in (found := [account.pk for account in others]) and len(found) == 1:
            raise Refused("Toto je poslední správce. Nejdřív založte účet jiného správce.")


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

    def with_periods(self) -> "AssistantQuerySet":
        """Brings accounts, employments and mentors along, so that a list of any length takes four queries."""
        mentorships = Mentorship.objects.select_related("mentor__user")
        return self.select_related("user").prefetch_related(
            "employments", models.Prefetch("mentorships", queryset=mentorships)
        )

    def employed_on(self, day: date) -> "AssistantQuerySet":
        return self.filter(models.Exists(Employment.objects.on(day).filter(assistant=models.OuterRef("pk"))))

    def employed_within(self, first: date, last: date) -> "AssistantQuerySet":
        """Employed on at least one day from `first` to `last`, both included."""
        employment = Employment.objects.filter(
            Q(ends__isnull=True) | Q(ends__gte=first), starts__lte=last, assistant=models.OuterRef("pk")
        )
        return self.filter(models.Exists(employment))

    def ended_before(self, day: date) -> "AssistantQuerySet":
        """Whose last employment ended before `day`; who was never employed has not ended."""
        employment = Employment.objects.filter(assistant=models.OuterRef("pk"))
        later = employment.filter(Q(ends__isnull=True) | Q(ends__gte=day))
        return self.filter(models.Exists(employment), ~models.Exists(later))

    def ending_within(self, first: date, last: date) -> "AssistantQuerySet":
        """Whose employment ends from `first` to `last`, both included, and none follows."""
        employment = Employment.objects.filter(assistant=models.OuterRef("pk"))
        ending = employment.filter(ends__gte=first, ends__lte=last)
        later = employment.filter(Q(ends__isnull=True) | Q(ends__gt=last))
        return self.filter(models.Exists(ending), ~models.Exists(later))

    def close_accounts_ended_before(self, day: date) -> int:
        """Takes the sign-in away from those whose last employment ended before `day`; returns how many had one."""
        ended = self.ended_before(day).values("user")
        return User.objects.active().filter(pk__in=ended).update(is_active=False)

    def without_mentor(self, day: date) -> "AssistantQuerySet":
        return self.filter(~models.Exists(Mentorship.objects.on(day).filter(assistant=models.OuterRef("pk"))))

    def manageable_by(self, user: User, day: date) -> "AssistantQuerySet":
        """Whom `user` may change: administrators everybody, mentors whom they lead on `day`, will lead, or led last.

        A mentor who handed an assistant over still sees them, but decides about them no more.
        """
        if not user.may(Permission.MANAGE_PEOPLE):
            return self.none()
        if user.role == Role.ADMINISTRATOR:
            return self
        of_assistant = Mentorship.objects.filter(assistant=models.OuterRef("pk"))
        followed = Mentorship.objects.filter(
            assistant=models.OuterRef("assistant"), starts__gt=models.OuterRef("starts")
        )
        mine = of_assistant.filter(mentor__user=user)
        lasting = mine.filter(Q(ends__isnull=True) | Q(ends__gte=day))
        return self.filter(models.Exists(lasting) | models.Exists(mine.filter(~models.Exists(followed))))

    def matching(self, text: str) -> "AssistantQuerySet":
        """Whose name, personal number or e-mail holds every word of `text`, capitals and accents aside."""
        return self.filter(holding(text, "user__search_text"))


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

    def get_absolute_url(self) -> str:
        return reverse("people:assistant", args=[self.pk])

    @transaction.atomic
    def employ(self, *, starts: date, fte: Decimal, mentor: Mentor) -> None:
        """Employs the assistant from `starts` until further notice, led by `mentor`, and opens the account.

        `fte` (úvazek) 1.00 is 40 hours a week. Raises Refused when they are employed on that day or later.
        """
        self.lock()
        if self.employments.filter(Q(ends__isnull=True) | Q(ends__gte=starts)).exists():
            raise Refused("V tomto období už je asistent zaměstnán. Zvolte pozdější den.")
        add(Employment(assistant=self, starts=starts, fte=fte))
        add(Mentorship(assistant=self, mentor=mentor, starts=starts))
        self.user.reopen()

    @transaction.atomic
    def change_fte(self, fte: Decimal, *, on: date) -> None:
        """Changes the úvazek from the day `on`; earlier days keep the former one, a later change stays planned.

        Raises Refused when the assistant is not employed on that day or has that úvazek already.
        """
        self.lock()
        current = self.employed(on)
        if current.fte == fte:
            raise Refused("Takový úvazek už asistent v ten den má.")
        split(current, on, fte=fte)

    @transaction.atomic
    def move_to(self, mentor: Mentor, *, on: date) -> None:
        """Hands the assistant over to `mentor` with the day `on`; earlier days keep the former mentor.

        Raises Refused when the assistant is not employed on that day or is led by that mentor already.
        """
        self.lock()
        employment = self.employed(on)
        current = self.mentorships.on(on).first()
        if current is None:
            following = self.mentorships.filter(starts__gt=on).first()
            ends = following.starts - timedelta(days=1) if following else employment.ends
            add(Mentorship(assistant=self, mentor=mentor, starts=on, ends=ends))
        elif current.mentor_id == mentor.pk:
            raise Refused("Tento mentor už asistenta v ten den vede.")
        else:
            split(current, on, mentor=mentor)

    @transaction.atomic
    def end(self, *, on: date, today: date) -> None:
        """Ends the employment and the mentorship with the day `on`, the last one in work.

        The account closes once that day has passed: at once when it has, else by `tasks.close_ended_accounts`.
        Rows that begin later are removed: they describe a future that will not come (their history stays).
        Raises Refused when the assistant is not employed on that day.
        """
        self.lock()
        self.employed(on)
        for rows in (self.employments, self.mentorships):
            rows.on(on).update(ends=on)
            rows.filter(starts__gt=on).delete()
        if on < today:
            self.user.is_active = False
            self.user.save(update_fields=["is_active"])

    @property
    def employment(self) -> "Employment | None":
        """What describes the employment best today: the row that holds today, else the nearest one to come, else the
        last. Runs a query unless `with_periods` brought the rows."""
        return telling(self.employments.all(), timezone.localdate())

    @property
    def mentorship(self) -> "Mentorship | None":
        """As `employment`, of who leads the assistant."""
        return telling(self.mentorships.all(), timezone.localdate())

    def employed(self, day: date) -> "Employment":
        """The employment that holds `day`. Raises Refused when there is none."""
        employment = self.employments.on(day).first()
        if employment is None:
            raise Refused("V tento den není asistent zaměstnán.")
        return employment

    def lock(self) -> None:
        """Makes other changes of this assistant's periods wait until the transaction ends."""
        Assistant.objects.select_for_update().get(pk=self.pk)


Period = TypeVar("Period", "Employment", "Mentorship")


def telling(rows: Iterable[Period], day: date) -> Period | None:
    """Of dated rows the one that holds `day`, else the nearest one to come, else the last that was."""
    found = sorted(rows, key=lambda row: row.starts)
    lasting = [row for row in found if row.ends is None or row.ends >= day]
    return next(iter(lasting or found[-1:]), None)


def add(row: "Employment | Mentorship") -> None:
    """Stores a dated row. Raises Refused with the sentence of the rule that it breaks."""
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    row.save()


def split(row: "Employment | Mentorship", day: date, **changes: Any) -> None:
    """Changes a dated row from `day` on; what it said of the days before stays said. Raises Refused."""
    if row.starts < day:
        later = type(row).objects.get(pk=row.pk)
        later.pk, later.starts = None, day
        row.ends = day - timedelta(days=1)
        row.save(update_fields=["ends"])
        row = later
    for name, value in changes.items():
        setattr(row, name, value)
    add(row)


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
        validators=FTE_LIMITS,
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
