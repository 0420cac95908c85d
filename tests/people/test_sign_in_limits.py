"""What sign-in withstands: guessing, one-time passwords that stay, sessions that last, addresses that do not exist."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis
import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core import mail
from django.db.models import F
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from apk.people.models import Assistant, Mentor, User
from apk.people.tasks import forget_sign_ins
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

SignIn = Callable[[object], Client]
LOGIN = "/ucet/login/"


def sign_in(login: str, password: str = PASSWORD, client: Client | None = None) -> Any:
    return (client or Client()).post(LOGIN, {"login": login, "password": password})


def a_minute_passes() -> None:
    """For the limit per account, which looks at when it was last tried."""
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(seconds=61))


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("change", [str.upper, str.title, lambda name: f"  {name} "])
@pytest.mark.parametrize("name", ["email", "personal_number"])
def test_names_are_recognised_in_any_case(coordinator: User, name: str, change: Callable[[str], str], client: Client):
    User.objects.filter(pk=coordinator.pk).update(email="jana.mala@mesto.cz", personal_number="K-12A")
    coordinator.refresh_from_db()
    assert sign_in(change(getattr(coordinator, name)), client=client).status_code == 302
    assert signed_in(client)


def test_five_failures_lock_one_account_for_a_minute(coordinator: User, mentor: Mentor):
    """Failures count against the account, whichever of its names was typed."""
    names = [coordinator.email, coordinator.personal_number, coordinator.email.upper()]
    answers = [sign_in(names[n % 3], "spatne").status_code for n in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    locked = sign_in(coordinator.personal_number)
    assert locked.status_code == 429
    assert "Přihlášení k tomuto účtu je na minutu pozastavené" in locked.content.decode()
    assert sign_in(mentor.user.email).status_code == 302
    a_minute_passes()
    assert sign_in(coordinator.personal_number).status_code == 302


def test_unknown_names_are_locked_alike(db: None):
    assert [sign_in("nikdo@mesto.cz", "spatne").status_code for _ in range(6)] == [200, 200, 200, 200, 429, 429]


def test_failures_spread_over_time_lock_nobody(coordinator: User):
    for _ in range(8):
        assert sign_in(coordinator.email, "spatne").status_code == 200
        a_minute_passes()


def test_one_address_may_try_thirty_times_a_minute(coordinator: User):
    answers = [sign_in(f"nikdo{n}@mesto.cz", "spatne").status_code for n in range(31)]
    assert answers == [200] * 30 + [429]
    refused = sign_in(coordinator.email)
    assert refused.status_code == 429
    assert "Počkejte minutu" in refused.content.decode()


def test_a_closed_account_begins_no_session(coordinator: User, client: Client):
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    answer = client.post(LOGIN, {"login": coordinator.email, "password": PASSWORD}, follow=True)
    assert "Účet je vypnutý" in answer.content.decode()
    assert not signed_in(client)
    assert sign_in(coordinator.email, "spatne").context["form"].errors == sign_in("nikdo", "x").context["form"].errors


def test_closing_an_account_ends_its_open_sessions(coordinator: User, client_of: SignIn):
    client = client_of(coordinator)
    assert client.get("/asistenti/").status_code == 200
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    assert client.get("/asistenti/").status_code == 302


def test_sessions_end_at_a_set_moment(assistant: Assistant, coordinator: User):
    for user, length in ((assistant.user, timedelta(days=30)), (coordinator, timedelta(hours=12))):
        client = Client()
        sign_in(user.email, client=client)
        ends = client.session.get_expiry_date()
        assert abs(ends - (timezone.now() + length)) < timedelta(minutes=1)
        session = client.session
        session["used"] = True
        session.save()
        assert client.session.get_expiry_date() == ends


def test_a_one_time_password_opens_nothing_but_the_choice_of_ones_own(assistant: Assistant, client: Client):
    password = assistant.user.issue_password(now=timezone.now())
    assert sign_in(assistant.user.personal_number, password, client).status_code == 302
    change = reverse("account_change_password")
    for address in ("/", "/asistenti/"):
        assert client.get(address).headers["Location"] == change
    assert "Přihlásili jste se jednorázovým heslem" in client.get(change).content.decode()
    again = client.post(change, {"oldpassword": password, "password1": password, "password2": password})
    assert again.context["form"].errors == {"password1": ["Zvolte jiné heslo, než je to nynější."]}
    own = "moje-vlastni-heslo-9"
    done = client.post(change, {"oldpassword": password, "password1": own, "password2": own})
    assert done.headers["Location"] == "/"
    assert User.objects.get(pk=assistant.user.pk).one_time_password_until is None
    assert client.get("/asistenti/").status_code == 403


def test_a_one_time_password_expires(assistant: Assistant, client: Client):
    password = assistant.user.issue_password(now=datetime.now(UTC) - timedelta(days=7, seconds=1))
    answer = sign_in(assistant.user.personal_number, password, client)
    assert answer.status_code == 403
    assert "Jednorázové heslo už neplatí" in answer.content.decode()
    assert not signed_in(client)


def test_a_new_password_ends_sessions_elsewhere(mentor: Mentor, client_of: SignIn):
    elsewhere = client_of(mentor)
    assert elsewhere.get("/asistenti/").status_code == 200
    mentor.user.issue_password(now=timezone.now())
    assert elsewhere.get("/asistenti/").status_code == 302


def test_a_mailed_link_also_replaces_an_expired_one_time_password(coordinator: User, client: Client):
    coordinator.issue_password(now=datetime.now(UTC) - timedelta(days=30))
    client.post(reverse("account_reset_password"), {"email": coordinator.email.upper()})
    [message] = mail.outbox
    form = client.get(re.search(r"http\S+", message.body)[0], follow=True)
    own = "moje-vlastni-heslo-9"
    client.post(form.context["action_url"], {"password1": own, "password2": own})
    assert sign_in(coordinator.email, own, client).status_code == 302


@pytest.mark.parametrize("weak", ["kratke", "password1234"])
def test_a_weak_password_is_refused(coordinator: User, client_of: SignIn, weak: str):
    answer = client_of(coordinator).post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    )
    assert list(answer.context["form"].errors) == ["password1"]


def test_old_failures_and_ended_sessions_are_forgotten(coordinator: User, mentor: Mentor, client: Client):
    sign_in("moje-heslo-omylem", "x")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(days=1, minutes=1))
    sign_in("dnešní", "x")
    sign_in(coordinator.email, client=client)
    sign_in(mentor.user.email)
    Session.objects.exclude(pk=client.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    forget_sign_ins()
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["dnešní"]
    assert [session.pk for session in Session.objects.all()] == [client.session.session_key]


@pytest.mark.parametrize("name", ["account_email", "account_confirm_login_code"])
def test_pages_that_would_open_another_way_in_do_not_exist(name: str):
    with pytest.raises(NoReverseMatch):
        reverse(name)


anything = st.text(max_size=300) | st.sampled_from(
    ["\0", "a" * 5000, "9" * 400, "😀@😀.cz", "' OR 1=1 --", "%", "\u202e"]
)


@hypothesis.settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(login=anything, password=anything, address=st.integers(1, 10**6))
def test_sign_in_withstands_anything(db: None, login: str, password: str, address: int):
    # Another address each time, so that the limit per address does not answer instead.
    answer = Client(REMOTE_ADDR=f"10.{address >> 16}.{address >> 8 & 255}.{address & 255}").post(
        LOGIN, {"login": login, "password": password}
    )
    assert answer.status_code in (200, 429)
