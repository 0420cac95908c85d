"""Addresses of the phone application, under a prefix of its own: one day the scope of its service worker."""

from django.urls import path

from findings import field

app_name = "field"

urlpatterns = [
    path("", field.today, name="today"),
    path("nalez/", field.capture, name="capture"),
    path("fronta/", field.queue, name="queue"),
]
