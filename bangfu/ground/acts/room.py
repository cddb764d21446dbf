"""Stop changing things while there is still room: a database whose disk is full breaks off, and can then not even be read.

What is left below the limit keeps it running: readings are still recorded, people still sign in, its log is still written. With a
database on another machine the limit guards this machine's own files.
"""

import os

from django.conf import settings

from bangfu.ground.acts import problems

_MEGABYTE = 1 << 20


def require_room() -> None:
    """Raise NO_ROOM where the disk of this instance is nearly full. Two millionths of a second."""
    try:
        disk = os.statvfs(settings.BANGFU_HOME)
    except OSError:
        return
    free = disk.f_bavail * disk.f_frsize
    if free < settings.BANGFU_LEAST_ROOM:
        raise problems.NO_ROOM(left=free // _MEGABYTE, least=settings.BANGFU_LEAST_ROOM // _MEGABYTE)
