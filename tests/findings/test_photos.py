"""Photos: what is taken, what is kept of it, exactly once, and what is left on the disk."""

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from apk.people.models import Assistant
from apk.sync.api import Problem, photo_body
from apk.sync.registry import PhotoRefused
from findings import photos
from findings.models import Finding, Photo
from findings.photos import MAX_SIDE, Jpeg, keep, reencoded, sweep, written
from findings.tasks import sweep_photos
from tests.crowd import at_once
from tests.factories import AssistantFactory, FindingFactory, record_id
from tests.findings.images import BLUE, RED, claiming, encoded, picture
from tests.phones import Phone, record

CROWD = 8


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files(media: Path) -> list[str]:
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


def opened(jpeg: Jpeg) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg.content))
    image.load()
    return image


def is_like(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 30 for a, b in zip(pixel, colour, strict=True))


# --- What is made of an image ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_every_format_becomes_a_jpeg(form: str) -> None:
    jpeg = reencoded(picture(form=form))
    image = opened(jpeg)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (64, 48))
    assert (jpeg.width, jpeg.height) == (64, 48)
    assert is_like(image.getpixel((5, 5)), RED)
    assert is_like(image.getpixel((60, 40)), BLUE)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((3200, 1600), (1600, 800)), ((1000, 4000), (400, 1600)), ((1600, 1600), (1600, 1600)), ((1, 1), (1, 1))],
)
def test_a_large_image_is_reduced(size: tuple[int, int], expected: tuple[int, int]) -> None:
    jpeg = reencoded(picture(*size))
    assert (jpeg.width, jpeg.height) == opened(jpeg).size == expected
    assert max(expected) <= MAX_SIDE


