"""The fixtures themselves: what other tests take for granted."""

import pytest

from tests import factories


@pytest.mark.django_db
def test_finding_factory_counts_its_pieces() -> None:
    finding = factories.FindingFactory(with_needle=2, without_needle=3, needles=1, paraphernalia=9)
    finding.refresh_from_db()
    assert finding.pieces == 6


def test_record_id_is_a_uuid_version_7() -> None:
    first, second = factories.record_id(), factories.record_id()
    assert (first.version, second.version) == (7, 7)
    assert first < second
