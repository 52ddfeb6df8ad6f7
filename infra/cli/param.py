"""One thing a command asks for: its name, its kind, and how it stands on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import click

Kind = Literal[
    "word", "text", "line", "yes-no", "choice", "date", "moment", "point", "integer", "decimal", "code", "case", "team",
    "partner", "professional", "subject", "entry", "login", "file", "path",
]  # fmt: skip
"""What a value is: decides the placeholder in help, and the mend in a complaint."""


class Bad(click.UsageError):
    """The command line can't be understood. In: a code of `usage.toml`, and facts: names and kinds, never a value."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Param:
    """In: `name` as the code calls it; `kind`; whether it must be given, may be given more than once, stands without
    an option, and with `both` whether a yes-no has a no. `flag` overrides the option's word, `short` is a letter for it. With
    `formed` a code must look like one before anything is done.
    """

    name: str
    kind: Kind = "word"
    required: bool = False
    many: bool = False
    positional: bool = False
    choices: tuple[str, ...] = ()
    default: str | None = None
    both: bool = False
    flag: str = ""
    short: str = ""
    formed: bool = False

    @property
    def option(self) -> str:
        """The option's word: `--next-check`; of a list the singular, `--reason`."""
        word = self.flag or (self.name[:-1] if self.many and self.name.endswith("s") else self.name)
        return f"--{word.replace('_', '-')}"

    @property
    def shown(self) -> str:
        """How people are told about it: the option, or the argument's name in capitals."""
        return self.name.upper().replace("_", "-") if self.positional else self.option

    def parameter(self) -> click.Parameter:
        """The same for click, which only splits the line: what must be there and what fits is ours to say."""
        if self.positional:
            return click.Argument([self.name], required=False, nargs=-1 if self.many else 1)
        if self.kind == "yes-no":
            negative = f"/--not-{self.option[2:]}" if self.both else ""
            return click.Option([f"{self.option}{negative}", self.name], is_flag=True, default=None)
        names = [*([self.short] if self.short else []), self.option, self.name]
        return click.Option(names, multiple=self.many, default=None, shell_complete=self._complete)

    def _complete(self, _ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
        return [choice for choice in self.choices if choice.startswith(begun)]


def split(values: tuple[str, ...]) -> list[str]:
    """The values of an option that may be repeated, commas between them allowed."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def given(params: tuple[Param, ...], raw: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, without what was not; lists as lists. Complains of what is missing."""
    found: dict[str, Any] = {}
    for param in params:
        value = raw.get(param.name)
        if param.many and value is not None:
            value = list(value) if param.kind in ("text", "path") else split(value)
        if value is None or (param.many and not value):
            if param.required:
                raise Bad("missing", param=param.shown, kind=param.kind)
            continue
        found[param.name] = value
    return found


def values(params: tuple[Param, ...], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the program's own commands: every parameter is there, None when not given, and of its kind."""
    known = given(params, raw)
    return {p.name: _value(p, known[p.name]) if p.name in known else _missing(p) for p in params}


def _missing(param: Param) -> Any:
    if param.default is not None:
        return _value(param, param.default)
    return [] if param.many else False if param.kind == "yes-no" and not param.both else None


def _value(param: Param, value: Any) -> Any:
    if isinstance(value, list):
        return [_value(param, item) for item in value]
    if param.kind == "integer":
        return integer(param, value)
    if param.kind in ("date", "moment", "point"):
        from infra.cli.moments import day, moment, point

        return {"date": day, "moment": moment, "point": point}[param.kind](param, value)
    if param.formed and not _looks_like_code(value):
        raise Bad("bad-form", param=param.shown, form="code")
    if param.kind == "choice" and value not in param.choices:
        raise Bad("not-a-choice", param=param.shown, choices=param.choices)
    return value


def _looks_like_code(value: str) -> bool:
    import re
    from typing import get_args

    from pydantic import StringConstraints

    from domain.ids import Code

    found = next(c for c in get_args(Code) if isinstance(c, StringConstraints))
    return re.fullmatch(str(found.pattern), value) is not None and len(value) <= (found.max_length or len(value))


def integer(param: Param, value: str) -> int:
    """A whole number from nothing up."""
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise Bad("not-an-integer", param=param.shown)
    return int(value)
