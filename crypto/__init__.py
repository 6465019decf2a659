"""Sealed files, receipts, signatures: everything secret, and nothing else.

Rules: this package knows `cryptography` and the standard library; no Flask, no SQL, no portal. Every sealed thing is
a standard age v1 file (c2sp.org/age), so any age client that knows hybrid keys opens it. The mathematics is the
library's; only framing is ours. What goes wrong is a `CryptoError` of `crypto.errors`; a leaked ValueError is a bug.
"""
