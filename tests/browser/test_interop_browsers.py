"""typage in real browsers and `crypto/` open each other's files, at the sizes where chunks begin and end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crypto import age
from crypto.hybrid import HybridIdentity
from tests.browsers import Kind, Visit

VENDOR = Path(__file__).parents[2] / "portal/static/vendor/age.js"
IDENTITY = HybridIdentity(bytes(range(32)))
PAGE = b"""<!doctype html><title>page</title><script src=/page.js></script>"""
SCRIPT = b"""const worker = new Worker("/worker.js" + location.search, {type: "module"});
worker.onmessage = ({data}) => { document.title = data; };
worker.onerror = () => { document.title = "the worker failed"; };"""
WORKER = """import { Decrypter, Encrypter } from "/age.js";
const opens = new Decrypter(), seals = new Encrypter();
opens.addIdentity("IDENTITY");
seals.addRecipient("RECIPIENT");
const whole = (stream) => new Response(stream).arrayBuffer().then((buffer) => new Uint8Array(buffer));
const said = [];
for (const size of new URLSearchParams(location.search).get("sizes").split(",").map(Number)) {
  const plain = Uint8Array.from({length: size}, (_, place) => place % 251);
  const sealed = new Uint8Array(await (await fetch(`/sealed/${size}`)).arrayBuffer());
  const opened = await whole(await opens.decrypt(new Response(sealed).body));
  said.push(opened.length === size && opened.every((byte, place) => byte === plain[place]));
  await fetch(`/bytes/${size}`, {method: "PUT", body: await seals.encrypt(plain)});
  await fetch(`/stream/${size}`, {method: "PUT", body: await whole(await seals.encrypt(new Response(plain).body))});
}
postMessage(`opened ${said.filter(Boolean).length} of ${said.length}`);"""
WORKER = WORKER.replace("IDENTITY", IDENTITY.to_string()).replace("RECIPIENT", str(IDENTITY.recipient))


def content(size: int) -> bytes:
    return bytes(range(251)) * (size // 251) + bytes(range(size % 251))


class _Peer(ThreadingHTTPServer):
    """Gives files that `crypto/` sealed, and keeps what the browser seals, by path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kept: dict[str, bytes] = {}


class _Handler(BaseHTTPRequestHandler):
    server: _Peer

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        files = {"/": PAGE, "/page.js": SCRIPT, "/worker.js": WORKER.encode()}
        if path == "/age.js":
            body = VENDOR.read_bytes()
        elif path.startswith("/sealed/"):
            body = age.encrypt(content(int(path.rsplit("/", 1)[1])), [IDENTITY.recipient])
        else:
            body = files.get(path, b"")
        self._answer(body, "text/javascript" if path.endswith(".js") else "text/html")

    def do_PUT(self) -> None:
        self.server.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"", "text/plain")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def peer() -> Iterator[_Peer]:
    with _Peer() as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server
        server.shutdown()
        serving.join()


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
@pytest.mark.parametrize(
    "sizes", [[0, 1, 65535, 65536, 65537], pytest.param([10 << 20], marks=pytest.mark.slow)], ids=["small", "10 MiB"]
)
def test_browsers_and_python_open_each_others_files(visit: Visit, peer: _Peer, kind: Kind, sizes: list[int]) -> None:
    """Both directions, sealed whole and as a stream."""
    page = visit(kind).page
    page.goto(f"http://127.0.0.1:{peer.server_port}/?sizes={','.join(map(str, sizes))}")
    page.wait_for_function("document.title !== 'page'", timeout=60_000)
    assert page.title() == f"opened {len(sizes)} of {len(sizes)}"
    sealed = {path: age.decrypt(file, [IDENTITY]) for path, file in peer.kept.items()}
    assert sealed == {f"/{how}/{size}": content(size) for size in sizes for how in ("bytes", "stream")}
