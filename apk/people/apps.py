from django.apps import AppConfig
from django.utils.module_loading import import_string

from apk.people import desk, navigation
from apk.people.access import Permission


class PeopleConfig(AppConfig):
    name = "apk.people"
    label = "people"
    verbose_name = "Lidé"

    def ready(self) -> None:
        navigation.register(navigation.Page("Asistenti", "people:assistants", Permission.VIEW_PEOPLE, 40))
        navigation.register(navigation.Page("Účty", "people:accounts", Permission.MANAGE_ACCOUNTS, 60))
        # The cards need the models, which are not there yet when this module is read.
        desk.register(Permission.MANAGE_PEOPLE, import_string("apk.people.cards.assistants"))
        desk.register(Permission.MANAGE_ACCOUNTS, import_string("apk.people.cards.accounts"))
