"""Addresses of the registers of assistants and accounts."""

from django.urls import path

from apk.people import views

app_name = "people"

urlpatterns = [
    path("asistenti/", views.assistants, name="assistants"),
    path("asistenti/novy/", views.add_assistant, name="add-assistant"),
    path("asistenti/<int:pk>/", views.assistant, name="assistant"),
    path("asistenti/<int:pk>/upravit/", views.edit_assistant, name="edit-assistant"),
    path("asistenti/<int:pk>/uvazek/", views.change_fte, name="change-fte"),
    path("asistenti/<int:pk>/mentor/", views.move_assistant, name="move-assistant"),
    path("asistenti/<int:pk>/ukoncit/", views.end_assistant, name="end-assistant"),
    path("asistenti/<int:pk>/zamestnat/", views.employ_assistant, name="employ-assistant"),
    path("asistenti/<int:pk>/heslo/", views.issue_assistant_password, name="issue-assistant-password"),
    path("sprava/ucty/", views.accounts, name="accounts"),
    path("sprava/ucty/novy/", views.add_account, name="add-account"),
    path("sprava/ucty/<int:pk>/", views.account, name="account"),
    path("sprava/ucty/<int:pk>/upravit/", views.edit_account, name="edit-account"),
    path("sprava/ucty/<int:pk>/uzavrit/", views.close_account, name="close-account"),
    path("sprava/ucty/<int:pk>/otevrit/", views.reopen_account, name="reopen-account"),
    path("sprava/ucty/<int:pk>/heslo/", views.issue_account_password, name="issue-account-password"),
]
