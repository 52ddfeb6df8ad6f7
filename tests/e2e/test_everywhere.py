"""What holds for every command: help with an example in both languages, JSON, and nobody's name where it does not belong."""

import json
from collections.abc import Iterator

import click
import pytest

from infra.cli.program import program
from infra.cli.session import Session
from infra.cli.shape import Branch, Leaf
from infra.texts import LANGUAGES, Language, Words
from tests.e2e.conftest import Casus

PLANTED = ("Wilma", "Waterman", "Wanda", "Planted", "06-12345678", "zwaar verdrietig")


def leaves(group: Branch, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    ctx = click.Context(group, obj=Session(group.words, {}))
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if isinstance(command, Branch):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name)


PATHS = list(leaves(program(Words("en"))))
STAGES = {path[:1] for path in PATHS if len(path) == 2}


def made(path: tuple[str, ...], language: Language) -> Leaf:
    group: click.Command | None = program(Words(language))
    for name in path:
        assert isinstance(group, Branch)
        group = group.get_command(click.Context(group), name)
    assert isinstance(group, Leaf)
    return group


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_names_everything_and_shows_an_example(path: tuple[str, ...], language: Language):
    command = made(path, language)
    with click.Context(command, info_name="casus " + " ".join(path), terminal_width=100) as ctx:
        text = command.get_help(ctx)
    assert Words(language).get("cli", "headings", "example") in text
    assert f"casus {' '.join(path)}" in text.replace("\n", " ")
    for param in (*command.asks, *command.also):
        assert param.shown in text
        assert command.helps[param.name].strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [(), *sorted(STAGES)], ids=" ".join)
def test_help_of_a_group_shows_an_example(path: tuple[str, ...], language: Language, empty: Casus):
    text = empty.done(*path, "--help", lang=language)
    assert Words(language).get("cli", "headings", "example") in text.out


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_whatever_prints_prints_json(path: tuple[str, ...]):
    assert path == ("completion",) or any(p.name == "json" for p in made(path, "en").also)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_whatever_looks_looks_back(path: tuple[str, ...]):
    looks = {"show", "trail", "replay", "diff", "cases", "agenda", "signals", "workload", "region", "report"}
    looks |= {"learning list", "team show", "team roster"}
    if " ".join(path) in looks:
        assert {"at", "known_at"} <= {p.name for p in made(path, "en").also}


@pytest.fixture
def told(casus: Casus) -> Casus:
    """A case with everything that must not leak in it."""
    number = casus.json(
        "intake", "submit", "--question", "Wilma is zwaar verdrietig", "--reason", "adrift", "--name", "Wilma Waterman",
        "--tried", "Bellen met 06-12345678",
    )[0]["number"]  # fmt: skip
    casus.done("triage", "assess", number, "storm", "--met", "--motivation", "Waterman zegt het")
    casus.done("triage", "accept", number, "--motivation", "Wilma")
    return casus


READS = [
    ("cases",), ("signals",), ("workload",), ("agenda", "harbour-table"), ("trail", "HBR-2026-0001"), ("replay", "HBR-2026-0001"),
    ("diff", "HBR-2026-0001", "--from", "1"),
    ("report", "cases"), ("report", "trail"), ("report", "roster", "--format", "csv"), ("store", "status"),
    ("projections", "status"), ("projections", "rebuild"), ("projections", "catch-up"), ("profile", "list"),
    ("profile", "show", "lelystad-sit"),    ("team", "show", "harbour-table"), ("learning",), ("next", "HBR-2026-0001"),
]  # fmt: skip


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_what_needs_no_text_shows_none(told: Casus, words: tuple[str, ...]):
    for how in ((), ("--json",), ("--verbose",)):
        result = told.done(*how, *words)
        assert not [p for p in PLANTED if p in result.out + result.err]


@pytest.mark.parametrize("words", [w for w in READS if w[0] != "replay"], ids=" ".join)
def test_json_is_one_object_a_line(told: Casus, words: tuple[str, ...]):
    for line in told.done("--json", *words).out.splitlines():
        assert isinstance(json.loads(line), dict)


FAULTS = [
    ("intake", "submit", "--question", "Wilma 06-12345678", "--reason", "adrift", "--anonymous"),
    ("intake", "submit", "--question", "x", "--reason", "adrift", "--name", "Wilma\x07Waterman"),
    ("intake", "submit", "--question", "x", "--reason", "adrift", "--name", "Wilma", "Waterman"),
    ("intake", "submit", "--question", "x", "--reason", "Wilma Waterman", "--anonymous"),
    ("intake", "identify", "HBR-2026-0001", "--number", "Wilma Waterman"),
    ("show", "Wilma Waterman"),
    ("triage", "accept", "Wilma Waterman"),
    ("parties", "invite", "HBR-2026-0001", "--partner", "Wilma Waterman"),
    ("monitoring", "plan-check", "HBR-2026-0001", "--on", "Wilma Waterman"),
    ("plan", "reserve", "HBR-2026-0001", "--cents", "Waterman", "--purpose-of", "Wilma"),
    ("correcting", "correct", "HBR-2026-0001", "1", "--field", "holder", "--value", "Wilma Waterman"),
    ("signals", "--kind", "Wilma"),
    ("report", "cases", "--format", "Wilma"),
]  # fmt: skip


@pytest.mark.parametrize("words", FAULTS, ids=range(len(FAULTS)))
def test_a_complaint_never_says_back_what_was_typed(told: Casus, words: tuple[str, ...]):
    for how in ((), ("--json",), ("--verbose",)):
        result = told(*how, *words)
        assert result.code in (2, 3, 4), result
        assert not [p for p in PLANTED if p in result.out + result.err], result.err
