"""The room as Django sees it."""

from django.apps import AppConfig


class IdentificationConfig(AppConfig):
    """Label ``identification``."""

    name = "bangfu.decide.identification"
    label = "identification"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what a second person decides here."""
        from bangfu.decide.identification.refusal import REFUSAL_SUBJECT  # noqa: PLC0415, models are loaded only now
        from bangfu.ground.approval.subjects import register_subject  # noqa: PLC0415

        register_subject(REFUSAL_SUBJECT)
