"""Who may do what: roles, named permissions, and the decorators that every view wears.

A permission says that a role may do a kind of thing at all; which rows it may do it to is decided by the
`visible_to(user)` of the QuerySet that the view loads from. No permission is 403, no row is 404.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from apk.people.models import User


class Role(models.TextChoices):
    """What a person signs in as today. Whom they mentored and when is kept apart, in dated rows."""

    ASSISTANT = "assistant", "Asistent"
    MENTOR = "mentor", "Mentor"
    COORDINATOR = "coordinator", "Koordinátor"
    ADMINISTRATOR = "administrator", "Správce"


class Permission(StrEnum):
    """Everything that somebody may or may not do."""

    LOG_IN_THE_FIELD = "log-in-the-field"
    VIEW_PEOPLE = "view-people"
    MANAGE_PEOPLE = "manage-people"
    MANAGE_ACCOUNTS = "manage-accounts"
    VIEW_LOCALITIES = "view-localities"
    MANAGE_LOCALITIES = "manage-localities"
    VIEW_PLAN = "view-plan"
    PLAN_SHIFTS = "plan-shifts"
    SET_LIMITS = "set-limits"
    KEEP_OWN_PLAN = "keep-own-plan"
    ASK_FOR_ABSENCES = "ask-for-absences"
    VIEW_FINDINGS = "view-findings"
    EXPORT_FINDINGS = "export-findings"
    REVIEW_FINDINGS = "review-findings"
    ISSUE_ACCESS_KEYS = "issue-access-keys"
    MANAGE_SIGHTINGS = "manage-sightings"
    VIEW_CUSTODY = "view-custody"
    MANAGE_CUSTODY = "manage-custody"
    VIEW_INJURIES = "view-injuries"
    VIEW_ACTIVITIES = "view-activities"
    EXPORT_ACTIVITIES = "export-activities"
    VIEW_ATTENDANCE = "view-attendance"
    EXPORT_ATTENDANCE = "export-attendance"
    APPROVE_ATTENDANCE = "approve-attendance"
    PROPOSE_CORRECTIONS = "propose-corrections"
    VIEW_FIELD_CHECKS = "view-field-checks"
    MANAGE_FIELD_CHECKS = "manage-field-checks"
    VIEW_TRAINING = "view-training"
    MANAGE_TRAINING = "manage-training"
    MANAGE_CODE_LISTS = "manage-code-lists"
    VIEW_SUMMARIES = "view-summaries"
    BUILD_SUMMARIES = "build-summaries"
    DOWNLOAD_REPORTS = "download-reports"
    CONFIRM_MONTHS = "confirm-months"
    LEAD_MONTHS = "lead-months"
    APPROVE_MONTHS = "approve-months"
    SEAL_MONTHS = "seal-months"
    MANAGE_PROJECTS = "manage-projects"
    REVIEW_RECEIVED = "review-received"
    DECIDE_HELD = "decide-held"
    IMPORT_RECORDS = "import-records"
    VIEW_HISTORY = "view-history"
    VIEW_ACCESS_LOG = "view-access-log"
    # What every signed-in person may do with themselves: the home page, their own password.
    BE_SIGNED_IN = "be-signed-in"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ASSISTANT: frozenset(
        {
            Permission.LOG_IN_THE_FIELD,
            Permission.VIEW_PLAN,
            Permission.KEEP_OWN_PLAN,
            Permission.ASK_FOR_ABSENCES,
            Permission.VIEW_FINDINGS,
            Permission.VIEW_CUSTODY,
            Permission.VIEW_INJURIES,
            Permission.VIEW_TRAINING,
            Permission.CONFIRM_MONTHS,
            Permission.VIEW_ACTIVITIES,
            # The employee may see their own record of working hours (zákoník práce § 96).
            Permission.VIEW_ATTENDANCE,
            Permission.PROPOSE_CORRECTIONS,
            Permission.VIEW_FIELD_CHECKS,
        }
    ),
    Role.MENTOR: frozenset(
        {
            Permission.VIEW_PEOPLE,
            Permission.MANAGE_PEOPLE,
            Permission.VIEW_LOCALITIES,
            Permission.MANAGE_LOCALITIES,
            Permission.VIEW_PLAN,
            Permission.PLAN_SHIFTS,
            Permission.ASK_FOR_ABSENCES,
            Permission.VIEW_FINDINGS,
            Permission.EXPORT_FINDINGS,
            Permission.REVIEW_FINDINGS,
            Permission.MANAGE_SIGHTINGS,
            Permission.VIEW_CUSTODY,
            Permission.MANAGE_CUSTODY,
            Permission.VIEW_INJURIES,
            Permission.VIEW_TRAINING,
            Permission.MANAGE_TRAINING,
            Permission.VIEW_ACTIVITIES,
            Permission.EXPORT_ACTIVITIES,
            Permission.VIEW_ATTENDANCE,
            Permission.EXPORT_ATTENDANCE,
            Permission.APPROVE_ATTENDANCE,
            Permission.VIEW_FIELD_CHECKS,
            Permission.MANAGE_FIELD_CHECKS,
            Permission.VIEW_SUMMARIES,
            Permission.LEAD_MONTHS,
            Permission.APPROVE_MONTHS,
            Permission.REVIEW_RECEIVED,
            Permission.VIEW_HISTORY,
        }
    ),
    Role.COORDINATOR: frozenset(
        {
            Permission.VIEW_PEOPLE,
            Permission.VIEW_LOCALITIES,
            Permission.VIEW_PLAN,
            Permission.SET_LIMITS,
            Permission.VIEW_FINDINGS,
            Permission.EXPORT_FINDINGS,
            Permission.REVIEW_FINDINGS,
            Permission.ISSUE_ACCESS_KEYS,
            Permission.MANAGE_SIGHTINGS,
            Permission.VIEW_CUSTODY,
            Permission.MANAGE_CUSTODY,
            Permission.VIEW_INJURIES,
            Permission.VIEW_TRAINING,
            Permission.MANAGE_TRAINING,
            Permission.VIEW_ACTIVITIES,
            Permission.EXPORT_ACTIVITIES,
            Permission.VIEW_ATTENDANCE,
            Permission.EXPORT_ATTENDANCE,
            Permission.VIEW_FIELD_CHECKS,
            Permission.VIEW_SUMMARIES,
            Permission.LEAD_MONTHS,
            Permission.SEAL_MONTHS,
            Permission.BUILD_SUMMARIES,
            Permission.DOWNLOAD_REPORTS,
            Permission.MANAGE_PROJECTS,
            Permission.IMPORT_RECORDS,
            Permission.MANAGE_CODE_LISTS,
            Permission.REVIEW_RECEIVED,
            Permission.DECIDE_HELD,
            Permission.VIEW_HISTORY,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.VIEW_PEOPLE,
            Permission.MANAGE_PEOPLE,
            Permission.MANAGE_ACCOUNTS,
            Permission.MANAGE_CODE_LISTS,
            Permission.VIEW_LOCALITIES,
            Permission.MANAGE_LOCALITIES,
            Permission.VIEW_HISTORY,
            Permission.VIEW_ACCESS_LOG,
        }
    ),
}

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class SignedInRequest(HttpRequest):
    """What a view behind `requires` is given: its user is one of ours, never anonymous. For annotations only."""

    user: "User"
    htmx: "HtmxDetails"


def requires(permission: Permission) -> Callable[[View], View]:
    """Lets a view run only for a signed-in user whose role grants `permission`.

    Anonymous visitors are sent to the sign-in page; others get 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = permission  # type: ignore[attr-defined]  # read by the test that walks the URLconf
        return guarded  # type: ignore[return-value]

    return decorate


def public(view: View) -> View:
    """Says aloud that a view is for everybody, so that no view is open by forgetting."""
    view.access = "public"  # type: ignore[attr-defined]
    return view
