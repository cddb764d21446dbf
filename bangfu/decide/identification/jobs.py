"""Work in the background: what the trail says happened below is followed.

What a task needs is imported when it runs: whoever only queues it, or has nothing to do with it, does not wait for the engine to load.
"""

from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(name="identification.follow", queue="comparison", lock="identification", queueing_lock="identification")
def follow(timestamp: int) -> None:
    """Every minute: propose anew where a comparison is done or a workbook is in since."""
    from bangfu.decide.identification import proposing  # noqa: PLC0415

    proposing.follow()
