"""Addresses under /prehledy/, /dokumenty/ and /projekty/."""

from django.urls import path

import apk.converters  # noqa: F401  # registers <month:…>
from reports import document_views, project_views, views

app_name = "reports"

urlpatterns = [
    path("prehledy/", views.month_list, name="months"),
    path("prehledy/export.csv", views.export_months, name="export-months"),
    path("prehledy/<month:month>/", views.month_page, name="month"),
    path("prehledy/<month:month>/prubeh/", views.building, name="building"),
    path("prehledy/<month:month>/sestavit/", views.build, name="build"),
    path("prehledy/<month:month>/smeny/", views.shifts, name="shifts"),
    path("prehledy/<month:month>/smeny/export.csv", views.export_shifts, name="export-shifts"),
    path("prehledy/<month:month>/dokumenty/", document_views.month_documents, name="documents"),
    path("prehledy/<month:month>/dokumenty/pripravit/", document_views.publish_month, name="publish"),
    path("dokumenty/prehled.schema.json", document_views.schema, name="schema"),
    path("dokumenty/vydani/<int:pk>/", document_views.edition, name="edition"),
    path("dokumenty/soubor/<int:pk>/", document_views.download, name="download"),
    path("projekty/", project_views.project_list, name="projects"),
    path("projekty/novy/", project_views.create, name="create-project"),
    path("projekty/<int:pk>/", project_views.detail, name="project"),
    path("projekty/<int:pk>/mesice.csv", project_views.export_project_months, name="export-project-months"),
    path("projekty/<int:pk>/upravit/", project_views.edit, name="edit-project"),
]
