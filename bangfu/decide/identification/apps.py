"""The room as Django sees it."""

from django.apps import AppConfig


class IdentificationConfig(AppConfig):
    """Label ``identification``."""

    name = "bangfu.decide.identification"
    label = "identification"
    default_auto_field = "django.db.models.BigAutoField"
