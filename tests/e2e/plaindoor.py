"""A reporter whose browser has no scripts: fills in the forms that the pages hold, and reads what comes back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests
from urllib3 import encode_multipart_formdata

from crypto.receipt import Receipt
from tools.reporter import Attachment, NotStored

Fields = Sequence[tuple[str, str]]


class _Page(HTMLParser):
    """The h1 of a page, and the hidden fields of its forms by address."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title = ""
        self.forms: dict[str, list[tuple[str, str]]] = {}
        self._action = ""
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self._in_title = tag == "h1"
        if tag == "form":
            self._action = said["action"]
            self.forms[self._action] = []
        elif tag == "input" and said.get("type") == "hidden":
            self.forms[self._action].append((said["name"], said["value"]))

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "h1"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


@dataclass(frozen=True, slots=True)
class Form:
    """The form with its receipt, as "Start" gives it. Posting the same form again is the same report."""

    url: str
    receipt: Receipt
    hidden: Fields

    def body(self, content: Mapping[str, object], files: Sequence[Attachment] = ()) -> Body:
        """The form filled in, its fields in the order of the page: `end` comes last."""
        parts: list[tuple[str, str | tuple[str, bytes, str]]] = [pair for pair in self.hidden if pair[0] != "end"]
        for name, value in content.items():
            parts += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
        parts += [("files", (name, data, kind)) for name, kind, data in files]
        parts.append(("end", dict(self.hidden)["end"]))
        return Body(*encode_multipart_formdata(parts))


@dataclass(frozen=True, slots=True)
class Body:
    """A form as it travels."""

    data: bytes = field(repr=False)
    content_type: str = ""

    def around(self, placeholder: bytes) -> tuple[bytes, bytes]:
        """What comes before and after a file whose content is this placeholder: for files too big to hold."""
        before, after = self.data.split(placeholder)
        return before, after


class PlainReporter:
    """Talks to one intake at `origin` as a browser without scripts does."""

    def __init__(self, origin: str, session: requests.Session | None = None) -> None:
        self.origin = origin.rstrip("/")
        self.session = session or requests.Session()
        self.session.trust_env = False

    def starts(self) -> Form:
        """The plain door, then "Start": the receipt stands on the page, and the form carries it. Raises NotStored."""
        door = self._page(self.session.get(f"{self.origin}/en/plain", timeout=60))
        [start] = door.forms
        page = self._page(self.session.post(urljoin(self.origin, start), timeout=60))
        action, hidden = next((action, fields) for action, fields in page.forms.items() if action.endswith("/send"))
        return Form(urljoin(self.origin, action), Receipt.parse(dict(hidden)["receipt"]), hidden)

    def sends(self, form: Form, content: Mapping[str, object], files: Sequence[Attachment] = ()) -> None:
        """Post the form. Returns when the page says that the report is stored; raises NotStored."""
        body = form.body(content, files)
        answer = self.session.post(form.url, data=body.data, headers={"Content-Type": body.content_type}, timeout=60)
        check_stored(answer.status_code, answer.text)

    def tells(self, content: Mapping[str, object], files: Sequence[Attachment] = ()) -> Receipt:
        form = self.starts()
        self.sends(form, content, files)
        return form.receipt

    def returns(self, receipt: Receipt) -> str:
        """The mailbox page as HTML. Raises NotStored."""
        answer = self.session.post(f"{self.origin}/en/plain/mailbox", data={"receipt": receipt.digits}, timeout=60)
        self._page(answer)
        return answer.text

    def _page(self, answer: requests.Response) -> _Page:
        if answer.status_code != 200:
            raise NotStored(answer.status_code, _Page(answer.text).title)
        return _Page(answer.text)


def check_stored(status: int, html: str) -> None:
    """Raise NotStored unless this is the page that confirms a report."""
    title = _Page(html).title
    if status != 200 or title != "Your report is stored":
        raise NotStored(status, title)


def placeholder() -> bytes:
    """Bytes that stand for the content of a file, and for nothing else."""
    return secrets.token_hex(16).encode()
