"""Addresses below /vykazy/."""

from django.urls import path

import apk.converters  # noqa: F401  # the converter `month`
from reports import timesheet_views as views

app_name = "timesheets"

urlpatterns = [
    path("<month:month>/", views.month_page, name="month"),
    path("<month:month>/pripravit/", views.prepare, name="prepare"),
    path("<month:month>/<int:pk>/", views.person_page, name="person"),
    path("soubory/<int:pk>/", views.progress, name="progress"),
    path("soubory/<int:pk>/<slug:extension>/", views.download, name="download"),
]
