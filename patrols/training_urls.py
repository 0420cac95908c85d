"""Addresses below /skoleni/."""

from django.urls import path

from patrols import training_views as views

app_name = "training"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("zapisy/", views.trainings, name="list"),
    path("zapisy/export.csv", views.export, name="export"),
    path("zapisy/nove/", views.add, name="add"),
    path("zapisy/<int:pk>/", views.detail, name="detail"),
    path("zapisy/<int:pk>/upravit/", views.edit, name="edit"),
    path("zapisy/<int:pk>/zrusit/", views.withdraw, name="withdraw"),
    path("druhy/", views.setup, name="setup"),
    path("druhy/novy/", views.add_kind, name="add-kind"),
    path("druhy/<int:pk>/upravit/", views.edit_kind, name="edit-kind"),
    path("druhy/<int:pk>/vyradit/", views.retire_kind, name="retire-kind"),
    path("potreby/nova/", views.add_need, name="add-need"),
    path("potreby/<int:pk>/odebrat/", views.remove_need, name="remove-need"),
]
