"""What about a finding should make the desk look twice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from findings.flags import Circumstances, Limits, flags

LIMITS = Limits(accuracy_m=50, distance_m=300, pieces=20)
USUAL = Circumstances(accuracy_m=50, in_locality=True, planned="Jílová", distance_m=300, clock_skew=None, pieces=20)


def test_what_is_just_usual_has_no_flag() -> None:
    assert flags(USUAL, LIMITS) == []


@pytest.mark.parametrize(
    ("change", "word", "reason"),
    [
        (
            {"accuracy_m": 120.4},
            "nepřesná poloha",
            "Telefon znal polohu jen na ± 120 m, obvykle je to do 50 m. Ověřte místo.",
        ),
        ({"planned": ""}, "mimo směnu", "V té době neměl asistent žádnou směnu."),
        (
            {"distance_m": 640.2},
            "daleko od směny",
            "Nález je 640 m od lokality Jílová, kde měl asistent směnu.",
        ),
        (
            {"in_locality": False},
            "mimo lokality",
            "Nález neleží v žádné lokalitě. Možná má některá mít jinou hranici.",
        ),
        (
            {"clock_skew": timedelta(minutes=12)},
            "hodiny telefonu",
            "Hodiny telefonu šly o 12 min pozadu. Čas nálezu je opravený podle serveru.",
        ),
        (
            {"clock_skew": timedelta(minutes=-7)},
            "hodiny telefonu",
            "Hodiny telefonu šly o 7 min napřed. Čas nálezu je opravený podle serveru.",
        ),
        (
            {"pieces": 21},
            "neobvyklý počet",
            "21 kusů najednou je víc než obvyklých 20. Není v počtu překlep?",
        ),
    ],
)
def test_each_flag_says_its_reason(change: dict[str, Any], word: str, reason: str) -> None:
    [flag] = flags(replace(USUAL, **change), LIMITS)
    assert (flag.word, flag.reason.replace("\xa0", " ")) == (word, reason)


def test_a_position_shown_on_the_map_has_no_accuracy_to_doubt() -> None:
    assert flags(replace(USUAL, accuracy_m=None), LIMITS) == []
