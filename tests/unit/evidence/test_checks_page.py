"""The page on what is checked names every check and every fault there is, and no other; and each fault has its sentence."""

import re
from pathlib import Path

import pytest

import infra.evidence.checks
from infra.evidence.checks.report import Check
from infra.evidence.checks.signed import KINDS
from infra.texts import LANGUAGES, texts
from tests.integration.evidence.test_tampering_columns import OUTSIDE_HISTORY

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "evidence-checks.md"
FIRST = "store|key|place|head|event|version|envelope|stamp|time|bytes|sealed|leaf|tile|note|root|cut|erasure"
KIND = re.compile(rf'"((?:{FIRST})-[a-z-]+|checkpoint-gone)"')


def kinds() -> set[str]:
    """Every kind of fault in the program."""
    folder = Path(next(iter(infra.evidence.checks.__path__)))
    return {kind for path in folder.glob("*.py") for kind in KIND.findall(path.read_text(encoding="utf-8"))}


def rows(heading: str) -> set[str]:
    """The names in the first column of the table under a heading."""
    part = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return {name for line in part.splitlines() if line.startswith("|") for name in re.findall(r"`([^`]+)`", line.split("|")[1])}


def test_every_check_is_explained():
    assert rows("The checks") == {check.value for check in Check}


def test_every_fault_is_explained():
    assert rows("The faults") == kinds()
    assert kinds() >= set(KINDS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_its_sentence(language: str):
    known = dict(texts(language, "faults"))
    assert set(known.pop("whose")) == {Check.SIGNATURES, Check.ROOTS, Check.OUTSIDE, Check.HELD}
    assert set(known) == kinds()


def test_every_column_that_is_not_covered_is_named():
    assert rows("What is not covered") == OUTSIDE_HISTORY.keys()
