"""Compiles a report to the grant: a project's months, its set-up and the coordinator's words into one frozen value.

The number of queries is constant, whatever the period. Figures of months come from their summaries: from the sealed
ones where there are some, from those last built where a month is still open. What a summary cannot tell of several
months (how many people were trained, which pieces are held when the period ends) is asked of the records themselves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from apk import czech
from apk.calendar import Month
from findings import custody
from findings.models import Finding
from patrols.models import FieldCheck, Training
from reports import grant
from reports.documents.outward import HIDDEN, unnamed
from reports.documents.wording import SECONDS_IN_HOUR, one_line
from reports.figures import (
    ASSISTANTS,
    BREAKDOWNS,
    CALLED_PATROLS,
    EMPLOYED,
    EVENTS,
    FIELD_CHECKS,
    FIGURES,
    FTE,
    GONE_BY_END,
    HELD_AT_END,
    MENTORS,
    OF_ACTIVITIES,
    OF_FINDINGS,
    OF_SHIFTS,
    PATROL_TIME,
    PIECES,
    REFERRALS,
    SERVED_TIME,
    TRAINED,
    TRAINING_HOURS,
    TRAININGS,
    Figure,
    Records,
    Unit,
)
from reports.grant import Behind, Cell, Chart, Column, GrantReport, Kind, MonthState, ReportMonth, Section, Table
from reports.models import (
    CostLine,
    GrantProject,
    Indicator,
    MonthlySummary,
    ProjectReport,
    ReportSection,
    Seal,
    SectionText,
)
from reports.narrative import Reference, paragraphs, references
from reports.periods import kind_of, totals_of
from reports.references import of_project
from reports.summary import MonthSummary, Staffing, in_order

WITHOUT_LOCALITY = {Records.FINDINGS, Records.ACTIVITIES}
"""Records that may lie outside every locality."""

SINCE_START = {ReportSection.Content.INDICATORS, ReportSection.Content.GOALS}
"""Sections whose numbers are those since the start of the project."""

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


@dataclass(frozen=True)
class Compilation:
    """What the sections are made of.

    `earlier` are the project's months before the report. `summaries` lack the months that are missing; `since_start`
    are the totals of the project's months from `begins` to the end of the report. `houses` are the numbers of lodging
    houses, by name, that stand for their names.
    """

    report: ProjectReport
    project: GrantProject
    months: tuple[ReportMonth, ...]
    earlier: tuple[ReportMonth, ...]
    summaries: Mapping[Month, MonthSummary]
    totals: Mapping[str, int]
    since_start: Mapping[str, int]
    begins: Month
    houses: Mapping[str, str]
    cost_lines: Sequence[CostLine]
    indicators: Sequence[Indicator]
    annexes: tuple[grant.Annex, ...]

    @property
    def first(self) -> Month:
        return self.report.first_month

    @property
    def last(self) -> Month:
        return self.report.last_month

    def figure(self, figure: Figure, breakdown: str = "", key: str = "", value: int | None = None) -> Cell:
        """A figure of the whole period with the way to its records; of one row of a breakdown when it is given."""
        value = self.totals[figure.name] if value is None else value
        return Cell(value, kind_of(figure), Behind(figure.name, self.first, self.last, breakdown, key))


def compiled(report: ProjectReport) -> GrantReport:
    """The report as its months, its project and its texts are now. A constant number of queries."""
    parts = compilation(report)
    project = parts.project
    sections = list(sections_of(report))
    known = references_of(parts)
    written = dict(SectionText.objects.filter(report=report).values_list("section", "text"))
    return GrantReport(
        kind=report.kind,
        title=str(report),
        city=settings.CITY_NAME,
        project=grant.ProjectCard(
            name=project.name,
            number=project.number,
            programme=project.programme,
            sequence=project.sequence,
            starts=project.starts,
            ends=project.ends,
            posts=project.posts,
            ministry_grant=project.ministry_grant,
            city_share=project.city_share,
            publicity=project.publicity,
        ),
        first=parts.first,
        last=parts.last,
        months=parts.months,
        totals=parts.totals,
        sections=tuple(
            replace(
                CONTENTS[ReportSection.Content(section.content)](parts),
                key=str(section.pk),
                content=section.content,
                title=one_line(section.title),
                paragraphs=tuple(
                    unnamed(line, parts.houses) for line in paragraphs(written.get(section.pk, ""), known)
                ),
            )
            for section in sections
        ),
        annexes=parts.annexes,
        earlier=parts.earlier if reaches_back(sections, parts.indicators) else (),
    )


def reaches_back(sections: Iterable[ReportSection], indicators: Iterable[Indicator]) -> bool:
    """Whether a section tells of figures since the start of the project."""
    return are_counted(indicators) and any(section.content in SINCE_START for section in sections)


def are_counted(indicators: Iterable[Indicator]) -> bool:
    """Whether one of them is a figure; the others are what the coordinator enters."""
    return any(indicator.figure in FIGURES for indicator in indicators)


def sections_of(report: ProjectReport) -> QuerySet[ReportSection]:
    """The sections of the project that belong to a report of this kind, in order. One query."""
    wanted = {"in_interim": True} if report.kind == ProjectReport.Kind.INTERIM else {"in_final": True}
    sections: QuerySet[ReportSection] = report.project.sections.filter(**wanted)
    return sections


def compilation(report: ProjectReport) -> Compilation:
    """What the report is made of. Six queries."""
    project = report.project
    earlier = [month for month in project.months if month < report.first_month]
    taken = summaries_of([*earlier, *report.months])
    months = tuple(month_of(month, taken.get(month)) for month in report.months)
    own = {month: taken[month][0] for month in report.months if month in taken}
    begins = min([*earlier, report.first_month])
    in_period, in_all = trained(begins, report.first_month, report.last_month)
    return Compilation(
        report=report,
        project=project,
        months=months,
        earlier=tuple(month_of(month, taken.get(month)) for month in earlier),
        summaries=own,
        totals=in_order(totals_of(own.values()) | in_period, FIGURES),
        since_start=in_order(totals_of(summary for summary, *_ in taken.values()) | in_all, FIGURES),
        begins=begins,
        houses=numbered_houses(own.values()),
        cost_lines=list(project.cost_lines.select_related("rate")),
        indicators=list(project.indicators.all()),
        annexes=tuple(
            grant.Annex(one_line(annex.title), one_line(annex.file), annex.sha256, annex.size)
            for annex in report.annexes.all()
        ),
    )


def trained(begins: Month, first: Month, last: Month) -> tuple[dict[str, int], dict[str, int]]:
    """How many people were trained from `first` to `last` and from `begins` to `last`, each once. One query."""
    held = Training.objects.standing().between(begins.first_day, last.last_day).order_by()
    people = Count("assistant", distinct=True)
    within = Count("assistant", distinct=True, filter=Q(held_on__gte=first.first_day))
    counted = held.aggregate(in_period=within, in_all=people)
    return {TRAINED.name: counted["in_period"]}, {TRAINED.name: counted["in_all"]}


def summaries_of(months: Sequence[Month]) -> dict[Month, tuple[MonthSummary, MonthState, int, str]]:
    """The summary of each month that has one: its value, whether it is sealed, its version and its digest.

    A month is sealed with the very summary that is stored: the database lets nobody change it. Two queries.
    """
    days = [month.first_day for month in months]
    seals = {seal.period: seal for seal in Seal.objects.filter(month__in=days).latest_of_each_month()}
    taken = {}
    for stored in MonthlySummary.objects.readable().filter(month__in=days).order_by("month"):
        seal = seals.get(stored.period)
        sealed = seal is not None and seal.figures_sha256 == stored.sha256
        state = MonthState.SEALED if sealed else MonthState.PROVISIONAL
        taken[stored.period] = (stored.value, state, seal.version if seal and sealed else 0, stored.sha256)
    return taken


def month_of(month: Month, taken: tuple[MonthSummary, MonthState, int, str] | None) -> ReportMonth:
    if taken is None:
        return ReportMonth(month, MonthState.MISSING, 0, "", {})
    summary, state, version, sha256 = taken
    return ReportMonth(month, state, version, sha256, summary.totals)


def references_of(parts: Compilation) -> list[Reference]:
    """What the texts of the report may refer to."""
    planned = sum((line.planned for line in parts.cost_lines), Decimal(0))
    used = sum((line.used for line in parts.cost_lines), Decimal(0))
    others = [
        Reference("obdobi", "Období zprávy", parts.report.period),
        *of_project(parts.project),
        Reference("rozpocet.planovano", "Plánované náklady", Cell(planned, Kind.MONEY).text),
        Reference("rozpocet.cerpano", "Čerpané náklady", Cell(used, Kind.MONEY).text),
        Reference("rozpocet.zbyva", "Nevyčerpané náklady", Cell(planned - used, Kind.MONEY).text),
    ]
    return references(parts.totals, others)


# --- What each kind of section holds ---------------------------------------------------------------------------------


def made_of(
    facts: Iterable[tuple[str, Cell]] = (), tables: Iterable[Table] = (), charts: Iterable[Chart] = ()
) -> Section:
    """The computed part of a section; who calls it puts in its name and its words."""
    return Section("", "", "", (), tuple(facts), tuple(charts), tuple(tables))


def text_only(parts: Compilation) -> Section:
    return made_of()


def identification(parts: Compilation) -> Section:
    project = parts.project
    total = project.total_cost
    facts = [
        ("Název projektu", Cell(one_line(project.name))),
        ("Číslo projektu", Cell(one_line(project.number) or None)),
        ("Program a podprogram", Cell(one_line(project.programme) or None)),
        ("Perioda", Cell(f"{project.sequence}.")),
        ("Realizace od", Cell(project.starts, Kind.DAY)),
        ("Realizace do", Cell(project.ends, Kind.DAY)),
        ("Období zprávy", Cell(parts.report.period)),
        ("Podpořená místa asistentů", Cell(project.posts, Kind.WHOLE)),
        ("Dotace Ministerstva vnitra", Cell(project.ministry_grant, Kind.MONEY)),
        ("Podíl dotace", Cell(project.ministry_percent if total else None, Kind.PERCENT)),
        ("Podíl města", Cell(project.city_share, Kind.MONEY)),
        ("Podíl města v procentech", Cell(project.city_percent if total else None, Kind.PERCENT)),
        ("Náklady celkem", Cell(total, Kind.MONEY)),
        *numbered("Podmínka rozhodnutí", project.conditions),
    ]
    return made_of(facts)


def numbered(label: str, text: str) -> list[tuple[str, Cell]]:
    """Each line of a text as a fact of its own: „Cíl 1", „Cíl 2"."""
    lines = filter(None, map(one_line, text.splitlines()))
    return [(f"{label} {number}", Cell(line)) for number, line in enumerate(lines, start=1)]


def staffing(parts: Compilation) -> Section:
    rows = []
    for month, summary in in_turn(parts):
        employed = employed_in(summary)
        rows.append(
            (
                Cell(czech.month(month.first_day)),
                staffed(month, EMPLOYED, employed.people if employed else None),
                staffed(month, FTE, hundredths(employed.fte_hundredths) if employed else None),
                *monthly_cells(month, summary, (ASSISTANTS, PATROL_TIME)),
            )
        )
    known = [(month, employed) for month, summary in in_turn(parts) if (employed := employed_in(summary))]
    days = sum(len(month.days) for month, _ in known)
    weighted = sum(staffing.fte_hundredths * len(month.days) for month, staffing in known)
    average = (Decimal(weighted) / 100 / days).quantize(HUNDREDTH, ROUND_HALF_UP) if days else None
    table = Table(
        name="staffing",
        caption="Obsazení po měsících",
        columns=columns("Měsíc", "Zaměstnaní asistenti", "Úvazek", "Asistenti ve službě", "Hodiny ve službě"),
        rows=tuple(rows),
        total=(
            Cell("Celkem"),
            Cell(None, Kind.WHOLE),
            Cell(average, Kind.DECIMAL),
            parts.figure(ASSISTANTS),
            parts.figure(PATROL_TIME),
        ),
        note="Úvazek je průměr přes dny; celkem jsou to asistenti, kteří sloužili aspoň jednou, a průměrný úvazek.",
    )
    return made_of([("Podpořená místa asistentů", Cell(parts.project.posts, Kind.WHOLE))], [table])


def staffed(month: Month, figure: Figure, value: int | Decimal | None) -> Cell:
    """A figure of who was employed in the month, with the way to them; a month without a summary has none."""
    behind = Behind(figure.name, month, month) if value is not None else None
    return Cell(value, Kind.DECIMAL if figure is FTE else Kind.WHOLE, behind)


def indicators(parts: Compilation) -> Section:
    """Each indicator against its target; since the start of the project too when the report begins later."""
    later = parts.first > parts.begins
    rows = []
    for indicator in parts.indicators:
        figure = FIGURES.get(indicator.figure)
        unit = Kind.DECIMAL if figure is None else kind_of(figure)
        behind = Behind(indicator.figure, parts.begins, parts.last) if figure else None
        whole = parts.since_start[figure.name] if figure else indicator.entered
        actual = Decimal(whole) / (SECONDS_IN_HOUR if unit is Kind.TIME else 1) if whole is not None else None
        rows.append(
            (
                Cell(one_line(indicator.name)),
                Cell(f"{figure.label} ({figure.unit.form(0)})" if figure else "zadáno ručně"),
                Cell(indicator.baseline, Kind.DECIMAL),
                Cell(f"{indicator.get_direction_display()} {czech.number(indicator.target)}"),
                *([parts.figure(figure) if figure else Cell(None)] if later else []),
                Cell(whole, unit, behind),
                Cell(share(actual, indicator.target), Kind.PERCENT),
                Cell(verdict(indicator, actual)),
            )
        )
    labels = ("Ukazatel", "Z čeho se počítá", "Výchozí", "Cíl", *(["Za období zprávy"] if later else []))
    texts = (True, True, False, True, *([False] if later else []), False, False, True)
    last = "Od začátku projektu" if later else "Skutečnost"
    table = Table(
        name="indicators",
        caption="Plnění ukazatelů",
        columns=tuple(
            Column(label, is_number=not text)
            for label, text in zip((*labels, last, "Plnění", "Cíl splněn"), texts, strict=True)
        ),
        rows=tuple(rows),
        note=uncounted(parts.earlier) if are_counted(parts.indicators) else "",
    )
    return made_of(tables=[table] if rows else [])


def uncounted(earlier: Iterable[ReportMonth]) -> str:
    """Which months before the report the figures since the start lack."""
    missing = [czech.month(month.month.first_day) for month in earlier if month.state is MonthState.MISSING]
    return f"V součtu od začátku projektu chybí nesestavené měsíce: {czech.joined(missing)}." if missing else ""


def verdict(indicator: Indicator, actual: Decimal | None) -> str:
    if actual is None:
        return "nezadáno"
    return "ano" if indicator.is_met(actual) else "zatím ne"


def share(actual: Decimal | None, target: Decimal) -> Decimal | None:
    return (actual * 100 / target).quantize(TENTH, ROUND_HALF_UP) if actual is not None and target else None


def activities(parts: Compilation) -> Section:
    return made_of(
        tables=[
            by_month(parts, "service-by-month", "Služba po měsících", (*OF_SHIFTS, SERVED_TIME)),
            by_locality(parts),
            by_month(parts, "activities-by-month", "Činnosti po měsících", OF_ACTIVITIES),
            *broken_down(parts, "activity_kind", "activity_locality", "counter"),
        ]
    )


def cooperation(parts: Compilation) -> Section:
    facts = [(figure.label, parts.figure(figure)) for figure in (REFERRALS, CALLED_PATROLS)]
    return made_of(facts, broken_down(parts, "organisation", "reason", "called_patrol"))


def broken_down(parts: Compilation, *names: str) -> list[Table]:
    """Breakdowns of the whole period that have a row at all, named and captioned as in a month's summary."""
    tables = [
        by_row(parts, name, name.replace("_", "-"), BREAKDOWNS[name].label, BREAKDOWNS[name].figures, parts.houses)
        for name in names
    ]
    return [table for table in tables if table.rows]


