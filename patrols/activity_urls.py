"""Addresses below /cinnosti/."""

from django.urls import path

from patrols import activity_views as views

app_name = "activities"

urlpatterns = [
    path("", views.activity_list, name="list"),
    path("export.csv", views.export, name="export"),
    path("<uuid:pk>/", views.detail, name="detail"),
]
