"""The room as Django sees it."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Label ``access``."""

    name = "bangfu.ground.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