def findings(parts: Compilation) -> Section:
    table = by_month(parts, "findings-by-month", "Nálezy po měsících", OF_FINDINGS)
    bars = tuple(
        (czech.month(month.first_day), f"{month.number}.", summary.totals[PIECES.name] if summary else 0)
        for month, summary in in_turn(parts)
    )
    chart = Chart("pieces-by-month", "Nalezené kusy po měsících", Unit.PIECES.name, bars, table.name)
    districts = by_row(parts, "district", "findings-by-district", "Nálezy po městských obvodech", OF_FINDINGS)
    return made_of(tables=[table, districts], charts=[chart] if len(bars) > 1 else [])


def mentoring(parts: Compilation) -> Section:
    """Mentors and those whom they could lead by month, and how many field checks mentors made in the period."""
    checked = FieldCheck.objects.standing().between(parts.first.first_day, parts.last.last_day)
    rows = tuple(
        (
            Cell(czech.month(month.first_day)),
            staffed(month, MENTORS, employed.mentors if (employed := employed_in(summary)) else None),
            staffed(month, EMPLOYED, employed.people if employed else None),
        )
        for month, summary in in_turn(parts)
    )
    table = Table("mentoring", "Vedení po měsících", columns("Měsíc", MENTORS.label, EMPLOYED.label), rows)
    facts = [
        (FIELD_CHECKS.label, of_period(parts, FIELD_CHECKS, checked.counts()[FIELD_CHECKS.name])),
        ("Supervize", Cell("vede se mezi školeními")),
    ]
    return made_of(facts, [table])


