"""age files, streaming both ways, against the bare ChaCha20-Poly1305 inside them."""

from __future__ import annotations

import io
import os

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.age import Sealer, open_stream
from crypto.hybrid import HybridIdentity
from tools.benches.figures import Figure, in_turn, seconds

SIZE = 128 << 20
CHUNK = 64 << 10


class Nowhere:
    """Takes bytes and keeps none."""

    def write(self, data: bytes) -> None:
        pass


def sealing() -> list[Figure]:
    plain = os.urandom(1 << 20) * (SIZE >> 20)
    identity = HybridIdentity.generate()
    kept = io.BytesIO()
    cipher, nonce = ChaCha20Poly1305(os.urandom(32)), bytes(12)
    sealed = [cipher.encrypt(nonce, plain[start : start + CHUNK], None) for start in range(0, SIZE, CHUNK)]

    def seal(sink: io.BytesIO | Nowhere) -> None:
        sealer = Sealer(sink, [identity.recipient])
        for start in range(0, SIZE, 1 << 20):
            sealer.write(plain[start : start + (1 << 20)])
        sealer.close()

    def open_all() -> None:
        kept.seek(0)
        for _ in open_stream(kept, [identity]):
            pass

    def bare_seal() -> None:
        for start in range(0, SIZE, CHUNK):
            cipher.encrypt(nonce, plain[start : start + CHUNK], None)

    def bare_open() -> None:
        for chunk in sealed:
            cipher.decrypt(nonce, chunk, None)

    seal(kept)
    acts = (lambda: seal(Nowhere()), bare_seal, open_all, bare_open)
    ours, bare, opened, bare_opened = in_turn(*(lambda act=act: seconds(act) for act in acts))
    return [
        Figure("age, sealing", speed(ours), f"ChaCha20-Poly1305 {speed(bare)}", bare / ours),
        Figure("age, opening", speed(opened), f"ChaCha20-Poly1305 {speed(bare_opened)}", bare_opened / opened),
    ]


def speed(taken: float, size: int = SIZE) -> str:
    return f"{size / taken / 1e6:,.0f} MB/s"
