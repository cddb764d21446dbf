"""Files on their way in over the web: to disk as they come, never beyond the limit, beside the uploads that are kept.

They hold ID numbers before anybody has received them: they are encrypted as they come, with a key that only this request knows, in a
file that has no name and is gone with the process.

A refusal is noted on the request, so that the page can say it: the form's parser knows no better than to fail.
"""

import errno
import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from bangfu.core.problems import Problem
from bangfu.engine.protection.files import SEGMENT, ProtectedReader, ProtectedWriter, Protection
from bangfu.record.registry import upload_problems

_LABEL = "on its way in"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
# The rest of a body is read and thrown away so that the browser hears the answer; not for ever.
_PATIENCE = 2


class BoundedUpload(FileUploadHandler):
    """Stops at the limit and when the disk is full."""

    def new_file(self, *given: Any, **more: Any) -> None:
        """A file begins."""
        self._announced = int((self.request.META if self.request else {}).get("CONTENT_LENGTH") or 0)
        self._received = 0
        Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
        super().new_file(*given, **more)
        self._once = Protection(secrets.token_bytes(32))
        self.file = TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115, closed with the request
        self._writer = ProtectedWriter(self.file, self._once, _LABEL)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002, Django's
        """Write one piece."""
        self._received += len(raw_data)
        most = settings.BANGFU_LARGEST_UPLOAD
        if max(self._received, self._announced) > most + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            self._refuse(upload_problems.TOO_LARGE(file=self.file_name, most=f"{most // 1_000_000:,}"))
        with self._or_no_room():
            self._writer.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        """All of it is here: a file that is opened as it is read."""
        with self._or_no_room():
            self._writer.close()
            self.file.flush()
        reader = io.BufferedReader(ProtectedReader(self.file, self._once, _LABEL), SEGMENT)
        return UploadedFile(reader, self.file_name, self.content_type, file_size, self.charset)

    def upload_interrupted(self) -> None:
        """The browser went away."""
        if file := getattr(self, "file", None):
            file.close()

    @contextmanager
    def _or_no_room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            self._refuse(upload_problems.NO_ROOM(file=self.file_name))

    def _refuse(self, problem: Problem) -> None:
        request: Any = self.request
        request.upload_refused = problem
        self.file.close()
        raise StopUpload(connection_reset=self._announced > _PATIENCE * settings.BANGFU_LARGEST_UPLOAD)


def uploaded_file(request: HttpRequest, field: str = "file") -> "UploadedFile[bytes]":
    """The file of a form; raises the problem that stopped it, or NO_UPLOAD."""
    refused: Problem | None = getattr(request, "upload_refused", None)
    if refused is not None:
        raise refused
    found = request.FILES.get(field)
    if not isinstance(found, UploadedFile):
        raise upload_problems.NO_UPLOAD()
    return found
