import json

import pytest

from apk.calendar import Month
from reports.figures import (
    BREAKDOWNS,
    COUNTED,
    DISPOSAL,
    FIGURES,
    OF_ACTIVITIES,
    OF_FINDINGS,
    OF_SHIFTS,
    SERVED_TIME,
    TRAINED,
    TRAININGS,
    Unit,
)
from reports.summary import MonthSummary, PlacePoint, Row, UnknownSchemaError


def summary() -> MonthSummary:
    return MonthSummary(
        month=Month(2021, 4),
        city="Ostrava",
        project_name="Ostrava – Asistent prevence kriminality 2021",
        project_number="314D083009247",
        publicity="Projekt je hrazen z dotací Ministerstva vnitra ČR a statutárního města Ostravy.",
        totals={name: number for number, name in enumerate(FIGURES, start=1)},
        breakdowns={
            name: (Row("1", "Jílová", {figure.name: 7 for figure in breakdown.figures}),)
            for name, breakdown in BREAKDOWNS.items()
        },
        places=(PlacePoint("3", "Jílová – park 1", "Jílová", 49.845, 18.277, 2, 9),),
        lodging_houses=(),
    )


def reordered(value):
    """The same JSON with the keys of every object in another order, as a database may return it."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in sorted(value, key=lambda key: (len(key), key))}
    if isinstance(value, list):
        return [reordered(item) for item in value]
    return value


def test_summary_survives_json_that_forgets_the_order_of_keys():
    stored = reordered(json.loads(json.dumps(summary().as_json())))

    read = MonthSummary.from_json(stored)

    assert read == summary()
    assert read.digest == summary().digest
    assert json.dumps(read.as_json()) == json.dumps(summary().as_json())


def test_digest_names_the_content():
    changed = summary().as_json()
    changed["breakdowns"]["locality"][0]["label"] = "Jílová 2"

    assert MonthSummary.from_json(changed).digest != summary().digest


def test_summary_of_an_unknown_schema_is_refused():
    with pytest.raises(UnknownSchemaError, match="verzi 99"):
        MonthSummary.from_json({**summary().as_json(), "schema": 99})


@pytest.mark.parametrize(
    ("number", "form"), [(0, "hodin"), (1, "hodina"), (2, "hodiny"), (4, "hodiny"), (5, "hodin"), (1.5, "hodiny")]
)
def test_unit_takes_the_form_of_its_number(number, form):
    assert Unit.HOURS.form(number) == form


def test_every_figure_counts_one_kind_of_records():
    parts = [
        set(OF_FINDINGS),
        set(OF_SHIFTS),
        {*OF_ACTIVITIES, COUNTED},
        {SERVED_TIME},
        set(DISPOSAL),
        {TRAININGS, TRAINED},
    ]
    assert set().union(*parts) == set(FIGURES.values())
    assert sum(map(len, parts)) == len(FIGURES)
