"""Facts about the tree itself: what it is built from, its commands, its floor plan and its claims."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = {"setup", "run", "demo", "test", "test-all", "lint", "bench", "vendor"}
# Whoever can open an envelope needs one of these; in the intake only the no-script door may name them.
OPENING = {
    "decrypt",
    "open_stream",
    "reseal",
    "match",
    "unwrap",
    "read_payload",
    "HybridIdentity",
    "PassphraseIdentity",
}


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def python_files(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def packages() -> dict[str, dict[str, str]]:
    """The installed npm packages of the lock file by their path; the project itself is left out."""
    locked: dict[str, dict[str, str]] = json.loads(read("package-lock.json"))["packages"]
    return {path: package for path, package in locked.items() if path}


def test_the_npm_lock_file_has_hashes_and_no_addresses() -> None:
    """Every package is pinned by its hash, and none says where it was fetched from."""
    assert packages()
    assert [path for path, package in packages().items() if "integrity" not in package] == []
    assert [path for path, package in packages().items() if "resolved" in package] == []


def test_the_bundle_holds_one_copy_of_each_library() -> None:
    """No package is installed twice, so no library is sent to a reporter twice."""
    names = Counter(path.rpartition("node_modules/")[2] for path in packages())
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_python_requirement_is_pinned_and_hashed(name: str) -> None:
    """A requirement file holds exact versions with their hashes, and no other option."""
    blocks = re.sub(r"\\\n|#.*", " ", read(f"requirements/{name}.txt")).split("\n")
    requirements = [block.split() for block in blocks if block.strip()]
    assert requirements
    for first, *rest in requirements:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][^=]*", first)
        assert any(word.startswith("--hash=sha256:") for word in rest), f"{first} has no hash"
        assert [word for word in rest if word.startswith("-") and not word.startswith("--hash=sha256:")] == []


def test_what_runs_is_what_was_checked() -> None:
    """Every pinned package of run.txt stands in dev.txt in the same version."""

    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9-]+==\S+", read(f"requirements/{name}.txt"), re.MULTILINE))

    assert pins("run") <= pins("dev")


def test_the_makefile_has_exactly_its_commands() -> None:
    """The commands are those of the README and no others."""
    makefile = read("Makefile")
    [phony] = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(phony.split()) == COMMANDS
    rules = set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, re.MULTILINE))
    assert rules == COMMANDS


def test_the_readme_and_the_docs_name_only_commands_that_exist() -> None:
    """Every `make ...` in code of the README and the docs is a command; the README's first two are run and test."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    named = {page.name: commands_in(page.read_text(encoding="utf-8")) for page in pages}
    assert {name: set(commands) - COMMANDS for name, commands in named.items() if set(commands) - COMMANDS} == {}
    assert named["README.md"][:2] == ["run", "test"]


def commands_in(page: str) -> list[str]:
    """The words after `make` in the code of a Markdown page, in order."""
    code = re.findall(r"```.*?```|`[^`]+`|^ {4}.*$", page, re.DOTALL | re.MULTILINE)
    return [command for part in code for command in re.findall(r"\bmake ([a-z][a-z-]*)", part)]


def test_the_script_for_continuous_checks_can_be_run() -> None:
    """`.ci/run` is an executable bash script that stops at the first error."""
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert "\nset -euo pipefail\n" in read(".ci/run")


def test_no_package_source_is_named_in_the_tree() -> None:
    """Nothing in the tree says where packages were fetched from."""
    subprocess.run([ROOT / "tools/check_tree.sh"], check=True, stdout=subprocess.DEVNULL)


def test_the_vendored_scripts_say_what_is_inside_and_under_which_licence() -> None:
    """The header of each vendored script names the locked versions, and LICENSES.txt has each one's licence text."""
    licences = read("portal/static/vendor/LICENSES.txt")
    credits = re.findall(
        r"^ \* (\S+) (\S+) \((\S+)\)$",
        read("portal/static/vendor/age.js") + read("portal/static/vendor/words-en.js"),
        re.MULTILINE,
    )
    assert len(credits) == 7
    for name, version, licence in credits:
        assert packages()[f"node_modules/{name}"]["version"] == version
        assert f"{name} {version} ({licence})\n" in licences
    assert licences.count("Copyright (c)") + licences.count("Copyright (C)") + licences.count("(c) 20") >= len(credits)


def test_the_vendored_scripts_seal_and_open() -> None:
    """The bundle does in node what its own tests say, among them that it never touches `crypto.subtle`."""
    environment = os.environ | {"NODE_OPTIONS": "--experimental-global-webcrypto"}
    tests = ROOT / "tests/pages/vendor.test.mjs"
    done = subprocess.run(["node", "--test", tests], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_folder_of_modules_is_on_the_floor_plan() -> None:
    """The import contracts see regular packages only: a folder of modules without `__init__.py` would escape them."""
    folders = {file.parent for file in python_files("crypto", "portal")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_every_module_has_chosen_its_floor() -> None:
    """A module of the intake, or one both halves share, is under an import contract unless it is a page."""
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    below = {module for contract in contracts for module in contract.get("source_modules", ())}
    files = [*(ROOT / "portal").glob("*.py"), *(ROOT / "portal/intake").rglob("*.py")]
    imports = {".".join(file.relative_to(ROOT).with_suffix("").parts): imported(file) for file in files}
    pages = {"flask", "flask_wtf"}
    for _ in imports:
        pages |= {name for name, needed in imports.items() if needed & pages}
    undecided = set(imports) - below - pages
    assert sorted(name for name in undecided if not name.endswith("__init__")) == []


def imported(file: Path) -> set[str]:
    """The modules that a file imports, wherever in it; of `from a import b` both a and a.b."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.claim("C1")
def test_in_the_intake_only_the_no_script_door_names_what_opens() -> None:
    """No other module of the intake names a function or a class that opens an envelope."""
    offenders = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in python_files("portal/intake")
        if not file.relative_to(ROOT / "portal/intake").parts[0].startswith("plain")
        for name in crypto_names(ast.parse(file.read_text()))
        if name in OPENING
    }
    assert offenders == set()


def crypto_names(tree: ast.Module) -> Iterator[str]:
    """What a module takes from `crypto`: names it imports, and attributes of crypto modules that it imports."""
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "crypto":
            yield from (alias.name for alias in node.names)
            modules |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            modules |= {alias.asname or "crypto" for alias in node.names if alias.name.split(".")[0] == "crypto"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).split(".")[0] in modules:
            yield node.attr


def test_names_of_test_files_are_unique() -> None:
    """Two test files of one name would be one to a reader of a report."""
    names = Counter(file.name for file in python_files("tests") if file.name.startswith("test_"))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_claim_of_the_threat_model_has_a_test() -> None:
    """The claims in docs/threat-model.md and the tests' claim marks are the same set."""
    claimed = set(re.findall(r"^\| (C[0-9]+) \|", read("docs/threat-model.md"), re.MULTILINE))
    marks = re.compile(r"""\bclaim\(\s*["'](C[0-9]+)["']""")
    shown = {number for file in python_files("tests") for number in marks.findall(file.read_text())}
    assert claimed == shown
