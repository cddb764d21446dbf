"""The room as Django sees it."""

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """Label ``sources``."""

    name = "bangfu.record.sources"
    label = "sources"
    default_auto_field = "django.db.models.BigAutoField"
