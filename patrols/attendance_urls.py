"""Addresses below /dochazka/."""

from django.urls import path

import apk.converters  # noqa: F401  # the converters `month` and `day`
from patrols import approval_views, attendance_views

app_name = "attendance"

urlpatterns = [
    path("", attendance_views.this_month, name="this-month"),
    path("<month:month>/", attendance_views.month_page, name="month"),
    path("<month:first>/<month:last>/", attendance_views.period_page, name="period"),
    path("<month:month>/export.csv", attendance_views.export, name="export"),
    path("<month:first>/<month:last>/export.csv", attendance_views.export_period, name="export-period"),
    path("<month:first>/<month:last>/export.xlsx", attendance_views.export_workbook, name="export-workbook"),
    path("<month:month>/schvalovani/", approval_views.approvals, name="approvals"),
    path("<month:month>/schvalit/", approval_views.approve, name="approve"),
    path("<int:pk>/<day:day>/", approval_views.day_page, name="day"),
    path("<int:pk>/<day:day>/opravit/", approval_views.correct, name="correct"),
    path("<int:pk>/<day:day>/vzit-zpet/", approval_views.take_back, name="take-back"),
    path("<int:pk>/<day:day>/otevrit/", approval_views.reopen, name="reopen"),
    path("<int:pk>/<day:day>/navrhnout/", approval_views.propose, name="propose"),
    path("navrhy/<int:pk>/zrusit/", approval_views.cancel_request, name="cancel-request"),
    path("navrhy/<int:pk>/prevzit/", approval_views.take_request, name="take-request"),
    path("navrhy/<int:pk>/neprijmout/", approval_views.refuse_request, name="refuse-request"),
]
