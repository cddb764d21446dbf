"""The room as Django sees it."""

from django.apps import AppConfig


class ActsConfig(AppConfig):
    """Label ``acts``."""

    name = "bangfu.ground.acts"
    label = "acts"
    default_auto_field = "django.db.models.BigAutoField"
