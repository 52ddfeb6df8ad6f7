"""Terms of keeping on the command line: unverified nothing is destroyed; with an organisation's own verified file it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.legal import terms
from infra.texts import Language
from tests.e2e.conftest import Casus, Result

SECRET = "The hull leaks below the waterline"
OWN = """
version = 1
[term.wmo-2015]
duty = "keep"
years = 15
counted_from = "ended"
law = "Wet maatschappelijke ondersteuning 2015"
article = "5.3.4 lid 1"
url = "https://wetten.overheid.nl/jci1.3:c:BWBR0035362&artikel=5.3.4"
nl = "Gegevens van maatschappelijke ondersteuning"
en = "Data of social support"
as_of = 2026-11-01
verified_by = "H. Arbour, lawyer"
verified_on = 2026-11-10
"""


@pytest.fixture
def ended(casus: Casus) -> tuple[Casus, str]:
    """A case that was declined, and a privacy officer on the roster."""
    number: str = casus.json("intake", "submit", "--question", SECRET, "--reason", "adrift", "--name", "Wilma Waterman")[0][
        "number"
    ]
    casus.done("triage", "decline", number, "--reason", "Calm")
    add = ("team", "add-professional", "harbour-table", "--partner", "pilots", "--role", "privacy-officer")
    casus.done(*add, "--name", "Ida Watches")
    return casus, number


OFFICER = ("--as", "pilots-2")


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """The organisation's own file, which somebody verified."""
    path = tmp_path / "legal.toml"
    path.write_text(OWN, encoding="utf-8")
    return {"CASUS_LEGAL": str(path)}


def confirmed(casus: Casus, act: str, number: str, *more: str) -> None:
    casus.done("custody", "request", "harbour-table", "--act", act, "--case", number, "--reason", "So", *more, *OFFICER)
    asked = casus.json("custody", "list", "harbour-table")[-1]["custody"]
    casus.done("custody", "confirm", "harbour-table", asked, *OFFICER)


def carry_out(casus: Casus, number: str, **environ: Any) -> Result:
    return casus("retention", "carry-out", number, "--yes", *OFFICER, **environ)


def test_what_no_lawyer_verified_says_so():
    shipped = terms()
    assert shipped
    assert not [t.id for t in shipped.values() if t.verified]


def test_the_terms_that_come_along_are_named_as_unverified(casus: Casus):
    said = casus.done("retention", "terms")
    assert "wmo-2015" in said.err
    assert "lawyer" in said.err
    assert {row["verified_by"] for row in casus.json("retention", "terms")} == {None}


def test_destroying_on_a_term_that_nobody_verified_is_refused_and_on_a_verified_one_done(
    ended: tuple[Casus, str], own: dict[str, str]
):
    casus, number = ended
    assert [row["why"] for row in casus.json("retention", "due", *OFFICER)] == ["no-term"]
    casus.done("retention", "assign", number, "wmo-2015", *OFFICER)
    assert casus.json("retention", "due", *OFFICER) == []
    casus.later(days=15 * 366)
    due = casus.json("retention", "due", *OFFICER)
    assert [(row["number"], row["term"], row["passed"], row["verified"]) for row in due] == [(number, "wmo-2015", True, False)]
    confirmed(casus, "destroy", number)
    refused = carry_out(casus, number)
    assert refused.code == 3
    assert "wmo-2015" in refused.err
    assert SECRET in casus.done("show", number).out, "nothing was destroyed"
    done = carry_out(casus, number, **own)
    assert done.code == 0, done
    assert SECRET not in casus.done("show", number).out
    assert casus.json("rights", "status", *OFFICER)[0]["state"] == "done"
    assert casus.json("retention", "due", *OFFICER) == []
    again = carry_out(casus, number, **own)
    assert again.code == 0, again


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_what_was_destroyed_is_followed_by_who_has_the_texts(
    ended: tuple[Casus, str], own: dict[str, str], tmp_path: Path, lang: Language
):
    casus, number = ended
    pack = ("evidence", "pack", number, "-o", str(tmp_path / "pack.zip"), "--as", "pilots-1", "--yes", "--recipient")
    casus.done(*pack, "court", "--texts")
    casus.done(*pack, "inspectorate")
    casus.done("retention", "assign", number, "wmo-2015", *OFFICER)
    casus.later(days=15 * 366)
    confirmed(casus, "destroy", number)
    done = casus("retention", "carry-out", number, "--yes", *OFFICER, lang=lang, **own)
    [line] = [line for line in done.err.splitlines() if f"casus rights recipients {number} --subject s1" in line]
    assert ("2 time(s), 1 of them" if lang == "en" else "2 keer het huis uit, waarvan 1") in line
    assert done.err.count("casus evidence verify") == 1, "what was signed before still holds"
    assert {r["recipient"] for r in casus.json("rights", "recipients", number, *OFFICER)} == {"court", "inspectorate"}


