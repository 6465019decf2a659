"""What the reporter's script asks for: the key in force, who may sign it, delivery, and the mailbox.

Rules: what a token opens is answered in one shape whether anybody ever wrote to it or not, in steps of 32 KiB; nothing
is confirmed that is not durable; while the intake is closed nothing is taken in.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from crypto.receipt import thread_of
from portal.intake import clock, shelf, uploads
from portal.intake.answers import speak_json
from portal.intake.framing import MESSAGE_LIMIT
from portal.intake.readers import open_to
from portal.intake.reading import base64_text, hex_text, json_body, list_of
from portal.intake.refusals import NotOpen, NotSealed, Taken
from portal.intake.room import store
from portal.intake.store import Delivery
from portal.note import nobodys_note

FILES_LIMIT = 200
MAILBOX_STEP = 32 * 1024
# base64 of the biggest message, a note, the ids of the files, and room to spare.
DELIVERY_BODY = MESSAGE_LIMIT * 4 // 3 + 64 * 1024

bp = Blueprint("scripts", __name__)
speak_json(bp)


@bp.get("/key")
@open_to("public")
def key() -> ResponseReturnValue:
    here = store()
    file = here.directory.key_file(here.instance, clock.today())
    if file is None:
        raise NotOpen
    return Response(file, content_type="application/json")


@bp.get("/stewards.js")
@open_to("public")
def stewards() -> ResponseReturnValue:
    here = store()
    publication = here.directory.current()
    if publication is None or here.key_in_force() is None:
        raise NotOpen
    keys = {keyid: public.hex() for keyid, public in sorted(publication.stewards.items())}
    lines = (
        f'export const instance="{here.instance.hex()}";',
        f"export const threshold={publication.threshold};",
        f"export const stewards={json.dumps(keys, separators=(',', ':'))};",
    )
    return Response("\n".join(lines) + "\n", content_type="text/javascript; charset=utf-8")


@bp.post("/deliver")
@open_to("public", body=DELIVERY_BODY)
def deliver() -> ResponseReturnValue:
    here, body = store(), json_body()
    thread = thread_of(here.instance, hex_text(body.get("token"), 32))
    names = [hex_text(name, 16) for name in list_of(body.get("files"), FILES_LIMIT)]
    if names and here.key_in_force() is None:
        raise NotOpen  # and not that the files are missing, which they are
    delivery = Delivery(
        thread=thread,
        id=hex_text(body.get("id"), 16),
        message=base64_text(body.get("message")),
        note=base64_text(body.get("note")),
        files=uploads.arrived(here, thread, names),
    )
    try:
        first = here.deliver(delivery)
        if not first:
            # "Stored" is said of these bytes only: a browser sends again what it sealed once.
            shelf.check_same(here, delivery.id, delivery.message)
    except Taken:
        raise NotSealed from None
    return {"stored": True}, 201 if first else 200


@bp.post("/mailbox")
@open_to("public")
def mailbox() -> ResponseReturnValue:
    replies = store().replies(_thread())
    listed = [{"id": reply.id.hex(), "sealed": base64.b64encode(reply.sealed).decode()} for reply in replies]
    return Response(_padded({"replies": listed}), content_type="application/json")


@bp.post("/mailbox/note")
@open_to("public")
def note() -> ResponseReturnValue:
    # Made every time, so that the answer takes as long with a note as without one.
    nothing = nobodys_note()
    kept = store().note(_thread())
    return {"note": base64.b64encode(kept or nothing).decode()}


def _thread() -> bytes:
    return thread_of(store().instance, hex_text(json_body().get("token"), 32))


def _padded(value: dict[str, Any]) -> bytes:
    """JSON with a last field that fills it up to a multiple of MAILBOX_STEP bytes."""
    short = json.dumps(value | {"pad": ""}, separators=(",", ":"))
    return (short[:-2] + "0" * (-len(short) % MAILBOX_STEP) + short[-2:]).encode()
