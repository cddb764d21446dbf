"""The room as Django sees it."""

from django.apps import AppConfig


class ApprovalConfig(AppConfig):
    """Label ``approval``."""

    name = "bangfu.ground.approval"
    label = "approval"
    default_auto_field = "django.db.models.BigAutoField"
