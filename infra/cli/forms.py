"""Forms: a command's class as a command of the command line, and what was typed there as the command."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import click
from pydantic import ValidationError

from commands import of_stage
from commands.base import Command
from infra.cli.invalid import Invalid, complaints
from infra.cli.kinds import params
from infra.cli.moments import day, happened
from infra.cli.param import Param, given
from infra.cli.session import Session
from infra.cli.shape import Branch, Leaf
from infra.texts import Words

Then = Callable[[Session, Any, Any, Any], None]
"""What follows on a command that was carried out. In: the session, the command, the request and the outcome."""

META = (
    Param("occurred_at", "moment"), Param("command_id", "word"), Param("purpose", "code"),
    Param("audience", "code", many=True, flag="audience"),
    Param("actor", "professional", flag="as"), Param("team", "team"), Param("yes", "yes-no"),
    Param("json", "yes-no"),
)  # fmt: skip
"""What goes with every command beside its own fields."""


def meta(command: type[Command]) -> tuple[Param, ...]:
    """What goes with this command: a field of its own with the same name goes first, `--yes` only where it is asked,
    `--audience` where its texts can be meant for some.
    """
    left_out = {p.name for p in params(command)}
    left_out |= {name for name, asked in (("yes", command.IRREVERSIBLE), ("audience", command.takes_audience())) if not asked}
    return tuple(p for p in META if p.name not in left_out)


def group(stage: str, words: Words, extra: Mapping[str, Any] | None = None, otherwise: str = "") -> Branch:
    """The group of one stage. `extra` adds commands of another make, by name, or takes the place of one: how to make each."""
    more = extra or {}

    def load(name: str) -> click.Command:
        return more[name](words) if name in more else leaf(of_stage(stage)[name], words)

    return Branch(
        stage, words, about=words.get("cli", "groups", stage), names=lambda: dict.fromkeys([*of_stage(stage), *more]), load=load,
        otherwise=otherwise,
    )  # fmt: skip


def leaf(command: type[Command], words: Words, then: Then | None = None) -> Leaf:
    """The command of one class, in one language. `then` does and tells what follows on it, in place of telling what it led to."""
    from infra.cli.running import run

    asks, also = params(command), meta(command)

    def work(**raw: Any) -> None:
        session = click.get_current_context().find_object(Session)
        assert session is not None
        run(session, command, raw, then)

    helps = {p.name: field_help(words, command, p) for p in asks} | {p.name: words.get("cli", "globals", p.name) for p in also}
    return Leaf(
        command.VERB, words, about=describes(words, command), example=example(command), params=asks, also=also,
        helps=helps, run=work,
    )  # fmt: skip


def describes(words: Words, command: type[Command]) -> str:
    """What a command is for: its docstring, or the Dutch sentence in its stage's texts."""
    if words.language != "en":
        return words.get(command.STAGE, "commands", command.VERB, "help")
    return " ".join((command.__doc__ or "").partition("\n\n")[0].split())


def example(command: type[Command]) -> str:
    """The example in a command's docstring: from the line that begins with `casus` on; lines that are set in go on."""
    doc = inspect.cleandoc(command.__doc__ or "")
    lines = doc[doc.find("\ncasus ") + 1 :].splitlines() if "\ncasus " in doc else []
    return "\n".join(lines).replace("\n ", " \\\n ")


def field_help(words: Words, command: type[Command], param: Param) -> str:
    """What an option asks for: in its own command's texts, its stage's, or those all stages share."""
    found = (
        words.find(command.STAGE, "commands", command.VERB, param.name)
        or words.find(command.STAGE, "options", param.name)
        or words.get("options", param.name)
    )
    return f"{found} {words.get('cli', 'words', 'no-names')}" if param.kind == "text" and command.KIND != "team" else found


def fill(command: type[Command], raw: Mapping[str, Any], clock: Callable[[], datetime]) -> Command:
    """In: what was given for a command's fields, as typed or from JSON. Out: the command, or what is wrong, by field."""
    asks = params(command)
    values = {p.name: _typed(p, value, clock) for p, value in _pairs(asks, raw)}
    try:
        return command.model_validate(values)
    except ValidationError as error:
        raise Invalid(complaints(error, asks)) from None


def typed(command: type[Command], raw: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed for a command's own fields, lists split, without what was not given."""
    return given(params(command), raw)


def _pairs(asks: tuple[Param, ...], raw: Mapping[str, Any]) -> list[tuple[Param, Any]]:
    known = {p.name: p for p in asks}
    strange = sorted(set(raw) - set(known))
    if strange:
        raise Invalid([(name[:40], "unknown", {"choices": tuple(known)}) for name in strange])
    return [(known[name], value) for name, value in raw.items()]


def _typed(param: Param, value: Any, clock: Callable[[], datetime]) -> Any:
    if value is None:
        return None
    if param.kind in ("date", "moment"):
        if not isinstance(value, str):
            raise Invalid([(param.shown, "not-a-date" if param.kind == "date" else "not-a-moment", {})])
        return day(param, value) if param.kind == "date" else happened(param, value, clock)
    if param.kind == "path" and isinstance(value, str):
        from infra.profiles import document, find, load

        return document(load(find(value)))
    return value
