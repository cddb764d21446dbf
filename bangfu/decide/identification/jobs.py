"""Work in the background: what the trail says happened below is followed."""

from procrastinate.contrib.django import app

from bangfu.decide.identification import proposing


@app.periodic(cron="* * * * *")
@app.task(name="identification.follow", queue="comparison", lock="identification", queueing_lock="identification")
def follow(timestamp: int) -> None:
    """Every minute: propose anew where a comparison is done or a workbook is in since."""
    proposing.follow()
