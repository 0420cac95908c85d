"""Files of findings, opened by other programs than those that wrote them."""

import io
import json
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from django.urls import reverse

from apk.audit.models import AccessLog
from apk.people.models import User
from findings import exports
from findings.models import Finding
from tests.factories import FindingFactory, PlaceFactory, local

pytestmark = pytest.mark.django_db


def krovak(latitude: float, longitude: float) -> tuple[float, float]:
    """EPSG:5514 by the textbook: WGS84 → Bessel by seven parameters, then Křovák's oblique cone; no library of maps."""
    degree, second = math.pi / 180, math.pi / 180 / 3600
    a, e2 = 6378137.0, 0.00669437999014
    phi, lam = latitude * degree, longitude * degree
    n = a / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    wgs = np.array([n * math.cos(phi) * math.cos(lam), n * math.cos(phi) * math.sin(lam), n * (1 - e2) * math.sin(phi)])
    rx, ry, rz = -4.9732 * second, -1.529 * second, -5.2484 * second
    turned = (1 + 3.5378e-6) * np.array([[1, rz, -ry], [-rz, 1, rx], [ry, -rx, 1]])
    x, y, z = np.linalg.solve(turned, wgs - np.array([572.213, 85.334, 461.94]))
    a, flat = 6377397.155, 1 / 299.1528128
    e2 = 2 * flat - flat**2
    e, lam, p = math.sqrt(e2), math.atan2(y, x), math.hypot(x, y)
    phi = math.atan2(z, p * (1 - e2))
    for _ in range(6):
        phi = math.atan2(z + e2 * a / math.sqrt(1 - e2 * math.sin(phi) ** 2) * math.sin(phi), p)
    centre, parallel = 49.5 * degree, 78.5 * degree
    alpha, west = (30 + 17 / 60 + 17.30311 / 3600) * degree, (24 + 50 / 60) * degree
    b = math.sqrt(1 + e2 * math.cos(centre) ** 4 / (1 - e2))
    gauss = a * math.sqrt(1 - e2) / (1 - e2 * math.sin(centre) ** 2)
    gamma = math.asin(math.sin(centre) / b)

    def bent(angle: float) -> float:
        return ((1 + e * math.sin(angle)) / (1 - e * math.sin(angle))) ** (e * b / 2)

    t = math.tan(math.pi / 4 + gamma / 2) * bent(centre) / math.tan(math.pi / 4 + centre / 2) ** b
    u = 2 * (math.atan(t * math.tan(phi / 2 + math.pi / 4) ** b / bent(phi)) - math.pi / 4)
    v = b * (west - lam)
    tilt = math.asin(math.cos(alpha) * math.sin(u) + math.sin(alpha) * math.cos(u) * math.cos(v))
    d = math.asin(math.cos(u) * math.sin(v) / math.cos(tilt))
    cone = math.sin(parallel)
    reach = 0.9999 * gauss / math.tan(parallel) * math.tan(math.pi / 4 + parallel / 2) ** cone
    r = reach / math.tan(tilt / 2 + math.pi / 4) ** cone
    return -r * math.sin(cone * d), -r * math.cos(cone * d)


@pytest.fixture
def findings() -> list[Finding]:
    """Three, in the order in which they are found; one says as little as it may, one as much."""
    return [
        FindingFactory(found_at=local(2021, 4, 14, 23, 30), place__latitude=49.9, place__longitude=18.1),
        FindingFactory(
            found_at=local(2021, 4, 15, 10),
            place=PlaceFactory(name="=Jílová – „park“", latitude=49.845, longitude=18.277),
            note='řádek\ndruhý; "třetí"',
            child_accessible=True,
            with_needle=7,
        ),
        FindingFactory(
            found_at=local(2021, 4, 16),
            place=PlaceFactory(locality=None, latitude=49.73, longitude=18.38),
            accuracy_m=None,
        ),
    ]


