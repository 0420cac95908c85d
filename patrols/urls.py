"""Addresses below /plan/."""

from django.urls import path

import apk.converters  # noqa: F401  # the converter `week`
from patrols import views

app_name = "patrols"
urlpatterns = [
    path("", views.this_week, name="this-week"),
    path("<week:week>/", views.week, name="week"),
    path("<week:week>/smeny.csv", views.export_week, name="export-week"),
    path("<week:week>/kopirovat/", views.copy_week, name="copy-week"),
    path("smeny/nova/", views.add_shift, name="add-shift"),
    path("smeny/<int:pk>/", views.shift, name="shift"),
    path("smeny/<int:pk>/upravit/", views.change_shift, name="change-shift"),
    path("smeny/<int:pk>/odebrat/", views.remove_shift, name="remove-shift"),
]
