from django.apps import AppConfig

from apk.people import navigation
from apk.people.access import Permission


class PeopleConfig(AppConfig):
    name = "apk.people"
    label = "people"
    verbose_name = "Lidé"

    def ready(self) -> None:
        navigation.register(navigation.Page("Asistenti", "people:assistants", Permission.VIEW_PEOPLE, 40))
        navigation.register(navigation.Page("Účty", "people:accounts", Permission.MANAGE_ACCOUNTS, 60))
