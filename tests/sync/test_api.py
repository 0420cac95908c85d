import pytest

from findings.models import Finding
from tests.sync.conftest import Phone, record

pytestmark = pytest.mark.django_db


def test_a_finding_is_accepted_once(phone: Phone) -> None:
    sent = record()
    assert phone.outcomes(sent) == ["accepted"]
    assert phone.outcomes(sent) == ["known"]
    assert str(Finding.objects.get().pk) == sent["id"]
