"""Stylesheets and scripts, exactly as they lie in `portal/static`, compressed once and sent so to whoever takes it."""

from __future__ import annotations

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from portal.intake.readers import open_to

FOLDER = Path(__file__).resolve().parents[1] / "static"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@open_to("public")
def asset(filename: str) -> ResponseReturnValue:
    path = safe_join(str(FOLDER), filename)
    if path is None or not Path(path).is_file():
        raise NotFound
    plain, packed = _read(Path(path), Path(path).stat().st_mtime_ns)
    kind = _TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    response = Response(plain, content_type=kind)
    if len(packed) < len(plain):
        response.headers["Vary"] = "Accept-Encoding"
        if request.accept_encodings["gzip"] > 0:
            response.set_data(packed)
            response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=128)
def _read(path: Path, _changed: int) -> tuple[bytes, bytes]:
    plain = path.read_bytes()
    return plain, gzip.compress(plain, 9, mtime=0)
