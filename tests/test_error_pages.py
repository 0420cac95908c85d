"""The pages shown when something is refused or breaks."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from apk.people.models import User

SignIn = Callable[[User], Client]


def refuse(request: HttpRequest, error: type[Exception]) -> HttpResponse:
    raise error("podrobnost, kterou nemá vidět nikdo")


urlpatterns = [
    path("", include("apk.urls")),
    path("400", refuse, {"error": SuspiciousOperation}),
    path("403", refuse, {"error": PermissionDenied}),
    path("500", refuse, {"error": RuntimeError}),
]


@pytest.mark.urls("tests.test_error_pages")
@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (400, "Požadavku nerozumíme"),
        (403, "Sem nemáte přístup"),
        (404, "Stránka tu není"),
        (500, "Chyba na naší straně"),
    ],
)
def test_each_failure_has_a_page_that_says_what_to_do(
    coordinator: User, client_of: SignIn, status: int, heading: str
) -> None:
    client = client_of(coordinator)
    client.raise_request_exception = False
    answer = client.get(f"/{status}")
    html = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{heading}</h1>" in html
    assert "Na úvodní stránku" in html
    assert "podrobnost" not in html


def test_a_form_without_its_token_says_that_nothing_was_saved(coordinator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(coordinator)
    answer = client.post("/ucet/logout/")
    assert answer.status_code == 403
    assert "Nic se neuložilo." in answer.content.decode()
