"""Summaries made by hand for the tests of documents: April 2021 with 85 pieces at 17 places, and its extremes."""

from datetime import date, timedelta

from apk.calendar import Month
from reports.figures import BREAKDOWNS, FIGURES, Breakdown
from reports.summary import MonthSummary, PlacePoint, Row

MONTH = Month(2021, 4)
PUBLICITY = (
    "Projekt „Ostrava – Asistent prevence kriminality 2021“ je hrazen z dotací Ministerstva vnitra ČR"
    " a statutárního města Ostravy."
)
LODGING_HOUSES = ("HD Hlubina", "Ubytovna Hulvácká")

# Locality: places with the pieces found at each; a tuple is a finding with (with needle, without needle, needles).
FOUND = {
    "Jílová": {"Za garážemi": [(3, 2, 1), (2, 0, 0)], "U trati": [(4, 1, 0)]},
    "Přednádraží": {"Podchod": [(2, 2, 2)], "Lavička u zastávky": [(1, 0, 0), (1, 1, 0)], "Keře": [(5, 2, 0)]},
    "Sirotčí": {"Dvůr": [(2, 1, 0)], "Průchod": [(3, 0, 1)]},
    "Zárubek": {"Stání kontejnerů": [(1, 2, 0)]},
    "Hrušov": {"Opuštěný dům": [(10, 5, 2), (2, 2, 0)], "Zídka": [(1, 0, 0)]},
    "Chemik": {"Park": [(2, 1, 1)]},
    "HD Hlubina": {"HD Hlubina, vchod 3": [(2, 1, 0)]},
    "Ubytovna Hulvácká": {"Za ubytovnou": [(4, 2, 1)], "Trafostanice": [(3, 1, 0)]},
    "": {"Most": [(1, 1, 0)], "Nábřeží": [(2, 1, 0)], "Sad": [(1, 0, 0)]},
}
HOURS = {
    "Jílová": 212.5,
    "Přednádraží": 180.0,
    "Sirotčí": 96.25,
    "Zárubek": 80.0,
    "Hrušov": 120.0,
    "Kunčičky": 64.0,
    "Chemik": 8.0,
    "HD Hlubina": 30.0,
    "Ubytovna Hulvácká": 21.75,
}
ASSISTANTS = ("Čeněk Chrást", "Dana Malá", "Eva Žáková", "Ivan Řehoř", "Jana Ďurišová", "Petr Novák", "Šárka Veselá")


def values(events, places, seconds=0, assistants=0):
    """The values of a row, made of the findings in it; those with a separate needle are within reach of children."""
    pieces = [sum(event[kind] for event in events) for kind in range(3)]
    return {
        "events": len(events),
        "pieces": sum(pieces),
        "with_needle": pieces[0],
        "without_needle": pieces[1],
        "needles": pieces[2],
        "paraphernalia": 2 * len(events),
        "places": places,
        "child_accessible_events": sum(event[2] > 0 for event in events),
        "patrol_seconds": seconds,
        "assistants": assistants,
        "served_seconds": seconds - seconds // 10,
        **activities(len(events)),
        "handed_over": sum(pieces) - 23,
        "held": 23,
        "delivered": 61,
        "trainings": 9,
        "trained": 7,
    }


def activities(number):
    """The values of so many activities: every third has contacts, every fifth a referral, every seventh a patrol."""
    return {
        "activities": number,
        "contacts": number // 3 * 12,
        "children": number // 3 * 4,
        "referrals": number // 5,
        "called_patrols": number // 7,
        "counted": number // 3 * 17,
    }


def row(breakdown: Breakdown, key, label, numbers):
    return Row(key, label, {figure.name: numbers[figure.name] for figure in breakdown.figures})