def training(parts: Compilation) -> Section:
    """Trainings held in the period by kind: how many records, of how many people, for how many hours."""
    held = Training.objects.standing().between(parts.first.first_day, parts.last.last_day).order_by()
    counts = {
        TRAININGS.name: Count("pk"),
        TRAINED.name: Count("assistant", distinct=True),
        TRAINING_HOURS.name: Sum("hours"),
    }
    kinds = held.values("kind", "kind__name", "kind__sort_key").annotate(**counts).order_by("kind__sort_key", "kind")
    whole = held.aggregate(**counts)
    if not whole[TRAININGS.name]:
        return made_of([("Školení asistentů", Cell("v období žádné není zapsané"))])

    def values(counted: Mapping[str, Any], key: str = "") -> tuple[Cell, ...]:
        breakdown = "training_kind" if key else ""
        return tuple(
            Cell(
                counted[figure.name],
                Kind.DECIMAL if figure is TRAINING_HOURS else Kind.WHOLE,
                Behind(figure.name, parts.first, parts.last, breakdown, key),
            )
            for figure in (TRAININGS, TRAINED, TRAINING_HOURS)
        )

    table = Table(
        name="training",
        caption="Školení podle druhu",
        columns=columns("Druh školení", "Účastí", "Proškolených asistentů", "Hodin"),
        rows=tuple((Cell(one_line(row["kind__name"])), *values(row, str(row["kind"]))) for row in kinds),
        total=(Cell("Celkem"), *values(whole)),
        note="Kdo se zúčastnil víckrát, je mezi proškolenými jednou.",
    )
    return made_of(tables=[table])


