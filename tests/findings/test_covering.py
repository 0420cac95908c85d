"""Painting over parts of a photo: gone from what is shown, kept for the desk, every opening of the original logged."""

import io
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image

from apk import private_files
from apk.audit.models import AccessLog
from apk.people.models import Assistant, Mentor
from findings import photos
from findings.covering import painted
from findings.models import Covering, Photo
from tests.factories import FindingFactory, record_id
from tests.findings.images import BLUE, RED, picture


def test_every_touched_pixel_is_black_and_no_other() -> None:
    with Image.open(io.BytesIO(painted(picture(80, 40), [(0.25, 0.5, 0.25, 0.5)]))) as image:
        assert image.size == (80, 40)
        colours = [image.getpixel(point) for point in ((24, 24), (36, 38), (8, 30), (30, 8), (72, 30))]
    for got, wanted in zip(colours, [(0, 0, 0), (0, 0, 0), RED, RED, BLUE], strict=True):
        assert max(abs(a - b) for a, b in zip(got, wanted, strict=True)) < 24  # JPEG is not exact


@pytest.fixture
def photo(db: None, assistant: Assistant, settings: Any, tmp_path: Any) -> Photo:
    settings.MEDIA_ROOT = tmp_path
    settings.MEDIA_ACCEL_LOCATION = ""
    finding = FindingFactory(assistant=assistant)
    photos.keep(finding.pk, record_id(), picture())
    return Photo.objects.get()


@pytest.mark.django_db(transaction=True)
def test_what_is_covered_is_shown_to_nobody_but_the_desk(
    photo: Photo, mentor: Mentor, assistant: Assistant, client_of: Any
) -> None:
    desk, street = client_of(mentor), client_of(assistant)
    url, shown = reverse("findings:cover-photo", args=[photo.pk]), reverse("findings:photo", args=[photo.pk])
    before = street.get(shown).getvalue()
    refused = desk.post(url, {"areas": "10 10 200"})
    assert refused.status_code == 422
    assert "Každý řádek má čtyři čísla" in refused.content.decode()
    assert (
        desk.post(url, {"areas": "0 0 50 100\n60,5 10 90 20"}).headers["Location"] == photo.finding.get_absolute_url()
    )

    covering = Covering.objects.get()
    assert (covering.areas, covering.by) == ([[0, 0, 0.5, 1], [0.605, 0.1, 0.395, 0.2]], mentor.user)
    for client in (desk, street):
        with Image.open(io.BytesIO(client.get(shown).getvalue())) as image:
            assert max(image.getpixel((10, 20))) < 24
    assert street.get(f"{shown}?puvodni").status_code == 403
    assert not AccessLog.objects.filter(what="Nezakrytá fotografie nálezu").exists()
    assert desk.get(f"{shown}?puvodni").getvalue() == before
    assert AccessLog.objects.get(what="Nezakrytá fotografie nálezu").user == mentor.user

    first = private_files.path_of(str(covering.file.name))
    desk.post(url, {"areas": "0 0 10 10"})
    covering.refresh_from_db()
    assert (covering.areas, str(covering.file.name) != str(first)) == ([[0, 0, 0.1, 0.1]], True)
