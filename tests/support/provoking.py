"""Lines that something is wrong with, and what is wrong has something planted in it: one for everything that can be typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import click

from commands import of_stage
from infra.cli.param import Param
from infra.cli.program import STAGES, program
from infra.cli.session import Session
from infra.cli.shape import Branch, Leaf
from infra.texts import Words
from tests.support.planted import NAME, TEXT

WORD = "wubbechien-oosterplantinga"
"""Somebody's name as a code may look."""
OFTEN = 3
"""In so many commands something is planted in a parameter that they share, where it fits none of them."""
ANYWHERE = ("--lang", "--as", "--team", "--store")
ELSEWHERE = frozenset({"init", "demo", "completion", "apply", "import", "projections follow", "store upgrade", "store restore"})
"""What is no question to this store, or does not end; tried below or by tests of their own."""
OWN_WORDS = frozenset({
    "command_id", "submitter", "by", "recipient", "recipients", "of", "rule", "measure", "login", "partner", "team", "term",
    "audience", "case_prefix",
})  # fmt: skip
"""Where a word of one's own choosing stands in the log as it is: there a name in the shape of a code can't be told from one."""


def leaves() -> Iterator[tuple[tuple[str, ...], Leaf]]:
    """Every command of the program with its path."""
    yield from _below(program(Words("en")), ())


def _below(group: Branch, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Leaf]]:
    ctx = click.Context(group, obj=Session(group.words, {}))
    for name in group.list_commands(ctx):
        made = group.get_command(ctx, name)
        if isinstance(made, Branch):
            yield from _below(made, (*above, name))
        elif isinstance(made, Leaf):
            yield (*above, name), made


def is_own(path: tuple[str, ...]) -> bool:
    """Whether it is one of the program's own commands, and not a form of a command's class."""
    return path[0] not in STAGES or path[-1] not in of_stage(path[0])


def line_of(leaf: Leaf, path: tuple[str, ...], known: Mapping[str, str]) -> list[str]:
    """A line that fits, for one of the program's own commands. In: what to give by a parameter's name or kind."""
    line = list(path)
    for p in leaf.asks:
        value = known.get(p.name) or known.get(p.kind) or (p.choices[0] if p.choices else "")
        if p.positional and value:
            line.append(value)
        elif p.required and value:
            line += [p.option, value]
    return line


def spoiled(
    leaf: Leaf, path: tuple[str, ...], line: list[str], *, also: bool, tried: Counter[tuple[str, ...]] | None = None
) -> Iterator[list[str]]:  # fmt: skip
    """The line with something planted in each place where something can stand, one at a time; `also` where all commands ask
    the same. `tried` counts over all commands: what fits no parameter of that name and kind is refused by the same lines
    whichever command asks it, and is planted in some. A word that could be a code goes on into the command, and is in each.
    """
    yield [*line, TEXT]
    yield [*line, f"--{WORD}={NAME}"]
    for p in (*leaf.asks, *(leaf.also if also else ())):
        yield from _in_place_of(p, leaf, path, line, Counter() if tried is None else tried)


def anywhere(line: list[str]) -> Iterator[list[str]]:
    """The line with something planted before its command, and instead of it."""
    for option in ANYWHERE:
        yield [option, TEXT, *line]
        yield [f"{option}={WORD}", *line]
    for at in range(2):
        yield [*line[:at], WORD, *line[at + 1 :]]
        yield [*line[:at], NAME, *line[at + 1 :]]


def _in_place_of(
    p: Param, leaf: Leaf, path: tuple[str, ...], line: list[str], tried: Counter[tuple[str, ...]]
) -> Iterator[list[str]]:  # fmt: skip
    for value in _values(p):
        key = (p.name, p.kind, str(p.positional), *p.choices, value)
        tried[key] += 1
        if value != WORD and tried[key] > OFTEN:
            continue
        if p.positional:
            at = len(path) + [q.name for q in leaf.asks if q.positional].index(p.name)
            yield [*line[:at], value, *line[at + 1 :]]
        else:
            yield [*line, f"{p.option}={value}"] if p.kind == "yes-no" else [*line, p.option, value]


def _values(p: Param) -> Iterator[str]:
    if p.kind == "yes-no":
        yield NAME
    elif p.kind == "file":  # a file's name is its owner's: it is only not said back
        yield f"/nowhere/{NAME}"
    elif p.kind in ("text", "line"):
        yield f"@/nowhere/{NAME}"
    else:
        yield TEXT
        if p.kind in ("date", "moment", "point", "integer", "decimal"):
            yield f"2026-12-01 {NAME}"
        elif p.name not in OWN_WORDS:
            yield WORD