def sharps(parts: Compilation) -> Section:
    """What was found in the period and where it was when the period ended: handed over, or still held."""
    last = parts.last.last_day
    found = Finding.objects.between(parts.first.first_day, last)
    gone = custody.pieces_of(custody.handed_over(found, None, last))
    held = custody.pieces_of(custody.held(found, last))
    facts = [
        (PIECES.label, parts.figure(PIECES)),
        ("Z toho do konce období předáno k likvidaci", of_period(parts, GONE_BY_END, gone)),
        ("Z toho na konci období uloženo", of_period(parts, HELD_AT_END, held)),
    ]
    # What was found is as the months say, what became of it as the register does.
    if gone + held != parts.totals[PIECES.name]:
        facts.append(("Proč se součet liší", Cell(UNEQUAL)))
    return made_of(facts)


UNEQUAL = (
    "Nalezené kusy jsou z měsíčních přehledů, předané a uložené z evidence. Sejdou se, až bude každý měsíc období "
    "sestavený a přepočítaný podle posledních záznamů."
)


def of_period(parts: Compilation, figure: Figure, value: int) -> Cell:
    """A figure of the whole period that the records were asked for."""
    return Cell(value, Kind.WHOLE, Behind(figure.name, parts.first, parts.last))


def goals(parts: Compilation) -> Section:
    met = [indicator for indicator in parts.indicators if is_met(indicator, parts)]
    facts = numbered("Cíl", parts.project.goals)
    if parts.indicators:
        of_all = f"{len(met)} z {len(parts.indicators)}"
        facts.append(("Splněné ukazatele", Cell(of_all)))
    return made_of(facts)


