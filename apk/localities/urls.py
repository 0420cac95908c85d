"""Addresses of the register of localities and city districts."""

from django.urls import path

from apk.localities import views

app_name = "localities"

urlpatterns = [
    path("", views.localities, name="localities"),
    path("nova/", views.add_locality, name="add-locality"),
    path("<int:pk>/", views.locality, name="locality"),
    path("<int:pk>/upravit/", views.edit_locality, name="edit-locality"),
    path("<int:pk>/ukoncit/", views.close_locality, name="close-locality"),
    path("<int:pk>/obnovit/", views.reopen_locality, name="reopen-locality"),
    path("obvody/", views.districts, name="districts"),
    path("obvody/novy/", views.add_district, name="add-district"),
    path("obvody/<int:pk>/", views.edit_district, name="edit-district"),
]
