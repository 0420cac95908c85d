"""Fixtures that every test may ask for: one person of each role, and a browser session signed in as them."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.core.management import call_command
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from whitenoise import WhiteNoise

from apk.children import Child
from apk.people.models import Assistant, Mentor, User
from tests import factories, workers

# A busy machine is not a fault: examples have no deadline. On the integration server they are the same every time,
# so that a red run is about the change; elsewhere they go on searching.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")


# What empties the database after a test would be refused like everybody else once a month is sealed.
UNSEAL = """
DO $$
DECLARE
    kept text;
BEGIN
    IF EXISTS (SELECT FROM reports_seal) THEN
        FOREACH kept IN ARRAY ARRAY['reports_seal', 'reports_closingstep', 'reports_monthcorrection'] LOOP
            EXECUTE format('ALTER TABLE %I DISABLE TRIGGER append_only', kept);
            EXECUTE format('DELETE FROM %I', kept);
            EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only', kept);
        END LOOP;
    END IF;
END
$$;
"""


@pytest.fixture(scope="session", autouse=True)
def database_can_be_emptied() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        flush = DatabaseOperations.sql_flush
        patched.setattr(DatabaseOperations, "sql_flush", lambda *args, **options: [UNSEAL, *flush(*args, **options)])
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what asks the database, and what throws anything at the forms, so that either can be chosen."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or "db" in names or "transactional_db" in names:
            item.add_marker("database")
        if item.path.stem == "test_fuzz":
            item.add_marker("fuzz")


@pytest.fixture(scope="session", autouse=True)
def collected_static() -> None:
    """Pages name static files by the hash of their content, so they are collected once, as in production."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def static_files_listed_once(collected_static: None) -> Iterator[None]:
    """Every new test client would look at each static file again, which took a quarter of the suite's time."""
    listed: dict[tuple[str, str], dict[str, Any]] = {}
    list_files = WhiteNoise.update_files_dictionary

    def remembered(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in listed:
            list_files(self, root, prefix)
            listed[root, prefix] = dict(self.files)
        self.files.update(listed[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly() -> Iterator[None]:
    """The same hasher as in production, with one round instead of a million: people in tests keep no secrets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", 1)
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """The cache is a real server shared by all tests."""
    cache.clear()


@pytest.fixture
def mentor(db: None) -> Mentor:
    return factories.MentorFactory()


@pytest.fixture
def assistant(mentor: Mentor) -> Assistant:
    """Employed since January 2021 and led by `mentor` since then."""
    return factories.AssistantFactory(mentor=mentor)


@pytest.fixture
def coordinator(db: None) -> User:
    return factories.UserFactory(is_coordinator=True)


@pytest.fixture
def administrator(db: None) -> User:
    return factories.UserFactory(is_administrator=True)


@pytest.fixture
def client_of() -> Callable[[User | Assistant | Mentor], Client]:
    """Gives a test client signed in as a person, who may be given as their user, assistant or mentor."""

    def signed_in(person: User | Assistant | Mentor) -> Client:
        client = Client()
        client.force_login(person if isinstance(person, User) else person.user)
        return client

    return signed_in


@pytest.fixture
def start_worker(transactional_db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Child]]:
    """Starts a real worker each time it is called; all are stopped at the end. The broker is empty at first."""
    workers.flush_broker()
    started: list[Child] = []

    def start() -> Child:
        started.append(workers.start_worker(tmp_path_factory.mktemp("worker")))
        return started[-1]

    yield start
    for worker in started:
        worker.stop()
