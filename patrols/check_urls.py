"""Addresses below /kontroly/."""

from django.urls import path

from patrols import check_views as views

app_name = "checks"

urlpatterns = [
    path("", views.checks, name="list"),
    path("export.csv", views.export, name="export"),
    path("nova/", views.add, name="add"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/upravit/", views.edit, name="edit"),
    path("<int:pk>/zrusit/", views.withdraw, name="withdraw"),
]
