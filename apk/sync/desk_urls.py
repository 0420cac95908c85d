"""Addresses under /prijem/: what came from phones and waits for a person. Phones themselves use `urls`."""

from django.urls import path

from apk.sync import views

app_name = "receiving"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("karantena/", views.quarantine, name="quarantine"),
    path("opozdene/", views.late, name="late"),
    path("zaznamy/<uuid:pk>/", views.held, name="held"),
    path("zaznamy/<uuid:pk>/rozhodnout/", views.decide_held, name="decide-held"),
    path("rozpory/", views.conflicts, name="conflicts"),
    path("rozpory/<int:pk>/", views.conflict, name="conflict"),
    path("hodiny/", views.clocks, name="clocks"),
    path("zaloha/", views.rescue_files, name="rescue-files"),
    path("zaloha/<int:pk>/", views.rescue_file, name="rescue-file"),
    path("zaloha/<int:pk>/prevzit/", views.take_over, name="take-over"),
]
