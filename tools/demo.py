"""The demonstration: a ready-made reviewer, and sample reports that came in through the public door.

Nothing here is real: people and places in the samples are invented, except the one public case, which says what an
open letter of 20 March 2019 said. The passphrase and the receipt lie in the data folder so that a second start can
print them again; no other installation keeps either anywhere.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from crypto.passphrase import generate_passphrase
from portal.settings import DeskSettings, IntakeSettings
from tools.reporter import Reporter

REVIEWER = "Demonstration reviewer"

PUBLIC_CASE: dict[str, Any] = {
    "language": "en",
    "danger": "no",
    "told": (
        "On 15 March 2019 the Secretary of State of the United States announced that visas will be refused to or taken "
        "back from staff of the International Criminal Court who are involved in a possible investigation of "
        "United States personnel in Afghanistan, and that further steps, economic sanctions among them, are possible. "
        "He spoke of people who took or take part in asking for the investigation. Judges, prosecutors, investigators "
        "and lawyers of victims may hold back because of it."
    ),
    "place_country": "US",
    "when": "15 March 2019",
    "going_on": "will",
    "behind": "same",
    "who": ["government"],
    "acts": ["sanctions_threat", "visa_denial", "threats_intimidation"],
    "bodies": ["icc"],
    "contact": ["had", "planned"],
    "why": "The announcement names the work for the Court as its reason.",
    "affected": ["group"],
    "profile": ["judge", "prosecutor", "lawyer", "investigator", "icc_personnel"],
    "agreed": "yes",
    "tell_un": "yes",
    "letter_unnamed": "yes",
    "letter_named": "yes",
    "publish": "name",
    "share": "yes",
}

_AIRPORT: dict[str, Any] = {
    "language": "en",
    "danger": "yes",
    "told": (
        "My colleague was stopped at the airport on her way to Geneva, where she was to speak before a committee. Two "
        "men took her passport and her phone. They asked who had invited her and who had written the report. She was "
        "let go at night, but was told that next time she will not come home. She sleeps somewhere else now."
    ),
    "place_country": "CM",
    "place": "An airport",
    "when": "two weeks ago",
    "going_on": "ongoing",
    "behind": "same",
    "who": ["security"],
    "acts": ["travel_restriction", "interrogation", "threats_intimidation", "raid_seizure"],
    "bodies": ["treaty_bodies"],
    "contact": ["planned"],
    "why": "They asked about the committee, and had a printed copy of our report.",
    "affected": ["other"],
    "profile": ["woman_defender", "defender"],
    "agreed": "yes",
    "tell_un": "yes",
    "letter_unnamed": "yes",
    "letter_named": "no",
    "publish": "no",
    "share": "yes",
    "contact_back": "yes",
}

_DISMISSED: dict[str, Any] = {
    "language": "ar",
    "danger": "no",
    "told": (
        "بعد أن قدّمت جمعيتنا تقريراً إلى الاستعراض الدوري الشامل، أغلقت السلطات مكتبنا وجمّدت حسابنا في المصرف. "
        "نشرت صحيفة مقالاً يصفنا بالخيانة ويذكر تقريرنا إلى الأمم المتحدة."
    ),
    "place_country": "DZ",
    "when": "2026",
    "going_on": "ongoing",
    "behind": "same",
    "who": ["official"],
    "acts": ["ngo_deregistration", "asset_freeze", "smear"],
    "bodies": ["upr"],
    "contact": ["had"],
    "affected": ["organisation"],
    "profile": ["ngo"],
    "agreed": "self",
    "tell_un": "yes",
    "letter_unnamed": "yes",
    "letter_named": "yes",
    "publish": "initials",
    "share": "no",
}

_UNSURE: dict[str, Any] = {
    "language": "zh",
    "danger": "unknown",
    "told": "我丈夫是律师。他在网上见过一位联合国专家之后，就联系不上了。单位说他在休假。家里有人来问过他的电脑。",
    "place_country": "CN",
    "going_on": "ongoing",
    "behind": "unknown",
    "acts": ["disappearance"],
    "bodies": ["sp-system", "unsure"],
    "affected": ["other"],
    "relation": "妻子",
    "profile": ["lawyer"],
    "held": "missing",
    "agreed": "family",
    "agreed_why": "他失踪了",
    "tell_un": "yes",
    "letter_unnamed": "no",
    "letter_named": "no",
    "publish": "no",
}

SAMPLES = (PUBLIC_CASE, _UNSURE, _DISMISSED, _AIRPORT)
_PICTURE_NOTE = b"Seen at 14:10: two men, grey car. Written down the same day.\n"


def found(intake: IntakeSettings, desk: DeskSettings) -> None:
    """Make the reviewer and send the samples, unless an earlier start has done it."""
    from portal.desk.desk import Desk
    from portal.intake.enrolment import fresh_code

    code = fresh_code(intake)
    if code is None:
        return
    passphrase = generate_passphrase()
    _keep(desk.data / "demo-passphrase", passphrase)
    reviewer = Desk(desk)
    founding = reviewer.found(REVIEWER, passphrase, str(code))
    founding.finish(founding.copy())
    reviewer.lock()
    reporter = Reporter(intake.url)
    for content in SAMPLES[:-1]:
        reporter.tells(content)
    receipt = reporter.tells(SAMPLES[-1], [("notes.txt", "text/plain", _PICTURE_NOTE)])
    reporter.adds(receipt, "She is safe for now, with relatives. The passport was not given back.")
    _keep(desk.data / "demo-receipt", receipt.digits)


def greet(intake: IntakeSettings, desk: DeskSettings, address: str) -> None:
    """Print what is needed to look around, one thing a line."""
    print(f"Intake: {intake.url}/")
    print(f"Desk: {address}")
    print(f"Passphrase: {_kept(desk.data / 'demo-passphrase')}")
    print(f"Receipt: {_kept(desk.data / 'demo-receipt')}")
    print("This is a demonstration: never send a real report to it. Ctrl-C ends it.", flush=True)


def _keep(path: Path, text: str) -> None:
    spare = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    spare.touch(mode=0o600)
    spare.write_text(text + "\n", encoding="utf-8")
    spare.replace(path)


def _kept(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.exists() else "(not there: remove the folder, start again)"