def is_met(indicator: Indicator, parts: Compilation) -> bool:
    figure = FIGURES.get(indicator.figure)
    value = parts.since_start[figure.name] if figure else indicator.entered
    if value is None:
        return False
    return indicator.is_met(Decimal(value) / (SECONDS_IN_HOUR if figure and kind_of(figure) is Kind.TIME else 1))


def budget(parts: Compilation) -> Section:
    rows = tuple(
        (Cell(one_line(line.name)), *money(line.planned, line.used), Cell(share(line.used, line.planned), Kind.PERCENT))
        for line in parts.cost_lines
    )
    planned = sum((line.planned for line in parts.cost_lines), Decimal(0))
    used = sum((line.used for line in parts.cost_lines), Decimal(0))
    table = Table(
        name="budget",
        caption="Rozpočet a čerpání",
        columns=columns("Položka", "Plánováno", "Čerpáno", "Zbývá", "Čerpáno z plánu"),
        rows=rows,
        total=(Cell("Celkem"), *money(planned, used), Cell(share(used, planned), Kind.PERCENT)),
        note=" ".join(f"{line.name}: {line.objection}" for line in parts.cost_lines if line.objection),
    )
    project = parts.project
    facts = [
        ("Dotace Ministerstva vnitra", Cell(project.ministry_grant, Kind.MONEY)),
        ("Podíl města", Cell(project.city_share, Kind.MONEY)),
        ("Náklady celkem", Cell(project.total_cost, Kind.MONEY)),
    ]
    return made_of(facts, [*([table] if rows else []), *eligible(parts)])


