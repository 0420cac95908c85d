"""Addresses under /nalezy/."""

from django.urls import path

from findings import photo_views

app_name = "findings"

urlpatterns = [
    path("fotografie/<uuid:pk>/", photo_views.photo, name="photo"),
]
