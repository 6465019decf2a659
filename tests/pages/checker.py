"""One checker for every page that any test fetches: what must hold of each page, whoever it is for.

`check_page` raises AssertionError with all faults of a page at once. `CheckedClient` is Flask's test client that runs
it over every HTML answer: set `app.test_client_class = CheckedClient`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
# HTML lets these end by themselves; of all such elements only these are left open in our pages.
ENDS_ITSELF = frozenset({"option"})
LOADS = {"link": "href", "script": "src", "img": "src", "source": "src", "iframe": "src", "form": "action"}
NEEDS_LABEL = frozenset({"input", "select", "textarea", "progress", "meter"})
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "for", "form", "list")
LEFT_OVER = ("%(", "{{", "{%", "Undefined", "<Macro", "<bound")
DENIED_IN_CSP = ("unsafe-", "http:", "https:", "*", "blob:")


@dataclass
class Element:
    """One element as it stands in the source."""

    name: str
    attributes: dict[str, str]
    line: int
    parents: tuple[Element, ...] = ()
    text: str = ""

    def inside(self, *names: str) -> bool:
        return any(parent.name in names for parent in self.parents)

    def __str__(self) -> str:
        return f"<{self.name}> in line {self.line}"


@dataclass
class Page(HTMLParser):
    """A page's elements in order, and faults of its nesting."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._open and self._open[-1].name == tag and tag in ENDS_ITSELF:
            self._open.pop()
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> in line {self.getpos()[0]} has an attribute twice")
        element = Element(tag, {n: v or "" for n, v in attrs}, self.getpos()[0], tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.faults.append(f"<{tag}/> in line {self.getpos()[0]} does not end where it seems to")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open[-1].name != tag and self._open[-1].name in ENDS_ITSELF:
            self._open.pop()
        if not self._open or self._open[-1].name != tag:
            self.faults.append(f"</{tag}> in line {self.getpos()[0]} ends nothing")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def finish(self) -> Page:
        self.close()
        self.faults += [f"{element} is never ended" for element in self._open]
        return self

    def all(self, *names: str) -> list[Element]:
        return [element for element in self.elements if element.name in names]

    def ids(self) -> Counter[str]:
        return Counter(element.attributes["id"] for element in self.elements if "id" in element.attributes)


def read_page(html: str) -> Page:
    """The elements of a page."""
    page = Page()
    page.feed(html)
    return page.finish()


def check_page(html: str, headers: Headers | None = None) -> None:
    """Raise AssertionError naming every fault of a page and, where given, of its headers."""
    page = read_page(html)
    faults = [
        *page.faults,
        *_frame(page, html),
        *_names(page),
        *_labels(page),
        *_code(page),
        *_origins(page),
        *(_headers(headers) if headers is not None else ()),
    ]
    assert not faults, "this page has faults:\n  " + "\n  ".join(faults)


def _words(text: str) -> str:
    return " ".join(text.split())


def _frame(page: Page, html: str) -> Iterator[str]:
    if not html.startswith("<!doctype html>\n"):
        yield "it does not begin with its doctype"
    roots, titles, headings = page.all("html"), page.all("title"), page.all("h1")
    if len(roots) != 1 or not roots[0].attributes.get("lang") or roots[0].attributes.get("dir") not in ("ltr", "rtl"):
        yield "it does not say its language and direction"
    if len(titles) != 1 or len(headings) != 1 or len(page.all("main")) != 1:
        yield f"it has {len(titles)} titles, {len(headings)} h1 and {len(page.all('main'))} main"
        return
    title, heading = _words(titles[0].text), _words(headings[0].text)
    summaries = [element for element in page.elements if element.attributes.get("id") == "errors"]
    wrong = any("hidden" not in summary.attributes for summary in summaries)
    # The prefix is one word and a colon, in whatever language.
    bare = title.partition(": ")[2] if wrong else title
    if wrong and not bare:
        yield "it has an error summary, and its title does not say so"
    if not heading or heading not in (bare, bare.split(" · ")[0], title.removeprefix("Error: ")):
        yield f"its title “{title}” and its heading “{heading}” do not agree"
    yield from (f"it shows {raw}, which a template left over" for raw in LEFT_OVER if raw in roots[0].text)
    names = [element.attributes.get("name") for element in page.all("meta")]
    if "viewport" not in names:
        yield "it does not fit itself to a phone"


def _names(page: Page) -> Iterator[str]:
    ids = page.ids()
    yield from (f"the id {name} is used {count} times" for name, count in ids.items() if count > 1)
    for element in page.elements:
        for attribute in REFERENCES:
            for name in element.attributes.get(attribute, "").split():
                if name not in ids:
                    yield f"{element} names {name}, which is not there"
        target = element.attributes.get("href", "")
        if element.name == "a" and target.startswith("#") and target[1:] not in ids:
            yield f"{element} leads to {target}, which is not there"


def _labels(page: Page) -> Iterator[str]:
    labelled = {label.attributes["for"] for label in page.all("label") if "for" in label.attributes}
    for element in page.all(*NEEDS_LABEL):
        said = element.attributes
        if said.get("type") in ("hidden", "submit", "button"):
            continue
        named = said.get("id") in labelled or "aria-label" in said or "aria-labelledby" in said
        if not named and not element.inside("label"):
            yield f"{element} has no label"
    for fieldset in page.all("fieldset"):
        if not any(legend.parents and legend.parents[-1] is fieldset for legend in page.all("legend")):
            yield f"{fieldset} has no legend"
    for button in page.all("button"):
        if not _words(button.text) and "aria-label" not in button.attributes:
            yield f"{button} says nothing"
        if not button.inside("form") and "form" not in button.attributes and button.attributes.get("type") != "button":
            yield f"{button} would send something, and stands in no form"


def _code(page: Page) -> Iterator[str]:
    for element in page.elements:
        if element.name == "style" or "style" in element.attributes:
            yield f"{element} carries a style"
        if element.name == "script" and ("src" not in element.attributes or element.text.strip()):
            yield f"{element} is a script written into the page"
        handlers = [name for name in element.attributes if name.startswith("on")]
        if handlers or any(value.strip().lower().startswith("javascript:") for value in element.attributes.values()):
            yield f"{element} carries code"


def _origins(page: Page) -> Iterator[str]:
    for element in page.elements:
        address = element.attributes.get(LOADS.get(element.name, ""), "")
        parts = urlsplit(address)
        if address != "data:," and not address.startswith("data:image/") and (parts.scheme or parts.netloc):
            yield f"{element} takes something from, or sends something to, {address}"
        if element.name in ("object", "embed", "base"):
            yield f"{element} has no place in our pages"


def _headers(headers: Headers) -> Iterator[str]:
    policy = headers.get("Content-Security-Policy", "")
    for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        if part not in policy:
            yield f"the content policy lacks {part}"
    yield from (f"the content policy holds {word}" for word in DENIED_IN_CSP if word in policy)
    wanted = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    wanted["Content-Type"] = "text/html; charset=utf-8"
    for name, value in wanted.items():
        if headers.get(name) != value:
            yield f"the header {name} is {headers.get(name)}, not {value}"


class CheckedClient(FlaskClient):
    """A client that looks at every page it is given."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        response = super().open(*args, **options)
        if response.mimetype == "text/html" and response.status_code not in (204, 301, 302, 303, 307, 308):
            body = response.get_data()
            if response.headers.get("Content-Encoding") is None:
                check_page(body.decode(), response.headers)
        return response
