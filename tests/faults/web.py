"""People before browsers: the same acts by the forms of the pages, sent again when no answer comes."""

import http.client
import os
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db import connection

from tests.faults.client import Client, Refused
from tests.faults.hand import Hand
from tests.faults.journal import Sent
from tests.faults.plan import Stop
from tests.faults.walker import Walker
from tests.faults.world import PASSWORD

_FAULT = 500
_PATIENCE = 0.1
_UNDONE = 0.3  # of all that was settled
_LINE = "bangfu-faults-line"


@dataclass
class Browser:
    """Cookies and one connection."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str, str]:
        """Status, the address that it leads to, and the page. OSError and HTTPException where no answer comes."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            said = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            line.request(method, path, body, said | ({"Content-Type": kind} if kind else {}))
            answer = line.getresponse()
            page = answer.read().decode("utf-8", "replace")
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.headers.get("Location") or "", page
        finally:
            line.close()


@dataclass
class Visitor(Client):
    """Somebody who has signed in on the pages."""

    port: int = 0
    name: str = ""

    def __post_init__(self) -> None:
        self.browser = Browser(self.port)

    def page(self, path: str) -> str:
        """A page that must come, however long it takes; signed in again where that is asked for."""
        while True:
            status, where, text = self._answered("GET", path)
            if status == 200:
                return text
            if "sign-in" in where:
                self._sign_in()
            elif status < _FAULT and status != 302:
                raise Refused(f"page {status}")

    def send(self, path: str, form: dict[str, Any], *, act_id: UUID | None = None, file: bytes = b"") -> str:
        """A form as a new act; gives where it leads to. Raises Refused where the page comes again, with what is wrong."""
        given = {"path": path, "form": {name: str(value) for name, value in form.items()}, "file": file.hex()}
        sent = Sent(act_id or uuid4(), "http", "self", given)
        self.journal.sent(sent)
        return str(self.until_answered(sent))

    def until_answered(self, sent: Sent) -> Any:
        """The same form again, until a page says what came of it."""
        strangers = 0
        while True:
            status, where, _ = self._answered("POST", sent.given["path"], *self._body(sent))
            if status == 302 and "sign-in" not in where:
                # Nobody says on the page which act it was: it is one that the form's next page tells.
                if "seen=" in where:
                    break
                self.journal.acknowledged(sent.act_id, None)
                self.plan.count(self.number)
                return where
            if status == 302 or (status == 403 and strangers < 2):
                # After a kill the browser is a new one, and known to nobody.
                strangers += status == 403
                self._sign_in()
            elif status < _FAULT:
                break
            else:
                self.plan.count_disturbed(self.number)
        self.journal.refused(sent.act_id, f"http {status}")
        raise Refused(f"http {status}")

    def _body(self, sent: Sent) -> tuple[bytes, str]:
        form = {**sent.given["form"], "act_id": str(sent.act_id)}
        form["csrfmiddlewaretoken"] = self.browser.cookies.get("csrftoken", "")
        file = bytes.fromhex(sent.given["file"])
        if not file:
            return urlencode(form).encode(), "application/x-www-form-urlencoded"
        parts = [f'--{_LINE}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in form.items()]
        head = f'--{_LINE}\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
        whole = "".join(parts).encode() + head.encode() + file + f"\r\n--{_LINE}--\r\n".encode()
        return whole, f"multipart/form-data; boundary={_LINE}"

    def _sign_in(self) -> None:
        self._answered("GET", "/sign-in/")
        form = {"username": self.name, "password": PASSWORD, "csrfmiddlewaretoken": self.browser.cookies["csrftoken"]}
        self._answered("POST", "/sign-in/", urlencode(form).encode(), "application/x-www-form-urlencoded")

    def _answered(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str, str]:
        while True:
            try:
                return self.browser.ask(method, path, body, kind)
            except (OSError, http.client.HTTPException):
                if self.plan.is_abandoned():
                    raise Stop from None
                self.plan.count_disturbed(self.number)
                time.sleep(_PATIENCE)


@dataclass
class Settler(Visitor):
    """Settles cases on the pages of the review."""

    of: int = 1

    def work(self) -> None:
        """Until the run is over."""
        dice = random.Random(f"{self.plan.seed} {self.number} {os.getpid()}")
        self.recover()
        hand = Hand(self.number, self.actors, self.plan, self.journal, of=self.of)
        hand._load()
        connection.close()
        while not self.plan.is_over():
            case = dice.choice(hand.cases)
            try:
                page = self.page(f"/review/{case.id}/")
                self._settle(f"/review/{case.id}/", page, undo=dice.random() < _UNDONE)
            except Refused:
                continue

    def _settle(self, address: str, page: str, *, undo: bool) -> None:
        version = re.search(r'name="seen_version" value="(\d+)"', page)
        last = re.search(r'name="settlement" value="([0-9a-f-]+)"', page)
        if last and undo:
            self.send("/review/undo/", {"settlement": last[1]})
        elif version and 'id="answer-text"' in page:
            self.send(f"{address}answer/", {"seen_version": version[1], "answer": "已说明"})
        elif version:
            form = {"seen_version": version[1], "kind": "ask", "question": "请说明", "next": "/review/"}
            self.send(f"{address}settle/", form)


@dataclass
class Bringer(Visitor):
    """Brings small workbooks in and waits for the worker."""

    county: str = ""

    def work(self) -> None:
        """Until the run is over."""
        self.recover()
        maker = Walker(self.number, self.actors, self.plan, self.journal, county=self.county)
        maker.dice = random.Random(f"{self.plan.seed} {self.number} {os.getpid()}")
        while not self.plan.is_over():
            try:
                self._bring(maker._workbook().read_bytes())
            except Refused:
                continue

    def _bring(self, workbook: bytes) -> None:
        form = {"organisation": self.county, "basis": "authorisation"}
        address = self.send("/imports/new/", form, file=workbook).removesuffix("columns/")
        page = self.page(f"{address}columns/")
        self.send(f"{address}columns/", dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page)) | {"version": "1"})
        page = self._when(address, f'action="{address}commit/"')
        version = re.search(r'name="version" value="(\d+)"', page)
        if version:
            self.send(f"{address}commit/", {"version": version[1]})
            self._when(address, f"{address}receipt/")

    def _when(self, address: str, there: str) -> str:
        while True:
            page = self.page(address)
            if there in page:
                return page
            if self.plan.is_over():
                raise Refused("not waited for")
            time.sleep(0.3)
