"""Addresses below /plan/."""

from django.urls import path

import apk.converters  # noqa: F401  # the converters `week` and `month`
from patrols import (
    absence_views,
    month_views,
    need_views,
    own_views,
    proposal_views,
    publishing_views,
    step_views,
    views,
)

app_name = "patrols"
urlpatterns = [
    path("", views.this_week, name="this-week"),
    path("<week:week>/", views.week, name="week"),
    path("<week:week>/smeny.csv", views.export_week, name="export-week"),
    path("<week:week>/kopirovat/", views.copy_week, name="copy-week"),
    path("<week:week>/lokality/", month_views.localities, name="localities"),
    path("mesic/", month_views.this_month, name="this-month"),
    path("mesic/<month:month>/", month_views.month, name="month"),
    path("hromadne/", step_views.assign, name="assign"),
    path("rychle/", step_views.quick, name="quick"),
    path("vlozit/", step_views.paste, name="paste"),
    path("vyprazdnit/", step_views.clear, name="clear"),
    path("kroky/<int:pk>/vratit/", step_views.undo, name="undo"),
    path("potreby/", need_views.needs, name="needs"),
    path("potreby/nova/", need_views.add_need, name="add-need"),
    path("potreby/<int:pk>/", need_views.edit_need, name="edit-need"),
    path("potreby/<int:pk>/smazat/", need_views.remove_need, name="remove-need"),
    path("sablony/", need_views.templates, name="templates"),
    path("sablony/nova/", need_views.add_template, name="add-template"),
    path("sablony/<int:pk>/", need_views.edit_template, name="edit-template"),
    path("sablony/<int:pk>/smazat/", need_views.remove_template, name="remove-template"),
    path("nepritomnosti/", absence_views.absences, name="absences"),
    path("nepritomnosti/nova/", absence_views.add_absence, name="add-absence"),
    path("nepritomnosti/<int:pk>/", absence_views.absence, name="absence"),
    path("nepritomnosti/<int:pk>/rozhodnout/", absence_views.decide, name="decide-absence"),
    path("navrhy/", proposal_views.proposals, name="proposals"),
    path("navrhy/<int:pk>/", proposal_views.proposal, name="proposal"),
    path("navrhy/<int:pk>/prubeh/", proposal_views.progress, name="proposal-progress"),
    path("navrhy/<int:pk>/prevzit/", proposal_views.take, name="take-proposal"),
    path("zverejnit/", publishing_views.publish, name="publish"),
    path("muj/", own_views.own_plan, name="own-plan"),
    path("muj/vzit-na-vedomi/", own_views.acknowledge_all, name="acknowledge-all"),
    path("muj/<int:pk>/", own_views.announced, name="announced"),
    path("muj/<int:pk>/odpovedet/", own_views.answer, name="answer"),
    path("smeny/nova/", views.add_shift, name="add-shift"),
    path("smeny/<int:pk>/", views.shift, name="shift"),
    path("smeny/<int:pk>/upravit/", views.change_shift, name="change-shift"),
    path("smeny/<int:pk>/odebrat/", views.remove_shift, name="remove-shift"),
]
