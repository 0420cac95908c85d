"""The filter of findings takes whatever stands in an address."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apk.people.models import User
from findings.filters import FindingFilter
from findings.models import Finding
from tests.factories import FindingFactory

pytestmark = pytest.mark.django_db

NAMES = ["mesic", "od", "do", "lokalita", "obvod", "asistent", "druh", "den", "misto", "razeni", "page"]
NEARLY_RIGHT = [
    "2021-04",
    "2021-04-15",
    "15. 4. 2021",
    "mimo",
    "1",
    "-1",
    "9" * 19,
    "park",
    "-kusu",
    "--cas",
    "\0",
    "٣",
    "²",
]
addresses = st.dictionaries(st.sampled_from(NAMES), st.one_of(st.sampled_from(NEARLY_RIGHT), st.text(max_size=20)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=addresses)
def test_any_address_gives_findings_and_a_sentence_for_each_wrong_part(
    coordinator: User, address: dict[str, str]
) -> None:
    if not Finding.objects.exists():
        FindingFactory()
    query = QueryDict(urlencode(address, errors="surrogatepass"))
    form = FindingFilter(query, user=coordinator)
    rows = list(form.findings())
    wrong = set(form.errors)
    assert wrong <= set(address)
    assert all(messages[0].endswith(".") for messages in form.errors.values())
    said = {name for name, _ in form.words()}
    assert said.isdisjoint(wrong)
    # Without a valid part nothing is hidden.
    assert rows or said
