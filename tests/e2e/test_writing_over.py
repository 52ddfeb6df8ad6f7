"""A file that is there already is asked about before it is written over, whichever command writes it."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Casus
from tests.e2e.test_asking import SUBMIT, at_terminal

AUDITOR = ("--as", "pilots-2")
WRITE = [
    ("export", "ocel", "--recipient", "university"), ("export", "xes", "--recipient", "university"),
    ("export", "jsonl", "--recipient", "archive"), ("export", "fhir-audit", "--recipient", "audit", *AUDITOR),
    ("export", "logboek", "--recipient", "audit", *AUDITOR), ("evidence", "hand-out", "--recipient", "audit"),
    ("evidence", "checkpoint"), ("evidence", "pack", "HBR-2026-0001", *AUDITOR), ("evidence", "verifier"), ("store", "backup"),
]  # fmt: skip


@pytest.fixture
def audited(casus: Casus) -> Casus:
    """A store with a case, and an auditor at its table."""
    casus.done("team", "add-professional", "harbour-table", "--name", "Adam Audit", "--partner", "pilots", "--role", "auditor")
    casus.done(*SUBMIT, "--question", "x")
    return casus


@pytest.mark.parametrize("line", WRITE, ids=lambda line: "-".join(line[:2]))
def test_off_a_terminal_it_is_not_written_over_without_yes(audited: Casus, tmp_path: Path, line: tuple[str, ...]):
    path = tmp_path / "there"
    path.write_bytes(b"kept")
    whole = (*line, "--events" if line[0] == "store" else "-o", str(path))
    result = audited("--json", *whole)
    assert (result.code, '"file-is-there"' in result.err, path.read_bytes()) == (3, True, b"kept"), result
    audited.done(*whole, "--yes")
    assert path.read_bytes() != b"kept"


@pytest.mark.parametrize(("typed", "code"), [("yes\n", 0), ("no\n", 3), ("", 3)])
def test_at_a_terminal_it_is_asked_before_anything_is_stored(audited: Casus, tmp_path: Path, typed: str, code: int):
    path = tmp_path / "there"
    path.write_bytes(b"kept")
    result = at_terminal(audited, "evidence", "hand-out", "--recipient", "audit", "-o", str(path), typed=typed)
    assert (result.code, path.read_bytes() == b"kept") == (code, code == 3), result
    assert "--output" in result.err
    looked = [row for row in audited.json("access", "log", *AUDITOR) if row["what"] == "evidence-hand-out"]
    assert bool(looked) == (code == 0)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("export", "ocel", "--recipient", "Univ er"), "small letters"),
        (("evidence", "hand-out", "--recipient", "Univ er"), "small"),
        (("export", "parquet", "--recipient", "x", "--segment", "40"), "from 100 to"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_said_before_anything_is_stored(audited: Casus, tmp_path: Path, line: tuple[str, ...], says: str):
    result = audited(*line, "-o", str(tmp_path / "out"))
    assert (result.code, says in result.err) == (2, True), result
    assert line[0] not in {row["what"].partition("-")[0] for row in audited.json("access", "log", *AUDITOR)}
