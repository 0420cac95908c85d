"""Every address × every kind of visitor: what they get is written here, and an address unknown here fails.

Visitors in the order of the columns:

    anonymous · assistant · another assistant · mentor · another mentor · coordinator · administrator

"assistant" is led by "mentor"; the things that addresses name (a shift, a finding …) are theirs. 302 is a redirect,
for anonymous visitors always to the sign-in page. Where GET is 405, the row says what an empty POST gets.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from apk.calendar import Month, Week
from apk.people.access import Permission
from apk.people.models import Assistant, Mentor, User
from apk.sync.models import Conflict, Held, Receipt, RescueFile
from findings import custody
from findings.models import AccessKey, Box, Finding, Handover, Injury, Photo, Sighting, WaitingPhoto
from patrols import proposing
from patrols.models import (
    Absence,
    Activity,
    ActivityKind,
    CorrectionRequest,
    CoverNeed,
    FieldCheck,
    Operation,
    Pair,
    Proposal,
    Shift,
    ShiftTemplate,
    Swap,
    Training,
    TrainingNeed,
)
from reports import editions, grant_setup, submitting
from reports.counting import count
from reports.grant_compiling import compiled
from reports.models import (
    Annex,
    Deadline,
    Document,
    Evaluation,
    GrantProject,
    MonthlySummary,
    ProjectReport,
    RecordImport,
    ReportSection,
    Submission,
    TimesheetPrint,
)
from tests import factories, phones
from tests.reports import closed

VISITORS = ("anonymous", "assistant", "other_assistant", "mentor", "other_mentor", "coordinator", "administrator")

ALL, NOBODY = "302 200 200 200 200 200 200", "404 404 404 404 404 404 404"
OPEN = "200 200 200 200 200 200 200"

ROWS: dict[str, str] = {
    "home": "302 302 302 200 200 200 200",
    "healthz": OPEN,
    # No worker beats in these tests, and readiness says so to everybody.
    "readyz": "503 503 503 503 503 503 503",
    "people:assistants": "302 403 403 200 200 200 200",
    "people:add-assistant": "302 403 403 200 200 403 200",
    "people:assistant": "302 403 403 200 404 200 200",
    "people:edit-assistant": "302 403 403 200 404 403 200",
    "people:change-fte": "302 403 403 200 404 403 200",
    "people:move-assistant": "302 403 403 200 404 403 200",
    "people:end-assistant": "302 403 403 200 404 403 200",
    "people:employ-assistant": "302 403 403 200 404 403 200",
    "people:issue-assistant-password": "302 403 403 200 404 403 200",
    "people:accounts": "302 403 403 403 403 403 200",
    "people:add-account": "302 403 403 403 403 403 200",
    "people:account": "302 403 403 403 403 403 200",
    "people:edit-account": "302 403 403 403 403 403 200",
    "people:close-account": "302 403 403 403 403 403 200",
    "people:reopen-account": "302 403 403 403 403 403 200",
    "people:issue-account-password": "302 403 403 403 403 403 200",
    "localities:localities": "302 403 403 200 200 200 200",
    "localities:add-locality": "302 403 403 200 200 403 200",
    "localities:locality": "302 403 403 200 200 200 200",
    "localities:edit-locality": "302 403 403 200 200 403 200",
    "localities:close-locality": "302 403 403 200 200 403 200",
    "localities:reopen-locality": "302 403 403 200 200 403 200",
    "localities:districts": "302 403 403 200 200 403 200",
    "localities:add-district": "302 403 403 200 200 403 200",
    "localities:edit-district": "302 403 403 200 200 403 200",
    "audit:history": "302 403 403 200 404 200 404",
    "audit:access-log": "302 403 403 403 403 403 200",
    "audit:export-access-log": "302 403 403 403 403 403 200",
    "patrols:this-week": "302 302 302 302 302 302 403",
    "patrols:week": "302 200 200 200 200 200 403",
    "patrols:export-week": "302 200 200 200 200 200 403",
    "patrols:copy-week": "302 403 403 200 200 403 403",
    "patrols:add-shift": "302 403 403 200 200 403 403",
    "patrols:localities": "302 200 200 200 200 200 403",
    "patrols:this-month": "302 302 302 302 302 302 403",
    "patrols:month": "302 200 200 200 200 200 403",
    "patrols:download-month": "302 200 200 200 200 200 403",
    "patrols:assign": "302 403 403 200 200 403 403",
    "patrols:quick": "302 403 403 302 302 403 403",
    "patrols:paste": "302 403 403 302 302 403 403",
    "patrols:move": "302 403 403 302 302 403 403",
    "patrols:clear": "302 403 403 302 302 403 403",
    "patrols:undo": "302 403 403 302 404 403 403",
    "patrols:needs": "302 403 403 200 200 403 403",
    "patrols:add-need": "302 403 403 200 200 403 403",
    "patrols:edit-need": "302 403 403 200 200 403 403",
    "patrols:remove-need": "302 403 403 200 200 403 403",
    "patrols:add-pair": "302 403 403 200 200 403 403",
    "patrols:edit-pair": "302 403 403 200 404 403 403",
    "patrols:remove-pair": "302 403 403 200 404 403 403",
    "patrols:rules": "302 200 200 200 200 200 403",
    "patrols:change-limit": "302 403 403 403 403 200 403",
    "patrols:templates": "302 403 403 200 200 403 403",
    "patrols:add-template": "302 403 403 200 200 403 403",
    "patrols:edit-template": "302 403 403 200 200 403 403",
    "patrols:remove-template": "302 403 403 200 200 403 403",
    "patrols:absences": "302 200 200 200 200 200 403",
    "patrols:add-absence": "302 200 200 200 200 403 403",
    "patrols:absence": "302 200 404 200 404 200 403",
    "patrols:decide-absence": "302 302 404 302 404 403 403",
    "patrols:swaps": "302 200 200 200 200 200 403",
    "patrols:step-swap": "302 302 404 302 404 302 403",
    "patrols:offer-shift": "302 302 404 403 403 403 403",
    "patrols:own-calendar": "302 200 200 403 403 403 403",
    "patrols:feed": NOBODY,
    "patrols:proposals": "302 403 403 200 200 403 403",
    "patrols:proposal": "302 403 403 200 404 403 403",
    "patrols:proposal-progress": "302 403 403 200 404 403 403",
    "patrols:take-proposal": "302 403 403 302 404 403 403",
    "patrols:publish": "302 403 403 200 200 403 403",
    "patrols:own-plan": "302 200 200 403 403 403 403",
    "patrols:acknowledge-all": "302 302 302 403 403 403 403",
    "patrols:announced": "302 200 404 403 403 403 403",
    "patrols:answer": "302 302 404 403 403 403 403",
    "patrols:shift": "302 302 404 200 404 200 403",
    "patrols:change-shift": "302 403 403 200 404 403 403",
    "patrols:remove-shift": "302 403 403 200 404 403 403",
    "attendance:this-month": "302 302 302 302 302 302 403",
    "attendance:month": "302 200 200 200 200 200 403",
    "attendance:period": "302 200 200 200 200 200 403",
    "attendance:export": "302 403 403 200 200 200 403",
    "attendance:export-period": "302 403 403 200 200 200 403",
    "attendance:export-workbook": "302 403 403 200 200 200 403",
    "attendance:approvals": "302 200 200 200 200 200 403",
    "attendance:approve": "302 403 403 404 404 403 403",
    "attendance:day": "302 200 404 200 404 200 403",
    "attendance:correct": "302 403 403 200 404 403 403",
    "attendance:take-back": "302 403 403 200 404 403 403",
    "attendance:reopen": "302 403 403 200 404 403 403",
    "attendance:propose": "302 200 404 403 403 403 403",
    "attendance:cancel-request": "302 302 404 403 403 403 403",
    "attendance:take-request": "302 403 403 302 404 403 403",
    "attendance:refuse-request": "302 403 403 200 404 403 403",
    "timesheets:month": "302 200 200 200 200 200 403",
    "timesheets:person": "302 200 404 200 404 200 403",
    "timesheets:prepare": "302 302 302 302 302 302 403",
    "timesheets:progress": "302 404 404 200 404 200 403",
    "timesheets:download": "302 404 404 200 404 200 403",
    "evaluations:month": "302 200 200 200 200 200 403",
    "evaluations:person": "302 200 404 200 404 200 403",
    "evaluations:write": "302 403 403 200 404 403 403",
    "evaluations:sign": "302 403 403 302 404 403 403",
    "evaluations:acknowledge": "302 302 404 403 403 403 403",
    "checks:list": "302 200 200 200 200 200 403",
    "checks:export": "302 403 403 200 200 200 403",
    "checks:add": "302 403 403 200 200 403 403",
    "checks:detail": "302 200 404 200 404 200 403",
    "checks:edit": "302 403 403 200 404 403 403",
    "checks:withdraw": "302 403 403 200 404 403 403",
    "activities:list": "302 200 200 200 200 200 403",
    "activities:export": "302 403 403 200 200 200 403",
    "activities:detail": "302 200 404 200 404 200 403",
    "codes:lists": "302 403 403 403 403 200 200",
    "codes:list": "302 403 403 403 403 200 200",
    "codes:add": "302 403 403 403 403 200 200",
    "codes:edit": "302 403 403 403 403 200 200",
    "codes:retire": "302 403 403 403 403 200 200",
    "codes:restore": "302 403 403 403 403 200 200",
    "findings:list": "302 200 200 200 200 200 403",
    "findings:for-public": "302 403 403 403 403 200 403",
    "findings:export-for-public": "302 403 403 403 403 200 403",
    "findings:hotspots": "302 200 200 200 200 200 403",
    "findings:export-hotspots": "302 403 403 200 200 200 403",
    "findings:sweep": "302 200 200 200 200 200 403",
    "findings:keys": "302 403 403 403 403 200 403",
    "findings:end-key": "302 403 403 403 403 200 403",
    "findings:marks": "302 200 200 200 200 200 403",
    "findings:export": "302 403 403 200 200 200 403",
    "findings:export-xlsx": "302 403 403 200 200 200 403",
    "findings:export-geojson": "302 403 403 200 200 200 403",
    "findings:export-geopackage": "302 403 403 200 200 200 403",
    "findings:detail": "302 200 404 200 404 200 403",
    "findings:review-queue": "302 403 403 200 200 200 403",
    "findings:review": "302 403 403 200 404 200 403",
    "findings:decide": "302 403 403 422 404 422 403",
    "findings:relocate": "302 403 403 200 404 200 403",
    "findings:photo": "302 200 404 200 404 200 403",
    "findings:cover-photo": "302 403 403 200 404 200 403",
    "findings:waiting-photo": "302 403 403 200 404 200 403",
    "findings:place": "302 200 200 200 200 200 403",
    "findings:places": "302 403 403 200 200 200 403",
    "findings:move-place": "302 403 403 200 200 403 404",
    "findings:merge-place": "302 403 403 200 200 403 404",
    "findings:split-place": "302 403 403 200 200 403 404",
    "findings:rename-place": "302 403 403 200 200 403 404",
    "findings:boxes": "302 200 200 200 200 200 403",
    "findings:export-boxes": "302 403 403 200 200 200 403",
    "findings:export-handovers": "302 403 403 200 200 200 403",
    "findings:add-box": "302 403 403 200 200 200 403",
    "findings:box": "302 200 404 200 200 200 403",
    "findings:edit-box": "302 403 403 200 200 200 403",
    "findings:give-box": "302 403 403 200 200 200 403",
    "findings:take-back-box": "302 403 403 200 200 200 403",
    "findings:close-box": "302 403 403 200 200 200 403",
    "findings:reopen-box": "302 403 403 200 200 200 403",
    "findings:box-label": "302 403 403 200 200 200 403",
    "findings:unboxed": "302 403 403 200 200 200 403",
    "findings:put": "302 403 403 200 404 200 403",
    "findings:handovers": "302 403 403 200 200 200 403",
    "findings:add-handover": "302 403 403 200 200 200 403",
    "findings:handover": "302 403 403 200 200 200 403",
    "findings:confirm-handover": "302 403 403 200 200 200 403",
    "findings:cancel-handover": "302 403 403 200 200 200 403",
    "findings:balance": "302 403 403 200 200 200 403",
    "findings:sightings": "302 403 403 200 200 200 403",
    "findings:export-sightings": "302 403 403 200 200 200 403",
    "findings:add-sighting": "302 403 403 200 200 200 403",
    "findings:sighting": "302 200 404 200 200 200 403",
    "findings:assign-sighting": "302 403 403 200 200 200 403",
    "findings:close-sighting": "302 403 403 200 200 200 403",
    "findings:injuries": "302 200 200 200 200 200 403",
    "findings:add-injury": "302 200 200 200 200 200 403",
    "findings:injury": "302 200 404 200 404 200 403",
    "findings:take-injury-step": "302 200 404 200 404 200 403",
    "training:overview": "302 200 200 200 200 200 403",
    "training:list": "302 200 200 200 200 200 403",
    "training:export": "302 403 403 200 200 200 403",
    "training:add": "302 403 403 200 200 200 403",
    "training:detail": "302 200 404 200 404 200 403",
    "training:edit": "302 403 403 200 404 200 403",
    "training:withdraw": "302 403 403 200 404 200 403",
    "training:setup": "302 403 403 403 403 200 200",
    "training:add-kind": "302 403 403 403 403 200 200",
    "training:edit-kind": "302 403 403 403 403 200 200",
    "training:retire-kind": "302 403 403 403 403 200 200",
    "training:add-need": "302 403 403 403 403 200 200",
    "training:remove-need": "302 403 403 403 403 200 200",
    "reports:months": "302 403 403 200 200 200 403",
    "reports:export-months": "302 403 403 403 403 200 403",
    "reports:month": "302 403 403 200 200 200 403",
    "reports:building": "302 403 403 200 200 200 403",
    "reports:build": "302 403 403 403 403 302 403",
    "reports:imports": "302 403 403 403 403 200 403",
    "reports:import-template-export": "302 403 403 403 403 200 403",
    "reports:import": "302 403 403 403 403 200 403",
    "reports:read-import": "302 403 403 403 403 422 403",
    "reports:documents": "302 403 403 403 403 200 403",
    "reports:publish": "302 403 403 403 403 302 403",
    "reports:schema": "302 403 403 200 200 200 403",
    "reports:edition": "302 403 403 403 403 200 403",
    "reports:rebuild-edition": "302 403 403 403 403 302 403",
    "reports:download": "302 403 403 403 403 200 403",
    "reports:closing": "302 403 403 200 200 200 403",
    "reports:vouch": "302 403 403 200 200 200 403",
    "reports:approve": "302 403 403 302 302 403 403",
    "reports:stand-in": "302 403 403 403 403 200 403",
    "reports:send-back": "302 403 403 200 200 200 403",
    "reports:seal-month": "302 403 403 403 403 200 403",
    "reports:seal": "302 403 403 200 200 200 403",
    "reports:download-seal": "302 403 403 403 403 200 403",
    "reports:verification": "302 403 403 200 200 200 403",
    "reports:corrections": "302 403 403 403 403 200 403",
    "reports:reject-late": "302 403 403 403 403 200 403",
    "reports:correct-finding": "302 403 403 403 403 200 403",
    "reports:own-months": "302 200 200 403 403 403 403",
    "reports:confirm-month": "302 302 302 403 403 403 403",
    "reports:shifts": "302 403 403 200 200 200 403",
    "reports:export-shifts": "302 403 403 403 403 200 403",
    "reports:projects": "302 403 403 200 200 200 403",
    "reports:create-project": "302 403 403 403 403 200 403",
    "reports:project": "302 403 403 200 200 200 403",
    "reports:export-project-months": "302 403 403 403 403 200 403",
    "reports:edit-project": "302 403 403 403 403 200 403",
    "reports:take-over": "302 403 403 403 403 200 403",
    "reports:add-part": "302 403 403 403 403 200 403",
    "reports:change-part": "302 403 403 403 403 200 403",
    "reports:remove-part": "302 403 403 403 403 200 403",
    "reports:finish-deadline": "302 403 403 403 403 302 403",
    "reports:staff": "302 403 403 200 200 200 403",
    "reports:write-month": "302 403 403 403 403 200 403",
    "reports:correct-words": "302 403 403 403 403 200 403",
    "reports:add-report": "302 403 403 403 403 200 403",
    "reports:report": "302 403 403 200 200 200 403",
    "reports:report-documents": "302 403 403 403 403 200 403",
    "reports:publish-report": "302 403 403 403 403 302 403",
    "reports:edit-report": "302 403 403 403 403 200 403",
    "reports:remove-report": "302 403 403 403 403 200 403",
    "reports:write-section": "302 403 403 403 403 200 403",
    "reports:add-annex": "302 403 403 403 403 200 403",
    "reports:change-annex": "302 403 403 403 403 200 403",
    "reports:remove-annex": "302 403 403 403 403 200 403",
    "reports:annex-file": "302 403 403 403 403 200 403",
    "reports:submit-report": "302 403 403 403 403 200 403",
    "reports:submission": "302 403 403 200 200 200 403",
    "reports:download-submission": "302 403 403 403 403 200 403",
    "reports:submitted-annex": "302 403 403 403 403 200 403",
    "reports:period-shifts": "302 403 403 200 200 200 403",
    "reports:export-period-shifts": "302 403 403 403 403 200 403",
    # The screens of the phone hold nothing of anybody; what they show comes from field:data.
    "receiving:overview": "302 403 403 200 200 200 403",
    "receiving:quarantine": "302 403 403 200 200 200 403",
    "receiving:late": "302 403 403 200 200 200 403",
    "receiving:held": "302 403 403 200 404 200 403",
    "receiving:decide-held": "302 403 403 403 403 422 403",
    "receiving:conflicts": "302 403 403 200 200 200 403",
    "receiving:conflict": "302 403 403 200 404 200 403",
    "receiving:clocks": "302 403 403 200 200 200 403",
    "receiving:rescue-files": "302 403 403 200 200 200 403",
    "receiving:rescue-file": "302 403 403 200 404 200 403",
    "receiving:take-over": "302 403 403 422 404 422 403",
    "field:today": OPEN,
    "field:capture": OPEN,
    "field:activity": OPEN,
    "field:queue": OPEN,
    "field:records": OPEN,
    "field:first-aid": OPEN,
    "field:phone": OPEN,
    "field:manifest": OPEN,
    "field:worker": OPEN,
    "field:data": "302 200 200 403 403 403 403",
    "sync:openapi-json": OPEN,
    "sync:session": "401 200 200 200 200 200 200",
    "sync:records": "401 415 415 415 415 415 415",
    "sync:photo": "405 405 405 405 405 405 405",
    "sync:api-root": NOBODY,
    # Programs come with a key and without a session; who is signed in is nobody there.
    "gis:findings": "401 401 401 401 401 401 401",
    "gis:openapi-json": OPEN,
    "gis:api-root": NOBODY,
    # Who is signed in has nothing to do at the sign-in pages and is sent home.
    "account_login": "200 302 302 302 302 302 302",
    "account_logout": "302 200 200 200 200 200 200",
    "account_inactive": OPEN,
    "account_signup": "200 302 302 302 302 302 302",
    "account_reauthenticate": ALL,
    "account_change_password": ALL,
    "account_set_password": "302 302 302 302 302 302 302",
    "account_reset_password": OPEN,
    "account_reset_password_done": OPEN,
    "account_reset_password_from_key": OPEN,
    "account_reset_password_from_key_done": OPEN,
}


# Pages that name a box, and those that name a handover.
BOXED = ("box", "edit-box", "give-box", "take-back-box", "close-box", "reopen-box", "box-label")
HANDED = ("handover", "confirm-handover", "cancel-handover")
# Pages that name a person and a day of theirs.
ATTENDED = ("day", "correct", "take-back", "reopen", "propose")
SIGHTED = ("sighting", "assign-sighting", "close-sighting")
# Pages of reports that name a month and nothing else.
MONTHLY = (
    *("month", "building", "build", "documents", "publish", "shifts", "export-shifts", "write-month", "staff"),
    *("closing", "vouch", "approve", "stand-in", "send-back", "seal-month", "confirm-month"),
)
# Pages that name a report and nothing else.
REPORTED = (
    *("report", "report-documents", "publish-report", "edit-report", "remove-report", "add-annex", "submit-report"),
)

# Pages that name a report that was handed over and nothing else.
SUBMITTED = ("submission", "download-submission")


def addresses(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every (full name, view) of the URLconf."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern.callback


ADDRESSES = dict(addresses(get_resolver().url_patterns))


@dataclass
class World:
    """The people who visit and the things that addresses name."""

    mentor: Mentor
    assistant: Assistant
    shift: Shift
    finding: Finding
    photo: Photo
    activity: Activity
    project: GrantProject
    document: Document
    held: Held
    conflict: Conflict
    rescue: RescueFile
    waiting: WaitingPhoto

    @cached_property
    def sealed_finding(self) -> Finding:
        """A finding of March 2021, which is sealed."""
        found_at = factories.local(2021, 3, 15, 10)
        finding = factories.FindingFactory(assistant=self.assistant, place=self.finding.place, found_at=found_at)
        closed.sealed(Month(2021, 3), factories.UserFactory(is_coordinator=True))
        return finding

    @cached_property
    def access_key(self) -> AccessKey:
        issuer = factories.UserFactory(is_coordinator=True)
        return AccessKey.objects.issue("Mapový server", by=issuer)[0]

    @cached_property
    def late(self) -> Held:
        """A finding of March 2021 that came when March had been sealed."""
        moment = self.sealed_finding.found_at
        receipt = Receipt.objects.create(
            id=factories.record_id(),
            user=self.assistant.user,
            kind="finding",
            version=1,
            recorded_at=moment,
            utc_offset_min=60,
            clock_skew=timedelta(0),
            payload=phones.finding(),
            digest=b"\0" * 32,
            received_at=Month(2021, 3).end + timedelta(days=1),
        )
        return Held.objects.create(receipt=receipt, reason=Held.Reason.SEALED_MONTH, happened_at=moment)

    @cached_property
    def deadline(self) -> Deadline:
        return self.project.deadlines.create(name="Vyúčtování", due_on=date(2022, 2, 15))

    @cached_property
    def report(self) -> ProjectReport:
        """With a section of each kind, so that its page shows everything."""
        grant_setup.add_usual_sections(self.project)
        self.project.indicators.create(name="Nálezy", figure="pieces", target=800)
        self.project.cost_lines.create(name="Mzdy", planned=2_000_000, used=500_000)
        return factories.ProjectReportFactory(project=self.project)

    @cached_property
    def section(self) -> ReportSection:
        self.report.write(self.project.sections.first(), "Našli jsme {{nalezy.kusy.slovy}}.")
        return self.project.sections.first()

    @cached_property
    def annex(self) -> Annex:
        return self.report.annexes.create(title="Fotografie", file="fotografie.pdf", sha256="0" * 64, size=1)

    @cached_property
    def submission(self) -> Submission:
        """The report with its annex, handed over once, and changed since."""
        assert self.annex
        report = ProjectReport.objects.select_related("project").get(pk=self.report.pk)
        by, seen = factories.UserFactory(is_coordinator=True), compiled(report).digest
        made = submitting.submit(self.report, by=by, now=timezone.now(), seen=seen, provisional=True)
        self.report.annexes.create(title="Prezenční listina")
        return made

    @cached_property
    def need(self) -> CoverNeed:
        return factories.CoverNeedFactory(locality=self.shift.locality)

    @cached_property
    def pair(self) -> Pair:
        other = factories.AssistantFactory(mentor=self.mentor)
        return Pair.objects.create(one=self.assistant, other=other, starts=date(2021, 1, 1))

    @cached_property
    def template(self) -> ShiftTemplate:
        return factories.ShiftTemplateFactory()

    @cached_property
    def absence(self) -> Absence:
        return factories.AbsenceFactory(assistant=self.assistant)

    @cached_property
    def swap(self) -> Swap:
        return Swap.objects.create(shift=self.shift, offered_by=self.assistant)

    @cached_property
    def proposal(self) -> Proposal:
        """Worked out; what it proposes is shown, what stays open says why."""
        factories.CoverNeedFactory(locality=self.shift.locality, people=2)
        made = Proposal.objects.request(date(2021, 4, 12), date(2021, 4, 18), by=self.mentor.user)
        proposing.build(made.pk, most=2)
        return made

    @cached_property
    def operation(self) -> Operation:
        return Operation.objects.note(self.mentor.user, "Nic", [])

    @cached_property
    def brought(self) -> RecordImport:
        """A file with a row that cannot be read."""
        content = "Datum;Čas;Osobní číslo asistenta\n5. 4. 2019;8:05;0\n".encode()
        return RecordImport.objects.keep("nalezy", "nalezy.csv", content, by=self.mentor.user)

    @cached_property
    def box(self) -> Box:
        """The box that the assistant carries."""
        box: Box = factories.BoxFactory(carrier=self.assistant)
        return box

    @cached_property
    def sighting(self) -> Sighting:
        """What a citizen told; the assistant is to look there."""
        sighting: Sighting = factories.SightingFactory(assistant=self.assistant)
        return sighting

    @cached_property
    def handover(self) -> Handover:
        box = factories.BoxFactory()
        box.close(at=factories.local(2021, 4, 20, 12))
        by = factories.UserFactory(is_coordinator=True)
        return custody.hand_over({box: (0, "")}, recipient=factories.RecipientFactory(), on=date(2021, 4, 20), by=by)

    @cached_property
    def injury(self) -> Injury:
        injury: Injury = factories.InjuryFactory(assistant=self.assistant)
        return injury

    @cached_property
    def field_check(self) -> FieldCheck:
        check: FieldCheck = factories.FieldCheckFactory(checked_by=self.mentor.user, people=[self.assistant])
        return check

    def evaluated(self, *, signed: bool) -> int:
        """The assistant, whose April is evaluated and signed and whose March waits for the signature."""
        row, made = Evaluation.objects.get_or_create(
            assistant=self.assistant,
            month=date(2021, 4 if signed else 3, 1),
            defaults={"grade": "good", "went_well": "Klid.", "written_by": self.mentor.user},
        )
        if made and signed:
            figures = [["Kontroly v terénu", "1"]]
            row.sign(by=self.mentor.user, figures=figures, seen=row.digest, now=Month(2021, 5).end)
        return self.assistant.pk

    @cached_property
    def timesheets(self) -> TimesheetPrint:
        """What the mentor asked for, finished."""
        asked = TimesheetPrint.objects.request(Month(2021, 4), None, {}, "0" * 64, layout=1, by=self.mentor.user)
        asked.claim()
        asked.finish({"pdf": {"file": "timesheets/a.pdf", "sha256": "0" * 64, "size": 1}})
        return asked

    @cached_property
    def request(self) -> CorrectionRequest:
        """What the assistant says about a duty that is missing."""
        start = factories.local(2021, 4, 14, 8)
        return CorrectionRequest.objects.create(
            assistant=self.assistant, day=start.date(), start=start, end=start + timedelta(hours=8), reason="Telefon."
        )

    @cached_property
    def training(self) -> Training:
        training: Training = factories.TrainingFactory(assistant=self.assistant)
        return training

    @cached_property
    def training_need(self) -> TrainingNeed:
        return TrainingNeed.objects.create(kind=self.training.kind)

    @cached_property
    def visitors(self) -> dict[str, User | None]:
        other_mentor = factories.MentorFactory()
        return {
            "anonymous": None,
            "assistant": self.assistant.user,
            "other_assistant": factories.AssistantFactory(mentor=other_mentor).user,
            "mentor": self.mentor.user,
            "other_mentor": other_mentor.user,
            "coordinator": factories.UserFactory(is_coordinator=True),
            "administrator": factories.UserFactory(is_administrator=True),
        }

    @cached_property
    def account(self) -> User:
        account: User = factories.UserFactory(is_coordinator=True)
        return account

    @cached_property
    def retired_kind(self) -> ActivityKind:
        kind: ActivityKind = factories.ActivityKindFactory(retired_on=date(2021, 4, 15))
        return kind

    @cached_property
    def arguments(self) -> dict[str, dict[str, Any]]:
        """What the addresses are called with."""
        return {
            "people:assistant": {"pk": self.assistant.pk},
            "people:edit-assistant": {"pk": self.assistant.pk},
            "people:change-fte": {"pk": self.assistant.pk},
            "people:move-assistant": {"pk": self.assistant.pk},
            "people:end-assistant": {"pk": self.assistant.pk},
            "people:employ-assistant": {"pk": self.assistant.pk},
            "people:issue-assistant-password": {"pk": self.assistant.pk},
            "people:account": {"pk": self.account.pk},
            "people:edit-account": {"pk": self.account.pk},
            "people:close-account": {"pk": self.account.pk},
            "people:reopen-account": {"pk": self.account.pk},
            "people:issue-account-password": {"pk": self.account.pk},
            "localities:locality": {"pk": self.shift.locality_id},
            "localities:edit-locality": {"pk": self.shift.locality_id},
            "localities:close-locality": {"pk": self.shift.locality_id},
            "localities:reopen-locality": {"pk": self.shift.locality_id},
            "localities:edit-district": {"pk": self.shift.locality.district_id},
            "audit:history": {"label": "patrols.shift", "pk": self.shift.pk},
            "patrols:week": {"week": Week.of(date(2021, 4, 15))},
            "patrols:export-week": {"week": Week.of(date(2021, 4, 15))},
            "patrols:copy-week": {"week": Week.of(date(2021, 4, 15))},
            "patrols:localities": {"week": Week.of(date(2021, 4, 15))},
            "patrols:month": {"month": Month(2021, 4)},
            "patrols:download-month": {"month": Month(2021, 4)},
            "patrols:undo": {"pk": self.operation.pk},
            "patrols:edit-need": {"pk": self.need.pk},
            "patrols:remove-need": {"pk": self.need.pk},
            "patrols:edit-pair": {"pk": self.pair.pk},
            "patrols:remove-pair": {"pk": self.pair.pk},
            "patrols:edit-template": {"pk": self.template.pk},
            "patrols:remove-template": {"pk": self.template.pk},
            "patrols:absence": {"pk": self.absence.pk},
            "patrols:decide-absence": {"pk": self.absence.pk},
            "patrols:proposal": {"pk": self.proposal.pk},
            "patrols:proposal-progress": {"pk": self.proposal.pk},
            "patrols:take-proposal": {"pk": self.proposal.pk},
            "patrols:step-swap": {"pk": self.swap.pk},
            "patrols:offer-shift": {"pk": self.shift.announcement.pk},
            "patrols:feed": {"token": "not-a-token"},
            "patrols:announced": {"pk": self.shift.announcement.pk},
            "patrols:answer": {"pk": self.shift.announcement.pk},
            "patrols:shift": {"pk": self.shift.pk},
            "patrols:change-shift": {"pk": self.shift.pk},
            "patrols:remove-shift": {"pk": self.shift.pk},
            "attendance:month": {"month": Month(2021, 4)},
            **{
                f"attendance:{name}": {"first": Month(2021, 3), "last": Month(2021, 4)}
                for name in ("period", "export-period", "export-workbook")
            },
            **{f"attendance:{name}": {"month": Month(2021, 4)} for name in ("export", "approvals", "approve")},
            **{f"attendance:{name}": {"pk": self.assistant.pk, "day": date(2021, 4, 15)} for name in ATTENDED},
            **{f"attendance:{name}-request": {"pk": self.request.pk} for name in ("cancel", "take", "refuse")},
            "evaluations:month": {"month": Month(2021, 4)},
            "evaluations:person": {"month": Month(2021, 4), "pk": self.evaluated(signed=True)},
            "evaluations:write": {"month": Month(2021, 3), "pk": self.evaluated(signed=False)},
            "evaluations:sign": {"month": Month(2021, 3), "pk": self.evaluated(signed=False)},
            "evaluations:acknowledge": {"month": Month(2021, 4), "pk": self.evaluated(signed=True)},
            "timesheets:month": {"month": Month(2021, 4)},
            "timesheets:prepare": {"month": Month(2021, 4)},
            "timesheets:person": {"month": Month(2021, 4), "pk": self.assistant.pk},
            "timesheets:progress": {"pk": self.timesheets.pk},
            "timesheets:download": {"pk": self.timesheets.pk, "extension": "pdf"},
            **{f"checks:{name}": {"pk": self.field_check.pk} for name in ("detail", "edit", "withdraw")},
            "activities:detail": {"pk": self.activity.pk},
            "patrols:change-limit": {"name": "daily_rest"},
            "codes:list": {"slug": "druhy-cinnosti"},
            "codes:add": {"slug": "druhy-cinnosti"},
            "codes:edit": {"slug": "druhy-cinnosti", "pk": self.activity.kind_id},
            "codes:retire": {"slug": "druhy-cinnosti", "pk": self.activity.kind_id},
            "codes:restore": {"slug": "druhy-cinnosti", "pk": self.retired_kind.pk},
            "findings:detail": {"pk": self.finding.pk},
            "findings:review": {"pk": self.finding.pk},
            "findings:decide": {"pk": self.finding.pk, "step": "potvrdit"},
            "findings:relocate": {"pk": self.finding.pk},
            "findings:photo": {"pk": self.photo.pk},
            "findings:cover-photo": {"pk": self.photo.pk},
            "findings:place": {"pk": self.finding.place_id},
            **{f"findings:{step}-place": {"pk": self.finding.place_id} for step in ("move", "merge", "split")},
            "findings:rename-place": {"pk": self.finding.place_id},
            **{f"findings:{name}": {"pk": self.box.pk} for name in BOXED},
            **{f"findings:{name}": {"pk": self.handover.pk} for name in HANDED},
            **{f"findings:{name}": {"pk": self.sighting.pk} for name in SIGHTED},
            "findings:balance": {"month": Month(2021, 4)},
            "findings:injury": {"pk": self.injury.pk},
            "findings:take-injury-step": {"pk": self.injury.pk, "step": "doctor"},
            **{f"training:{name}": {"pk": self.training.pk} for name in ("detail", "edit", "withdraw")},
            "training:edit-kind": {"pk": self.training.kind_id},
            "training:retire-kind": {"pk": self.training.kind_id},
            "training:remove-need": {"pk": self.training_need.pk},
            **{f"reports:{name}": {"month": Month(2021, 4)} for name in MONTHLY},
            "reports:import-template-export": {"kind": "nalezy"},
            "reports:import": {"pk": self.brought.pk},
            "reports:read-import": {"pk": self.brought.pk},
            "reports:edition": {"pk": self.document.edition_id},
            "reports:rebuild-edition": {"pk": self.document.edition_id},
            "reports:download": {"pk": self.document.pk},
            "reports:seal": {"month": self.late.month, "version": 1},
            "reports:download-seal": {"month": self.late.month, "version": 1},
            "reports:corrections": {"month": self.late.month},
            "reports:correct-words": {"month": self.late.month},
            "reports:reject-late": {"month": self.late.month, "pk": self.late.pk},
            "reports:correct-finding": {"pk": self.sealed_finding.pk},
            "reports:project": {"pk": self.project.pk},
            "reports:export-project-months": {"pk": self.project.pk},
            "reports:edit-project": {"pk": self.project.pk},
            "reports:take-over": {"pk": self.project.pk},
            "reports:add-report": {"pk": self.project.pk},
            "reports:add-part": {"pk": self.project.pk, "part": "ukazatele"},
            "reports:change-part": {"pk": self.project.pk, "part": "terminy", "row": self.deadline.pk},
            "reports:remove-part": {"pk": self.project.pk, "part": "terminy", "row": self.deadline.pk},
            "reports:finish-deadline": {"pk": self.project.pk, "row": self.deadline.pk},
            **{f"reports:{name}": {"pk": self.report.pk} for name in REPORTED},
            "reports:write-section": {"pk": self.report.pk, "section": self.section.pk},
            "reports:change-annex": {"pk": self.report.pk, "annex": self.annex.pk},
            "reports:remove-annex": {"pk": self.report.pk, "annex": self.annex.pk},
            "reports:annex-file": {"pk": self.report.pk, "annex": self.annex.pk},
            **{f"reports:{name}": {"pk": self.report.pk, "version": self.submission.version} for name in SUBMITTED},
            "reports:submitted-annex": {"pk": self.report.pk, "version": self.submission.version, "number": 1},
            "reports:period-shifts": {"first": Month(2021, 1), "last": Month(2021, 4)},
            "reports:export-period-shifts": {"first": Month(2021, 1), "last": Month(2021, 4)},
            "findings:waiting-photo": {"pk": self.waiting.pk},
            "findings:end-key": {"pk": self.access_key.pk},
            "receiving:held": {"pk": self.held.pk},
            "receiving:decide-held": {"pk": self.held.pk},
            "receiving:conflict": {"pk": self.conflict.pk},
            "receiving:rescue-file": {"pk": self.rescue.pk},
            "receiving:take-over": {"pk": self.rescue.pk},
            "sync:photo": {"photo_id": factories.record_id()},
            "account_reset_password_from_key": {"uidb36": "1", "key": "not-a-key"},
        }

    def url(self, name: str) -> str:
        """The address `name`, its arguments taken from this world."""
        query = {
            "patrols:add-shift": f"?asistent={self.assistant.pk}&den=2021-04-20",
            "findings:put": f"?nalez={self.finding.pk}",
            "findings:marks": "?okno=49.7,18.1,49.9,18.4&zoom=12",
        }
        return reverse(name, kwargs=self.arguments.get(name)) + query.get(name, "")


@pytest.fixture
def world(mentor: Mentor, assistant: Assistant, settings: Any) -> World:
    settings.MEDIA_ACCEL_LOCATION = "/private/"
    shift = factories.ShiftFactory(assistant=assistant, start=factories.local(2021, 4, 15, 8))
    finding = factories.FindingFactory(assistant=assistant, shift=shift, place__locality=shift.locality)
    photo = Photo.objects.create(
        id=factories.record_id(),
        finding=finding,
        file="photos/a.jpg",
        width=4,
        height=3,
        upload_digest=b"\0" * 32,
        sha256="0" * 64,
    )
    activity = factories.ActivityFactory(assistant=assistant, shift=shift, locality=shift.locality)
    factories.AttendanceFactory(assistant=assistant)
    project = factories.GrantProjectFactory()
    stored = MonthlySummary.objects.store(count(Month(2021, 4)), inputs="", by=None)
    edition = editions.request_month(stored.value, by=None)
    document = Document.objects.create(edition=edition, format="csv", file="documents/a.csv", sha256="0" * 64, size=1)
    held = factories.HeldFactory(receipt__user=assistant.user)
    conflict = factories.ConflictFactory(receipt__user=assistant.user, receipt__clock_skew=timedelta(hours=1))
    rescue = factories.RescueFileFactory(by=mentor.user, owner=assistant.user)
    waiting = WaitingPhoto.objects.create(
        id=factories.record_id(),
        record=held.receipt,
        file="photos/b.jpg",
        width=4,
        height=3,
        upload_digest=b"\0" * 32,
        sha256="0" * 64,
    )
    return World(mentor, assistant, shift, finding, photo, activity, project, document, held, conflict, rescue, waiting)


REFUSALS = {"401", "403", "404"}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(ADDRESSES) == set(ROWS)


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_view_says_who_may_open_it(name: str) -> None:
    access = getattr(ADDRESSES[name], "access", None)
    assert access == "public" or isinstance(access, Permission)


@pytest.fixture
def clients(world: World) -> dict[str, Client]:
    """A browser for each visitor, signed in once."""
    signed_in = {}
    for visitor, user in world.visitors.items():
        signed_in[visitor] = Client()
        if user is not None:
            signed_in[visitor].force_login(user)
    return signed_in


def test_visitors_get_what_the_table_says(world: World, clients: dict[str, Client]) -> None:
    got = {}
    for name in ROWS:
        url = world.url(name)
        statuses = []
        for client in clients.values():
            answer = client.get(url)
            if answer.status_code == 405:
                answer = client.post(url)
            if answer.streaming:
                answer.getvalue()  # to its end, as a browser does: what stands open behind it is closed then
            statuses.append(str(answer.status_code))
        got[name] = " ".join(statuses)
    assert got == ROWS


def test_strangers_are_sent_to_the_sign_in_page(world: World, clients: dict[str, Client]) -> None:
    sent = {
        name: clients["anonymous"].get(world.url(name)).headers["Location"].partition("?")[0]
        for name, row in ROWS.items()
        if row.startswith("302") and name != "account_logout"
    }
    assert sent == dict.fromkeys(sent, "/ucet/login/")


def test_posting_does_not_open_what_get_refuses(world: World, clients: dict[str, Client]) -> None:
    opened = []
    for name, row in ROWS.items():
        url = world.url(name)
        for (visitor, client), expected in zip(clients.items(), row.split(), strict=True):
            if expected in REFUSALS:
                status = client.post(url).status_code
                if status not in {401, 403, 404, 405, 415}:
                    opened.append((name, visitor, status))
    assert opened == []


def test_pages_take_no_method_but_reading_and_posting(world: World, clients: dict[str, Client]) -> None:
    """Asked by whoever is let in: what is refused to them because of its method is refused so to everybody."""
    taken = []
    # The two interfaces have methods of their own, and the library's pages of accounts take any as a form.
    pages = {name: row for name, row in ROWS.items() if not name.startswith(("sync:", "gis:", "account_"))}
    for name, row in pages.items():
        url = world.url(name)
        signed_in = list(zip(clients.values(), row.split(), strict=True))[1:]
        client = next((client for client, status in signed_in if status not in REFUSALS), clients["coordinator"])
        for method in ("put", "patch", "delete"):
            status = getattr(client, method)(url).status_code
            if status not in {401, 403, 404, 405}:
                taken.append(f"{method} {name}: {status}")
    assert taken == []
