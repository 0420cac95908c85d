from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "apk.people"
    label = "people"
    verbose_name = "Lidé"
