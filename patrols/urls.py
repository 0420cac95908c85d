"""Addresses below /plan/."""

from django.urls import path

import apk.converters  # noqa: F401  # the converter `week`
from patrols import own_views, publishing_views, views

app_name = "patrols"
urlpatterns = [
    path("", views.this_week, name="this-week"),
    path("<week:week>/", views.week, name="week"),
    path("<week:week>/smeny.csv", views.export_week, name="export-week"),
    path("<week:week>/kopirovat/", views.copy_week, name="copy-week"),
    path("zverejnit/", publishing_views.publish, name="publish"),
    path("muj/", own_views.own_plan, name="own-plan"),
    path("muj/vzit-na-vedomi/", own_views.acknowledge_all, name="acknowledge-all"),
    path("muj/<int:pk>/", own_views.announced, name="announced"),
    path("muj/<int:pk>/odpovedet/", own_views.answer, name="answer"),
    path("smeny/nova/", views.add_shift, name="add-shift"),
    path("smeny/<int:pk>/", views.shift, name="shift"),
    path("smeny/<int:pk>/upravit/", views.change_shift, name="change-shift"),
    path("smeny/<int:pk>/odebrat/", views.remove_shift, name="remove-shift"),
]