def test_no_metadata_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "TAJNY-VYROBCE"
    exif.get_ifd(0x8825)[29] = "TAJNE-DATUM"
    secrets = {"exif": exif.tobytes(), "comment": b"TAJNY-KOMENTAR", "xmp": b"TAJNE-XMP", "icc_profile": b"TAJNY-ICC"}
    sent = picture(**secrets)
    assert sent.count(b"TAJN") == 5

    jpeg = reencoded(sent)

    assert b"TAJN" not in jpeg.content
    assert not opened(jpeg).getexif()
    assert set(opened(jpeg).info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, {"left": RED, "right": BLUE}),
        (3, {"left": BLUE, "right": RED}),
        (6, {"top": RED, "bottom": BLUE}),
        (8, {"top": BLUE, "bottom": RED}),
    ],
)
def test_an_image_is_turned_upright(orientation: int, expected: dict[str, tuple[int, int, int]]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = opened(reencoded(picture(200, 100, exif=exif.tobytes())))
    width, height = image.size
    assert (width, height) == ((100, 200) if orientation in (6, 8) else (200, 100))
    points = {
        "left": (5, height // 2),
        "right": (width - 5, height // 2),
        "top": (width // 2, 5),
        "bottom": (width // 2, height - 5),
    }
    for side, colour in expected.items():
        assert is_like(image.getpixel(points[side]), colour), side


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(form: str) -> None:
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((*RED, 255), (0, 0, 20, 40))
    kept = opened(reencoded(encoded(image, form)))
    assert is_like(kept.getpixel((5, 20)), RED)
    assert is_like(kept.getpixel((35, 20)), (255, 255, 255))


@pytest.mark.parametrize(
    ("mode", "form"), [("L", "JPEG"), ("CMYK", "JPEG"), ("1", "PNG"), ("P", "PNG"), ("I;16", "PNG")]
)
def test_every_kind_of_pixel_is_taken(mode: str, form: str) -> None:
    assert opened(reencoded(encoded(Image.new(mode, (30, 20)), form))).size == (30, 20)


def test_of_a_moving_image_the_first_picture_is_kept() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in (RED, BLUE)]
    sent = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    assert is_like(opened(reencoded(sent)).getpixel((15, 15)), RED)


@pytest.mark.parametrize("size", [(5001, 5000), (25_000_001, 1), (10_000, 10_000), (100_000, 100_000)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(PhotoRefused) as refusal:
        reencoded(claiming(*size))
    assert refusal.value.code == "too-many-pixels"


def test_as_many_pixels_as_allowed_are_decoded() -> None:
    assert reencoded(encoded(Image.new("L", (5000, 5000)), "PNG")).width == MAX_SIDE


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"text",
        SVG,
        picture(form="GIF"),
        picture(form="BMP"),
        picture(form="TIFF"),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100,
        picture(500, 500)[:-300],
        picture(500, 500, "PNG")[:-300],
        picture(500, 500, "WEBP")[:-100],
        claiming(64, 48),
        claiming(0, 0),
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "gif",
        "bmp",
        "tiff",
        "heic",
        "cut jpeg",
        "cut png",
        "cut webp",
        "no pixels",
        "no size",
    ],
)
def test_what_is_no_photo_is_refused(sent: bytes) -> None:
    with pytest.raises(PhotoRefused) as refusal:
        reencoded(sent)
    assert (refusal.value.code, refusal.value.reason) == (
        "not-an-image",
        "Fotografii nejde přečíst. Vyfoťte ji znovu.",
    )


EXIF = Image.Exif()
EXIF[0x0112] = 6
SOUND = [picture(form="JPEG", exif=EXIF.tobytes()), picture(form="PNG", exif=EXIF.tobytes()), picture(form="WEBP")]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # what Pillow merely notes about a damaged file
@settings(max_examples=300, deadline=None)
@given(
    sound=st.sampled_from(SOUND),
    damage=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=8),
    cut=st.integers(0, 40),
)
def test_a_damaged_file_is_read_or_refused(sound: bytes, damage: list[tuple[int, int]], cut: int) -> None:
    spoilt = bytearray(sound)
    for position, value in damage:
        spoilt[position % len(spoilt)] = value
    try:
        jpeg = reencoded(bytes(spoilt[: len(spoilt) - cut]))
    except PhotoRefused as refusal:
        assert refusal.code in {"not-an-image", "too-many-pixels"}  # noqa: PT017  # either outcome is right
    else:
        assert opened(jpeg).size == (jpeg.width, jpeg.height)


# --- Kept exactly once -----------------------------------------------------------------------------------------------


@pytest.fixture
def sent(phone: Phone) -> str:
    """The id of a finding that has just arrived."""
    arrived = record()
    phone.outcomes(arrived)
    return arrived["id"]


@pytest.fixture
def phone(assistant: Assistant) -> Phone:
    return Phone(assistant.user)


def test_a_photo_is_kept(phone: Phone, sent: str, media: Path) -> None:
    identifier, body = str(record_id()), picture(2000, 1000)
    response = phone.put_photo(sent, identifier, body, **{"X-Content-SHA256": hashlib.sha256(body).hexdigest()})
    assert (response.status_code, response.json()) == (201, {"id": identifier, "outcome": "accepted"})
    photo = Photo.objects.get()
    content = (media / photo.file.name).read_bytes()
    assert (str(photo.pk), str(photo.finding_id)) == (identifier, sent)
    assert (photo.width, photo.height) == Image.open(io.BytesIO(content)).size == (1600, 800)
    assert photo.sha256 == hashlib.sha256(content).hexdigest()
    assert bytes(photo.upload_digest) == hashlib.sha256(body).digest()
    assert files(media) == [photo.file.name]
    assert identifier not in photo.file.name
    assert sent not in photo.file.name


def test_the_same_photo_again_is_known(phone: Phone, sent: str, media: Path) -> None:
    identifier, body = str(record_id()), picture()
    answers = [phone.put_photo(sent, identifier, body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[1].json() == {"id": identifier, "outcome": "known"}
    assert len(files(media)) == Photo.objects.count() == 1


def test_another_photo_under_the_same_id_is_not_taken(phone: Phone, sent: str, media: Path) -> None:
    identifier, other = str(record_id()), record()
    phone.outcomes(other)
    assert phone.put_photo(sent, identifier, picture()).status_code == 201
    for record_of_photo, body in ((sent, picture(65)), (other["id"], picture())):
        response = phone.put_photo(record_of_photo, identifier, body)
        assert (response.status_code, response.json()["code"]) == (409, "other-content")
    assert len(files(media)) == 1


def test_a_photo_waits_for_its_record(phone: Phone) -> None:
    late = record()
    response = phone.put_photo(late["id"], str(record_id()), picture())
    assert (response.status_code, response.json()["code"]) == (404, "no-record")
    phone.outcomes(late)
    assert phone.put_photo(late["id"], str(record_id()), picture()).status_code == 201


def test_a_photo_of_anothers_record_is_like_of_none(sent: str, media: Path) -> None:
    response = Phone(AssistantFactory().user).put_photo(sent, str(record_id()), picture())
    assert (response.status_code, response.json()["code"]) == (404, "no-record")
    assert files(media) == []


def test_six_photos_are_enough(phone: Phone, sent: str, media: Path) -> None:
    statuses = [phone.put_photo(sent, str(record_id()), picture(60 + n)).status_code for n in range(6)]
    seventh = phone.put_photo(sent, str(record_id()), picture())
    assert statuses == [201] * 6
    assert (seventh.status_code, seventh.json()["code"]) == (422, "too-many-photos")
    assert len(files(media)) == Photo.objects.count() == 6


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (SVG, "image/svg+xml", (415, "not-an-image")),
        (picture(form="GIF"), "image/gif", (415, "not-an-image")),
        (picture(), "application/octet-stream", (415, "not-an-image")),
        (b"text", "image/jpeg", (422, "not-an-image")),
        (claiming(10_000, 10_000), "image/png", (422, "too-many-pixels")),
    ],
)
def test_unfit_photos_are_refused(
    phone: Phone, sent: str, media: Path, body: bytes, content_type: str, expected: tuple[int, str]
) -> None:
    response = phone.put_photo(sent, str(record_id()), body, content_type)
    assert (response.status_code, response.json()["code"]) == expected
    assert files(media) == []


def test_a_photo_too_large_is_refused(phone: Phone, sent: str, settings: Any) -> None:
    body = picture()
    settings.PHOTO_MAX_BYTES = len(body) - 1
    response = phone.put_photo(sent, str(record_id()), body)
    assert (response.status_code, response.json()["code"]) == (413, "too-large")
    settings.PHOTO_MAX_BYTES = len(body)
    assert phone.put_photo(sent, str(record_id()), body).status_code == 201


@pytest.mark.parametrize("photo", ["nic", "6fa459ea-ee8a-4ca4-894e-db77e160355e", "%00"])
def test_ids_must_be_such_as_phones_mint(phone: Phone, sent: str, photo: str) -> None:
    for response in (phone.put_photo(sent, photo, picture()), phone.put_photo(photo, str(record_id()), picture())):
        assert (response.status_code, response.json()["code"]) == (422, "wrong-shape")


def test_an_upload_damaged_on_the_way_is_recognised(phone: Phone, sent: str, media: Path) -> None:
    digest = hashlib.sha256(picture()).hexdigest()
    response = phone.put_photo(sent, str(record_id()), picture(65), **{"X-Content-SHA256": digest})
    assert (response.status_code, response.json()["code"]) == (400, "damaged")
    assert files(media) == []


def test_an_upload_that_ends_early_is_recognised() -> None:
    body = picture()
    request = WSGIRequest(
        {
            **RequestFactory()._base_environ(REQUEST_METHOD="PUT", CONTENT_TYPE="image/jpeg"),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body[:-1]),
        }
    )
    with pytest.raises(Problem) as problem:
        photo_body(request)
    assert (problem.value.status, problem.value.code) == (400, "damaged")


def test_a_disk_that_takes_nothing_is_said(phone: Phone, sent: str, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"
    response = phone.put_photo(sent, str(record_id()), picture())
    assert (response.status_code, response.json()["code"]) == (503, "away")
    assert int(response["Retry-After"]) > 0
    assert not Photo.objects.exists()


def test_a_disk_that_fills_up_in_between_keeps_no_half(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(photos.NotNow):
        written(b"x" * 1000)
    assert files(media) == []


@pytest.mark.django_db(transaction=True)
def test_the_same_photo_eight_times_at_once_is_kept_once(media: Path) -> None:
    finding, identifier, body = FindingFactory(), record_id(), picture()
    outcomes = at_once(CROWD, lambda n: keep(finding.pk, identifier, body))
    assert sorted(outcomes) == [False] * (CROWD - 1) + [True]
    assert files(media) == [Photo.objects.get().file.name]


@pytest.mark.django_db(transaction=True)
def test_of_eight_photos_at_once_six_are_kept(media: Path) -> None:
    finding = FindingFactory()

    def put(n: int) -> str:
        try:
            return str(keep(finding.pk, record_id(), picture(60 + n)))
        except PhotoRefused as refusal:
            return refusal.code

    assert sorted(at_once(CROWD, put)) == ["True"] * 6 + ["too-many-photos"] * 2
    assert files(media) == sorted(Photo.objects.values_list("file", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_during_commit_loses_no_photo(
    assistant: Assistant, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row was committed but nobody could tell; the file must not be taken away from under it."""
    phone, arrived, identifier = Phone(assistant.user), record(), str(record_id())
    phone.outcomes(arrived)

    with monkeypatch.context() as patched:
        recorded = photos.recorded

        def recorded_and_lost(*args: Any) -> bool:
            recorded(*args)
            raise OperationalError("server closed the connection unexpectedly")

        patched.setattr(photos, "recorded", recorded_and_lost)
        assert phone.put_photo(arrived["id"], identifier, picture()).status_code == 503

    assert phone.put_photo(arrived["id"], identifier, picture()).status_code == 200
    assert files(media) == [Photo.objects.get().file.name]


# --- Files without a row ---------------------------------------------------------------------------------------------


def test_files_without_a_row_are_swept_after_a_day(db: None, media: Path) -> None:
    finding = FindingFactory()
    assert keep(finding.pk, record_id(), picture())
    kept = Photo.objects.get().file.name
    orphan, fresh = written(b"orphan"), written(b"fresh")
    half = media / "photos/ab/cd.part"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"half")
    now = datetime.now(UTC)
    two_days_ago = (now - timedelta(days=2)).timestamp()
    for name in (kept, orphan, "photos/ab/cd.part"):
        os.utime(media / name, (two_days_ago, two_days_ago))

    sweep_photos()
    assert files(media) == sorted([kept, fresh])
    assert sweep(now) == 0


def test_sweeping_is_scheduled(settings: Any) -> None:
    assert sweep_photos.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_sweeping_before_the_first_photo_does_nothing(db: None) -> None:
    assert sweep(datetime.now(UTC)) == 0


def test_a_photo_says_what_it_is_of(phone: Phone, sent: str) -> None:
    phone.put_photo(sent, str(record_id()), picture())
    assert str(Photo.objects.get()) == f"Fotografie {Finding.objects.get()}"
