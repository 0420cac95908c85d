"""`manage.py summary`: the same figures as the page, for people and for scripts."""

import json

import pytest
from django.core.management import call_command

from apk.calendar import Month
from reports.counting import count
from reports.management.commands import summary
from reports.summary import MonthSummary
from tests.factories import FindingFactory, GrantProjectFactory, ShiftFactory, local
from tests.reports.scenes import scatter

APRIL = Month(2021, 4)


@pytest.mark.django_db(transaction=True)
def test_json_is_the_summary_with_its_digest(capsys):
    scatter(seed=3, months=(APRIL,))

    call_command("summary", "2021-04", "--json")

    printed = json.loads(capsys.readouterr().out)
    assert MonthSummary.from_json(printed) == count(APRIL)
    assert printed["sha256"] == count(APRIL).digest


@pytest.mark.django_db(transaction=True)
def test_table_says_the_figures_in_czech(capsys):
    GrantProjectFactory()
    FindingFactory(with_needle=85, place__locality__name="Jílová")
    ShiftFactory(start=local(2021, 4, 30, 22), end=local(2021, 5, 1, 6))

    call_command("summary", "2021-04")

    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Ostrava – Asistent prevence kriminality 2021"
    assert ["Nalezené", "kusy", "celkem", "85", "kusů"] in [line.split() for line in lines]
    assert ["Hodiny", "ve", "službě", "podle", "plánu", "2,0", "hodiny"] in [line.split() for line in lines]
    assert any(line.startswith("Jílová") and " 85 " in line for line in lines)


@pytest.mark.parametrize("month", ["2021-13", "duben", "", "2021-4", "9999-01"])
def test_wrong_month_ends_with_code_2_and_a_sentence(month, capsys):
    with pytest.raises(SystemExit) as ended:
        summary.Command().run_from_argv(["manage.py", "summary", month])

    assert ended.value.code == 2
    assert f"„{month}“ není měsíc. Píše se rok-měsíc, například 2021-04." in capsys.readouterr().err
