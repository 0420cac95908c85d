"""The week plan and its shifts in the browser's terms: what is shown, refused, and to whom nothing exists."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apk.audit.models import AccessLog
from apk.calendar import Week
from apk.people.models import Assistant, Employment, Mentor, Mentorship, User
from patrols.models import Shift
from tests.factories import (
    AssistantFactory,
    FindingFactory,
    LocalityFactory,
    MentorFactory,
    ShiftFactory,
    ShiftTemplateFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Assistant | Mentor], Client]
WEEK = Week(2021, 14)
PLAN = "/plan/2021-W14/"
NBSP = "\N{NO-BREAK SPACE}"
NOT_LED = "Tohoto asistenta v ten den nevedete, nebo není zaměstnaný. Vyberte jiného."
SKIPPED_HOUR = (
    "Čas 02:30 dne 28. 3. 2021 neexistuje: hodiny se v noci posouvají o hodinu dopředu. Zadejte čas o hodinu pozdější."
)


@pytest.fixture
def jana(mentor: Mentor) -> Assistant:
    return AssistantFactory(mentor=mentor, user=UserFactory(first_name="Jana", last_name="Malá"))


@pytest.fixture
def monday_shift(jana: Assistant) -> Shift:
    """Monday 5 April 2021, 8:00–16:00, in Jílová."""
    return ShiftFactory(
        assistant=jana,
        locality=LocalityFactory(name="Jílová"),
        start=local(2021, 4, 5, 8),
        end=local(2021, 4, 5, 16),
        note="Sraz u školy",
    )


@pytest.fixture
def foreign_shift() -> Shift:
    """A shift of an assistant whom another mentor leads."""
    return ShiftFactory(assistant=AssistantFactory(mentor=MentorFactory()), locality=LocalityFactory(name="Cizí"))


def typed(jana: Assistant, **changes: Any) -> dict[str, Any]:
    """A filled form: Jana on Tuesday 6 April 2021 in the morning, unless told otherwise."""
    form = {"assistant": jana.pk, "day": "2021-04-06", "usual": "06:00-14:00", "note": ""}
    if "locality" not in changes:
        form["locality"] = LocalityFactory(name="Hrušov").pk
    return form | changes


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


# The week


def test_plan_leads_to_the_week_of_today(client_of: ClientOf, mentor: Mentor) -> None:
    response = client_of(mentor).get("/plan/")
    assert (response.status_code, response["Location"]) == (302, f"/plan/{Week.of(timezone.now())}/")


def test_plan_leads_to_the_week_of_a_chosen_day(client_of: ClientOf, mentor: Mentor) -> None:
    client = client_of(mentor)
    assert [client.get("/plan/", {"den": day})["Location"] for day in ("2021-04-11", "12. 4. 2021")] == [
        "/plan/2021-W14/",
        "/plan/2021-W15/",
    ]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("", "Toto pole je třeba vyplnit."),
        ("zítra", "Datum napište ve tvaru 5. 4. 2021."),
        ("2021-02-30", "Datum napište ve tvaru 5. 4. 2021."),
        ("1999-12-31", "Nejdřívější možný den je 1. 1. 2000."),
        ("9999-12-31", "Nejpozdější možný den je 31. 12. 2099."),
    ],
)
def test_day_that_is_none_is_refused(client_of: ClientOf, mentor: Mentor, day: str, sentence: str) -> None:
    response = client_of(mentor).get("/plan/", {"den": day})
    assert response.status_code == 422
    assert [error.replace(NBSP, " ") for error in response.context["picker"].errors["den"]] == [sentence]
    assert sentence in response.content.decode().replace(NBSP, " ")


@pytest.mark.parametrize("day", ["2000-01-01", "2099-12-31"])
def test_plan_has_a_page_for_every_day_that_forms_take(client_of: ClientOf, mentor: Mentor, day: str) -> None:
    assert client_of(mentor).get("/plan/", {"den": day}, follow=True).status_code == 200


@pytest.mark.parametrize("week", ["2021-W53", "2021-W00", "0000-W01", "2199-W52", "2021-W1"])
def test_week_that_is_none_is_not_found(client_of: ClientOf, mentor: Mentor, week: str) -> None:
    assert client_of(mentor).get(f"/plan/{week}/").status_code == 404


def test_week_shows_people_in_czech_order_with_shifts_on_their_days(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, monday_shift: Shift
) -> None:
    for surname in ("Čapek", "Cibulka", "Chalupa", "Holub"):
        AssistantFactory(mentor=mentor, user=UserFactory(first_name="Petr", last_name=surname))
    night = ShiftFactory(assistant=jana, start=local(2021, 4, 11, 22), end=local(2021, 4, 12, 6))
    ShiftFactory(assistant=jana, start=local(2021, 4, 12, 22), end=local(2021, 4, 13, 6))
    plan = client_of(mentor).get(PLAN).context["plan"]
    names = ["Petr Cibulka", "Petr Čapek", "Petr Holub", "Petr Chalupa", "Jana Malá"]
    assert [str(row.assistant) for row in plan.rows] == names
    assert [[list(cell.shifts) for cell in row.cells] for row in plan.rows[-1:]] == [
        [[monday_shift], [], [], [], [], [], [night]]
    ]
    assert [row.hours for row in plan.rows] == [0, 0, 0, 0, 16]
    assert [total.hours for total in plan.totals] == [8, 0, 0, 0, 0, 0, 8]
    assert plan.hours == 16


def test_week_page_says_what_the_plan_holds(client_of: ClientOf, mentor: Mentor, monday_shift: Shift) -> None:
    page = client_of(mentor).get(PLAN).content.decode()
    assert "Velikonoční pondělí" in page
    assert page.count("<strong>8:00–16:00</strong>") == 2  # in the table and in the list for phones
    assert page.count(f'href="/plan/smeny/{monday_shift.pk}/upravit/"') == 2
    assert "/plan/2021-W13/" in page
    assert "/plan/2021-W15/" in page


def test_overnight_shift_is_marked(client_of: ClientOf, mentor: Mentor, jana: Assistant) -> None:
    ShiftFactory(assistant=jana, start=local(2021, 4, 5, 22), end=local(2021, 4, 6, 6))
    assert client_of(mentor).get(PLAN).content.decode().count("končí následující den") == 3


def test_hours_of_the_night_when_clocks_go_back_are_nine(client_of: ClientOf, mentor: Mentor, jana: Assistant) -> None:
    ShiftFactory(assistant=jana, start=local(2021, 10, 30, 22), end=local(2021, 10, 31, 6))
    assert client_of(mentor).get("/plan/2021-W43/").context["plan"].hours == 9


def test_mentor_sees_own_assistants_only(client_of: ClientOf, mentor: Mentor, foreign_shift: Shift) -> None:
    response = client_of(mentor).get(f"/plan/{foreign_shift.week}/")
    assert response.context["plan"].rows == ()
    assert "Cizí" not in response.content.decode()
    assert "nevedete žádného zaměstnaného asistenta" in response.content.decode()


def test_assistant_sees_own_shifts_without_ways_to_change_them(
    client_of: ClientOf, jana: Assistant, monday_shift: Shift, mentor: Mentor
) -> None:
    ShiftFactory(assistant=AssistantFactory(mentor=mentor), start=monday_shift.start, end=monday_shift.end)
    response = client_of(jana).get(PLAN)
    assert response.context["plan"].shifts == [monday_shift.announcement]
    page = response.content.decode()
    assert f'href="/plan/muj/{monday_shift.announcement.pk}/"' in page
    assert "upravit" not in page
    assert "smeny/nova" not in page


def test_coordinator_sees_everybody(client_of: ClientOf, coordinator: User, monday_shift: Shift) -> None:
    other = ShiftFactory(start=monday_shift.start, end=monday_shift.end)
    plan = client_of(coordinator).get(PLAN).context["plan"]
    assert set(plan.shifts) == {monday_shift, other}
    assert not any(cell.open for row in plan.rows for cell in row.cells)


def test_week_names_only_people_who_were_there(client_of: ClientOf, mentor: Mentor, jana: Assistant) -> None:
    gone, future = AssistantFactory(mentor=mentor), AssistantFactory(mentor=mentor)
    with_shift = AssistantFactory(mentor=mentor)
    Employment.objects.filter(assistant__in=[gone, with_shift]).update(ends=date(2021, 4, 4))
    Employment.objects.filter(assistant=future).update(starts=date(2021, 4, 12))
    ShiftFactory(assistant=with_shift, start=local(2021, 4, 7, 8), end=local(2021, 4, 7, 16))
    rows = client_of(mentor).get(PLAN).context["plan"].rows
    assert {row.assistant for row in rows} == {jana, with_shift}


def test_cells_open_on_days_of_employment_and_mentorship(client_of: ClientOf, mentor: Mentor, jana: Assistant) -> None:
    Employment.objects.update(starts=date(2021, 4, 6))
    Mentorship.objects.update(ends=date(2021, 4, 9))
    [row] = client_of(mentor).get(PLAN).context["plan"].rows
    assert [cell.open for cell in row.cells] == [False, True, True, True, True, False, False]


def test_week_costs_the_same_for_one_person_and_for_thirty(
    client_of: ClientOf, mentor: Mentor, monday_shift: Shift, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(mentor)
    with django_assert_num_queries(16):
        client.get(PLAN)
    for person in [AssistantFactory(mentor=mentor) for _ in range(30)]:
        for day in range(5, 12):
            ShiftFactory(assistant=person, start=local(2021, 4, day, 8), end=local(2021, 4, day, 16))
    with django_assert_num_queries(16):
        response = client.get(PLAN)
    assert len(response.context["plan"].shifts) == 211


def test_week_is_exported_as_csv_and_noted(client_of: ClientOf, mentor: Mentor, monday_shift: Shift) -> None:
    monday_shift.assistant.user.personal_number = "4711"
    monday_shift.assistant.user.save()
    ShiftFactory(start=monday_shift.start, end=monday_shift.end)
    response = client_of(mentor).get("/plan/2021-W14/smeny.csv")
    assert response.content.decode("utf-8-sig").splitlines() == [
        "Asistent;Osobní číslo;Den;Začátek;Konec;Hodin;Lokalita;Poznámka",
        "Jana Malá;4711;2021-04-05;2021-04-05 08:00;2021-04-05 16:00;8,00;Jílová;Sraz u školy",
    ]
    assert response["Content-Disposition"] == 'attachment; filename="plan-smen-2021-W14.csv"'
    note = AccessLog.objects.get()
    assert (note.user, note.action, note.detail) == (mentor.user, "export", {"week": "2021-W14", "rows": 1})


# One shift


def test_shift_page_tells_everything(client_of: ClientOf, jana: Assistant, monday_shift: Shift) -> None:
    response = client_of(jana).get(f"/plan/smeny/{monday_shift.pk}/", follow=True)
    assert response.redirect_chain == [(f"/plan/muj/{monday_shift.announcement.pk}/", 302)]
    page = response.content.decode()
    assert all(text in page for text in ("Jana Malá", "Jílová", "8:00–16:00", "Sraz u školy"))


def test_shift_page_leads_its_mentor_to_the_change(client_of: ClientOf, mentor: Mentor, monday_shift: Shift) -> None:
    client = client_of(mentor)
    assert client.get(f"/plan/smeny/{monday_shift.pk}/").context["may_change"]
    Mentorship.objects.update(ends=date(2021, 4, 4))
    assert not client.get(f"/plan/smeny/{monday_shift.pk}/").context["may_change"]


@pytest.mark.parametrize("name", ["shift", "change-shift", "remove-shift"])
def test_shift_of_others_does_not_exist(client_of: ClientOf, mentor: Mentor, foreign_shift: Shift, name: str) -> None:
    client = client_of(mentor)
    for pk in (foreign_shift.pk, 10**30):
        address = reverse(f"patrols:{name}", args=[pk])
        assert client.get(address).status_code == 404
    if name != "shift":
        assert client.post(reverse(f"patrols:{name}", args=[foreign_shift.pk]), {}).status_code == 404
    assert Shift.objects.get() == foreign_shift


def test_shift_of_another_assistant_does_not_exist(client_of: ClientOf, assistant: Assistant, jana: Assistant) -> None:
    shift = ShiftFactory(assistant=jana)
    assert client_of(assistant).get(f"/plan/smeny/{shift.pk}/").status_code == 404


@pytest.mark.parametrize("name", ["change-shift", "remove-shift"])
def test_former_mentor_sees_a_shift_and_leaves_it(
    client_of: ClientOf, mentor: Mentor, monday_shift: Shift, name: str
) -> None:
    Mentorship.objects.update(ends=date(2021, 4, 4))
    client = client_of(mentor)
    assert client.get(f"/plan/smeny/{monday_shift.pk}/").status_code == 200
    assert client.get(reverse(f"patrols:{name}", args=[monday_shift.pk])).status_code == 404


ADDRESSES = {
    "this-week": "/plan/",
    "week": PLAN,
    "export-week": "/plan/2021-W14/smeny.csv",
    "shift": "/plan/smeny/{pk}/",
    "copy-week": "/plan/2021-W15/kopirovat/",
    "add-shift": "/plan/smeny/nova/",
    "change-shift": "/plan/smeny/{pk}/upravit/",
    "remove-shift": "/plan/smeny/{pk}/odebrat/",
}


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_anonymous_visitor_is_asked_to_sign_in(client: Client, address: str) -> None:
    response = client.get(address.format(pk=1))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_administrator_has_no_plan(client_of: ClientOf, administrator: User, address: str) -> None:
    assert client_of(administrator).get(address.format(pk=1)).status_code == 403


@pytest.mark.parametrize("name", ["copy-week", "add-shift", "change-shift", "remove-shift"])
def test_only_mentors_plan(
    client_of: ClientOf, jana: Assistant, coordinator: User, monday_shift: Shift, name: str
) -> None:
    address = ADDRESSES[name].format(pk=monday_shift.pk)
    for person in (jana, coordinator):
        client = client_of(person)
        assert [client.get(address).status_code, client.post(address).status_code] == [403, 403]
    assert Shift.objects.get() == monday_shift


@pytest.mark.parametrize(
    ("name", "method"),
    [
        *((name, method) for name in ("this-week", "week", "export-week", "shift") for method in ("post", "delete")),
        *(
            (name, method)
            for name in ("copy-week", "add-shift", "change-shift", "remove-shift")
            for method in ("put", "delete")
        ),
    ],
)
def test_other_methods_are_refused(
    client_of: ClientOf, mentor: Mentor, monday_shift: Shift, name: str, method: str
) -> None:
    address = ADDRESSES[name].format(pk=monday_shift.pk)
    assert getattr(client_of(mentor), method)(address).status_code == 405


# Adding


def test_times_of_a_new_shift_are_those_of_the_templates(client_of: ClientOf, mentor: Mentor) -> None:
    """Of one part; a split shift is planned by its template."""
    ShiftTemplateFactory(name="Ranní", starts=time(7), ends=time(15))
    ShiftTemplateFactory(name="Noční", starts=time(22), ends=time(6), position=2)
    ShiftTemplateFactory(name="Přechody", starts=time(7), ends=time(8), then_starts=time(12), then_ends=time(15))
    form = client_of(mentor).get(reverse("patrols:add-shift")).context["form"]
    assert form.fields["usual"].choices[:-1] == [
        ("07:00-15:00", "Ranní 7:00–15:00"),
        ("22:00-06:00", "Noční 22:00–6:00, končí následující den"),
    ]


def test_shift_is_added_and_the_plan_opens_at_its_cell(client_of: ClientOf, mentor: Mentor, jana: Assistant) -> None:
    client = client_of(mentor)
    response = client.post("/plan/smeny/nova/", typed(jana, note="U školy"))
    assert (response.status_code, response["Location"]) == (302, f"{PLAN}#asistent-{jana.pk}-2021-04-06")
    shift = Shift.objects.get()
    assert (shift.assistant, shift.locality.name, shift.note) == (jana, "Hrušov", "U školy")
    assert (shift.start, shift.end) == (local(2021, 4, 6, 6), local(2021, 4, 6, 14))
    page = client.get(PLAN).content.decode()
    assert "Směna přidána: Jana Malá, Hrušov" in page
    assert f'id="asistent-{jana.pk}-2021-04-06"' in page


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ({"usual": "22:00-06:00"}, local(2021, 4, 6, 22), local(2021, 4, 7, 6)),
        ({"usual": "other", "starts": "7:30", "ends": "11"}, local(2021, 4, 6, 7, 30), local(2021, 4, 6, 11)),
        ({"usual": "other", "starts": "20:00", "ends": "04:00"}, local(2021, 4, 6, 20), local(2021, 4, 7, 4)),
        ({"usual": "other", "starts": "16.00", "ends": "00:00"}, local(2021, 4, 6, 16), local(2021, 4, 7, 0)),
        ({"usual": "08:00-16:00", "starts": "08:00", "ends": "16:00"}, local(2021, 4, 6, 8), local(2021, 4, 6, 16)),
        ({"day": "30. 10. 2021", "usual": "22:00-06:00"},
         datetime(2021, 10, 30, 20, tzinfo=UTC), datetime(2021, 10, 31, 5, tzinfo=UTC)),
        ({"day": "2021-10-31", "usual": "other", "starts": "02:30", "ends": "08:00"},
         datetime(2021, 10, 31, 0, 30, tzinfo=UTC), datetime(2021, 10, 31, 7, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_typed_times_become_instants(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, times: dict[str, str], start: datetime, end: datetime
) -> None:
    assert client_of(mentor).post("/plan/smeny/nova/", typed(jana, **times)).status_code == 302
    shift = Shift.objects.get()
    assert (shift.start, shift.end) == (start, end)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"assistant": ""}, "assistant", "Vyberte asistenta."),
        ({"assistant": "9" * 40}, "assistant", NOT_LED),
        ({"assistant": "\0"}, "assistant", "Nulové znaky nejsou povoleny."),
        ({"locality": ""}, "locality", "Vyberte lokalitu."),
        ({"locality": "x"}, "locality", "Tato lokalita se v ten den neobchází. Vyberte jinou."),
        ({"day": ""}, "day", "Toto pole je třeba vyplnit."),
        ({"day": "6. dubna"}, "day", "Datum napište ve tvaru 5. 4. 2021."),
        ({"day": "9999-12-31"}, "day", "Nejpozdější možný den je 31.\N{NO-BREAK SPACE}12.\N{NO-BREAK SPACE}2099."),
        ({"usual": ""}, "usual", "Vyberte čas směny."),
        ({"starts": "9:00"}, "usual", "Zadali jste i jiný čas. Vyberte „Jiný čas“, nebo políčka s časem vymažte."),
        ({"usual": "other", "ends": "9:00"}, "starts", "Zadejte, v kolik směna začíná."),
        ({"usual": "other", "starts": "9:00"}, "ends", "Zadejte, v kolik směna končí."),
        ({"usual": "other", "starts": "9:00", "ends": "9:00"}, "ends", "Konec je stejný jako začátek."),
        ({"usual": "other", "starts": "25:00", "ends": "9:00"}, "starts", "Zadejte čas, například 8:00."),
        ({"day": "2021-03-28", "usual": "other", "starts": "02:30", "ends": "9:00"}, "starts", SKIPPED_HOUR),
        ({"note": "x" * 201}, "note", "Tato hodnota má mít nejvýše 200 znaků (nyní má 201)."),
    ],
)  # fmt: skip
def test_wrong_input_is_refused_in_czech_and_kept(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, changes: dict[str, str], field: str, sentence: str
) -> None:
    form = typed(jana, **changes)
    response = client_of(mentor).post("/plan/smeny/nova/", form)
    assert (response.status_code, errors(response)) == (422, {field: [sentence]})
    assert {name: response.context["form"][name].value() for name in form} == {k: str(v) for k, v in form.items()}
    assert not Shift.objects.exists()


def test_empty_form_is_refused(client_of: ClientOf, mentor: Mentor) -> None:
    response = client_of(mentor).post("/plan/smeny/nova/")
    assert (response.status_code, set(errors(response))) == (422, {"assistant", "day", "locality", "usual"})


def test_overlap_is_refused_in_the_form_and_named(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, monday_shift: Shift
) -> None:
    response = client_of(mentor).post("/plan/smeny/nova/", typed(jana, day="2021-04-05", usual="14:00-22:00"))
    assert response.status_code == 422
    assert errors(response) == {"__all__": [f"Jana Malá má v tu dobu už směnu: {monday_shift.summary}."]}
    assert "Jana Malá má v tu dobu už směnu: Jílová" in response.content.decode()
    assert Shift.objects.get() == monday_shift


@pytest.mark.parametrize("why", ["not employed", "led by another"])
def test_shift_of_somebody_else_or_nobody_is_refused(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, why: str
) -> None:
    if why == "not employed":
        Employment.objects.update(ends=date(2021, 4, 5))
    else:
        Mentorship.objects.update(mentor=MentorFactory())
    response = client_of(mentor).post("/plan/smeny/nova/", typed(jana))
    assert errors(response) == {"assistant": [NOT_LED]}
    assert not Shift.objects.exists()


def test_closed_locality_is_not_offered(client_of: ClientOf, mentor: Mentor, jana: Assistant) -> None:
    names = ["Cihelní", "Čertova", "Hrušov", "Chodov"]
    for name in reversed(names):
        LocalityFactory(name=name)
    closed = LocalityFactory(name="Bývalá", closed_on=date(2021, 4, 5))
    client = client_of(mentor)
    form = client.get("/plan/smeny/nova/", {"den": "2021-04-06"}).context["form"]
    assert [locality.name for locality in form.fields["locality"].queryset] == names
    response = client.post("/plan/smeny/nova/", typed(jana, locality=closed.pk))
    assert errors(response) == {"locality": ["Tato lokalita se v ten den neobchází. Vyberte jinou."]}


def test_cell_fills_in_the_person_the_day_and_what_they_had_last(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, monday_shift: Shift
) -> None:
    form = client_of(mentor).get("/plan/smeny/nova/", {"asistent": jana.pk, "den": "2021-04-07"}).context["form"]
    assert form.initial == {
        "assistant": str(jana.pk),
        "day": "2021-04-07",
        "locality": monday_shift.locality_id,
        "usual": "08:00-16:00",
        "note": "",
        "seen": monday_shift.revision,
    }


@pytest.mark.parametrize("query", [{"asistent": "x", "den": "y"}, {"asistent": "9" * 40, "den": "9999-99-99"}, {}])
def test_odd_address_of_the_form_does_no_harm(client_of: ClientOf, mentor: Mentor, query: dict[str, str]) -> None:
    assert client_of(mentor).get("/plan/smeny/nova/", query).status_code == 200


def test_form_offers_own_employed_assistants_only(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, foreign_shift: Shift
) -> None:
    Employment.objects.filter(assistant=AssistantFactory(mentor=mentor)).update(ends=date(2021, 4, 5))
    form = client_of(mentor).get("/plan/smeny/nova/", {"den": "2021-04-06"}).context["form"]
    assert list(form.fields["assistant"].queryset) == [jana]


# Changing and removing


def changed(shift: Shift, **changes: Any) -> dict[str, Any]:
    """The form of a shift as its page gives it, with what the mentor changed."""
    return {
        "day": "2021-04-05",
        "locality": shift.locality_id,
        "usual": "08:00-16:00",
        "note": shift.note,
        "seen": shift.revision,
    } | changes


def test_change_opens_with_what_holds(client_of: ClientOf, mentor: Mentor, monday_shift: Shift) -> None:
    form = client_of(mentor).get(f"/plan/smeny/{monday_shift.pk}/upravit/").context["form"]
    assert form.initial == changed(monday_shift, day=date(2021, 4, 5))


def test_shift_is_changed(client_of: ClientOf, mentor: Mentor, monday_shift: Shift) -> None:
    address = f"/plan/smeny/{monday_shift.pk}/upravit/"
    form = changed(monday_shift, day="2021-04-14", usual="other", starts="10:00", ends="02:00")
    response = client_of(mentor).post(address, form)
    assert response["Location"] == f"/plan/2021-W15/#asistent-{monday_shift.assistant_id}-2021-04-14"
    monday_shift.refresh_from_db()
    assert (monday_shift.start, monday_shift.end) == (local(2021, 4, 14, 10), local(2021, 4, 15, 2))


def test_time_left_as_it_was_stays_within_the_hour_that_comes_twice(
    client_of: ClientOf, mentor: Mentor, jana: Assistant
) -> None:
    second_half_past_two = datetime(2021, 10, 31, 1, 30, tzinfo=UTC)
    shift = ShiftFactory(assistant=jana, start=second_half_past_two, end=second_half_past_two + timedelta(hours=6))
    form = changed(shift, day="2021-10-31", usual="other", starts="02:30", ends="07:30", note="Změna")
    assert client_of(mentor).post(f"/plan/smeny/{shift.pk}/upravit/", form).status_code == 302
    shift.refresh_from_db()
    assert (shift.start, shift.note) == (second_half_past_two, "Změna")


def test_change_over_another_shift_is_refused(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, monday_shift: Shift
) -> None:
    other = ShiftFactory(assistant=jana, start=local(2021, 4, 6, 8), end=local(2021, 4, 6, 16))
    form = changed(monday_shift, day="2021-04-06")
    response = client_of(mentor).post(f"/plan/smeny/{monday_shift.pk}/upravit/", form)
    assert errors(response) == {"__all__": [f"Jana Malá má v tu dobu už směnu: {other.summary}."]}
    assert "Teď platí: Jílová, pondělí" in response.content.decode()


def test_two_mentors_do_not_overwrite_each_other(client_of: ClientOf, mentor: Mentor, monday_shift: Shift) -> None:
    address = f"/plan/smeny/{monday_shift.pk}/upravit/"
    first, second = client_of(mentor), client_of(mentor)
    form = changed(monday_shift)
    assert first.post(address, form | {"note": "Přišel první"}).status_code == 302
    refused = second.post(address, form | {"note": "Přišel druhý"})
    assert refused.status_code == 422
    [sentence] = errors(refused)["__all__"]
    assert sentence.startswith("Směnu mezitím změnil někdo jiný. Teď platí: Jílová")
    monday_shift.refresh_from_db()
    assert monday_shift.note == "Přišel první"
    kept = {name: refused.context["form"][name].value() for name in form}
    assert kept["note"] == "Přišel druhý"
    assert second.post(address, kept).status_code == 302
    monday_shift.refresh_from_db()
    assert monday_shift.note == "Přišel druhý"


@pytest.mark.parametrize("seen", ["", "nonsense", "\0"])
def test_form_without_a_revision_changes_nothing(
    client_of: ClientOf, mentor: Mentor, monday_shift: Shift, seen: str
) -> None:
    form = changed(monday_shift, seen=seen, note="Jiná")
    client = client_of(mentor)
    assert client.post(f"/plan/smeny/{monday_shift.pk}/upravit/", form).status_code == 422
    assert client.post(f"/plan/smeny/{monday_shift.pk}/odebrat/", {"seen": seen}).status_code == 422
    monday_shift.refresh_from_db()
    assert monday_shift.note == "Sraz u školy"


def test_removal_asks_first(client_of: ClientOf, mentor: Mentor, monday_shift: Shift) -> None:
    client, address = client_of(mentor), f"/plan/smeny/{monday_shift.pk}/odebrat/"
    asked = client.get(address)
    assert (asked.status_code, Shift.objects.get()) == (200, monday_shift)
    assert f'name="seen" value="{monday_shift.revision}"' in asked.content.decode()
    done = client.post(address, {"seen": monday_shift.revision})
    assert done["Location"] == f"{PLAN}#asistent-{monday_shift.assistant_id}-2021-04-05"
    assert not Shift.objects.exists()
    assert "Směna odebrána: Jana Malá" in client.get(PLAN).content.decode()


def test_shift_with_findings_is_not_removed(client_of: ClientOf, mentor: Mentor, monday_shift: Shift) -> None:
    for _ in range(2):
        FindingFactory(assistant=monday_shift.assistant, shift=monday_shift)
    response = client_of(mentor).post(f"/plan/smeny/{monday_shift.pk}/odebrat/", {"seen": monday_shift.revision})
    assert response.status_code == 422
    assert response.context["refused"] == (
        "Směnu nelze odebrat, protože k ní patří 2\N{NO-BREAK SPACE}záznamy z terénu."
    )
    assert Shift.objects.get() == monday_shift


def test_navigation_offers_the_plan_to_those_who_may_see_it(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, administrator: User
) -> None:
    entry = {"label": "Plán směn", "url": "/plan/", "current": True}
    assert entry in client_of(mentor).get(PLAN).context["nav"]
    assert entry in client_of(jana).get(PLAN).context["nav"]
    assert "/plan/" not in client_of(administrator).get("/").content.decode()


# Copying the week before

COPY = "/plan/2021-W15/kopirovat/"


def test_copying_shows_what_it_would_add_and_what_stands_in_its_way(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, monday_shift: Shift
) -> None:
    ShiftFactory(assistant=jana, start=local(2021, 4, 6, 22), end=local(2021, 4, 7, 6))
    ShiftFactory(assistant=jana, start=local(2021, 4, 14, 5), end=local(2021, 4, 14, 9))
    closed = LocalityFactory(closed_on=date(2021, 4, 12))
    ShiftFactory(assistant=jana, locality=closed, start=local(2021, 4, 8, 8), end=local(2021, 4, 8, 16))
    ended = AssistantFactory(mentor=mentor, user=UserFactory(last_name="Žák"))
    Employment.objects.filter(assistant=ended).update(ends=date(2021, 4, 10))
    ShiftFactory(assistant=ended, start=local(2021, 4, 9, 8), end=local(2021, 4, 9, 16))
    moved = ShiftFactory(assistant=AssistantFactory(mentor=mentor), start=monday_shift.start, end=monday_shift.end)
    Mentorship.objects.filter(assistant=moved.assistant).update(ends=date(2021, 4, 11))
    response = client_of(mentor).get(COPY)
    assert [(copy.source.starts_on.day, copy.obstacle) for copy in response.context["copies"]] == [
        (5, ""),
        (6, "V tu dobu už v plánu je směna 5:00–9:00."),
        (8, "Lokalita se ten den už neobchází."),
        (9, "Ten den už nemá platné zaměstnání."),
    ]
    assert "Přidat 1\N{NO-BREAK SPACE}směnu" in response.content.decode()
    assert Shift.objects.count() == 6


def test_copying_adds_what_is_free_and_names_what_it_left_out(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, monday_shift: Shift
) -> None:
    ShiftFactory(assistant=jana, start=local(2021, 4, 6, 22), end=local(2021, 4, 7, 6))
    ShiftFactory(assistant=jana, start=local(2021, 4, 14, 5), end=local(2021, 4, 14, 9))
    client = client_of(mentor)
    assert client.post(COPY).status_code == 302
    added = Shift.objects.get(start=local(2021, 4, 12, 8))
    assert (added.assistant, added.locality, added.end, added.note) == (
        jana, monday_shift.locality, local(2021, 4, 12, 16), "Sraz u školy"
    )  # fmt: skip
    assert Shift.objects.count() == 4
    page = client.get("/plan/2021-W15/").content.decode().replace(NBSP, " ")
    assert "Do plánu přibyla 1 směna." in page
    assert "Vynecháno: Jana Malá, 13. 4. 2021 22:00–6:00. V tu dobu už v plánu je směna 5:00–9:00." in page
    client.post(COPY)
    assert Shift.objects.count() == 4


def test_copying_may_be_for_one_person(
    client_of: ClientOf, mentor: Mentor, jana: Assistant, monday_shift: Shift
) -> None:
    ShiftFactory(assistant=AssistantFactory(mentor=mentor), start=monday_shift.start, end=monday_shift.end)
    client = client_of(mentor)
    assert [copy.source for copy in client.get(COPY, {"asistent": jana.pk}).context["copies"]] == [monday_shift]
    client.post(COPY, {"asistent": jana.pk})
    assert [shift.assistant for shift in Shift.objects.starting_within(date(2021, 4, 12), date(2021, 4, 12))] == [jana]


def test_copies_keep_their_time_on_the_clock_when_clocks_change(
    client_of: ClientOf, mentor: Mentor, jana: Assistant
) -> None:
    ShiftFactory(assistant=jana, start=local(2021, 3, 20, 22), end=local(2021, 3, 21, 6))
    ShiftFactory(assistant=jana, start=local(2021, 3, 21, 10), end=local(2021, 3, 21, 18))
    client = client_of(mentor)
    client.post("/plan/2021-W12/kopirovat/")
    copies = Shift.objects.starting_within(date(2021, 3, 27), date(2021, 3, 28))
    assert [(shift.clock, shift.hours) for shift in copies] == [("22:00–6:00", 7), ("10:00–18:00", 8)]
    Shift.objects.all().delete()
    ShiftFactory(assistant=jana, start=local(2021, 3, 21, 2, 30), end=local(2021, 3, 21, 8))
    [copy] = client.get("/plan/2021-W12/kopirovat/").context["copies"]
    assert copy.obstacle.startswith("Čas 02:30 dne 28. 3. 2021 neexistuje")
    assert client.post("/plan/2021-W12/kopirovat/").status_code == 302
    assert Shift.objects.count() == 1


def test_copying_reaches_nobody_elses_shifts(client_of: ClientOf, mentor: Mentor, foreign_shift: Shift) -> None:
    address = f"/plan/{foreign_shift.week.next}/kopirovat/"
    client = client_of(mentor)
    assert client.get(address).context["copies"] == []
    assert client.get(address, {"asistent": foreign_shift.assistant_id}).status_code == 422
    assert client.post(address, {"asistent": foreign_shift.assistant_id}).status_code == 422
    client.post(address)
    assert Shift.objects.get() == foreign_shift


def test_copying_costs_the_same_to_show_for_one_and_for_thirty(
    client_of: ClientOf, mentor: Mentor, monday_shift: Shift, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(mentor)
    with django_assert_num_queries(7):
        client.get(COPY)
    for person in [AssistantFactory(mentor=mentor) for _ in range(30)]:
        ShiftFactory(assistant=person, start=monday_shift.start, end=monday_shift.end)
    with django_assert_num_queries(7):
        assert len(client.get(COPY).context["copies"]) == 31
