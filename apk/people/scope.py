"""Whose rows somebody sees, when each row is about one assistant.

A model for which the rule is narrower (absences, injuries, swaps, what came from phones) says so in its own
`visible_to`.
"""

from typing import Self, TypeVar

from django.db import models

from apk.people.access import Role
from apk.people.models import Mentorship, User

Row = TypeVar("Row", bound=models.Model)


class OfAssistantQuerySet(models.QuerySet[Row]):
    """Rows with a column `assistant`."""

    def visible_to(self, user: User) -> Self:
        """Assistants see their own; mentors those of assistants they lead or led; coordinators all."""
        match user.role:
            case Role.COORDINATOR:
                return self
            case Role.MENTOR:
                led = Mentorship.objects.filter(assistant=models.OuterRef("assistant"), mentor__user=user)
                return self.filter(models.Exists(led))
            case Role.ASSISTANT:
                return self.filter(assistant__user=user)
            case _:
                return self.none()
