"""Addresses below /hodnoceni/."""

from django.urls import path

import apk.converters  # noqa: F401  # the converter `month`
from reports import evaluation_views as views

app_name = "evaluations"

urlpatterns = [
    path("<month:month>/", views.month_page, name="month"),
    path("<month:month>/<int:pk>/", views.person_page, name="person"),
    path("<month:month>/<int:pk>/napsat/", views.write, name="write"),
    path("<month:month>/<int:pk>/podepsat/", views.sign, name="sign"),
    path("<month:month>/<int:pk>/cteno/", views.acknowledge, name="acknowledge"),
]