def eligible(parts: Compilation) -> list[Table]:
    """The budget against the eligible rates of the call, when a line has one."""
    rows = tuple(
        (
            Cell(one_line(line.name)),
            Cell(line.rate.amount, Kind.MONEY),
            Cell(one_line(line.rate.unit)),
            Cell(line.units, Kind.DECIMAL),
            Cell(line.ceiling, Kind.MONEY),
            Cell(line.planned, Kind.MONEY),
        )
        for line in parts.cost_lines
        if line.rate
    )
    labels = ("Položka", "Sazba nejvýše", "Za jednotku", "Jednotek", "Uznatelné nejvýše", "Plánováno")
    texts = (True, False, True, False, False, False)
    heads = tuple(Column(label, is_number=not text) for label, text in zip(labels, texts, strict=True))
    return [Table("rates", "Uznatelné sazby", heads, rows)] if rows else []


def money(planned: Decimal, used: Decimal) -> tuple[Cell, Cell, Cell]:
    return Cell(planned, Kind.MONEY), Cell(used, Kind.MONEY), Cell(planned - used, Kind.MONEY)


def publicity(parts: Compilation) -> Section:
    return made_of([("Věta na všech výstupech projektu", Cell(one_line(parts.project.publicity) or None))])


def annexes(parts: Compilation) -> Section:
    rows = tuple((Cell(annex.title), Cell(annex.file or None)) for annex in parts.annexes)
    labels = (Column("Příloha", is_number=False), Column("Soubor", is_number=False))
    return made_of(tables=[Table("annexes", "Seznam příloh", labels, rows)] if rows else [])


CONTENTS: dict[ReportSection.Content, Callable[[Compilation], Section]] = {
    ReportSection.Content.TEXT: text_only,
    ReportSection.Content.IDENTIFICATION: identification,
    ReportSection.Content.STAFFING: staffing,
    ReportSection.Content.INDICATORS: indicators,
    ReportSection.Content.ACTIVITIES: activities,
    ReportSection.Content.FINDINGS: findings,
    ReportSection.Content.MENTORING: mentoring,
    ReportSection.Content.TRAINING: training,
    ReportSection.Content.SHARPS: sharps,
    ReportSection.Content.COOPERATION: cooperation,
    ReportSection.Content.GOALS: goals,
    ReportSection.Content.BUDGET: budget,
    ReportSection.Content.PUBLICITY: publicity,
    ReportSection.Content.ANNEXES: annexes,
}
"""What is computed in a section of each kind."""


# --- Tables ----------------------------------------------------------------------------------------------------------


def in_turn(parts: Compilation) -> Iterator[tuple[Month, MonthSummary | None]]:
    """Every month of the report with its summary, None when it is missing."""
    for month in parts.months:
        yield month.month, parts.summaries.get(month.month)


