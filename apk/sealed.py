"""What the database's refusal to change a sealed month means to people.

Records of a sealed month are guarded by triggers, whoever writes (see `reports.guards`). Layers that know nothing of
sealing recognise the refusal here and pass its sentence on; what nobody expected ends as a page of its own.
"""

from typing import Final

import psycopg
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from apk import czech
from apk.calendar import Month

CONSTRAINT: Final = "sealed_month"
"""What the database names as the constraint when it refuses a change of a sealed month; its SQLSTATE is 23001."""


BY_CORRECTION: Final = {
    "findings_finding": (
        "Počty, druh místa a platnost nálezu může opravit koordinátor ze stránky nálezu, novou verzí měsíce."
    ),
    "reports_monthnarrative": "Slovo k měsíci může opravit koordinátor, novou verzí měsíce.",
}
"""What a correction has a page for, by the table that was refused."""

AS_IT_IS: Final = "Tento záznam už opravit nejde. Co je v něm špatně, může koordinátor uvést ve slově k měsíci."


def sentence(error: BaseException) -> str:
    """Why a change was refused and what can be done, in Czech; "" when the error is not about a sealed month."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error) or cause.diag.constraint_name != CONSTRAINT:
        return ""
    which = cause.diag.message_detail
    month = f" {czech.month(Month.parse(which).first_day)}" if which else ""
    way_out = BY_CORRECTION.get(cause.diag.table_name or "", AS_IT_IS)
    return f"Měsíc{month} je uzavřený a jeho záznamy se už nemění. {way_out}"


class SealedMonthMiddleware(MiddlewareMixin):
    """Answers a request that tried to change a sealed month with the sentence why not, status 409."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        text = sentence(exception) if isinstance(exception, IntegrityError) else ""
        return render(request, "409.html", {"text": text}, status=409) if text else None
