"""The tutorial's commands, run in order as they stand there: each does what it says, and its shown lines appear."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.conftest import Casus

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-case.md"
BLOCK = re.compile(r"^```console( refused)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REFUSED = 3


@dataclass
class Typed:
    """A command line, whether it is refused, and the lines shown under it."""

    line: str
    refused: bool
    shown: list[str] = field(default_factory=list)


def typed(page: str) -> Iterator[Typed]:
    for refused, block in BLOCK.findall(page):
        command: Typed | None = None
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command
                command = Typed(line[2:], bool(refused))
            else:
                assert command, f"an answer before any command: {line}"
                command.shown.append(line)
        if command:
            yield command


def pattern(shown: str) -> str:
    """A shown line as a pattern: `…` is whatever stands there, and how many spaces does not matter."""
    parts = [r"\s+".join(re.escape(word) for word in part.split()) for part in shown.split("…")]
    return r".*".join(parts)


def test_the_tutorial_does_what_it_says(empty: Casus):
    commands = list(typed(PAGE.read_text(encoding="utf-8")))
    for command in commands:
        name, *words = shlex.split(command.line)
        assert name == "casus"
        result = empty(*words)
        assert result.code == (REFUSED if command.refused else 0), (command.line, result.err)
        said = result.out + result.err
        for line in command.shown:
            assert re.search(pattern(line), said), f"{command.line}\nshown: {line}\nsaid:\n{said}"
    assert sum(c.line.startswith("casus next ") for c in commands) >= 8
    assert {c.line.split()[1] for c in commands} >= {"init", "intake", "triage", "plan", "monitoring", "escalation", "closing"}


def test_in_the_end_the_case_is_in_aftercare_and_held(empty: Casus):
    for command in typed(PAGE.read_text(encoding="utf-8")):
        empty(*shlex.split(command.line)[1:])
    [case] = empty.json("cases")
    assert (case["status"], case["holder"], case["next_kind"]) == ("aftercare", "gemeente-lelystad-1", "aftercare")
