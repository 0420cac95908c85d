"""The life of a month: who may take which step when, what opens it again, its pages, and what came too late."""

from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apk import czech
from apk.calendar import Month
from apk.people import desk
from apk.people.access import Role
from apk.refusal import Refused
from apk.sync.models import Held, Receipt
from findings.models import Finding, Photo, PlaceKind
from patrols.attendance_approval import approve, day_of
from patrols.models import Announcement
from reports import checklist, editions, sealing, verifying
from reports.closing_rules import ALLOWED, Move, Standing, State, may
from reports.closings import closing_of
from reports.models import ClosingStep, MonthCorrection, MonthlySummary, Seal
from tests import phones
from tests.factories import (
    AssistantFactory,
    ConflictFactory,
    FindingFactory,
    GrantProjectFactory,
    MentorFactory,
    ReceiptFactory,
    ShiftFactory,
    local,
    record_id,
)
from tests.findings.images import picture
from tests.phones import Phone
from tests.reports.closed import REASON, after, approved, built, confirmed, sealed

APRIL = Month(2021, 4)
LAST = Month.of(timezone.now()).previous

# Who may do what, in which state; whatever is not here must be refused.
MAY = {
    (State.OPEN, Move.CONFIRM, Role.ASSISTANT),
    (State.OPEN, Move.VOUCH, Role.MENTOR),
    (State.OPEN, Move.VOUCH, Role.COORDINATOR),
    (State.CONFIRMED, Move.APPROVE, Role.MENTOR),
    (State.CONFIRMED, Move.STAND_IN, Role.COORDINATOR),
    (State.CONFIRMED, Move.RETURN, Role.MENTOR),
    (State.CONFIRMED, Move.RETURN, Role.COORDINATOR),
    (State.APPROVED, Move.RETURN, Role.MENTOR),
    (State.APPROVED, Move.RETURN, Role.COORDINATOR),
    (State.APPROVED, Move.SEAL, Role.COORDINATOR),
    (State.SEALED, Move.CORRECT, Role.COORDINATOR),
    (State.CORRECTED, Move.CORRECT, Role.COORDINATOR),
}


@pytest.fixture
def finding(assistant):
    GrantProjectFactory()
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    return FindingFactory(assistant=assistant, shift=shift, place__locality=shift.locality, with_needle=5)


def one_more(finding):
    Finding.objects.filter(pk=finding.pk).update(with_needle=6)


def test_table_of_moves_is_what_was_agreed():
    triples = {(state, move, role) for state in State for move in Move for role in Role if may(role, move, state)}
    assert triples == MAY
    assert set(ALLOWED) == set(State)


@pytest.mark.parametrize("state", State)
def test_every_step_in_every_state_by_every_role(state, finding, mentor, assistant, coordinator, administrator):
    """The steps themselves, not only the table: taken, refused with a sentence, or forbidden to the role."""
    bring_to(state, finding, coordinator)
    people = {
        Role.ASSISTANT: assistant.user,
        Role.MENTOR: mentor.user,
        Role.COORDINATOR: coordinator,
        Role.ADMINISTRATOR: administrator,
    }
    outcomes = {}
    for move in Move:
        for role, person in people.items():
            with transaction.atomic():
                outcomes[move, role] = outcome(move, person, assistant, finding)
                transaction.set_rollback(True)

    expected = {}
    for move in Move:
        for role in Role:
            if (state, move, role) in MAY:
                expected[move, role] = "taken"
            elif any((other, move, role) in MAY for other in State):
                expected[move, role] = "refused"
            else:
                expected[move, role] = "forbidden"
    assert outcomes == expected


def bring_to(state, finding, coordinator):
    match state:
        case State.OPEN:
            built(APRIL)
        case State.CONFIRMED:
            built(APRIL)
            confirmed(APRIL)
        case State.APPROVED:
            approved(APRIL)
        case State.SEALED | State.CORRECTED:
            sealed(APRIL, coordinator)
    if state is State.CORRECTED:
        change = partial(Finding.objects.filter(pk=finding.pk).update, with_needle=7)
        sealing.correct([APRIL], change, by=coordinator, now=after(APRIL), reason=REASON)
    assert closing_of(APRIL).state is state