def test_what_never_left_the_house_is_not_said_to_have(ended: tuple[Casus, str], own: dict[str, str]):
    casus, number = ended
    casus.done("retention", "assign", number, "wmo-2015", *OFFICER)
    casus.later(days=15 * 366)
    confirmed(casus, "destroy", number)
    assert "rights recipients" not in carry_out(casus, number, **own).err


def test_a_hold_keeps_it_until_two_lift_it(ended: tuple[Casus, str], own: dict[str, str]):
    casus, number = ended
    casus.done("retention", "assign", number, "wmo-2015", *OFFICER)
    casus.done("retention", "hold", number, "--why", "A complaint", *OFFICER)
    casus.later(days=15 * 366)
    confirmed(casus, "destroy", number)
    held = carry_out(casus, number, **own)
    assert (held.code, "hold" in held.err) == (3, True)
    assert casus("retention", "lift-hold", number, "H1", "--why", "Settled", *OFFICER).code == 3
    confirmed(casus, "change-retention", number)
    casus.done("retention", "lift-hold", number, "H1", "--why", "Settled", *OFFICER)
    assert carry_out(casus, number, **own).code == 0


def test_before_the_term_is_over_nothing_is_destroyed(ended: tuple[Casus, str], own: dict[str, str]):
    casus, number = ended
    casus.done("retention", "assign", number, "wmo-2015", *OFFICER)
    confirmed(casus, "destroy", number)
    assert carry_out(casus, number, **own).code == 3
    [row] = casus.json("retention", "due", "--all", *OFFICER, **own)
    assert (row["why"], row["verified"], row["last_day"]) == ("retention-runs", True, "2041-11-22")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("verified_on = 2026-11-10", 'verified_on = ""'), "wmo-2015.verified_by"),
        (("verified_on = 2026-11-10", "verified_on = 2026-10-01"), "wmo-2015.verified_on"),
        (('duty = "keep"', 'duty = "maybe"'), "wmo-2015.duty"),
        (("years = 15", "years = 0"), "wmo-2015.years"),
        (("years = 15", "yeers = 15"), "wmo-2015.yeers"),
        (('counted_from = "ended"', 'counted_from = "birth"'), "wmo-2015.counted_from"),
        (("as_of = 2026-11-01", 'as_of = "soon"'), "wmo-2015.as_of"),
        (("version = 1", "version = 2"), "version"),
        (("[term.wmo-2015]", "[term.Wmo]"), "Wmo.id"),
        (("[term.wmo-2015]", "[term"), "toml"),
    ],
)
def test_a_file_that_is_wrong_names_the_place(casus: Casus, tmp_path: Path, change: tuple[str, str], field: str):
    path = tmp_path / "legal.toml"
    path.write_text(OWN.replace(*change), encoding="utf-8")
    said = casus("retention", "terms", CASUS_LEGAL=str(path))
    assert said.code == 3
    assert field in said.err
    assert casus("retention", "terms", CASUS_LEGAL=str(tmp_path / "none.toml")).code == 3
