"""The register of assistants, as each role meets it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from apk.audit.models import AccessLog
from apk.edits import CHANGED_MEANWHILE
from apk.people.access import Role
from apk.people.models import Assistant, Employment, Mentor, Mentorship, User
from tests.factories import AssistantFactory, MentorFactory, UserFactory

if TYPE_CHECKING:
    from django.db.models import QuerySet

pytestmark = pytest.mark.django_db

SignIn = Callable[[object], Client]
NEW = {
    "first_name": "Žofie",
    "last_name": "Říhová",
    "personal_number": "a77",
    "email": "Zofie@Mesto.cz",
    "phone": "777 123 456",
    "starts": "2021-04-01",
    "fte": "0,5",
}
STEPS = [
    "edit-assistant",
    "change-fte",
    "move-assistant",
    "end-assistant",
    "employ-assistant",
    "issue-assistant-password",
]


@pytest.fixture
def other(db: None) -> Assistant:
    """An assistant of somebody else."""
    return AssistantFactory(mentor=MentorFactory())


def listed(answer: Any) -> list[str]:
    return [found.user.last_name for found in answer.context["page"].object_list]


def test_list_is_in_czech_order_and_searched_without_accents(mentor: Mentor, client_of: SignIn):
    for name in ("Chalupa", "Čermák", "Cibulka", "Hájek", "Žák"):
        AssistantFactory(mentor=mentor, user__last_name=name, user__first_name="Řehoř")
    client = client_of(mentor)
    assert listed(client.get("/asistenti/")) == ["Cibulka", "Čermák", "Hájek", "Chalupa", "Žák"]
    assert listed(client.get("/asistenti/?q=rehor+cerm")) == ["Čermák"]
    assert listed(client.get("/asistenti/?q=nikdo")) == []


def test_list_filters_by_employment(mentor: Mentor, client_of: SignIn):
    today = timezone.localdate()
    here = AssistantFactory(mentor=mentor)
    gone = AssistantFactory(mentor=mentor)
    gone.end(on=today - timedelta(days=1), today=today)
    client = client_of(mentor)
    assert listed(client.get("/asistenti/")) == [here.user.last_name]
    assert listed(client.get("/asistenti/?stav=skoncili")) == [gone.user.last_name]
    assert set(listed(client.get("/asistenti/?stav=vsichni"))) == {here.user.last_name, gone.user.last_name}


@pytest.mark.parametrize("query", ["stav=kdysi", "q=%00", "q=" + "x" * 101])
def test_list_with_a_wrong_filter_hides_nobody_and_says_so(
    mentor: Mentor, assistant: Assistant, client_of: SignIn, query: str
):
    answer = client_of(mentor).get(f"/asistenti/?{query}")
    assert listed(answer) == [assistant.user.last_name]
    assert "Filtr v adrese není platný" in answer.content.decode()


def test_list_shows_a_mentor_only_whom_they_lead_or_led(
    mentor: Mentor, assistant: Assistant, other: Assistant, coordinator: User, administrator: User, client_of: SignIn
):
    assert listed(client_of(mentor).get("/asistenti/")) == [assistant.user.last_name]
    for person in (coordinator, administrator):
        assert set(listed(client_of(person).get("/asistenti/"))) == {assistant.user.last_name, other.user.last_name}
    assert client_of(assistant).get("/asistenti/").status_code == 403
    assert Client().get("/asistenti/").status_code == 302


@pytest.mark.parametrize("count", [1, 300])
def test_list_takes_the_same_queries_for_any_length(
    mentor: Mentor, client_of: SignIn, django_assert_num_queries: Any, count: int
):
    AssistantFactory.create_batch(count, mentor=mentor)
    client = client_of(mentor)
    client.get("/asistenti/")
    with django_assert_num_queries(6):
        assert len(listed(client.get("/asistenti/"))) == min(count, 50)


def test_list_is_paged_and_an_odd_page_number_is_harmless(mentor: Mentor, client_of: SignIn):
    AssistantFactory.create_batch(51, mentor=mentor)
    client = client_of(mentor)
    assert len(listed(client.get("/asistenti/"))) == 50
    assert len(listed(client.get("/asistenti/?page=2"))) == 1
    assert len(listed(client.get("/asistenti/?page=nic"))) == 50


def test_empty_list_says_what_to_do(mentor: Mentor, client_of: SignIn):
    page = client_of(mentor).get("/asistenti/").content.decode()
    assert "Tomuto výběru neodpovídá žádný asistent." in page
    assert reverse("people:add-assistant") in page


def test_detail_shows_periods_and_steps_to_those_who_may(
    mentor: Mentor, assistant: Assistant, coordinator: User, client_of: SignIn
):
    assistant.change_fte(Decimal("0.50"), on=date(2021, 5, 1))
    url = reverse("people:assistant", args=[assistant.pk])
    page = client_of(mentor).get(url).content.decode()
    assert re.findall(r"<td>([^<]*)</td><td>([^<]*)</td><td class=\"num\">([^<]*)</td>", page) == [
        ("1.\u00a01.\u00a02021", "30.\u00a04.\u00a02021", "1"),
        ("1.\u00a05.\u00a02021", "trvá", "0,5"),
    ]
    assert reverse("people:end-assistant", args=[assistant.pk]) in page
    assert reverse("audit:history", args=["people.assistant", assistant.pk]) in page
    page = client_of(coordinator).get(url).content.decode()
    assert "0,5" in page
    assert reverse("people:end-assistant", args=[assistant.pk]) not in page


@pytest.mark.parametrize("name", ["assistant", *STEPS])
def test_somebody_elses_assistant_is_not_found(mentor: Mentor, other: Assistant, client_of: SignIn, name: str):
    url = reverse(f"people:{name}", args=[other.pk])
    client = client_of(mentor)
    assert client.get(url).status_code == 404
    assert client.post(url).status_code in (404, 405)
    assert client.get(reverse(f"people:{name}", args=[10**30])).status_code == 404


@pytest.mark.parametrize("name", STEPS)
def test_steps_are_forbidden_to_those_who_only_see(
    mentor: Mentor, assistant: Assistant, coordinator: User, client_of: SignIn, name: str
):
    url = reverse(f"people:{name}", args=[assistant.pk])
    for person in (coordinator, assistant):
        assert client_of(person).get(url).status_code == 403
        assert client_of(person).post(url).status_code == 403
    today = timezone.localdate()
    assistant.move_to(MentorFactory(), on=today)
    former = client_of(mentor)
    assert former.get(reverse("people:assistant", args=[assistant.pk])).status_code == 200
    assert former.get(url).status_code == 403
    assert former.post(url).status_code == 403


@pytest.mark.parametrize("name", [*STEPS, "add-assistant"])
def test_steps_open_on_get_change_nothing_and_take_no_other_method(
    mentor: Mentor, assistant: Assistant, client_of: SignIn, name: str
):
    url = reverse(f"people:{name}", args=[] if name == "add-assistant" else [assistant.pk])
    client = client_of(mentor)
    before = snapshot()
    assert client.get(url).status_code == 200
    assert client.put(url).status_code == 405
    assert client.delete(url).status_code == 405
    assert snapshot() == before


@pytest.mark.parametrize("name", ["assistants", "assistant"])
def test_pages_that_only_show_take_no_post(mentor: Mentor, assistant: Assistant, client_of: SignIn, name: str):
    url = reverse(f"people:{name}", args=[] if name == "assistants" else [assistant.pk])
    assert client_of(mentor).post(url).status_code == 405


def snapshot() -> list[list[Any]]:
    rows: list[QuerySet] = [
        model.objects.order_by("pk").values() for model in (User, Assistant, Employment, Mentorship)
    ]
    return [[{**row, "last_login": None} for row in found] for found in rows]


def test_a_mentor_adds_an_assistant_whom_they_lead(mentor: Mentor, client_of: SignIn):
    client = client_of(mentor)
    assert client.get("/asistenti/novy/").context["form"]["mentor"].value() == mentor.pk
    answer = client.post("/asistenti/novy/", {**NEW, "mentor": mentor.pk}, follow=True)
    added = Assistant.objects.get()
    assert answer.redirect_chain == [(reverse("people:assistant", args=[added.pk]), 302)]
    assert (added.user.role, added.user.personal_number, added.user.email) == (Role.ASSISTANT, "A77", "zofie@mesto.cz")
    assert not added.user.has_usable_password()
    assert added.employments.values_list("starts", "ends", "fte").get() == (date(2021, 4, 1), None, Decimal("0.50"))
    assert added.mentorships.get().mentor == mentor
    assert "Asistent se zatím nemůže přihlásit" in answer.content.decode()


def test_an_assistant_added_for_another_mentor_belongs_to_them(mentor: Mentor, client_of: SignIn):
    another = MentorFactory()
    answer = client_of(mentor).post("/asistenti/novy/", {**NEW, "mentor": another.pk}, follow=True)
    assert answer.redirect_chain == [("/asistenti/", 302)]
    assert listed(answer) == []
    assert listed(client_of(another).get("/asistenti/")) == ["Říhová"]


def test_an_assistant_goes_only_to_somebody_who_is_a_mentor_today(
    mentor: Mentor, assistant: Assistant, client_of: SignIn
):
    another = MentorFactory()
    MentorFactory(user__is_active=False)
    MentorFactory(user__role=Role.COORDINATOR)
    url = reverse("people:move-assistant", args=[assistant.pk])
    offered = client_of(mentor).get(url).context["form"].fields["mentor"].queryset
    assert set(offered) == {mentor, another}


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"first_name": ""}, "first_name", "Toto pole je třeba vyplnit."),
        ({"personal_number": "1 2"}, "personal_number", "Osobní číslo smí mít jen číslice"),
        ({"personal_number": "jana@mesto.cz"}, "personal_number", "Osobní číslo smí mít jen číslice"),
        ({"personal_number": "TAKEN-1"}, "personal_number", "Toto osobní číslo už má jiný účet."),
        ({"personal_number": "taken-1"}, "personal_number", "Toto osobní číslo už má jiný účet."),
        ({"email": "TAKEN@mesto.cz"}, "email", "Tento e-mail už má jiný účet."),
        ({"email": "nic"}, "email", "Zadejte platnou e-mailovou adresu."),
        ({"phone": "zavolej"}, "phone", "Telefon napište číslicemi"),
        ({"starts": "31. 2. 2021"}, "starts", "Datum napište ve tvaru 5. 4. 2021."),
        ({"starts": "0202-04-01"}, "starts", "Nejdřívější možný den je 1.\u00a01.\u00a02000."),
        ({"fte": "1,5"}, "fte", "Úvazek je číslo od 0,05 do 1."),
        ({"fte": "pul"}, "fte", "Úvazek je číslo od 0,05 do 1."),
        ({"mentor": "0"}, "mentor", "Vyberte platnou možnost"),
    ],
)
def test_a_wrong_new_assistant_is_refused_and_what_was_typed_kept(
    mentor: Mentor, client_of: SignIn, wrong: dict[str, str], field: str, sentence: str
):
    UserFactory(personal_number="taken-1", email="taken@mesto.cz")
    typed = {**NEW, "mentor": str(mentor.pk), **wrong}
    answer = client_of(mentor).post("/asistenti/novy/", typed)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert len(errors[field]) == 1
    assert sentence in errors[field][0]
    page = answer.content.decode()
    assert all(escape(value) in page for name, value in typed.items() if name != "mentor")
    assert not Assistant.objects.exists()


def edit(client: Client, url: str, **changes: str) -> Any:
    """Opens a form and sends it with `changes`."""
    return client.post(url, opened(client, url) | changes)


def opened(client: Client, url: str) -> dict[str, str]:
    form = client.get(url).context["form"]
    return {field.html_name: field.value() or "" for field in form}


def test_details_are_edited(mentor: Mentor, assistant: Assistant, client_of: SignIn):
    url = reverse("people:edit-assistant", args=[assistant.pk])
    answer = edit(client_of(mentor), url, last_name="Šťastná", note="Umí romsky.")
    assert answer.status_code == 302
    assistant = Assistant.objects.get(pk=assistant.pk)
    assert (assistant.user.last_name, assistant.note) == ("Šťastná", "Umí romsky.")
    assert assistant.user.sort_key > User.objects.get(pk=mentor.user.pk).sort_key


def test_two_people_editing_at_once_do_not_overwrite_each_other(
    mentor: Mentor, assistant: Assistant, administrator: User, client_of: SignIn
):
    url = reverse("people:edit-assistant", args=[assistant.pk])
    slow, quick = client_of(mentor), client_of(administrator)
    typed = opened(slow, url) | {"phone": "777 000 001"}
    assert edit(quick, url, phone="777 000 002", note="Změněno").status_code == 302
    refused = slow.post(url, typed)
    assert refused.status_code == 422
    form = refused.context["form"]
    assert form.errors == {
        "__all__": [CHANGED_MEANWHILE],
        "phone": ["Teď je uloženo: 777 000 002"],
        "note": ["Teď je uloženo: Změněno"],
    }
    assert form["phone"].value() == "777 000 001"
    assert User.objects.get(pk=assistant.user.pk).phone == "777 000 002"
    again = {field.html_name: field.value() or "" for field in form}
    assert slow.post(url, again).status_code == 302
    assert User.objects.get(pk=assistant.user.pk).phone == "777 000 001"


def test_an_edit_without_the_fingerprint_is_refused(mentor: Mentor, assistant: Assistant, client_of: SignIn):
    url = reverse("people:edit-assistant", args=[assistant.pk])
    assert edit(client_of(mentor), url, seen="", phone="777 000 001").status_code == 422


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("change-fte", {"on": "2020-12-31", "fte": "0,5"}, "V tento den není asistent zaměstnán."),
        ("change-fte", {"on": "2021-04-01", "fte": "1"}, "Takový úvazek už asistent v ten den má."),
        ("move-assistant", {"on": "2021-04-01", "mentor": "mine"}, "Tento mentor už asistenta v ten den vede."),
        ("end-assistant", {"on": "2020-12-31"}, "V tento den není asistent zaměstnán."),
        (
            "employ-assistant",
            {"on": "2021-04-01", "fte": "1", "mentor": "mine"},
            "V tomto období už je asistent zaměstnán. Zvolte pozdější den.",
        ),
    ],
)
def test_a_step_that_the_rules_refuse_says_why(
    mentor: Mentor, assistant: Assistant, client_of: SignIn, name: str, typed: dict[str, str], sentence: str
):
    typed = {key: str(mentor.pk) if value == "mine" else value for key, value in typed.items()}
    before = snapshot()
    answer = client_of(mentor).post(reverse(f"people:{name}", args=[assistant.pk]), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"__all__": [sentence]}
    assert snapshot() == before


def test_periods_change_by_steps(mentor: Mentor, assistant: Assistant, client_of: SignIn):
    client, another = client_of(mentor), MentorFactory()

    def step(name: str, **typed: object) -> int:
        return client.post(reverse(f"people:{name}", args=[assistant.pk]), typed).status_code

    today = timezone.localdate()
    assert step("change-fte", on="2021-05-01", fte="0,75") == 302
    assert step("end-assistant", on="2021-06-30") == 302
    assert not User.objects.get(pk=assistant.user.pk).is_active
    assert step("employ-assistant", on="2021-09-01", fte="1", mentor=mentor.pk) == 302
    assert User.objects.get(pk=assistant.user.pk).is_active
    assert step("move-assistant", on=f"{today + timedelta(days=7)}", mentor=another.pk) == 302
    assert list(assistant.employments.values_list("starts", "ends", "fte")) == [
        (date(2021, 1, 1), date(2021, 4, 30), Decimal("1.00")),
        (date(2021, 5, 1), date(2021, 6, 30), Decimal("0.75")),
        (date(2021, 9, 1), None, Decimal("1.00")),
    ]
    assert [row.mentor for row in assistant.mentorships.all()] == [mentor, mentor, another]


def test_an_end_in_the_future_locks_nobody_out_today(mentor: Mentor, assistant: Assistant, client_of: SignIn):
    tomorrow = timezone.localdate() + timedelta(days=1)
    url = reverse("people:end-assistant", args=[assistant.pk])
    assert client_of(mentor).post(url, {"on": f"{tomorrow}"}).status_code == 302
    assert client_of(assistant).get("/ucet/password/change/").status_code == 200


def test_a_one_time_password_is_shown_once_and_written_down(mentor: Mentor, assistant: Assistant, client_of: SignIn):
    client = client_of(mentor)
    url = reverse("people:issue-assistant-password", args=[assistant.pk])
    answer = client.post(url)
    [password] = re.findall(r"<code>([a-z-]{24})</code>", answer.content.decode())
    assert "no-store" in answer.headers["Cache-Control"]
    assert User.objects.get(pk=assistant.user.pk).check_password(password)
    assert password not in client.get(url).content.decode()
    note = AccessLog.objects.get()
    assert (note.user, note.action, note.detail) == (mentor.user, "view", {"account": assistant.user.pk})
    assert password not in f"{note.what} {note.detail}"
