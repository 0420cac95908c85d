from typing import ClassVar

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ApkConfig(AppConfig):
    name = "apk"
    verbose_name = "Asistenti prevence kriminality"


class OwnStaticFilesConfig(StaticFilesConfig):
    """Collects what pages use and no more: htmx's extensions refer to a bundler that is not here."""

    ignore_patterns: ClassVar = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext", "django_htmx/ext/*"]
