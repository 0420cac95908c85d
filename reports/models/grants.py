"""What a call for grants asks of a project, as data: rates, costs, indicators, deadlines, sections of the report.

Every call sets its own; a coordinator fills them in on pages, and none of them is in the code. Also the reports
themselves: their period, their texts and annexes.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import ExpressionWrapper, F, Q, Value
from django.urls import reverse

from apk import czech
from apk.calendar import Month
from apk.people.access import Permission
from apk.people.models import User
from apk.refusal import Refused
from reports.models.projects import GrantProject

NOT_NEGATIVE = [MinValueValidator(0)]


class PartQuerySet(models.QuerySet):
    """Rows that belong to a project; whoever sees projects sees them."""

    def visible_to(self, user: User) -> Self:
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def copy_to(self, project: GrantProject) -> int:
        """Gives `project` rows like these, with nothing of what has happened to them; how many."""
        fields = [field.attname for field in self.model._meta.concrete_fields if field.name not in UNCOPIED]
        rows = self.values(*fields)
        return len(type(self)(self.model).bulk_create([self.model(project=project, **row) for row in rows]))


UNCOPIED = {"id", "project", "used", "entered", "done_on", "reminded_at", "rate", "units"}
"""Columns that tell of one project alone."""


@pghistory.track()
class Rate(models.Model):
    """An eligible rate of the call: at most so many Kč for each unit, such as „úvazek a měsíc"."""

    project = models.ForeignKey(GrantProject, models.CASCADE, related_name="rates", verbose_name="projekt")
    name = models.CharField("za co", max_length=200)
    amount = models.DecimalField("nejvýše Kč", max_digits=12, decimal_places=2, validators=NOT_NEGATIVE)
    unit = models.CharField("za jednotku", max_length=80)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = "sazba"
        verbose_name_plural = "sazby"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="one_rate_of_a_name",
                violation_error_message="Sazbu s tímto názvem už projekt má.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: nejvýše {czech.number(self.amount)}{czech.SPACE}Kč za {self.unit}"


@pghistory.track()
class CostLine(models.Model):
    """A line of the budget; Kč. With a `rate` and `units` of it, the eligible cost has a ceiling."""

    project = models.ForeignKey(GrantProject, models.CASCADE, related_name="cost_lines", verbose_name="projekt")
    position = models.PositiveSmallIntegerField("pořadí", default=1)
    name = models.CharField("položka", max_length=200)
    planned = models.DecimalField("plánováno (Kč)", max_digits=12, decimal_places=2, validators=NOT_NEGATIVE)
    used = models.DecimalField("čerpáno (Kč)", max_digits=12, decimal_places=2, default=0, validators=NOT_NEGATIVE)
    rate = models.ForeignKey(Rate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="sazba")
    units = models.DecimalField(
        "kolik jednotek sazby", max_digits=9, decimal_places=2, null=True, blank=True, validators=NOT_NEGATIVE
    )

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = "položka rozpočtu"
        verbose_name_plural = "položky rozpočtu"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rate__isnull=True, units__isnull=True) | Q(rate__isnull=False, units__isnull=False),
                name="cost_line_rate_with_units",
                violation_error_message="K sazbě patří počet jednotek a k počtu jednotek sazba.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def remaining(self) -> Decimal:
        """What is left of the plan; negative when more was used."""
        return self.planned - self.used

    @property
    def ceiling(self) -> Decimal | None:
        """The most that is eligible, None when no rate says. Needs the rate loaded."""
        return self.rate.amount * self.units if self.rate and self.units is not None else None

    @property
    def objection(self) -> str:
        """What is wrong with the line, in words; "" when nothing is. Needs the rate loaded."""
        if self.ceiling is not None and self.planned > self.ceiling:
            return f"Plán převyšuje uznatelnou sazbu o {czech.number(self.planned - self.ceiling)}{czech.SPACE}Kč."
        if self.remaining < 0:
            return f"Čerpání převyšuje plán o {czech.number(-self.remaining)}{czech.SPACE}Kč."
        return ""