@pytest.fixture
def geopackage(findings: list[Finding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Written two rows at a time, so that the pieces have to fit together."""
    monkeypatch.setattr(exports, "CHUNK", 2)
    path = tmp_path / "nalezy.gpkg"
    exports.write_geopackage(Finding.objects.order_by("found_at"), path)
    return path


@pytest.mark.parametrize(("layer", "crs"), [("nalezy", "EPSG:5514"), ("nalezy_wgs84", "EPSG:4326")])
def test_a_geopackage_opens_with_its_layers_counts_and_systems(
    geopackage: Path, findings: list[Finding], layer: str, crs: str
) -> None:
    assert {tuple(each) for each in pyogrio.list_layers(geopackage)} == {("nalezy", "Point"), ("nalezy_wgs84", "Point")}
    about = pyogrio.read_info(geopackage, layer=layer)
    assert (about["features"], about["crs"], about["geometry_type"]) == (3, crs, "Point")
    meta, _, points, values = pyogrio.raw.read(geopackage, layer=layer)
    read = dict(zip(meta["fields"], values, strict=True))
    assert list(read["id"]) == [str(finding.pk) for finding in findings]
    assert list(read["pieces"]) == [2, 7, 2]
    assert list(read["note"])[1] == 'řádek\ndruhý; "třetí"'
    assert read["accuracy_m"][0] == 8.0
    assert np.isnan(read["accuracy_m"][2])
    assert str(read["found_at"][0]) == "2021-04-14T23:30:00.000"
    assert np.isnat(read["withdrawn_at"]).all()
    for finding, point in zip(findings, shapely.from_wkb(points), strict=True):
        degrees = (finding.longitude, finding.latitude)
        expected = krovak(finding.latitude, finding.longitude) if crs == "EPSG:5514" else degrees
        assert (point.x, point.y) == pytest.approx(expected, abs=1 if crs == "EPSG:5514" else 1e-9)


def test_a_geopackage_says_what_its_standard_wants(geopackage: Path) -> None:
    """Read as the database it is, without GDAL: the application's number, the contents, whole extents."""
    with sqlite3.connect(geopackage) as file:
        assert file.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        rows = file.execute("SELECT table_name, data_type, srs_id, min_x < max_x FROM gpkg_contents ORDER BY 1")
        assert rows.fetchall() == [("nalezy", "features", 5514, 1), ("nalezy_wgs84", "features", 4326, 1)]
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()


def test_a_geopackage_of_nothing_still_has_its_layers(tmp_path: Path) -> None:
    exports.write_geopackage(Finding.objects.none(), tmp_path / "nalezy.gpkg")
    assert pyogrio.read_info(tmp_path / "nalezy.gpkg", layer="nalezy")["features"] == 0


def test_geojson_is_read_by_a_map_program(findings: list[Finding], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "CHUNK", 2)
    text = b"".join(exports.geojson_file(Finding.objects.order_by("found_at")))
    about = pyogrio.read_info(io.BytesIO(text))
    assert (about["features"], about["crs"]) == (3, "EPSG:4326")
    first, second, third = json.loads(text)["features"]
    assert second["geometry"] == {"type": "Point", "coordinates": [18.277, 49.845]}
    assert second["properties"]["place"] == "=Jílová – „park“"
    assert first["properties"]["found_at"] == "2021-04-14T23:30:00+02:00"
    assert (third["properties"]["locality"], third["properties"]["accuracy_m"]) == ("", None)
    x, y = second["properties"]["x_sjtsk"], second["properties"]["y_sjtsk"]
    assert (x, y) == pytest.approx(krovak(49.845, 18.277), abs=1)
    assert json.loads(b"".join(exports.geojson_file(Finding.objects.none())))["features"] == []


def test_a_workbook_holds_numbers_moments_and_text_that_is_no_formula(findings: list[Finding], tmp_path: Path) -> None:
    exports.write_workbook(Finding.objects.order_by("found_at"), tmp_path / "nalezy.xlsx")
    head, *rows = openpyxl.load_workbook(tmp_path / "nalezy.xlsx").active.iter_rows(values_only=True)
    assert list(head) == [column.label for column in exports.COLUMNS]
    read = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["Kusů"] for row in read] == [2, 7, 2]
    assert read[1]["Místo nálezu"] == "=Jílová – „park“"
    assert (read[1]["Dostupné dětem"], read[0]["Dostupné dětem"]) == ("ano", "ne")
    assert f"{read[0]['Nalezeno']:%d.%m.%Y %H:%M}" == "14.04.2021 23:30"
    assert (read[1]["X (S-JTSK)"], read[1]["Y (S-JTSK)"]) == pytest.approx(krovak(49.845, 18.277), abs=1)


def test_a_workbook_with_more_rows_than_a_sheet_holds_is_refused_with_a_sentence(
    client_of: Any, coordinator: User, findings: list[Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    answer = client_of(coordinator).get(reverse("findings:export-xlsx"))
    assert answer.status_code == 422
    assert "Zužte filtr, nebo stáhněte CSV." in answer.content.decode()
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    ("name", "label", "kind", "suffix"),
    [
        ("export", "CSV", "text/csv; charset=utf-8", "csv"),
        ("export-xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        ("export-geojson", "GeoJSON", "application/geo+json", "geojson"),
        ("export-geopackage", "GeoPackage", "application/geopackage+sqlite3", "gpkg"),
    ],
)
def test_a_file_comes_with_its_name_its_kind_and_a_trace(
    client_of: Any,
    coordinator: User,
    findings: list[Finding],
    name: str,
    label: str,
    kind: str,
    suffix: str,
) -> None:
    answer = client_of(coordinator).get(reverse(f"findings:{name}") + "?deti=ano")
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].endswith(f'.{suffix}"')
    assert len(b"".join(chunks(answer))) > 100
    entry = AccessLog.objects.get()
    assert (entry.what, entry.detail) == (f"Nálezy ({label})", {"filter": {"deti": "ano"}, "rows": 1})


def chunks(answer: Any) -> Iterator[bytes]:
    yield from answer.streaming_content
