"""Addresses below /dochazka/."""

from django.urls import path

import apk.converters  # noqa: F401  # the converter `month`
from patrols import attendance_views as views

app_name = "attendance"

urlpatterns = [
    path("", views.this_month, name="this-month"),
    path("<month:month>/", views.month_page, name="month"),
    path("<month:first>/<month:last>/", views.period_page, name="period"),
    path("<month:month>/export.csv", views.export, name="export"),
]
