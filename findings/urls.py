"""Addresses under /nalezy/; those of the phone application stand in `field_urls`."""

from django.urls import path

from findings import photo_views, views

app_name = "findings"

urlpatterns = [
    path("", views.finding_list, name="list"),
    path("export.csv", views.export, name="export"),
    path("fotografie/<uuid:pk>/", photo_views.photo, name="photo"),
    path("cekajici-fotografie/<uuid:pk>/", photo_views.waiting_photo, name="waiting-photo"),
    path("mista/<int:pk>/", views.place, name="place"),
    path("mista/<int:pk>/nazev/", views.rename_place, name="rename-place"),
    path("<uuid:pk>/", views.detail, name="detail"),
]