def outcome(move, person, assistant, finding):
    seen = MonthlySummary.objects.get().sha256
    common = {"by": person, "now": after(APRIL)}
    steps = {
        Move.CONFIRM: lambda: sealing.confirm(APRIL, **common),
        Move.VOUCH: lambda: sealing.vouch(APRIL, [assistant], reason=REASON, **common),
        Move.APPROVE: lambda: sealing.approve(APRIL, seen=seen, **common),
        Move.STAND_IN: lambda: sealing.stand_in(APRIL, seen=seen, reason=REASON, **common),
        Move.RETURN: lambda: sealing.send_back(APRIL, reason=REASON, **common),
        Move.SEAL: lambda: sealing.seal(APRIL, seen=seen, **common),
        Move.CORRECT: lambda: sealing.correct([APRIL], lambda: one_more(finding), reason=REASON, **common),
    }
    try:
        steps[move]()
    except Refused:
        return "refused"
    except PermissionDenied:
        return "forbidden"
    return "taken"


def test_month_that_runs_is_not_closed(finding, assistant):
    with pytest.raises(Refused, match="ještě neskončil"):
        sealing.confirm(APRIL, by=assistant.user, now=APRIL.end - timedelta(seconds=1))


def test_everybody_employed_confirms_and_every_mentor_approves(finding, mentor):
    without_records = AssistantFactory(mentor=mentor)
    other_mentor = MentorFactory()
    other = AssistantFactory(mentor=other_mentor)
    AssistantFactory(employed__starts=APRIL.next.first_day)

    closing = closing_of(APRIL)

    people = {finding.assistant.pk, without_records.pk, other.pk}
    assert {part.person for part in closing.confirmations} == people
    assert {part.person for part in closing.approvals} == {mentor.pk, other_mentor.pk}


def test_mentor_vouches_only_for_whom_they_lead(finding, assistant):
    stranger = MentorFactory()
    with pytest.raises(PermissionDenied):
        sealing.vouch(APRIL, [assistant], by=stranger.user, now=after(APRIL), reason=REASON)
    assert not ClosingStep.objects.exists()


def test_record_that_comes_after_its_sender_confirmed_asks_for_confirmation_again(assistant, mentor):
    confirmed_at = LAST.end + timedelta(hours=1)
    sealing.confirm(LAST, by=assistant.user, now=confirmed_at)
    assert closing_of(LAST).state is State.CONFIRMED

    Phone(assistant.user).send(phones.record(recorded_at=(LAST.end - timedelta(hours=2)).isoformat()))

    (part,) = closing_of(LAST).confirmations
    assert part.standing is Standing.OUTDATED
    assert closing_of(LAST).state is State.OPEN
    sealing.confirm(LAST, by=assistant.user, now=timezone.now())
    assert closing_of(LAST).state is State.CONFIRMED


def test_approval_of_other_figures_does_not_seal(finding, coordinator):
    seen = approved(APRIL).sha256
    one_more(finding)

    with pytest.raises(Refused, match="přehled jim neodpovídá"):
        sealing.seal(APRIL, by=coordinator, now=after(APRIL), seen=seen)
    anew = built(APRIL)
    assert closing_of(APRIL).state is State.CONFIRMED
    with pytest.raises(Refused, match="čeká na schválení"):
        sealing.seal(APRIL, by=coordinator, now=after(APRIL), seen=anew.sha256)
    assert not Seal.objects.exists()


def test_returned_month_begins_again_and_keeps_what_was_done(finding, coordinator):
    approved(APRIL)
    sealing.send_back(APRIL, by=coordinator, now=after(APRIL), reason="Chybí víkend.")

    closing = closing_of(APRIL)
    assert closing.state is State.OPEN
    assert [step.move for step in closing.steps] == [Move.CONFIRM, Move.APPROVE, Move.RETURN]
    assert closing.steps[-1].reason == "Chybí víkend."