@pghistory.track()
class Indicator(models.Model):
    """A measurable indicator: where things stood, what was promised, and the figure that says what came of it.

    `figure` names one of `figures.FIGURES`; an indicator that the registers do not know has "" there and its actual
    value `entered` by hand, which the report says. Values are in the unit that people read (hours, not seconds).
    """

    class Direction(models.TextChoices):
        AT_LEAST = "at-least", "alespoň"
        AT_MOST = "at-most", "nejvýše"

    project = models.ForeignKey(GrantProject, models.CASCADE, related_name="indicators", verbose_name="projekt")
    position = models.PositiveSmallIntegerField("pořadí", default=1)
    name = models.CharField("název", max_length=200)
    figure = models.CharField("počítá se z ukazatele", max_length=60, blank=True)
    direction = models.CharField("cíl je", max_length=10, choices=Direction.choices, default=Direction.AT_LEAST)
    baseline = models.DecimalField(
        "výchozí hodnota", max_digits=12, decimal_places=2, null=True, blank=True, validators=NOT_NEGATIVE
    )
    target = models.DecimalField("cílová hodnota", max_digits=12, decimal_places=2, validators=NOT_NEGATIVE)
    entered = models.DecimalField(
        "skutečnost zadaná ručně", max_digits=12, decimal_places=2, null=True, blank=True, validators=NOT_NEGATIVE
    )

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = "ukazatel"
        verbose_name_plural = "ukazatele"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(figure="") | Q(entered__isnull=True),
                name="indicator_computed_or_entered",
                violation_error_message=(
                    "Ukazatel se buď počítá z evidence, nebo zadává ručně. Smažte ruční hodnotu, nebo zvolte „zadává "
                    "se ručně“."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def is_met(self, actual: Decimal) -> bool:
        return actual >= self.target if self.direction == self.Direction.AT_LEAST else actual <= self.target


class DeadlineQuerySet(PartQuerySet):
    def open(self) -> Self:
        return self.filter(done_on__isnull=True)

    def near(self, day: date) -> Self:
        """Open deadlines whose time to be reminded of has come by `day`, those that have passed among them."""
        reminded_until = F("remind_days") + Value(day, models.DateField())
        return self.open().filter(due_on__lte=ExpressionWrapper(reminded_until, models.DateField()))


@pghistory.track()
class Deadline(models.Model):
    """A date that the call or the decision sets. People are reminded `remind_days` before, once by e-mail."""

    project = models.ForeignKey(GrantProject, models.CASCADE, related_name="deadlines", verbose_name="projekt")
    name = models.CharField("co je potřeba udělat", max_length=200)
    due_on = models.DateField("nejpozději")
    remind_days = models.PositiveSmallIntegerField(
        "připomenout kolik dnů předem", default=14, validators=[MaxValueValidator(365)]
    )
    done_on = models.DateField("splněno", null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField("připomenuto", null=True, blank=True, editable=False)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = "termín"
        verbose_name_plural = "termíny"
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def remind_on(self) -> date:
        return self.due_on - timedelta(days=self.remind_days)

    def finish(self, *, on: date) -> None:
        """Says that it is done. Raises Refused when it was already."""
        if not Deadline.objects.open().filter(pk=self.pk).update(done_on=on):
            raise Refused("Termín už je označený jako splněný.")

    def reopen(self) -> None:
        """Says that it is not done after all; reminders come again. Raises Refused when nobody had said so."""
        if not Deadline.objects.filter(pk=self.pk, done_on__isnull=False).update(done_on=None, reminded_at=None):
            raise Refused("Termín jako splněný označený není.")

    def note_reminder(self, *, at: datetime) -> None:
        """Says that the reminder went out, in the transaction that holds the row's lock."""
        self.reminded_at = at
        self.save(update_fields=["reminded_at"])


@pghistory.track()
class ReportSection(models.Model):
    """A section that the call wants in a report: its title, what is computed in it, and the call's instructions."""

    class Content(models.TextChoices):
        TEXT = "text", "jen text"
        IDENTIFICATION = "identification", "identifikace projektu"
        STAFFING = "staffing", "obsazení po měsících"
        INDICATORS = "indicators", "plnění ukazatelů"
        ACTIVITIES = "activities", "činnosti po měsících a lokalitách"
        FINDINGS = "findings", "nálezy po měsících a obvodech"
        MENTORING = "mentoring", "vedení mentorem a supervize"
        TRAINING = "training", "školení"
        SHARPS = "sharps", "likvidace nalezených stříkaček"
        COOPERATION = "cooperation", "spolupráce a zprostředkovaná pomoc"
        GOALS = "goals", "cíle projektu"
        BUDGET = "budget", "rozpočet a čerpání"
        PUBLICITY = "publicity", "publicita"
        ANNEXES = "annexes", "seznam příloh"

    project = models.ForeignKey(GrantProject, models.CASCADE, related_name="sections", verbose_name="projekt")
    position = models.PositiveSmallIntegerField("pořadí", default=1)
    title = models.CharField("nadpis", max_length=200)
    content = models.CharField("co v oddílu bude", max_length=20, choices=Content.choices, default=Content.TEXT)
    guidance = models.TextField("co k tomu žádá výzva", blank=True, max_length=5_000)
    in_interim = models.BooleanField("patří do průběžné zprávy", default=True)
    in_final = models.BooleanField("patří do závěrečné zprávy", default=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = "oddíl zprávy"
        verbose_name_plural = "oddíly zprávy"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title


class ProjectReportQuerySet(PartQuerySet):
    def submitted(self) -> Self:
        """Those handed over at least once, in the order of their projects."""
        return self.filter(submissions__version=1).order_by("project", "first", "pk")


@pghistory.track()
class ProjectReport(models.Model):
    """A report to the grant for whole months; its figures are compiled anew each time it is opened."""

    class Kind(models.TextChoices):
        INTERIM = "interim", "Průběžná zpráva"
        FINAL = "final", "Závěrečná zpráva"

    project = models.ForeignKey(GrantProject, models.PROTECT, related_name="reports", verbose_name="projekt")
    kind = models.CharField("druh zprávy", max_length=10, choices=Kind.choices, default=Kind.INTERIM)
    first = models.DateField("od měsíce")
    last = models.DateField("do měsíce")

    objects = ProjectReportQuerySet.as_manager()

    class Meta:
        verbose_name = "zpráva k dotaci"
        verbose_name_plural = "zprávy k dotaci"
        ordering = ["project", "first", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")),
                name="report_ends_after_it_starts",
                violation_error_message="Poslední měsíc nesmí být před prvním.",
            ),
            models.CheckConstraint(condition=Q(first__day=1, last__day=1), name="report_of_whole_months"),
            models.UniqueConstraint(
                fields=["project", "kind", "first", "last"],
                name="one_report_of_a_kind_and_period",
                violation_error_message="Taková zpráva za tyto měsíce už je založená.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("reports:report", args=[self.pk])

    @property
    def first_month(self) -> Month:
        return Month.of(self.first)

    @property
    def last_month(self) -> Month:
        return Month.of(self.last)

    @property
    def months(self) -> list[Month]:
        """Every month of the report, in order."""
        months = [self.first_month]
        while months[-1] < self.last_month:
            months.append(months[-1].next)
        return months

    @property
    def period(self) -> str:
        """„leden až červen 2021", „duben 2021", „říjen 2021 až březen 2022"."""
        if self.first == self.last:
            return czech.month(self.first)
        start = czech.MONTHS[self.first.month - 1] if self.first.year == self.last.year else czech.month(self.first)
        return f"{start} až {czech.month(self.last)}"

    @transaction.atomic
    def write(self, section: ReportSection, text: str) -> None:
        """Keeps the text of a section, with references to figures; of an empty one nothing but its history is left."""
        if text.strip():
            SectionText.objects.update_or_create(report=self, section=section, defaults={"text": text})
        else:
            SectionText.objects.filter(report=self, section=section).delete()


@pghistory.track()
class SectionText(models.Model):
    """What the coordinator wrote to one section of one report, with references to figures (`narrative.py`)."""

    report = models.ForeignKey(ProjectReport, models.CASCADE, related_name="texts", verbose_name="zpráva")
    section = models.ForeignKey(ReportSection, models.PROTECT, related_name="texts", verbose_name="oddíl")
    text = models.TextField("text", blank=True, max_length=50_000)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = "text oddílu"
        verbose_name_plural = "texty oddílů"
        constraints = [models.UniqueConstraint(fields=["report", "section"], name="one_text_of_a_section")]

    def __str__(self) -> str:
        return f"{self.section}: {self.report}"


@pghistory.track()
class Annex(models.Model):
    """An annex of a report: what it is and how its file is called.

    `sha256` and `size` (bytes) are of the file that was brought, which lies among private files (`annexes.py`); "" and
    0 of an annex on paper, or of one whose file nobody has brought yet.
    """

    report = models.ForeignKey(ProjectReport, models.CASCADE, related_name="annexes", verbose_name="zpráva")
    position = models.PositiveSmallIntegerField("pořadí", default=1)
    title = models.CharField("co to je", max_length=300)
    file = models.CharField("název souboru", max_length=200, blank=True)
    sha256 = models.CharField("otisk souboru", max_length=64, blank=True, editable=False)
    size = models.PositiveBigIntegerField("velikost souboru", default=0, editable=False)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = "příloha"
        verbose_name_plural = "přílohy"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title
