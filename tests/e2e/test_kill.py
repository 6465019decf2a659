"""kill -9 of the whole intake while reports come in: what was confirmed is there and opens, and nothing is there twice.

The moments are random; a failure prints the seed, and KILL_SEED repeats it (the machine's own timing it cannot repeat).
"""

from __future__ import annotations

import os
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests

from crypto.receipt import Receipt
from tests.e2e.conftest import Organisation
from tests.e2e.ledger import Ledger, Told
from tests.e2e.patience import NO_ANSWER, PatientSession
from tests.e2e.plaindoor import PlainReporter
from tests.e2e.sites import IntakeSite, case_id, instance, wait_until
from tools.reporter import Attachment, Reporter

pytestmark = pytest.mark.claim("C7")
# Small ones become rows, bigger ones files of their own.
TEXT_LETTERS = (20, 20_000, 150_000)
FILE_BYTES = (0, 1, 60_000, 300_000, 3_000_000)


def someone_tells(chance: random.Random, case: str) -> tuple[Told, list[Attachment]]:
    """A report that nobody else tells, with no file, one or two."""
    text = f"{secrets.token_hex(8)} " + "told again " * (chance.choice(TEXT_LETTERS) // 11)
    files = {f"{number}.bin": chance.randbytes(chance.choice(FILE_BYTES)) for number in range(chance.randrange(3))}
    attached = [(name, "application/octet-stream", data) for name, data in files.items()]
    return Told(case, text.strip(), files), attached


def scripted(site: IntakeSite, ledger: Ledger, chance: random.Random, session: requests.Session) -> None:
    """One report by the protocol that a browser's script speaks."""
    receipt = Receipt.generate()
    told, files = someone_tells(chance, case_id(instance(site, session), receipt))
    ledger.attempt(told)
    Reporter(site.origin, session).tells({"language": "en", "told": told.text}, files, receipt)
    ledger.confirm(told)


def plain(site: IntakeSite, ledger: Ledger, chance: random.Random, session: requests.Session) -> None:
    """One report through the door for browsers without scripts."""
    reporter = PlainReporter(site.origin, session)
    form = reporter.starts()
    told, files = someone_tells(chance, case_id(instance(site, session), form.receipt))
    told = Told(told.case, told.text[:90_000].strip(), told.files)
    ledger.attempt(told)
    reporter.sends(form, {"told": told.text}, files)
    ledger.confirm(told)


Act = Callable[[IntakeSite, Ledger, random.Random, requests.Session], None]
# Each works through one session: a patient one sends again what got no answer, the others give up and tell another.
CROWD: tuple[tuple[Act, type[requests.Session]], ...] = (
    (scripted, PatientSession),
    (scripted, PatientSession),
    (scripted, requests.Session),
    (plain, PatientSession),
    (plain, PatientSession),
    (plain, requests.Session),
)


@contextmanager
def crowd(site: IntakeSite, ledger: Ledger, chance: random.Random) -> Iterator[list[BaseException]]:
    """Reporters of every kind, telling one report after another; the list gets whatever stopped one of them."""
    over, stopped = threading.Event(), list[BaseException]()

    def tell(act: Act, session: requests.Session, own: random.Random) -> None:
        session.trust_env = False
        with session:
            while not over.is_set():
                try:
                    act(site, ledger, own, session)
                except NO_ANSWER:
                    over.wait(0.05)
                except BaseException as error:
                    stopped.append(error)
                    return

    people = [
        threading.Thread(target=tell, args=(act, session(), random.Random(chance.random()))) for act, session in CROWD
    ]
    for person in people:
        person.start()
    try:
        yield stopped
    finally:
        over.set()
        for person in people:
            person.join()


def somebody_gets_a_receipt(ledger: Ledger, stopped: list[BaseException]) -> None:
    known = len(ledger.confirmed)
    wait_until(lambda: bool(stopped) or len(ledger.confirmed) > known, "somebody got a receipt")


def goes_through(organisation: Organisation, kills: int) -> None:
    seed = int(os.environ.get("KILL_SEED") or secrets.randbits(32))
    print(f"KILL_SEED={seed}")
    chance, site, ledger = random.Random(seed), organisation.site, Ledger()
    with crowd(site, ledger, chance) as stopped:
        for _ in range(kills):
            somebody_gets_a_receipt(ledger, stopped)
            time.sleep(chance.uniform(0, 0.5))  # the moment of the kill
            site.is_killed()
            site.starts()
        assert stopped == []
    assert stopped == []
    ledger.check(organisation.desk)


def test_two_kills_lose_nothing_confirmed(organisation: Organisation) -> None:
    """Two kills during submissions: every confirmed report is there once, and opens."""
    goes_through(organisation, 2)


@pytest.mark.slow
def test_twenty_kills_lose_nothing_confirmed(organisation: Organisation) -> None:
    """Twenty kills at random moments: every confirmed report is there once, opens, and came with all its files."""
    goes_through(organisation, 20)


def test_a_killed_worker_is_replaced(organisation: Organisation) -> None:
    """When one of its processes dies, the intake goes on, and starts another by itself."""
    site = organisation.site
    arbiter, *workers = site.processes
    os.kill(workers[0], 9)
    wait_until(lambda: len(site.processes) == 1 + site.workers and workers[0] not in site.processes, "a new worker")
    assert site.processes[0] == arbiter
    Reporter(site.origin).tells({"language": "en", "told": "After that."})


def test_a_report_without_an_answer_is_sent_again_and_kept_once(organisation: Organisation) -> None:
    """The answer is cut off and the same form is posted again, later: one report, one file."""
    reporter = PlainReporter(organisation.site.origin)
    form = reporter.starts()
    files = [("photo.jpg", "image/jpeg", b"picture" * 50_000)]
    reporter.sends(form, {"told": "Once."}, files)
    organisation.site.is_killed()
    organisation.site.starts()
    reporter.sends(form, {"told": "Once."}, files)
    organisation.desk.sync()
    [summary] = organisation.desk.inbox()
    [message] = organisation.desk.case(summary.id).messages
    assert [file.name for file in message.files] == ["photo.jpg"]
