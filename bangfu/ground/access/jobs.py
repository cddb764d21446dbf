"""Work that is due by the clock, for the union that this instance belongs to: the topmost one. Not asked for by a person."""

import os
import time
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from bangfu.ground.access.models import Organisation
from bangfu.ground.trail import kept, seals, services_handing
from bangfu.ground.trail.keys import public_key
from bangfu.ground.trail.verifying import verify
from bangfu.ground.trail.verifying.sources import database


@app.periodic(cron="* * * * *")
@app.task(name="trail.seal", queue="upkeep", queueing_lock="trail.seal")
def seal_every_minute(timestamp: int) -> None:
    """Seal what has settled. Nothing to do before an organisation is founded."""
    top = Organisation.objects.order_by("path").first()
    if top is not None:
        seals.seal_all(top.code)


@app.periodic(cron="17 1 * * *")
@app.task(name="trail.hand_over", queue="upkeep", queueing_lock="trail.hand_over")
def hand_over_every_night(timestamp: int) -> None:
    """Lay the newest checkpoint into the outbox."""
    services_handing.hand_over()


@app.periodic(cron="17 2 * * *")
@app.task(name="trail.verify", queue="upkeep", queueing_lock="trail.verify")
def verify_every_night(timestamp: int) -> None:
    """Check the whole trail, and keep the result for the page."""
    home, began = Path(settings.BANGFU_HOME), time.monotonic()
    elsewhere = kept.kept_checkpoints(home)
    with database(os.environ["BANGFU_DATABASE_URL"]) as source:
        report = verify(source, key=public_key(home), elsewhere=elsewhere)
    kept.keep_result(home, report, timezone.now(), time.monotonic() - began)
