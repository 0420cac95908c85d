from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "apk.demo"
    label = "demo"
    verbose_name = "Ukázková data"
