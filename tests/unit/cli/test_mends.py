"""What a sentence says to type is a command that there is, with all that it requires: it runs as it is printed."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from infra.cli.program import program
from infra.cli.shape import Branch, Leaf
from infra.texts import LANGUAGES, Words
from tests.unit.cli.test_texts import at, keys, texts

MEND = re.compile(r"`casus ([^`]+)`")
HOLE = re.compile(r"\{[^{}]*\}")
SUBJECTS = ("refusals", "output", "allowed")
WHOLE = {
    "rotate-next", "tell-next", "unknown-partner", "unknown-professional", "act-withdrawn", "act-not-asked",
    "act-not-confirmed", "erasure-not-begun", "role", "kept-open", "erasure-waits",
}  # fmt: skip
"""Here a command is not only named: what is printed is what has to be done next."""


def mends(language: str) -> Iterator[tuple[str, str]]:
    """Each command that a sentence says, with the sentence's key: those with arguments, and all of the sentences above."""
    for subject in SUBJECTS:
        part = texts(language, subject)
        for path in keys(part):
            for found in MEND.findall(HOLE.sub("X", at(part, path)).replace("[", "").replace("]", "")):
                if found != "X":  # a command that is named by a fact
                    yield path[-1], found


def lacking(line: str, *, whole: bool) -> str:
    """What a line lacks before it can run; empty where it lacks nothing, or where it only names a command."""
    words = shlex.split(line)
    found: click.Command | None = program(Words("en"))
    while isinstance(found, Branch) and words and not words[0].startswith("-"):
        found = found.get_command(click.Context(found), words.pop(0))
    if found is None:
        return "no such command"
    if isinstance(found, Branch) or "--help" in words or not (words or whole):
        return ""
    assert isinstance(found, Leaf)
    known = {name: p for p in found.params if isinstance(p, click.Option) for name in (*p.opts, *p.secondary_opts)}
    given, free = set(), 0
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            free += 1
        elif word not in known:
            return word
        else:
            given.add(known[word].name)
            if not known[word].is_flag and not words:
                return f"a value of {word}"
            del words[: not known[word].is_flag]
    placed = [p for p in found.asks if p.positional]
    if not sum(p.required for p in placed) <= free <= len(placed):
        return f"{len(placed)} arguments"
    return ", ".join(p.name for p in found.asks if p.required and not p.positional and p.name not in given)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_sentence_says_to_type_runs_as_it_is_printed(language: str):
    said = list(mends(language))
    assert {key for key, _ in said} >= WHOLE
    wrong = {(key, line, why) for key, line in said if (why := lacking(line, whole=key in WHOLE))}
    assert wrong == set()


@pytest.mark.parametrize(
    "line",
    ["custody request --act rotate-keys", "keys rotate", "consent tell X", "team show", "team rooster X", "team show X --al"],
)
def test_what_would_not_run_is_found(line: str):
    assert lacking(line, whole=True)
