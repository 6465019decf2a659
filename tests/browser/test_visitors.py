"""The browsers of the tests are what the other browser tests take them for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browsers import Kind, Visit
from tests.wire import Wire

VENDOR = Path(__file__).parents[2] / "portal/static/vendor/age.js"
KINDS: tuple[Kind, ...] = ("chromium", "firefox")
FORM = b"""<!doctype html><title>page</title><form method=post enctype=multipart/form-data action=/sent>
<input name=told><input type=file name=file><button>Send</button></form><script src=/page.js></script>"""
PAGE = b"new Worker('/worker.js', {type: 'module'}).onmessage = ({data}) => { document.title = data; };"
WORKER = b"""import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "/age.js";
const identity = await generateHybridIdentity();
const seals = new Encrypter();
seals.addRecipient(await identityToRecipient(identity));
const sealed = await seals.encrypt("told in the worker");
await fetch("/upload", {method: "PATCH", body: sealed});
const opens = new Decrypter();
opens.addIdentity(identity);
postMessage(`${typeof crypto.subtle}: ${await opens.decrypt(sealed, "text")}`);"""


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        files = {"/": FORM, "/cookie": FORM, "/page.js": PAGE, "/worker.js": WORKER, "/age.js": VENDOR.read_bytes()}
        content = files.get(self.path, b"")
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html")
        self.send_header("Content-Length", str(len(content)))
        if self.path == "/cookie":
            self.send_header("Set-Cookie", "a=b")
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    do_PATCH = do_POST

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server
        server.shutdown()
        serving.join()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scripts", [True, False])
def test_every_byte_of_a_form_and_its_file_is_seen(
    visit: Visit, site: ThreadingHTTPServer, kind: Kind, scripts: bool
) -> None:
    """The wire shows what a form sends, scripts on or off; with scripts off no script is even fetched."""
    visitor = visit(kind, scripts=scripts)
    visitor.page.goto(f"http://localhost:{site.server_port}/")
    visitor.page.set_input_files("input[type=file]", {"name": "a", "mimeType": "text/plain", "buffer": b"file" * 9000})
    visitor.types(visitor.page.locator("input[name=told]"), "what happened")
    visitor.clicks(visitor.page.get_by_role("button", name="Send"))
    visitor.page.wait_for_url("**/sent")
    [sent] = [seen for seen in visitor.requests() if seen.target == "/sent"]
    assert b"what happened" in sent.body
    assert b"file" * 9000 in sent.body
    assert any(seen.target == "/page.js" for seen in visitor.requests()) is scripts


@pytest.mark.parametrize("kind", KINDS)
def test_the_bundle_seals_in_a_worker_where_there_is_no_web_crypto(
    visit: Visit, site: ThreadingHTTPServer, wire: Wire, kind: Kind
) -> None:
    """On a plain http onion address `crypto.subtle` is missing; hybrid sealing and opening work all the same."""
    wire.names["unhindered.onion"] = site.server_port
    visitor = visit(kind)
    visitor.page.goto("http://unhindered.onion/")
    visitor.page.wait_for_function("document.title !== 'page'")
    assert visitor.page.title() == "undefined: told in the worker"
    [upload] = [seen for seen in visitor.requests() if seen.method == "PATCH"]
    assert upload.body.startswith(b"age-encryption.org/v1\n-> mlkem768x25519 ")
    assert visitor.complaints == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_cookie_that_is_sent_is_noticed(visit: Visit, site: ThreadingHTTPServer, kind: Kind) -> None:
    """`sent_no_cookie_to` holds before a cookie is set, and fails once the browser sends one back."""
    origin = f"http://127.0.0.1:{site.server_port}"
    visitor = visit(kind, scripts=False)
    visitor.page.goto(f"{origin}/")
    visitor.sent_no_cookie_to(origin)
    visitor.page.goto(f"{origin}/cookie")
    visitor.page.goto(f"{origin}/")
    with pytest.raises(AssertionError, match="/"):
        visitor.sent_no_cookie_to(origin)
