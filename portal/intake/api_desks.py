"""The part of the API that is about desks themselves: enrolling, who is registered, meeting a new one, the directory.

Rules: without a signature only those come in who hold a secret that was handed over by a person: the first desk its
one-time code, a joining desk its meeting place.
"""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.intake import desks, enrolment
from portal.intake.answers import speak_json
from portal.intake.api import bring_nonce
from portal.intake.directory import TIMESTAMP
from portal.intake.readers import open_to
from portal.intake.reading import base64_text, hex_text, json_body, path_id, text
from portal.intake.refusals import Malformed
from portal.intake.room import store

DIRECTORY_BODY = 32 * 1024 * 1024

bp = Blueprint("api_desks", __name__, url_prefix="/api")
bp.after_request(bring_nonce)
speak_json(bp)
public = Blueprint("directory", __name__, url_prefix="/directory")
speak_json(public)


@bp.post("/enrol")
@open_to("public")
def enrol() -> ResponseReturnValue:
    body = json_body()
    answer = enrolment.enrol(store(), text(body.get("desk")).encode(), hex_text(body.get("mac"), 32))
    return {"intake": answer.intake.decode(), "mac": answer.mac.hex()}


@bp.get("/desks")
@open_to("admin")
def list_desks() -> ResponseReturnValue:
    return {"desks": [{"keyid": d.keyid, "api": d.api.hex(), "admin": d.admin} for d in desks.all_desks(store())]}


@bp.post("/desks")
@open_to("admin")
def register() -> ResponseReturnValue:
    body = json_body()
    return {"keyid": desks.register(store(), hex_text(body.get("api"), 32), admin=body.get("admin") is True)}


@bp.delete("/desks/<keyid>")
@open_to("admin")
def remove(keyid: str) -> ResponseReturnValue:
    desks.remove(store(), path_id(keyid, 16).hex())
    return {"removed": True}


@bp.post("/meet")
@open_to("admin")
def open_meeting() -> ResponseReturnValue:
    desks.open_meeting(store(), hex_text(json_body().get("slot"), 32))
    return {"open": True}


@bp.get("/meet/<slot>/<any(ask,answer):which>")
@open_to("public")
def read_letter(slot: str, which: str) -> ResponseReturnValue:
    sealed = desks.letter(store(), path_id(slot, 16), cast(desks.Letter, which))
    return Response(sealed, content_type="application/octet-stream")


@bp.put("/meet/<slot>/<any(ask,answer):which>")
@open_to("public", body=desks.LETTER_LIMIT)
def leave_letter(slot: str, which: str) -> ResponseReturnValue:
    desks.leave_letter(store(), path_id(slot, 16), cast(desks.Letter, which), request.get_data())
    return {"left": True}


@bp.put("/directory")
@open_to("admin", body=DIRECTORY_BODY)
def publish() -> ResponseReturnValue:
    files = json_body().get("files")
    if not isinstance(files, dict):
        raise Malformed("A directory is an object of files.")
    here = store()
    here.directory.publish({path: base64_text(file) for path, file in files.items()}, here.identity.timestamp_seed)
    return {"published": True}


@public.get("/metadata/<name>")
@open_to("public")
def metadata(name: str) -> ResponseReturnValue:
    here, path = store(), f"metadata/{name}"
    file = here.directory.timestamp(here.identity.timestamp_seed) if path == TIMESTAMP else here.directory.file(path)
    return _file(file, "application/json")


@public.get("/targets/<path:path>")
@open_to("public")
def target(path: str) -> ResponseReturnValue:
    return _file(store().directory.file(f"targets/{path}"), "application/octet-stream")


def _file(content: bytes | None, content_type: str) -> ResponseReturnValue:
    if content is None:
        raise NotFound
    return Response(content, content_type=content_type)
