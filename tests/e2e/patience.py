"""People who send again when no answer came, as somebody does who presses the button once more."""

from __future__ import annotations

import time
from typing import Any

import requests

from tests.e2e.sites import PATIENCE

NO_ANSWER = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class PatientSession(requests.Session):
    """Repeats a request, byte for byte, until somebody answers it."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.again = 0

    def request(self, *asked: Any, **options: Any) -> requests.Response:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return super().request(*asked, **options)
            except NO_ANSWER:
                if time.monotonic() > deadline:
                    raise
                self.again += 1
                time.sleep(0.05)
