"""An intake that is open, for the tests of its pages: a desk enrolled, a key in force, a client that checks pages."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse, encode_multipart

from crypto.age import unseal
from crypto.errors import NoMatch
from crypto.hybrid import HybridIdentity
from crypto.receipt import Receipt
from portal.intake import create_app, migrate
from portal.intake.enrolment import new_code
from portal.intake.store import Store
from portal.messages import Sealed, parse
from portal.settings import load_intake
from tests.intake.people import Desk, Steward
from tests.pages.checker import CheckedClient, Page, read_page

CONTACTS = "Front line: +00 123 456|help@example.org"
ORGANISATION = "Listening Office"


def environment(data: Path, **more: str) -> dict[str, str]:
    """The settings of an intake in this folder."""
    return {
        "UNHINDERED_DATA": str(data),
        "UNHINDERED_ORGANISATION": ORGANISATION,
        "UNHINDERED_CONTACTS": CONTACTS,
        "UNHINDERED_SAFE_SITE": "https://weather.example/",
    } | {f"UNHINDERED_{name}": value for name, value in more.items()}


@dataclass
class Intake:
    """An intake on SQLite, and the steward who holds its keys."""

    app: Flask
    steward: Steward
    data: Path

    @property
    def store(self) -> Store:
        store: Store = self.app.extensions["store"]
        return store

    @property
    def identities(self) -> list[HybridIdentity]:
        return self.steward.identities

    def opens(self) -> Intake:
        """Enrol the desk and publish a first key."""
        assert self.steward.enrols(new_code(self.store)).status_code == 200
        self.steward.makes_key()
        assert self.steward.publishes().status_code == 200
        return self

    def visitor(self) -> Visitor:
        return Visitor(self.app.test_client())

    def objects(self) -> dict[str, bytes]:
        """Every sealed object for desks that is stored, by its id."""
        days = self.steward.desk.asks_json("GET", "/api/days")["days"]
        found = [entry for day in days for entry in self.steward.desk.asks_json("GET", f"/api/days/{day}")["objects"]]
        ids = [entry["id"] for entry in found if entry["audience"] == "desk"]
        return {name: self.steward.desk.asks("GET", f"/api/objects/{name}").get_data() for name in ids}

    def reports(self) -> list[Sealed]:
        """Every message of a reporter that is stored, opened and verified."""
        found = [self._opened(sealed) for sealed in self.objects().values()]
        messages = [parse(plaintext) for plaintext in found if plaintext.startswith(b"unhindered/1\n")]
        for message in messages:
            message.verify_report()
        return messages

    def file(self, name: str) -> bytes:
        """An attachment by its object's id, with its padding."""
        return self._opened(self.objects()[name])

    def _opened(self, sealed: bytes) -> bytes:
        for identity in self.identities:
            try:
                return unseal(sealed, [identity])[0]
            except NoMatch:
                continue
        raise AssertionError("no key of this intake opens it")


def build(data: Path, **more: str) -> Intake:
    """An intake that nobody has enrolled at yet."""
    settings = load_intake(environment(data, **more))
    migrate.upgrade(settings)
    app = create_app(settings)
    app.test_client_class = CheckedClient
    return Intake(app, Steward(Desk(app)), data)


class Visitor:
    """Somebody without scripts, who sees pages and posts the forms that are on them."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.receipt = ""

    def sees(self, path: str) -> TestResponse:
        response: TestResponse = self.client.get(path)
        return response

    def begins(self) -> Page:
        """Press Start at the plain door, and write the receipt down."""
        response = self.client.post("/en/plain/start")
        assert response.status_code == 200
        page = read_page(response.text)
        self.receipt = receipt_on(response.text)
        return page

    def sends(self, page: Page, **answers: Any) -> TestResponse:
        """Fill in the first form of a page and post it."""
        # Encoded here: the test client would put a long form into a temporary file.
        boundary, body = encode_multipart(MultiDict(hidden_fields(page) | answers))
        response: TestResponse = self.client.post(
            page.all("form")[0].attributes["action"],
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
        )
        return response

    def reports(self, **answers: Any) -> TestResponse:
        return self.sends(self.begins(), **answers)

    def comes_back(self, receipt: str | None = None) -> TestResponse:
        response: TestResponse = self.client.post("/en/plain/mailbox", data={"receipt": receipt or self.receipt})
        return response


def hidden_fields(page: Page) -> dict[str, Any]:
    """What a page's form carries along."""
    inputs = [element.attributes for element in page.all("input") if element.attributes.get("type") == "hidden"]
    return {field["name"]: field["value"] for field in inputs}


def receipt_on(text: str) -> str:
    """The digits of the receipt that a page shows."""
    groups = re.findall(r"<span>(\d{4})</span>", html.unescape(text))[:9]
    return Receipt.parse(" ".join(groups)).digits