def test_undecided_records_block_the_approval(finding, mentor, assistant):
    built(APRIL)
    confirmed(APRIL)
    moment = local(2021, 4, 20)
    receipt = Receipt.objects.create(
        id=record_id(),
        user=assistant.user,
        kind="finding",
        version=1,
        recorded_at=moment,
        utc_offset_min=120,
        clock_skew=timedelta(0),
        payload=phones.finding(),
        digest=b"1",
        received_at=moment,
    )
    Held.objects.create(receipt=receipt, reason=Held.Reason.DEACTIVATED, happened_at=moment)

    with pytest.raises(Refused, match="v karanténě"):
        sealing.approve(APRIL, by=mentor.user, now=after(APRIL), seen=built(APRIL).sha256)


def test_home_page_says_whose_turn_it_is(assistant, mentor, coordinator):
    now = timezone.now()
    assert titles(mentor.user, now) == set()
    confirmed(LAST)
    assert titles(mentor.user, now) == {"Schválit měsíc"}
    assert titles(coordinator, now) == set()
    approved(LAST)
    assert titles(mentor.user, now) == set()
    assert titles(coordinator, now) == {"Uzavřít měsíc"}
    sealed(LAST, coordinator)
    Phone(assistant.user).send(phones.record(recorded_at=(LAST.end - timedelta(days=2)).isoformat()))
    assert titles(coordinator, now) == {"Opravy uzavřených měsíců"}


def titles(user, now):
    """What of the closing of months the home page shows, without the names of months."""
    shown = {card.title.partition(":")[0] for card in desk.cards(user, now)}
    return shown & {"Schválit měsíc", "Uzavřít měsíc", "Opravy uzavřených měsíců"}


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_whole_way_on_pages(finding, assistant, mentor, coordinator, client_of):
    built(APRIL)
    month = {"month": APRIL}
    page = reverse("reports:closing", kwargs=month)

    client_of(mentor).post(reverse("reports:vouch", kwargs=month), {"assistants": [assistant.pk], "reason": "Nemoc."})
    shown = client_of(mentor).get(page)
    assert "Schválit měsíc" in shown.content.decode()
    client_of(mentor).post(reverse("reports:approve", kwargs=month), {"seen": shown.context["stored"].sha256})
    asked = client_of(coordinator).get(reverse("reports:seal-month", kwargs=month))
    client_of(coordinator).post(reverse("reports:seal-month", kwargs=month), {"seen": asked.context["stored"].sha256})

    assert closing_of(APRIL).state is State.SEALED
    assert "verze 1" in client_of(mentor).get(reverse("reports:month", kwargs=month)).content.decode()
    steps = [(step.move, step.by, step.reason) for step in ClosingStep.objects.all()]
    assert steps == [
        (Move.VOUCH, mentor.user, "Nemoc."),
        (Move.APPROVE, mentor.user, ""),
        (Move.SEAL, coordinator, ""),
    ]


def test_refused_step_is_said_on_the_page(finding, coordinator, client_of):
    built(APRIL)
    answer = client_of(coordinator).post(reverse("reports:seal-month", args=[APRIL]), {"seen": "0" * 64})

    assert answer.status_code == 422
    assert "nejdřív ho musí potvrdit všichni asistenti" in answer.content.decode()
    empty = client_of(coordinator).post(reverse("reports:send-back", args=[APRIL]), {"reason": ""})
    assert empty.status_code == 422
    assert "Napište důvod." in empty.content.decode()


def test_drafts_in_the_plan_are_said_and_block_nothing(finding, mentor):
    finding.confirm()
    ShiftFactory(start=local(2021, 4, 30, 20), announced=False)
    ShiftFactory(start=local(2021, 5, 1, 8), announced=False)
    built(APRIL)

    said = next(each for each in checklist.hindrances(closing_of(APRIL)) if "zveřejněná" in each.text)

    assert (said.text, said.blocks) == (
        f"1{czech.SPACE}směna v plánu není zveřejněná, do hodin ve službě se nepočítá.",
        False,
    )
    assert said.url == reverse("patrols:month", args=[APRIL])


