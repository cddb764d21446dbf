"""Somebody uploads a workbook on the pages and leaves the rest to the worker: ``python -m tests.site.uploading FILE CODE``."""

import os
import sys
from pathlib import Path
from uuid import uuid4

from bangfu.site.instance import start


def main(file: Path, organisation: str) -> None:
    start(Path(os.environ["BANGFU_HOME"]))
    from bangfu.ground.access.selectors import operator  # noqa: PLC0415
    from bangfu.ground.acts.actor import Purpose  # noqa: PLC0415
    from bangfu.record.registry import services, work  # noqa: PLC0415
    from bangfu.record.registry.uploads import chunks_of, keep  # noqa: PLC0415

    actor, act_id = operator(Purpose.FILING, code=organisation), uuid4()
    with file.open("rb") as stream:
        stored = keep(
            chunks_of(stream), file.name, upload_id=act_id, home=Path(os.environ["BANGFU_HOME"]), largest=10**8
        )
    batch = services.receive_archive(
        actor=actor, act_id=act_id, stored=stored, organisation_code=organisation, basis="authorisation"
    )
    services.choose_columns(
        actor=actor, act_id=uuid4(), batch_id=batch, seen_version=1, columns={}, in_background=False
    )
    work.check(actor, batch, 2)
    services.start_commit(actor=actor, act_id=uuid4(), batch_id=batch, seen_version=3)
    print(batch)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