def april(**changes) -> MonthSummary:
    """April 2021: 85 pieces at 17 places, two lodging houses, seven assistants, 812.5 hours."""
    localities = [name for name in dict.fromkeys([*FOUND, *HOURS]) if name]
    events = {name: [event for at in FOUND.get(name, {}).values() for event in at] for name in [*localities, ""]}
    everything = [event for found in events.values() for event in found]
    seconds = {name: round(hours * 3600) for name, hours in HOURS.items()}
    totals = values(everything, sum(len(at) for at in FOUND.values()), sum(seconds.values()), 7)
    locality_rows = tuple(
        row(
            BREAKDOWNS["locality"],
            str(number) if name else "",
            name or "Mimo lokality",
            values(events[name], len(FOUND.get(name, {})), seconds.get(name, 0), 3 if name else 0),
        )
        for number, name in enumerate([*localities, ""], start=1)
    )
    shares = [everything[number::7] for number in range(7)]
    summary = MonthSummary(
        month=MONTH,
        city="Ostrava",
        project_name="Ostrava – Asistent prevence kriminality 2021",
        project_number="314D083009247",
        publicity=PUBLICITY,
        totals={name: totals[name] for name in FIGURES},
        breakdowns={
            "locality": locality_rows,
            "district": (
                row(BREAKDOWNS["district"], "1", "Moravská Ostrava a Přívoz", values(everything, 17, 2_925_000, 7)),
            ),
            "place_kind": tuple(
                row(BREAKDOWNS["place_kind"], key, label, values(everything[number::3], 8))
                for number, (key, label) in enumerate(
                    [("park", "Park"), ("passage", "Průchod"), ("station", "Nádraží, zastávka")]
                )
            ),
            "assistant": tuple(
                row(BREAKDOWNS["assistant"], str(n), name, values(shares[n], len(shares[n]), 417_857 + (n == 0)))
                for n, name in enumerate(ASSISTANTS)
            ),
            "day": tuple(
                row(
                    BREAKDOWNS["day"],
                    (date(2021, 4, 1) + timedelta(days=n)).isoformat(),
                    f"{n + 1}. 4. 2021",
                    values([everything[n]], 1),
                )
                for n in range(len(everything))
            ),
            "activity_kind": (
                row(BREAKDOWNS["activity_kind"], "1", "Pochůzka v lokalitě", totals),
                row(BREAKDOWNS["activity_kind"], "2", "Dohled na přechodu", activities(0)),
            ),
            "activity_locality": tuple(
                row(BREAKDOWNS["activity_locality"], key, label, activities(number))
                for key, label, number in [("1", "Jílová", 20), ("8", "HD Hlubina", 3), ("", "Bez lokality", 2)]
            ),
            "counter": (row(BREAKDOWNS["counter"], "1", "Kontakty s občany", totals),),
            "organisation": (row(BREAKDOWNS["organisation"], "1", "Renarkon", totals),),
            "reason": (row(BREAKDOWNS["reason"], "1", "Závislosti", totals),),
            "called_patrol": (row(BREAKDOWNS["called_patrol"], "1", "Hlídka MP: doprava", totals),),
            "training_kind": (
                row(BREAKDOWNS["training_kind"], "1", "BOZP", {"trainings": 7, "trained": 7}),
                row(BREAKDOWNS["training_kind"], "2", "První pomoc", {"trainings": 2, "trained": 2}),
            ),
        },
        places=tuple(
            PlacePoint(
                f"{number}-{position}",
                name,
                locality,
                round(49.8 + number / 1000 + position / 10000, 6),
                round(18.2 + position / 500, 6),
                len(at),
                sum(sum(event) for event in at),
            )
            for number, (locality, places) in enumerate(FOUND.items())
            for position, (name, at) in enumerate(places.items())
        ),
        lodging_houses=LODGING_HOUSES,
    )
    return MonthSummary.from_json({**summary.as_json(), **changes})


def empty() -> MonthSummary:
    """A month in which nobody worked, outside every project."""
    return MonthSummary(
        month=Month(2022, 2),
        city="Ostrava",
        project_name="",
        project_number="",
        publicity="",
        totals=dict.fromkeys(FIGURES, 0),
        breakdowns=dict.fromkeys(BREAKDOWNS, ()),
        places=(),
        lodging_houses=(),
    )
