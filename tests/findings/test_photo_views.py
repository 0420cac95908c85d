"""Who gets to see a photo, and how it is sent."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from apk.people.models import Assistant, Mentor, User
from findings.models import Photo
from findings.photos import keep
from tests.factories import AssistantFactory, FindingFactory, MentorFactory, record_id
from tests.findings.images import picture

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Assistant | Mentor], Client]


@pytest.fixture
def photo(assistant: Assistant, tmp_path: Path, settings: Any) -> Photo:
    settings.MEDIA_ROOT = tmp_path
    keep(FindingFactory(assistant=assistant).pk, record_id(), picture(100, 50))
    return Photo.objects.get()


def url(photo: Photo) -> str:
    return f"/nalezy/fotografie/{photo.pk}/"


@pytest.mark.parametrize("role", ["assistant", "mentor", "coordinator"])
def test_who_sees_the_finding_sees_its_photo(
    photo: Photo, client_of: ClientOf, role: str, request: pytest.FixtureRequest
) -> None:
    response = client_of(request.getfixturevalue(role)).get(url(photo))
    assert response.status_code == 200
    assert Image.open(io.BytesIO(b"".join(response.streaming_content))).size == (100, 50)
    assert {name: response[name] for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options")} == {
        "Content-Type": "image/jpeg",
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
    }
    assert response["Cache-Control"] == "private, no-cache"


def test_for_others_there_is_no_such_photo(photo: Photo, client_of: ClientOf) -> None:
    for stranger in (AssistantFactory(), MentorFactory()):
        assert client_of(stranger).get(url(photo)).status_code == 404


def test_who_sees_no_findings_is_turned_away(photo: Photo, client_of: ClientOf, administrator: User) -> None:
    assert client_of(administrator).get(url(photo)).status_code == 403


def test_a_visitor_is_sent_to_sign_in(photo: Photo, client: Client) -> None:
    response = client.get(url(photo))
    assert (response.status_code, response["Location"]) == (302, f"/ucet/login/?next={url(photo)}")


def test_a_photo_is_only_read(photo: Photo, client_of: ClientOf, assistant: Assistant) -> None:
    assert client_of(assistant).post(url(photo)).status_code == 405


def test_behind_a_proxy_the_proxy_sends_it(
    photo: Photo, client_of: ClientOf, assistant: Assistant, settings: Any
) -> None:
    settings.MEDIA_ACCEL_LOCATION = "/soukrome/"
    response = client_of(assistant).get(url(photo))
    assert (response.status_code, response.content) == (200, b"")
    assert response["X-Accel-Redirect"] == f"/soukrome/{photo.file.name}"
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_gone_is_not_found(photo: Photo, client_of: ClientOf, assistant: Assistant) -> None:
    Path(photo.file.path).unlink()
    assert client_of(assistant).get(url(photo)).status_code == 404


def test_an_unknown_photo_is_not_found(client_of: ClientOf, assistant: Assistant) -> None:
    assert client_of(assistant).get(f"/nalezy/fotografie/{record_id()}/").status_code == 404
