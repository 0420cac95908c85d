"""The demonstration's grant projects, and the summaries that a real worker is asked to build."""

from datetime import date, datetime

from apk.calendar import Month, local_date
from apk.demo import grants
from apk.demo.closings import SEALED
from apk.demo.team import COORDINATOR
from apk.people.models import User
from reports.models import GrantProject, Job

FIRST_YEAR = 2012  # the tenth period was 2021


def make_projects(now: datetime) -> None:
    """Makes the project of 2021 and those of the years that the recent months reach into."""
    today = local_date(now)
    this_month = Month.of(today)
    recent = {this_month.year, this_month.previous.previous.previous.year}
    for year in sorted({2021, *recent}):
        project = GrantProject.objects.create(
            name=f"Ostrava – Asistent prevence kriminality {year}",
            number=f"314D0830{year % 100:02}247",
            sequence=year - FIRST_YEAR + 1,
            starts=date(year, 1, 1),
            ends=date(year, 12, 31),
            posts=7,
            ministry_grant=2_450_000,
            city_share=490_000,
            publicity=(
                f"Projekt „Ostrava – Asistent prevence kriminality {year}“ je hrazen z dotací Ministerstva vnitra ČR "
                "a statutárního města Ostravy."
            ),
        )
        grants.set_up(project, today)
        grants.write_reports(project, today)
    grants.remind_soon(project, today)
    grants.write_april()


def request_summaries(recent: list[Month]) -> None:
    """Asks for the summaries of 2021 and of the recent months but the last, which waits for the coordinator.

    Months already sealed have theirs.
    """
    coordinator = User.objects.get(personal_number=COORDINATOR.personal_number)
    open_months = [month for number in range(1, 13) if (month := Month(2021, number)) not in SEALED]
    for month in [*open_months, *recent[:-1]]:
        Job.objects.request(month, by=coordinator)
