"""The shape of commands and groups: help in the reader's language, with an example; groups load what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from infra.cli.param import Bad, Param
from infra.cli.session import Session
from infra.texts import Words

WIDTH = 100


class Leaf(click.Command):
    """A command. In: its name, the words, what it says of itself, an example, its parameters with their help, its work."""

    def __init__(
        self, name: str, words: Words, *, about: str, example: str, params: tuple[Param, ...], helps: Mapping[str, str],
        run: Callable[..., object], also: tuple[Param, ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(name, params=[p.parameter() for p in (*params, *also)], help=about, callback=run)
        self.words, self.asks, self.also, self.helps, self.example = words, params, also, helps, example
        self.context_settings = {"allow_extra_args": True}
        self._asks_help = _help_option()

    def invoke(self, ctx: click.Context) -> object:
        if ctx.args:
            raise Bad("too-many-arguments", count=len(ctx.args))
        return super().invoke(ctx)

    def get_help_option(self, ctx: click.Context) -> click.Option:
        return self._asks_help

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.width = min(WIDTH, formatter.width if formatter.width > 40 else WIDTH)
        words, positional = self.words, [p for p in self.asks if p.positional]
        names = [_positional(p) for p in positional]
        usage = " ".join([*names, words.get("cli", "words", "options")])
        formatter.write_usage(ctx.command_path, usage, prefix=words.get("cli", "headings", "usage") + " ")
        formatter.write_paragraph()
        formatter.write_text(self.help or "")
        _section(formatter, words, "arguments", [(p.shown, self.helps[p.name]) for p in positional])
        _section(formatter, words, "options", [self._record(p) for p in self.asks if not p.positional])
        rest = [self._record(p) for p in self.also]
        _section(formatter, words, "common", [*rest, ("--help", words.get("cli", "globals", "help"))])
        _example(formatter, words, self.example)

    def _record(self, param: Param) -> tuple[str, str]:
        words = self.words
        if param.kind == "yes-no":
            left = f"{param.option} / --not-{param.option[2:]}" if param.both else param.option
        else:
            left = f"{param.option} {words.get('cli', 'kinds', param.kind)}"
            left = f"{param.short}, {left}" if param.short else left
        notes = []
        if param.choices:
            notes.append(" | ".join(param.choices))
        if param.required:
            notes.append(words.get("cli", "words", "required"))
        if param.many:
            notes.append(words.get("cli", "words", "repeatable"))
        if param.default is not None:
            notes.append(words.get("cli", "words", "default").format(default=param.default))
        return left, " ".join([self.helps[param.name], *[f"[{'; '.join(notes)}]" for _ in notes[:1]]])


class Branch(click.Group):
    """A group whose commands are made when they are asked for. In: how to list them with their one line, and to make
    one. With `otherwise`, what follows without a command's name goes to that command.
    """

    def __init__(
        self, name: str, words: Words, *, about: str, names: Callable[[], Iterable[str]],
        load: Callable[[str], click.Command], line: Callable[[str], str] | None = None,
        params: tuple[click.Parameter, ...] = (), sections: Mapping[str, tuple[str, ...]] | None = None,
        otherwise: str = "", example: str = "", callback: Callable[..., object] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name, params=list(params), help=about, callback=callback, no_args_is_help=not otherwise)
        self.words, self._names, self._load, self._line = words, names, load, line
        self.sections, self.otherwise, self.example = sections, otherwise, example
        self._asks_help = _help_option()

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self._load(cmd_name) if cmd_name in self._names() else None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if self.otherwise and not ctx.resilient_parsing and (not args or (args[0][0:1] == "-" and args[0] != "--help")):
            args = [self.otherwise, *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self._names() and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = tuple(get_close_matches(args[0], list(self._names()), n=3))
            raise Bad("no-such-command", path=ctx.command_path, near=near)
        return super().resolve_command(ctx, args)

    def get_help_option(self, ctx: click.Context) -> click.Option:
        return self._asks_help

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.width = min(WIDTH, formatter.width if formatter.width > 40 else WIDTH)
        words = self.words
        usage = words.get("cli", "words", "subcommand")
        formatter.write_usage(ctx.command_path, usage, prefix=words.get("cli", "headings", "usage") + " ")
        formatter.write_paragraph()
        formatter.write_text(self.help or "")
        for heading, names in (self.sections or {"commands": tuple(self._names())}).items():
            _section(formatter, words, heading, [(n, self.one_line(n)) for n in names])
        options = [(self._spec(p), p.help or "") for p in self.params if isinstance(p, click.Option)]
        _section(formatter, words, "options", [*options, ("--help", words.get("cli", "globals", "help"))])
        _example(formatter, words, self.example or self._first_example())

    def _first_example(self) -> str:
        first = self._load(next(iter(self._names())))
        return first.example if isinstance(first, Leaf | Branch) else ""

    def one_line(self, name: str) -> str:
        """What a command is for, on one line."""
        if self._line is not None:
            return self._line(name)
        return (self._load(name).help or "").split("\n")[0]

    @staticmethod
    def _spec(option: click.Option) -> str:
        return ", ".join(option.opts) + (f" {option.metavar}" if option.metavar else "")


def _positional(param: Param) -> str:
    dots = "..." if param.many else ""
    return f"{param.shown}{dots}" if param.required else f"[{param.shown}{dots}]"


def _section(formatter: click.HelpFormatter, words: Words, heading: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(words.get("cli", "headings", heading)):
            formatter.write_dl(rows, col_max=34)


def _example(formatter: click.HelpFormatter, words: Words, example: str) -> None:
    with formatter.section(words.get("cli", "headings", "example")):
        for line in example.splitlines():
            formatter.write(" " * formatter.current_indent + line.rstrip() + "\n")


def _help_option() -> click.Option:
    def show(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            say(ctx, ctx.get_help())
            ctx.exit()

    return click.Option(["--help"], is_flag=True, is_eager=True, expose_value=False, callback=show)


def say(ctx: click.Context, text: str) -> None:
    """Print what was asked for to where results go."""
    session = ctx.find_object(Session)
    assert session is not None
    session.out.verbatim(text)


def root_option(words: Words, name: str, *decls: str, metavar: str = "", **settings: Any) -> click.Option:
    """An option of the whole program, with its help."""
    return click.Option([*decls], help=words.get("cli", "globals", name), metavar=metavar or None, **settings)
