"""What the bundle seals in each browser, `crypto/` opens, and the other way round."""

from __future__ import annotations

import base64
import hashlib
import os

import pytest

from crypto.age import decrypt, encrypt
from crypto.hybrid import HybridIdentity
from tests.browser.reporters import SpoilableSite
from tests.browsers import Kind, Visit

SIZES = [0, 1, 65535, 65536, 65537]
LARGE = 10 * 1024 * 1024
# Under the policies of our own pages, and in streams, as the worker does it.
SEALS = """async ([recipient, plaintext]) => {
  const { base64, Encrypter } = await import("/static/vendor/age.js");
  const seals = new Encrypter();
  seals.addRecipient(recipient);
  const sealed = await seals.encrypt(new Blob([base64.decode(plaintext)]).stream());
  return base64.encode(new Uint8Array(await new Response(sealed).arrayBuffer()));
}"""
OPENS = """async ([identity, sealed]) => {
  const { base64, bytesToHex, Decrypter, sha256 } = await import("/static/vendor/age.js");
  const opens = new Decrypter();
  opens.addIdentity(identity);
  const opened = await opens.decrypt(new Blob([base64.decode(sealed)]).stream());
  return bytesToHex(sha256(new Uint8Array(await new Response(opened).arrayBuffer())));
}"""


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
@pytest.mark.parametrize("sizes", [SIZES, pytest.param([LARGE], marks=pytest.mark.slow)], ids=["small", "10 MiB"])
def test_browsers_and_python_open_each_others_files(
    kind: Kind, sizes: list[int], spoilable: SpoilableSite, visit: Visit
) -> None:
    """At every edge of a chunk, both directions, the same bytes."""
    page = visit(kind).page
    page.goto(spoilable.origin + "/en/")
    identity = HybridIdentity.generate()
    for size in sizes:
        plaintext = os.urandom(size)
        sealed = page.evaluate(SEALS, [str(identity.recipient), base64.b64encode(plaintext).decode()])
        assert decrypt(base64.b64decode(sealed), [identity]) == plaintext, size
        sealed = base64.b64encode(encrypt(plaintext, [identity.recipient])).decode()
        opened = page.evaluate(OPENS, [identity.to_string(), sealed])
        assert opened == hashlib.sha256(plaintext).hexdigest(), size
