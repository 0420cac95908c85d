from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apk.calendar import Month
from apk.people.models import User
from reports import editions
from reports.counting import count
from reports.inputs import fingerprints
from reports.models import Edition, MonthlySummary


@pytest.fixture
def built(db: None) -> Callable[..., MonthlySummary]:
    """Stores a month's summary as a job would, without one: `built(month, by=coordinator)`."""

    def store(month: Month, *, by: User | None = None) -> MonthlySummary:
        return MonthlySummary.objects.store(count(month), inputs=fingerprints([month])[month], by=by)

    return store


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder for private files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def issued(built: Callable[..., MonthlySummary], media: Path) -> Callable[..., Edition]:
    """A finished edition of a month's documents, built as the worker would: `issued(month, by=coordinator)`."""

    def issue(month: Month, *, by: User | None = None) -> Edition:
        edition = editions.request_month(built(month).value, by=by)
        editions.build(edition.pk)
        edition.refresh_from_db()
        return edition

    return issue
