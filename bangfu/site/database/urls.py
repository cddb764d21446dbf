"""How to connect: the door of this package."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bangfu.site.database.cluster import start
from bangfu.site.database.places import PORT
from bangfu.site.database.roles import APP, DATABASE, OWNER


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """``app`` serves and is bound by row-level security; ``owner`` makes tables and is not."""

    app: str
    owner: str


def database_urls(home: Path) -> DatabaseUrls:
    """A server that answers: that of DATABASE_URL (and DATABASE_OWNER_URL), else this home's own, started if need be.

    Raises:
        Problem: the embedded server cannot be found, placed or started.
    """
    if named := os.environ.get("DATABASE_URL"):
        return DatabaseUrls(named, os.environ.get("DATABASE_OWNER_URL") or named)
    run = quote(os.fsencode(start(home).run), safe="/")
    return DatabaseUrls(*(f"postgresql://{role}@/{DATABASE}?host={run}&port={PORT}" for role in (APP, OWNER)))
