from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.core.checks import Tags, register

from apk.checks import city_makes_sense, public_installation_is_safe


class ApkConfig(AppConfig):
    name = "apk"
    verbose_name = "Asistenti prevence kriminality"

    def ready(self) -> None:
        register(public_installation_is_safe, Tags.security)
        register(city_makes_sense)


class OwnStaticFilesConfig(StaticFilesConfig):
    """Collects what pages use and no more: htmx's extensions refer to a bundler that is not here."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext", "django_htmx/ext/*"]
