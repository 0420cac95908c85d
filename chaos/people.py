"""Who takes part: assistants on duty in Jílová. Imports models, so it may be imported only when the servers run."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from apk.people.models import User
from apk.sync import registry
from chaos.records import JILOVA
from patrols.models import ActivityKind
from tests import factories

NUMBER = 12


class People:
    """Assistants with a shift that lasts now, in a locality with a known place; `users` are ids of their users."""

    csrf_cookie = settings.CSRF_COOKIE_NAME

    def __init__(self) -> None:
        mentor = factories.MentorFactory()
        area = factories.square(JILOVA["latitude"], JILOVA["longitude"])
        locality = factories.LocalityFactory(name="Jílová", area=area)
        factories.PlaceFactory(name="Jílová – park", locality=locality, latitude=49.8454, longitude=18.2773)
        now = timezone.now()
        self.users: list[int] = []
        for _ in range(NUMBER):
            assistant = factories.AssistantFactory(mentor=mentor)
            start, end = now - timedelta(hours=1), now + timedelta(hours=9)
            factories.ShiftFactory(assistant=assistant, locality=locality, start=start, end=end)
            self.users.append(assistant.user_id)
        # The kinds of records that the server takes, and one of the kinds of activities.
        self.accepts = frozenset(kind.name for kind in registry.registered())
        self.activity_kind = ActivityKind.objects.values_list("pk", flat=True).earliest("pk")
        connection.close()

    def sign_in(self, user: int) -> tuple[str, str]:
        """A new session of the person: the name of its cookie and its key."""
        connection.close()  # the database may have been away since
        client = Client()
        client.force_login(User.objects.get(pk=user))
        connection.close()
        return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value
