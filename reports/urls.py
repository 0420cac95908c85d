"""Addresses under /prehledy/, /dokumenty/, /projekty/ and /zpravy/."""

from django.urls import path

import apk.converters  # noqa: F401  # registers <month:…>
from reports import closing_views, document_views, grant_views, period_views, project_views, views

app_name = "reports"

urlpatterns = [
    path("prehledy/", views.month_list, name="months"),
    path("prehledy/export.csv", views.export_months, name="export-months"),
    path("prehledy/overeni/", closing_views.verification, name="verification"),
    path("prehledy/opravit-nalez/<uuid:pk>/", closing_views.correct_finding, name="correct-finding"),
    path("prehledy/<month:month>/", views.month_page, name="month"),
    path("prehledy/<month:month>/uzavreni/", closing_views.closing_page, name="closing"),
    path("prehledy/<month:month>/uzavreni/potvrdit-za/", closing_views.vouch, name="vouch"),
    path("prehledy/<month:month>/uzavreni/schvalit/", closing_views.approve, name="approve"),
    path("prehledy/<month:month>/uzavreni/schvalit-za/", closing_views.stand_in, name="stand-in"),
    path("prehledy/<month:month>/uzavreni/vratit/", closing_views.send_back, name="send-back"),
    path("prehledy/<month:month>/uzavreni/uzavrit/", closing_views.seal, name="seal-month"),
    path("prehledy/<month:month>/opravy/", closing_views.corrections, name="corrections"),
    path("prehledy/<month:month>/opravy/<uuid:pk>/neprijmout/", closing_views.reject, name="reject-late"),
    path("prehledy/<month:month>/verze/<int:version>/", closing_views.seal_page, name="seal"),
    path("prehledy/<month:month>/verze/<int:version>/mesic.json", closing_views.download_seal, name="download-seal"),
    path("moje-mesice/", closing_views.own_months, name="own-months"),
    path("moje-mesice/<month:month>/potvrdit/", closing_views.confirm, name="confirm-month"),
    path("prehledy/<month:month>/prubeh/", views.building, name="building"),
    path("prehledy/<month:month>/sestavit/", views.build, name="build"),
    path("prehledy/<month:month>/smeny/", views.shifts, name="shifts"),
    path("prehledy/<month:month>/smeny/export.csv", views.export_shifts, name="export-shifts"),
    path("prehledy/<month:month>/dokumenty/", document_views.month_documents, name="documents"),
    path("prehledy/<month:month>/dokumenty/pripravit/", document_views.publish_month, name="publish"),
    path("dokumenty/prehled.schema.json", document_views.schema, name="schema"),
    path("dokumenty/vydani/<int:pk>/", document_views.edition, name="edition"),
    path("dokumenty/soubor/<int:pk>/", document_views.download, name="download"),
    path("prehledy/<month:month>/slovo/", grant_views.write_month, name="write-month"),
    path("projekty/", project_views.project_list, name="projects"),
    path("projekty/novy/", project_views.create, name="create-project"),
    path("projekty/<int:pk>/", project_views.detail, name="project"),
    path("projekty/<int:pk>/mesice.csv", project_views.export_project_months, name="export-project-months"),
    path("projekty/<int:pk>/upravit/", project_views.edit, name="edit-project"),
    path("projekty/<int:pk>/nastaveni/", grant_views.take_over, name="take-over"),
    path("projekty/<int:pk>/zpravy/nova/", grant_views.add_report, name="add-report"),
    path("projekty/<int:pk>/terminy/<int:row>/splneno/", grant_views.finish_deadline, name="finish-deadline"),
    path("projekty/<int:pk>/<slug:part>/pridat/", grant_views.add_part, name="add-part"),
    path("projekty/<int:pk>/<slug:part>/<int:row>/upravit/", grant_views.change_part, name="change-part"),
    path("projekty/<int:pk>/<slug:part>/<int:row>/odebrat/", grant_views.remove_part, name="remove-part"),
    path("zpravy/<int:pk>/", grant_views.report_page, name="report"),
    path("zpravy/<int:pk>/upravit/", grant_views.edit_report, name="edit-report"),
    path("zpravy/<int:pk>/smazat/", grant_views.remove_report, name="remove-report"),
    path("zpravy/<int:pk>/oddil/<int:section>/", grant_views.write_section, name="write-section"),
    path("zpravy/<int:pk>/prilohy/pridat/", grant_views.add_annex, name="add-annex"),
    path("zpravy/<int:pk>/prilohy/<int:annex>/upravit/", grant_views.change_annex, name="change-annex"),
    path("zpravy/<int:pk>/prilohy/<int:annex>/odebrat/", grant_views.remove_annex, name="remove-annex"),
    path("zpravy/<month:first>/<month:last>/smeny/", period_views.shifts, name="period-shifts"),
    path("zpravy/<month:first>/<month:last>/smeny/export.csv", period_views.export_shifts, name="export-period-shifts"),
]
