"""The history of an object, and the log of who saw and took what."""

from django.urls import path

from apk.audit import views

app_name = "audit"
urlpatterns = [
    path("historie/<str:label>/<str:pk>/", views.history, name="history"),
    path("protokol/", views.access_log, name="access-log"),
    path("protokol/zaznamy.csv", views.export_access_log, name="export-access-log"),
]
