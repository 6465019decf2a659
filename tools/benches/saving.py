"""What a form's file costs where it is only saved: Werkzeug's own way, for comparison with sealing it on arrival."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, request

app = Flask(__name__)


@app.post("/")
def save() -> str:
    for number, file in enumerate(request.files.getlist("files")):
        file.save(Path(os.environ["SAVING_FOLDER"]) / f"{number}")
    return "saved"