def test_unanswered_shift_stands_in_the_way_of_its_assistant_alone(assistant, mentor, client_of):
    ShiftFactory(assistant=assistant, start=LAST.start + timedelta(days=9, hours=8))
    told = Announcement.objects.get()
    told.asks = Announcement.Question.NOTICE
    told.save()
    client, page = client_of(assistant), reverse("reports:own-months")

    shown = client.get(page).content.decode()
    assert told.get_absolute_url() in shown
    assert reverse("reports:confirm-month", args=[LAST]) not in shown
    with pytest.raises(Refused, match="odpovězte na směny"):
        sealing.confirm(LAST, by=assistant.user, now=after(LAST))
    said = next(each for each in checklist.hindrances(closing_of(LAST)) if "neodpověděli" in each.text)
    assert (said.text, said.url) == (
        f"Na oznámené směny neodpověděli: {assistant}.",
        reverse("patrols:month", args=[LAST]),
    )
    with transaction.atomic():
        sealing.vouch(LAST, [assistant], by=mentor.user, now=after(LAST), reason=REASON)
        transaction.set_rollback(True)

    told.reply(Announcement.Answer.SEEN, seen=told.revision, now=timezone.now())

    assert reverse("reports:confirm-month", args=[LAST]) in client.get(page).content.decode()
    sealing.confirm(LAST, by=assistant.user, now=after(LAST))
    assert not [each for each in checklist.hindrances(closing_of(LAST)) if "neodpověděli" in each.text]


def test_record_with_two_versions_blocks_the_month_of_its_time_put_right(finding):
    """The phone's clock was half an hour ahead: it wrote down the first of May what happened on the last of April."""
    moment = local(2021, 5, 1, 0, 10)
    receipt = ReceiptFactory(recorded_at=moment, clock_skew=timedelta(minutes=-30), received_at=local(2021, 5, 1, 9))
    ConflictFactory(receipt=receipt)

    said = {month: [each for each in checklist.undecided(month) if each.blocks] for month in (APRIL, Month(2021, 5))}

    assert [each.text for each in said[APRIL]] == [f"1{czech.SPACE}záznam má dvě verze."]
    assert said[Month(2021, 5)] == []


def test_new_findings_are_said_and_block_nothing(finding):
    built(APRIL)

    said = next(each for each in checklist.hindrances(closing_of(APRIL)) if "kontrolu" in each.text)

    assert (said.text, said.blocks, said.url) == (
        f"1{czech.SPACE}nález čeká na kontrolu; po uzavření měsíce už se nezmění.",
        False,
        reverse("findings:review-queue"),
    )


def test_days_of_attendance_not_approved_are_said_and_block_nothing(finding, assistant, mentor):
    built(APRIL)
    said = [each for each in checklist.hindrances(closing_of(APRIL)) if "docházky" in each.text]
    assert [(each.text, each.blocks) for each in said] == [
        (f"1{czech.SPACE}den docházky čeká na schválení mentorem.", False)
    ]
    assert said[0].url == reverse("attendance:approvals", args=[APRIL])
    day, now = local(2021, 4, 15).date(), timezone.now()
    approve(assistant, day, by=mentor.user, seen=day_of(assistant, day, now).digest, now=now)
    assert not [each for each in checklist.hindrances(closing_of(APRIL)) if "docházky" in each.text]


def test_page_of_closing_costs_the_same_for_few_and_many(finding, mentor, coordinator, client_of):
    client = client_of(coordinator)
    built(APRIL)
    url = reverse("reports:closing", args=[APRIL])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _ in range(6):
        AssistantFactory(mentor=mentor)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(few) == len(many)


def test_assistant_confirms_own_months(assistant, client_of):
    client = client_of(assistant)
    shown = client.get(reverse("reports:own-months"))
    assert next(own["month"] for own in shown.context["months"]) == LAST

    client.post(reverse("reports:confirm-month", args=[LAST]))

    assert closing_of(LAST).state is State.CONFIRMED
    assert "potvrzeno" in client.get(reverse("reports:own-months")).content.decode()


