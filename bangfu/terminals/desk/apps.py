"""The room as Django sees it."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Label ``desk``."""

    name = "bangfu.terminals.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
