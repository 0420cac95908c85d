from collections.abc import Callable

import pytest

from apk.calendar import Month
from apk.people.models import User
from reports.counting import count
from reports.inputs import fingerprints
from reports.models import MonthlySummary


@pytest.fixture
def built(db: None) -> Callable[..., MonthlySummary]:
    """Stores a month's summary as a job would, without one: `built(month, by=coordinator)`."""

    def store(month: Month, *, by: User | None = None) -> MonthlySummary:
        return MonthlySummary.objects.store(count(month), inputs=fingerprints([month])[month], by=by)

    return store
