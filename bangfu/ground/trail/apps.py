"""The room as Django sees it."""

from django.apps import AppConfig


class TrailConfig(AppConfig):
    """Label ``trail``."""

    name = "bangfu.ground.trail"
    label = "trail"
    default_auto_field = "django.db.models.BigAutoField"
