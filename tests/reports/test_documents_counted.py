"""Documents of a month that was counted from rows, not made by hand."""

from io import BytesIO

import openpyxl
import pypdf
import pytest

from apk.calendar import Month
from apk.localities.models import Locality
from reports import counting
from reports.papers import FORMATS
from tests.factories import FindingFactory, GrantProjectFactory, LocalityFactory, PlaceFactory, ShiftFactory

APRIL = Month(2021, 4)


@pytest.fixture
def summary(db):
    GrantProjectFactory()
    street = LocalityFactory(name="Jílová")
    house = LocalityFactory(name="Ubytovna Hulvácká", kind=Locality.Kind.LODGING_HOUSE)
    ShiftFactory(locality=street)
    FindingFactory(place=PlaceFactory(name="Za garážemi", locality=street), with_needle=80)
    # Found just outside the house, at a place that belongs to it.
    stairs = PlaceFactory(name="Schody Hulvácká 1", locality=house)
    for pieces in (2, 2, 1):
        FindingFactory(place=stairs, locality=street, with_needle=pieces)
    return counting.count(APRIL)


def test_every_document_holds_the_counted_figures(summary):
    built = {name: kind.build(summary) for name, kind in FORMATS.items()}

    pages = pypdf.PdfReader(BytesIO(built["pdf"])).pages
    assert "našli asistenti 85 kusů" in " ".join(pages[0].extract_text().split())
    assert openpyxl.load_workbook(BytesIO(built["xlsx"]))["Podle lokalit"]["C2"].value == 85
    assert "Celkem;;;Nalezené kusy celkem;kusů;85" in built["csv"].decode()
    assert '"pieces": 85' in built["json"].decode()


def test_lodging_house_known_only_by_its_place_is_not_named_outside(summary):
    assert summary.lodging_houses == ("Ubytovna Hulvácká",)
    assert [row.label for row in summary.breakdowns["locality"]] == ["Jílová"]
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(FORMATS["pdf"].build(summary))).pages)

    assert "Ubytovna 1, místo 1" in text
    assert "Hulvácká" not in text
