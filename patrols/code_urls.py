"""Addresses below /ciselniky/."""

from django.urls import path

from patrols import code_views as views

app_name = "codes"

urlpatterns = [
    path("", views.code_lists, name="lists"),
    path("<slug:slug>/", views.code_list, name="list"),
    path("<slug:slug>/nova/", views.add_code, name="add"),
    path("<slug:slug>/<int:pk>/upravit/", views.edit_code, name="edit"),
    path("<slug:slug>/<int:pk>/vyradit/", views.retire_code, name="retire"),
    path("<slug:slug>/<int:pk>/vratit/", views.restore_code, name="restore"),
]