# --- What comes too late ---------------------------------------------------------------------------------------------


def test_late_record_from_a_phone_is_accepted_and_goes_into_a_correction(
    assistant, mentor, coordinator, client_of, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    seal = sealed(LAST, coordinator)
    first_bytes = bytes(seal.content)
    phone = Phone(assistant.user)
    moment = LAST.end - timedelta(days=2)
    late = phones.record(recorded_at=moment.isoformat())

    (result,) = phone.results(late)
    photo = str(record_id())
    assert phone.put_photo(late["id"], photo, picture()).status_code == 201

    assert result["outcome"] == "accepted"
    assert Held.objects.get().reason == Held.Reason.SEALED_MONTH
    assert not Finding.objects.exists()
    assert bytes(Seal.objects.get().content) == first_bytes

    client = client_of(coordinator)
    url = reverse("reports:corrections", args=[LAST])
    typed = {"records": [late["id"]], "reason": "Telefon byl bez signálu."}
    preview = client.post(url, {**typed, "step": "preview"})
    assert "3 kusy" in preview.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert [(change.figure.name, change.before, change.after) for change in preview.context["figure_changes"]][:2] == [
        ("events", 0, 1),
        ("pieces", 0, 3),
    ]
    assert not Finding.objects.exists()
    answer = client.post(url, {**typed, "step": "seal", "preview": preview.context["preview"]})

    assert answer.headers["Location"] == reverse("reports:seal", args=[LAST, 2])
    finding = Finding.objects.get()
    assert finding.found_at == moment
    assert Photo.objects.get().finding == finding
    assert Held.objects.get().decision == Held.Decision.ACCEPTED
    assert MonthlySummary.objects.get(month=LAST.first_day).value.totals["pieces"] == 3
    download = client.get(reverse("reports:download-seal", args=[LAST, 1]))
    assert download.content == first_bytes
    page = client.get(reverse("reports:seal", args=[LAST, 2])).content.decode()
    assert "Telefon byl bez signálu." in page
    assert str(finding.pk) in page
    assert verifying.verify(LAST).agrees


def test_late_correction_from_a_phone_waits_too(assistant, mentor, coordinator):
    phone = Phone(assistant.user)
    record = phones.record(recorded_at=(LAST.end - timedelta(days=2)).isoformat())
    phone.send(record)
    sealed(LAST, coordinator)

    withdrawal = phones.record({"corrects": record["id"], "payload": None, "reason": "Dvakrát."}, kind="correction")
    (result,) = phone.results(withdrawal)

    assert result["outcome"] == "accepted"
    assert not Finding.objects.get().is_withdrawn
    assert Held.objects.waiting().in_month(LAST).count() == 1


def test_rejected_late_record_waits_no_more(assistant, mentor, coordinator, client_of):
    sealed(LAST, coordinator)
    late = phones.record(recorded_at=(LAST.end - timedelta(days=2)).isoformat())
    Phone(assistant.user).send(late)

    client_of(coordinator).post(reverse("reports:reject-late", args=[LAST, late["id"]]), {"reason": "Jiné město."})

    held = Held.objects.get()
    assert (held.decision, held.note) == (Held.Decision.REJECTED, "Jiné město.")
    shown = client_of(coordinator).get(reverse("reports:corrections", args=[LAST])).content.decode()
    assert "Na opravu tohoto měsíce nic nečeká." in shown


def test_coordinator_corrects_a_sealed_finding(finding, coordinator, client_of):
    first_bytes = bytes(sealed(APRIL, coordinator).content)
    client = client_of(coordinator)
    url = reverse("reports:correct-finding", args=[finding.pk])
    opened = client.get(url)
    typed = {
        "with_needle": 2,
        "without_needle": 0,
        "needles": 0,
        "paraphernalia": 0,
        "place_kind": PlaceKind.BENCH,
        "reason": "Překlep.",
        "seen": opened.context["form"].stored_fingerprint,
    }

    preview = client.post(url, {**typed, "step": "preview"})
    assert preview.context["version"] == 2
    answer = client.post(url, {**typed, "step": "seal", "preview": preview.context["preview"]})

    assert answer.headers["Location"] == reverse("reports:seal", args=[APRIL, 2])
    corrected = Finding.objects.get()
    assert (corrected.with_needle, corrected.place_kind) == (2, PlaceKind.BENCH)
    assert bytes(Seal.objects.get(version=1).content) == first_bytes
    assert MonthCorrection.objects.get().reason == "Překlep."
    # A correction that was not seen, or is another one than was seen, is not sealed.
    stale = client.post(url, {**typed, "with_needle": 9, "step": "seal", "preview": preview.context["preview"]})
    assert stale.status_code == 422
    assert Seal.objects.count() == 2


# --- Verification ----------------------------------------------------------------------------------------------------


def test_untouched_months_agree(finding, coordinator):
    sealed(APRIL, coordinator)
    sealing.correct([APRIL], lambda: one_more(finding), by=coordinator, now=after(APRIL), reason=REASON)
    finding.place.name = "Přejmenované místo"
    finding.place.save()

    assert verifying.verify(APRIL).faults == ()
    said = StringIO()
    call_command("verify_seals", stdout=said)
    assert "2021-04  2 verze  souhlasí" in said.getvalue().replace("\N{NO-BREAK SPACE}", " ")


def test_month_that_is_not_sealed_has_nothing_to_verify(finding, coordinator):
    sealed(APRIL, coordinator)
    said = StringIO()

    call_command("verify_seals", "2021-05", stdout=said)

    assert said.getvalue() == "2021-05  není uzavřený, není co ověřit\n"


def test_documents_say_the_version_that_has_their_figures(finding, coordinator):
    """Figures read before a correction are not called by the version that it made."""
    built(APRIL)
    assert sealing.standing_of(editions.published(APRIL)) == "průběžná čísla"
    sealed(APRIL, coordinator)
    first = editions.published(APRIL)
    sealing.correct([APRIL], lambda: one_more(finding), by=coordinator, now=after(APRIL), reason=REASON)

    assert sealing.standing_of(first) == "uzavřený měsíc, verze 1"
    assert sealing.standing_of(editions.published(APRIL)) == "uzavřený měsíc, verze 2"


TAMPERINGS = [
    ("findings_finding", "UPDATE findings_finding SET with_needle = 9", "with_needle: uzavřeno 5, teď 9"),
    ("patrols_shift", "UPDATE patrols_shift SET note = 'x'", "Záznam patrols_shift"),
    ("findings_finding", "DELETE FROM findings_finding", "chybí"),
    ("reports_monthlysummary", "UPDATE reports_monthlysummary SET sha256 = repeat('0', 64)", "jiná čísla než"),
    ("reports_seal", "UPDATE reports_seal SET content = overlay(content PLACING '9' FROM 40)", "nemá otisk"),
    (
        "reports_seal",
        (
            "UPDATE reports_seal SET content = changed.text, sha256 = encode(sha256(changed.text), 'hex') FROM (SELECT"
            " convert_to(replace(convert_from(content, 'UTF8'), '\"with_needle\":5', '\"with_needle\":4'), 'UTF8')"
            " AS text FROM reports_seal) AS changed"
        ),
        "čísla nemají otisk",
    ),
]


@pytest.mark.parametrize(("table", "tampering", "fault"), TAMPERINGS)
def test_what_was_done_past_the_guards_is_found(finding, coordinator, table, tampering, fault):
    """Whoever may change tables can take a trigger off; verification then names what differs."""
    sealed(APRIL, coordinator)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(tampering)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    faults = verifying.verify(APRIL).faults

    assert any(fault in sentence for sentence in faults), faults
    said = StringIO()
    with pytest.raises(CommandError, match="Nesouhlasí"):
        call_command("verify_seals", "2021-04", stdout=said)
    assert "NESOUHLASÍ" in said.getvalue()
    assert f"Tabulku {table} nehlídá" in said.getvalue()
