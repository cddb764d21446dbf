"""The room as Django sees it."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Label ``registry``."""

    name = "bangfu.record.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"
