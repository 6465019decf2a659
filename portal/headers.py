"""Every security header of both sites, in one place, on every response, errors included.

Rules: nothing is cached anywhere; no page may be framed, load or send anything beyond its own origin; scripts touch
the document through one Trusted Types policy. Values follow CSP level 3, Fetch, HTML and RFC 6797.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask, Response

TRUSTED_TYPES_POLICY = "unhindered"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # The empty icon of every page, and the receipt's QR picture, are data: addresses.
        "img-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        f"trusted-types {TRUSTED_TYPES_POLICY}",
    )
)
_DENIED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "display-capture",
    "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts",
    "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
    "screen-wake-lock", "serial", "storage-access", "usb", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _DENIED)

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Origin-Agent-Cluster": "?1",
        "Permissions-Policy": PERMISSIONS_POLICY,
        # Not no-referrer: with it browsers send "Origin: null" on form posts, and the desk checks the origin.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)
_TWO_YEARS = "max-age=63072000; includeSubDomains"


def install(app: Flask, *, origin: str) -> None:
    """Put the headers on every response of this app. `origin` tells whether it is served over HTTPS."""
    headers = dict(HEADERS)
    if origin.startswith("https://"):
        headers["Strict-Transport-Security"] = _TWO_YEARS

    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in headers.items():
            response.headers[name] = value
        return response
