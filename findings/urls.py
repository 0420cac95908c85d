"""Addresses under /nalezy/; those of the phone application stand in `field_urls`."""

from django.urls import path

import apk.converters  # noqa: F401  # the converter `month`
from findings import (
    custody_views,
    export_views,
    injury_views,
    key_views,
    map_views,
    photo_views,
    review_views,
    views,
)

app_name = "findings"

urlpatterns = [
    path("", views.finding_list, name="list"),
    path("mapa.json", map_views.marks, name="marks"),
    path("export.csv", export_views.export, {"kind": "csv"}, name="export"),
    path("export.xlsx", export_views.export, {"kind": "xlsx"}, name="export-xlsx"),
    path("export.geojson", export_views.export, {"kind": "geojson"}, name="export-geojson"),
    path("export.gpkg", export_views.export, {"kind": "gpkg"}, name="export-geopackage"),
    path("kontrola/", review_views.queue, name="review-queue"),
    path("kontrola/<uuid:pk>/", review_views.review, name="review"),
    path("kontrola/<uuid:pk>/<slug:step>/", review_views.decide, name="decide"),
    path("<uuid:pk>/misto/", review_views.relocate, name="relocate"),
    path("rozhrani/", key_views.keys, name="keys"),
    path("rozhrani/<int:pk>/zrusit/", key_views.end_key, name="end-key"),
    path("fotografie/<uuid:pk>/", photo_views.photo, name="photo"),
    path("cekajici-fotografie/<uuid:pk>/", photo_views.waiting_photo, name="waiting-photo"),
    path("boxy/", custody_views.boxes, name="boxes"),
    path("boxy/novy/", custody_views.add_box, name="add-box"),
    path("boxy/<int:pk>/", custody_views.box, name="box"),
    path("boxy/<int:pk>/upravit/", custody_views.edit_box, name="edit-box"),
    path("boxy/<int:pk>/vydat/", custody_views.give_box, name="give-box"),
    path("boxy/<int:pk>/vzit-zpet/", custody_views.take_back_box, name="take-back-box"),
    path("boxy/<int:pk>/uzavrit/", custody_views.close_box, name="close-box"),
    path("boxy/<int:pk>/otevrit/", custody_views.reopen_box, name="reopen-box"),
    path("boxy/<int:pk>/stitek/", custody_views.box_label, name="box-label"),
    path("bez-boxu/", custody_views.unboxed, name="unboxed"),
    path("do-boxu/", custody_views.put, name="put"),
    path("predani/", custody_views.handovers, name="handovers"),
    path("predani/nove/", custody_views.add_handover, name="add-handover"),
    path("predani/<int:pk>/", custody_views.handover, name="handover"),
    path("predani/<int:pk>/potvrdit/", custody_views.confirm_handover, name="confirm-handover"),
    path("predani/<int:pk>/zrusit/", custody_views.cancel_handover, name="cancel-handover"),
    path("bilance/<month:month>/", custody_views.balance, name="balance"),
    path("poraneni/", injury_views.injuries, name="injuries"),
    path("poraneni/nove/", injury_views.add_injury, name="add-injury"),
    path("poraneni/<int:pk>/", injury_views.injury, name="injury"),
    path("poraneni/<int:pk>/<slug:step>/", injury_views.take_step, name="take-injury-step"),
    path("mista/<int:pk>/", views.place, name="place"),
    path("mista/<int:pk>/nazev/", views.rename_place, name="rename-place"),
    path("<uuid:pk>/", views.detail, name="detail"),
]
