"""A queue brought as a file: first what would happen, then the same exactly-once rules as for a phone."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apk.people.models import Assistant, Mentor, User
from apk.refusal import Refused
from apk.sync import rescue
from apk.sync.models import Conflict, Held, Receipt, RescueFile
from apk.sync.tasks import sweep_rescue_files
from findings.models import Finding, Photo, WaitingPhoto
from tests.factories import AssistantFactory, MentorFactory, record_id
from tests.findings.images import picture
from tests.phones import Phone, correction, finding, record

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]
UPLOAD = reverse("receiving:rescue-files")


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def photo_of(sent: dict[str, Any], body: bytes | None = None, **parts: Any) -> dict[str, Any]:
    data = base64.b64encode(picture() if body is None else body).decode()
    return {"id": str(record_id()), "record": sent["id"], "type": "image/jpeg", "data": data, **parts}


def queue(owner: Assistant, *records: Any, photos: list[Any] | None = None, **parts: Any) -> dict[str, Any]:
    return {
        "format": "apk-rescue",
        "version": 1,
        "owner": owner.user_id,
        "name": owner.user.full_name,
        "device_time": timezone.now().isoformat(),
        "records": list(records),
        "photos": photos or [],
        **parts,
    }


def upload(client: Client, content: bytes | dict[str, Any]) -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(UPLOAD, {"soubor": SimpleUploadedFile("apk-zaloha.json", body)}, follow=True)


def fates(response: Any) -> list[str]:
    return [item["said"]["outcome"] for item in response.context["listed"]]


def take_over(client: Client) -> Any:
    return client.post(reverse("receiving:take-over", args=[RescueFile.objects.latest("pk").pk]), follow=True)


def test_a_file_is_looked_at_first_and_then_taken_over(
    phone: Phone, assistant: Assistant, mentor: Mentor, client_of: ClientOf, media: Path
) -> None:
    known, disputed = record(), record()
    phone.outcomes(known, disputed)
    fresh = record(finding(with_needle=4))
    mended = correction(fresh, finding(with_needle=6))
    other = {**disputed, "payload": finding(with_needle=9)}
    spoilt = record(finding(latitude=999))
    photos = [photo_of(fresh), photo_of(fresh, b"nic"), photo_of(spoilt), photo_of(fresh, data="@@@@")]
    client = client_of(mentor)

    looked = upload(client, queue(assistant, known, fresh, mended, other, spoilt, photos=photos))

    assert fates(looked) == ["known", "accepted", "accepted", "conflict", "refused"]
    assert "Poloha: nejvýše 90." in looked.content.decode()
    assert (Receipt.objects.count(), Conflict.objects.count(), Finding.objects.count()) == (2, 0, 2)

    done = take_over(client)

    assert fates(done) == ["known", "accepted", "accepted", "conflict", "refused"]
    assert Finding.objects.get(pk=fresh["id"]).with_needle == 6
    assert (Receipt.objects.count(), Conflict.objects.count(), Finding.objects.count()) == (4, 1, 3)
    assert str(Photo.objects.get().pk) == photos[0]["id"]
    row = RescueFile.objects.get()
    assert (row.by, row.owner, row.finished_at is not None, row.stored_as) == (mentor.user, assistant.user, True, "")
    assert [row.photos[photo["id"]] for photo in photos] == [
        "",
        "Fotografii nejde přečíst. Vyfoťte ji znovu.",
        "Záznam k fotografii server nemá.",
        "Fotografie je v souboru poškozená.",
    ]
    assert Receipt.objects.get(pk=fresh["id"]).user == assistant.user
    assert list((media / "rescue").iterdir()) == []


def test_what_a_file_brought_the_phone_may_send_and_the_file_may_come_again(
    phone: Phone, assistant: Assistant, mentor: Mentor, client_of: ClientOf
) -> None:
    sent, client = record(), client_of(mentor)
    content = queue(assistant, sent, photos=[photo_of(sent)])
    upload(client, content)
    take_over(client)
    assert phone.outcomes(sent) == ["known"]
    assert fates(upload(client, content)) == ["known"]
    assert "Záloha je převzatá." in take_over(client).content.decode()
    assert (Finding.objects.count(), Photo.objects.count()) == (1, 1)


def test_an_import_goes_on_where_it_stopped(assistant: Assistant, mentor: Mentor) -> None:
    sent = [record() for _ in range(3)]
    content = json.dumps(queue(assistant, *sent, photos=[photo_of(sent[0])])).encode()
    row = rescue.bring(rescue.Upload(content, "fronta.json"), by=mentor.user, now=timezone.now())
    steps = [rescue.take_over(row.pk, now=timezone.now(), seconds=0) for _ in range(5)]
    assert [step.done for step in steps] == [1, 2, 3, 4, 4]
    assert [step.finished_at is not None for step in steps] == [False, False, False, True, True]
    assert Finding.objects.count() == 3


def test_records_of_a_closed_account_go_to_quarantine(
    assistant: Assistant, mentor: Mentor, client_of: ClientOf
) -> None:
    User.objects.filter(pk=assistant.user_id).update(is_active=False)
    sent, client = record(), client_of(mentor)
    assert "počká v karanténě" in upload(client, queue(assistant, sent, photos=[photo_of(sent)])).content.decode()
    take_over(client)
    assert str(Held.objects.waiting().get().pk) == sent["id"]
    assert WaitingPhoto.objects.count() == 1


def test_a_mentor_brings_files_of_their_own_assistants_only(
    assistant: Assistant, mentor: Mentor, coordinator: User, client_of: ClientOf
) -> None:
    content = queue(AssistantFactory(mentor=MentorFactory()), record())
    refused = upload(client_of(mentor), content)
    assert refused.status_code == 422
    assert "Záloha patří někomu, koho nevedete." in refused.content.decode()
    assert fates(upload(client_of(coordinator), content)) == ["accepted"]
    nobody = {**queue(assistant, record()), "owner": mentor.user.pk}
    assert upload(client_of(coordinator), nobody).status_code == 422


GOOD: dict[str, Any] = {"format": "apk-rescue", "version": 1, "owner": 1, "device_time": "2026-04-05T08:00:00Z"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Soubor je prázdný"),
        (b"PK\x03\x04\xff", "Tohle není záloha z telefonu"),
        (b"[" * 100_000, "Tohle není záloha z telefonu"),
        (b"null", "Tohle není záloha z telefonu"),
        (b'{"format": "jiny"}', "Tohle není záloha z telefonu"),
        (b'{"format":"apk-rescue","version":1,"own', "Soubor je poškozený, není celý"),
        (json.dumps({**GOOD, "version": 2}).encode(), "Zálohu uložila novější aplikace"),
        (json.dumps(GOOD).encode(), "Soubor je poškozený, část údajů v něm chybí"),
        (json.dumps({**GOOD, "records": [1], "photos": []}).encode(), "Soubor je poškozený, část"),
        (json.dumps({**GOOD, "records": [{"id": "a"}] * 2, "photos": []}).encode(), "některý záznam je v něm dvakrát"),
        (b'{"format":"apk-rescue","version":1,"owner":1e400}', "Soubor je poškozený, část"),
    ],
)
def test_another_or_a_spoilt_file_is_refused_with_a_sentence(
    client_of: ClientOf, mentor: Mentor, content: bytes, sentence: str
) -> None:
    response = upload(client_of(mentor), content)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not RescueFile.objects.exists()


def test_a_file_without_records_and_one_too_large_are_refused(
    assistant: Assistant, mentor: Mentor, client_of: ClientOf, settings: Any
) -> None:
    client = client_of(mentor)
    assert "V souboru není žádný záznam." in upload(client, queue(assistant)).content.decode()
    settings.RESCUE_MAX_BYTES = 1024 * 1024
    assert "Soubor je příliš velký, nejvýše 1 MB." in upload(client, b"x" * (1024 * 1024 + 1)).content.decode()


def test_a_file_that_nobody_took_over_is_forgotten(
    assistant: Assistant, mentor: Mentor, client_of: ClientOf, media: Path
) -> None:
    client = client_of(mentor)
    upload(client, queue(assistant, record()))
    sweep_rescue_files()
    assert len(list((media / "rescue").iterdir())) == 1
    RescueFile.objects.update(uploaded_at=timezone.now() - timedelta(days=8))
    sweep_rescue_files()
    assert list((media / "rescue").iterdir()) == []
    response = take_over(client)
    assert response.status_code == 422
    assert "Soubor už na serveru není." in response.content.decode()
    with pytest.raises(Refused, match="už na serveru není"):
        rescue.take_over(RescueFile.objects.get().pk, now=timezone.now(), seconds=1)
