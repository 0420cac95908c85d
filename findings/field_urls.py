"""Addresses of the phone application, under a prefix of its own: the scope of its service worker."""

from django.urls import path

from findings import field

app_name = "field"

urlpatterns = [
    path("", field.screen, {"name": "today"}, name="today"),
    path("nalez/", field.screen, {"name": "capture"}, name="capture"),
    path("cinnost/", field.screen, {"name": "activity"}, name="activity"),
    path("fronta/", field.screen, {"name": "queue"}, name="queue"),
    path("zaznamy/", field.screen, {"name": "records"}, name="records"),
    path("prvni-pomoc/", field.screen, {"name": "first-aid"}, name="first-aid"),
    path("telefon/", field.screen, {"name": "phone"}, name="phone"),
    path("data", field.data, name="data"),
    path("manifest.webmanifest", field.manifest, name="manifest"),
    path("sw.js", field.worker, name="worker"),
]