def employed_in(summary: MonthSummary | None) -> Staffing | None:
    """Who was employed in a month; None when its summary is missing or older than that figure."""
    return summary.staffing if summary is not None and summary.schema > 1 else None


def columns(first: str, *others: str) -> tuple[Column, ...]:
    return (Column(first, is_number=False), *(Column(label) for label in others))


def hundredths(value: int) -> Decimal:
    return (Decimal(value) / 100).quantize(HUNDREDTH)


def monthly_cells(month: Month, summary: MonthSummary | None, figures: Iterable[Figure]) -> Iterator[Cell]:
    for figure in figures:
        if summary is None:
            yield Cell(None, kind_of(figure))
        else:
            # An older month may not have counted it.
            yield Cell(summary.totals.get(figure.name), kind_of(figure), Behind(figure.name, month, month))


def by_month(parts: Compilation, name: str, caption: str, figures: tuple[Figure, ...]) -> Table:
    """The figures of each month; below them those of the whole period."""
    once = [f"„{figure.short}“" for figure in figures if not figure.additive]
    where = f"{'sloupci' if len(once) == 1 else 'sloupcích'} {czech.joined(once)}"
    return Table(
        name=name,
        caption=caption,
        columns=columns("Měsíc", *(figure.short for figure in figures)),
        rows=tuple(
            (Cell(czech.month(month.first_day)), *monthly_cells(month, summary, figures))
            for month, summary in in_turn(parts)
        ),
        total=(Cell("Celkem"), *(parts.figure(figure) for figure in figures)),
        note=f"Ve {where} není celkem součtem: co je ve více měsících, počítá se jednou." if once else "",
    )


def by_row(
    parts: Compilation,
    breakdown: str,
    name: str,
    caption: str,
    figures: Iterable[Figure],
    instead: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """One breakdown over the whole period: figures that add up, rows in Czech order, what is outside last.

    `instead` are names that stand for others; those rows stand behind the ones with their own.
    """
    adding = [figure for figure in figures if figure.additive]
    known: dict[str, str] = {}
    sums: dict[str, dict[str, int]] = {}
    for _, summary in in_turn(parts):
        for row in summary.breakdowns.get(breakdown, ()) if summary else ():
            known[row.key] = unnamed(row.label, instead)
            values = sums.setdefault(row.key, dict.fromkeys((figure.name for figure in adding), 0))
            for figure in adding:
                values[figure.name] += row.values.get(figure.name, 0)
    hidden = set(instead.values())
    keys = sorted(known, key=lambda key: (not key, known[key] in hidden, czech.sort_key(known[key]), key))
    return Table(
        name=name,
        caption=caption,
        columns=columns(BREAKDOWNS[breakdown].column, *(figure.short for figure in adding)),
        rows=tuple(
            (
                Cell(one_line(known[key])),
                *(outside_aware(parts, figure, breakdown, key, sums[key][figure.name]) for figure in adding),
            )
            for key in keys
        ),
        total=(Cell("Celkem"), *(parts.figure(figure) for figure in adding)),
    )


def outside_aware(parts: Compilation, figure: Figure, breakdown: str, key: str, value: int) -> Cell:
    """A value of a row; of what always has a locality there is nothing outside, so no list opens there."""
    cell = parts.figure(figure, breakdown, key, value)
    return cell if key or figure.records in WITHOUT_LOCALITY else replace(cell, behind=None)


def by_locality(parts: Compilation) -> Table:
    """Hours and findings by locality; lodging houses lose their names, the same number all through the report."""
    figures = (PATROL_TIME, EVENTS, PIECES)
    table = by_row(parts, "locality", "activities-by-locality", "Hodiny a nálezy podle lokalit", figures, parts.houses)
    return replace(table, note="Ubytovny se neuvádějí jménem." if parts.houses else "")


def numbered_houses(summaries: Iterable[MonthSummary]) -> dict[str, str]:
    """The names of all lodging houses of the period and what stands for them, the same all through the report."""
    names = {name for summary in summaries for name in summary.lodging_houses}
    return {name: f"{HIDDEN} {number}" for number, name in enumerate(sorted(names, key=czech.sort_key), start=1)}
