"""What about a finding should make the desk look twice, each with its reason in words. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from apk.czech import counted, number


@dataclass(frozen=True)
class Limits:
    """What is still usual: metres, metres, pieces."""

    accuracy_m: float
    distance_m: float
    pieces: int


@dataclass(frozen=True)
class Circumstances:
    """What is known around a finding.

    `accuracy_m` is None for a position shown on the map. `planned` is the name of the locality that the shift was
    planned in, "" without a shift, `distance_m` how far from it the finding lies. `clock_skew` is how far the phone's
    clock was behind, None when it was right.
    """

    accuracy_m: float | None
    in_locality: bool
    planned: str
    distance_m: float
    clock_skew: timedelta | None
    pieces: int


@dataclass(frozen=True)
class Flag:
    """`word` names it in a list, `reason` is a sentence."""

    word: str
    reason: str


def flags(known: Circumstances, limits: Limits) -> list[Flag]:
    found = []
    if known.accuracy_m is not None and known.accuracy_m > limits.accuracy_m:
        found.append(
            Flag(
                "nepřesná poloha",
                f"Telefon znal polohu jen na ± {number(round(known.accuracy_m))} m, obvykle je to do "
                f"{number(round(limits.accuracy_m))} m. Ověřte místo.",
            )
        )
    if not known.planned:
        found.append(Flag("mimo směnu", "V té době neměl asistent žádnou směnu."))
    elif known.distance_m > limits.distance_m:
        found.append(
            Flag(
                "daleko od směny",
                f"Nález je {number(round(known.distance_m))} m od lokality {known.planned}, kde měl asistent směnu.",
            )
        )
    if not known.in_locality:
        found.append(Flag("mimo lokality", "Nález neleží v žádné lokalitě. Možná má některá mít jinou hranici."))
    if known.clock_skew is not None:
        minutes = round(abs(known.clock_skew) / timedelta(minutes=1))
        way = "pozadu" if known.clock_skew > timedelta() else "napřed"
        found.append(
            Flag(
                "hodiny telefonu",
                f"Hodiny telefonu šly o {number(minutes)} min {way}. Čas nálezu je opravený podle serveru.",
            )
        )
    if known.pieces > limits.pieces:
        found.append(
            Flag(
                "neobvyklý počet",
                f"{counted(known.pieces, 'kus', 'kusy', 'kusů')} najednou je víc než obvyklých "
                f"{number(limits.pieces)}. Není v počtu překlep?",
            )
        )
    return found
