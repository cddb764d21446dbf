"""The room as Django sees it."""

from django.apps import AppConfig


class ComparisonConfig(AppConfig):
    """Label ``comparison``."""

    name = "bangfu.decide.comparison"
    label = "comparison"
    default_auto_field = "django.db.models.BigAutoField"
