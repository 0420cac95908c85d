from django.apps import AppConfig


class ApkConfig(AppConfig):
    name = "apk"
    verbose_name = "Asistenti prevence kriminality"
