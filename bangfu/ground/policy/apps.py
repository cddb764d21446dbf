"""The room as Django sees it."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    """Label ``policy``."""

    name = "bangfu.ground.policy"
    label = "policy"
    default_auto_field = "django.db.models.BigAutoField"
