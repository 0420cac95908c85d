"""Records that wait for a person: of closed accounts and sealed months; released exactly once, as if never held."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError
from django.utils import timezone

from apk import private_files, refusal
from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from apk.sync import registry
from apk.sync.holding import reject, release
from apk.sync.models import Correction, Held, Receipt
from apk.sync.registry import Arrival
from findings import photos
from findings.models import Finding, Photo, WaitingPhoto
from tests.crowd import at_once
from tests.factories import MentorFactory, record_id
from tests.findings.images import picture
from tests.phones import Phone, correction, finding, note, record

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def seal(monkeypatch: pytest.MonkeyPatch) -> Callable[[Month], None]:
    """Seals a month, as far as the receiving can tell."""
    sealed: set[Month] = set()
    monkeypatch.setattr(registry, "_sealed_checks", [sealed.__contains__])
    return sealed.add


def close(phone: Phone) -> None:
    User.objects.filter(pk=phone.owner).update(is_active=False)


def a_month_ago(**parts: Any) -> dict[str, Any]:
    moment = Month.of(timezone.now()).previous.start + timedelta(days=9, hours=10)
    return record(recorded_at=moment.isoformat(), **parts)


def month_of(sent: dict[str, Any]) -> Month:
    return Month.of(datetime.fromisoformat(sent["recorded_at"]))


def held(phone: Phone, sent: dict[str, Any]) -> str | None:
    result = phone.results(sent)[0]
    assert result["outcome"] == "accepted"
    return result["held"]


# --- A closed account -------------------------------------------------------------------------------------------------


def test_records_of_a_closed_account_wait_for_the_coordinator(phone: Phone, coordinator: User) -> None:
    sent = a_month_ago()
    close(phone)
    assert held(phone, sent) == "deactivated"
    assert phone.outcomes(sent) == ["known"]
    assert not Finding.objects.exists()
    waiting = Held.objects.waiting().get()
    assert (str(waiting.pk), waiting.month, str(waiting)) == (
        sent["id"],
        month_of(sent),
        f"{sent['id']}: Odesílatel má uzavřený účet",
    )

    now = timezone.now()
    release(waiting.pk, by=coordinator, now=now, note=" ověřeno ")

    found = Finding.objects.get()
    assert (str(found.pk), found.found_at) == (sent["id"], datetime.fromisoformat(sent["recorded_at"]))
    waiting.refresh_from_db()
    assert (waiting.decision, waiting.decided_by, waiting.decided_at, waiting.note) == (
        "accepted",
        coordinator,
        now,
        "ověřeno",
    )
    assert not Held.objects.waiting().exists()


def test_the_session_of_a_closed_account_is_good_for_sending_only(phone: Phone) -> None:
    close(phone)
    assert phone.client.get("/sync/session").json()["user"]["id"] == phone.owner
    assert phone.client.get("/teren/data").status_code == 302
    assert phone.client.get("/nalezy/").status_code == 302


def test_a_new_password_ends_the_session_of_a_closed_account(phone: Phone) -> None:
    close(phone)
    User.objects.get(pk=phone.owner).issue_password(now=timezone.now())
    assert phone.send(record()).status_code == 401


def test_a_closed_account_of_a_desk_is_signed_out(mentor: Mentor) -> None:
    desk = Phone(mentor.user)
    close(desk)
    assert desk.client.get("/sync/session").status_code == 401


def test_what_could_never_be_accepted_is_refused_while_the_phone_can_be_told(phone: Phone) -> None:
    close(phone)
    result = phone.results(record(finding(with_needle=0, needles=0)))[0]
    assert (result["outcome"], result["field"]) == ("refused", "with_needle")
    assert not Receipt.objects.exists()


def test_a_rejected_record_stays_received_and_says_why(phone: Phone, coordinator: User) -> None:
    sent = record()
    close(phone)
    held(phone, sent)
    now = timezone.now()
    with pytest.raises(refusal.Refused, match="Napište, proč záznam nepřijímáte"):
        reject(sent["id"], by=coordinator, now=now, note=" ")
    reject(sent["id"], by=coordinator, now=now, note="Telefon byl ukraden")
    assert not Finding.objects.exists()
    assert phone.outcomes(sent) == ["known"]
    result = phone.results(correction(sent, finding()))[0]
    assert result["reason"] == "Opravovaný záznam koordinátor nepřijal: Telefon byl ukraden"
    with pytest.raises(refusal.Refused, match="už rozhodl"):
        release(sent["id"], by=coordinator, now=now)


# --- A sealed month ---------------------------------------------------------------------------------------------------


def test_records_of_a_sealed_month_wait_for_its_correction(phone: Phone, coordinator: User, seal: Any) -> None:
    sent, current = a_month_ago(), record(recorded_at=timezone.now().isoformat())
    seal(month_of(sent))
    assert [held(phone, sent), held(phone, current)] == ["sealed-month", None]
    assert [str(pk) for pk in Finding.objects.values_list("pk", flat=True)] == [current["id"]]
    assert [str(row.pk) for row in Held.objects.in_month(month_of(sent))] == [sent["id"]]
    with pytest.raises(refusal.Refused, match=r"je uzavřený\. Záznam do něj přijmete při opravě měsíce\."):
        release(sent["id"], by=coordinator, now=timezone.now())
    release(sent["id"], by=coordinator, now=timezone.now(), into_sealed=True)
    assert Finding.objects.count() == 2


def test_a_correction_belongs_to_the_month_of_its_record(phone: Phone, coordinator: User, seal: Any) -> None:
    sent = a_month_ago()
    phone.outcomes(sent)
    seal(month_of(sent))
    mended = correction(sent, finding(needles=9))
    assert held(phone, mended) == "sealed-month"
    assert Finding.objects.get().needles == 1
    assert Held.objects.get().month == month_of(sent)
    release(mended["id"], by=coordinator, now=timezone.now(), into_sealed=True)
    assert Finding.objects.get().needles == 9
    assert Correction.objects.get().by_id == phone.owner


def test_a_correction_waits_for_its_record_to_be_decided(phone: Phone, coordinator: User) -> None:
    sent = record()
    close(phone)
    held(phone, sent)
    User.objects.filter(pk=phone.owner).update(is_active=True)
    mended = correction(sent, finding(needles=9))
    assert held(phone, mended) == "deactivated"
    now = timezone.now()
    with pytest.raises(refusal.Refused, match="Nejdřív rozhodněte"):
        release(mended["id"], by=coordinator, now=now)
    release(sent["id"], by=coordinator, now=now)
    release(mended["id"], by=coordinator, now=now)
    assert Finding.objects.get().needles == 9


def test_a_seal_laid_between_the_question_and_the_writing_holds_the_record(
    phone: Phone, seal: Any, register: Callable[[Callable[[Arrival], None]], None]
) -> None:
    """The guard in the database refuses; the second look finds the seal, even on the month that still runs."""

    def accept(arrival: Arrival) -> None:
        raise IntegrityError("the month has just been sealed")

    register(accept)
    seal(Month.of(timezone.now()))
    assert held(phone, note(recorded_at=timezone.now().isoformat())) == "sealed-month"


# --- Exactly once -----------------------------------------------------------------------------------------------------


def test_what_an_app_refuses_stays_undecided(
    phone: Phone, coordinator: User, register: Callable[[Callable[[Arrival], None]], None]
) -> None:
    def accept(arrival: Arrival) -> None:
        raise registry.Refused("Dnes ne.")

    register(accept)
    close(phone)
    sent = note()
    held(phone, sent)
    with pytest.raises(refusal.Refused, match="Dnes ne"):
        release(sent["id"], by=coordinator, now=timezone.now())
    assert Held.objects.waiting().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_people_who_release_at_once_one_does(assistant: Assistant, coordinator: User) -> None:
    phone = Phone(assistant.user)
    sent = record()
    close(phone)
    held(phone, sent)

    def decide(n: int) -> str:
        try:
            release(sent["id"], by=coordinator, now=timezone.now())
        except refusal.Refused as refused:
            return str(refused)
        return "released"

    said = sorted(at_once(4, decide))
    assert said[3] == "released"
    assert said[:3] == [f"O záznamu už rozhodl(a) {coordinator}: přijato."] * 3
    assert Finding.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"decision": "rejected", "note": "jinak"},
        {"decision": None, "decided_by": None, "decided_at": None},
        {"note": "jinak"},
        {"reason": "sealed-month"},
    ],
)
def test_a_decision_is_final(phone: Phone, coordinator: User, change: dict[str, Any]) -> None:
    close(phone)
    held(phone, record())
    release(Held.objects.get().pk, by=coordinator, now=timezone.now())
    with pytest.raises(DatabaseError, match="Cannot update rows"):
        Held.objects.update(**change)


def test_what_is_held_is_neither_moved_nor_deleted(phone: Phone) -> None:
    close(phone)
    held(phone, record())
    with pytest.raises(DatabaseError, match="Cannot update rows"):
        Held.objects.update(happened_at=timezone.now())


def test_mentors_see_what_their_assistants_wait_for(phone: Phone, mentor: Mentor, coordinator: User) -> None:
    close(phone)
    held(phone, record())
    seen = [Held.objects.visible_to(user).count() for user in (mentor.user, MentorFactory().user, coordinator)]
    assert seen == [1, 0, 1]
    assert not Held.objects.visible_to(User.objects.get(pk=phone.owner)).exists()


# --- Photos -----------------------------------------------------------------------------------------------------------


def test_photos_of_a_held_record_wait_with_it(phone: Phone, coordinator: User) -> None:
    sent, first, second = record(), str(record_id()), str(record_id())
    close(phone)
    held(phone, sent)
    taken = picture()
    assert phone.put_photo(sent["id"], first, taken).status_code == 201
    assert phone.put_photo(sent["id"], first, taken).json()["outcome"] == "known"
    assert phone.put_photo(sent["id"], first, picture(form="PNG")).status_code == 409
    assert (WaitingPhoto.objects.count(), Photo.objects.count()) == (1, 0)

    release(sent["id"], by=coordinator, now=timezone.now())

    kept = Photo.objects.get()
    assert (str(kept.pk), str(kept.finding_id)) == (first, sent["id"])
    assert private_files.path_of(kept.file.name).exists()
    assert not WaitingPhoto.objects.exists()
    assert phone.put_photo(sent["id"], first, taken).json()["outcome"] == "known"
    assert phone.put_photo(sent["id"], second, taken).json()["outcome"] == "accepted"


def test_a_photo_that_comes_after_the_seal_waits_for_the_correction(phone: Phone, seal: Any) -> None:
    sent = a_month_ago()
    phone.outcomes(sent)
    seal(month_of(sent))
    assert phone.put_photo(sent["id"], str(record_id()), picture()).status_code == 201
    assert not Photo.objects.exists()
    waiting = WaitingPhoto.objects.of_findings_in(month_of(sent)).get()
    assert str(waiting) == f"Fotografie záznamu {sent['id']}"
    assert photos.attach_waiting(waiting.record_id) == 1
    assert str(Photo.objects.get().finding_id) == sent["id"]


def test_files_of_waiting_photos_are_not_swept(phone: Phone) -> None:
    sent = record()
    close(phone)
    held(phone, sent)
    phone.put_photo(sent["id"], str(record_id()), picture())
    assert photos.sweep(timezone.now() + timedelta(days=3)) == 0
