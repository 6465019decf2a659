"""Unlocking a desk with a thousand reports, to the filled inbox, against a thousand bare HPKE unwraps.

The passphrase's own work (scrypt) is turned down to a few milliseconds: it is the same with one report.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from portal.desk.desk import Desk
from tests.e2e.sites import PASSPHRASE
from tools.benches.figures import Figure, in_turn, seconds
from tools.benches.places import organisation
from tools.reporter import Reporter

REPORTS = 1000
INFO = b"age-encryption.org/mlkem768x25519"


def opening() -> list[Figure]:
    with organisation() as (site, desk):
        with_reports(desk, Reporter(site.origin))
        suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
        key = MLKEM768X25519PrivateKey(MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())
        wrapped = [suite.encrypt(bytes(16), key.public_key(), info=INFO) for _ in range(REPORTS)]

        def bare() -> None:
            for one in wrapped:
                suite.decrypt(one, key, info=INFO)

        ours, floor = in_turn(lambda: seconds(lambda: unlock(desk)), lambda: seconds(bare))
    each = f"{ours / REPORTS * 1e6:,.0f} µs a report"
    return [
        Figure(
            f"unlocking a desk with {REPORTS:,} reports", each, f"unwraps {floor / REPORTS * 1e6:,.0f} µs", ours / floor
        )
    ]


def with_reports(desk: Desk, reporter: Reporter) -> None:
    for number in range(REPORTS):
        content = {"language": "en", "told": f"{number}: They came at night. " * 40, "acts": ["visa_denial"]}
        reporter.tells(content | {"place_country": "NL", "behind": "same"})
    desk.sync()


def unlock(desk: Desk) -> None:
    desk.lock()
    desk.unlock(PASSPHRASE)
    assert len(desk.inbox()) == REPORTS
