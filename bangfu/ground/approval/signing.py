"""The signature of an opinion: a hash over everything that it says, so that one changed letter shows.

No private key: that it stands against whoever owns the database is the work of the trail, which is sealed.
"""

import json
from datetime import datetime
from typing import Any

from bangfu.core.clock import CHINA
from bangfu.ground.approval.asked import sha256
from bangfu.ground.approval.models import Opinion

_PLAIN = (
    "place",
    "capacity",
    "kind",
    "back_to",
    "word",
    "person_name",
    "behalf_name",
    "role",
    "organisation",
    "content_sha256",
    "batch",
)
_IDS = ("id", "case_id", "subject_id", "person_id", "behalf_id")


def signature_of(opinion: Opinion) -> str:
    """SHA-256 of the canonical JSON of an opinion, the hash of what was seen among it."""
    said: dict[str, Any] = {name: getattr(opinion, name) for name in ("subject_type", *_PLAIN)}
    said |= {name: str(value) if (value := getattr(opinion, name)) else None for name in _IDS}
    said |= {"at": _moment(opinion.at), "proved_at": _moment(opinion.proved_at)}
    return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def holds(opinion: Opinion) -> bool:
    """Is the opinion as it was signed, and the text that was seen the one that its hash names?"""
    return sha256(opinion.seen) == opinion.content_sha256 and signature_of(opinion) == opinion.signature


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(CHINA).isoformat(timespec="microseconds") if at else None
