"""The whole program: its groups in the order of a case, each loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from infra.cli.param import Bad
from infra.cli.session import Session
from infra.cli.shape import Branch, root_option, say
from infra.texts import LANGUAGES, Words

STAGES = (
    "intake", "consent", "triage", "parties", "meeting", "plan", "monitoring", "escalation", "closing", "correcting",
    "learning", "access", "rights", "retention", "team", "custody",
)  # fmt: skip
READING = {
    "next": "next", "find": "find", "show": "show", "trail": "trail", "replay": "replay", "diff": "diff", "cases": "listing",
    "agenda": "listing", "signals": "listing", "workload": "listing", "region": "listing", "report": "report",
}  # fmt: skip
RUNNING = {
    "init": "init", "profile": "profiles", "apply": "apply", "import": "importing", "stats": "stats", "export": "exporting",
    "projections": "projecting", "store": "storing", "keys": "keys", "evidence": "evidence", "demo": "demo",
    "completion": "completion",
}  # fmt: skip
"""The other commands and the module of `infra.cli` that makes each."""

SECTIONS = {"stages": STAGES, "reading": tuple(READING), "running": tuple(RUNNING)}


def program(words: Words) -> Branch:
    """The program in one language."""
    names = [name for section in SECTIONS.values() for name in section]
    return Branch(
        "casus", words, about=words.get("cli", "program", "help"), names=lambda: names,
        load=lambda name: _load(name, words), line=lambda name: words.get("cli", "groups", name), sections=SECTIONS,
        params=_options(words), example=words.get("cli", "program", "example"), callback=_told,
    )  # fmt: skip


def _load(name: str, words: Words) -> click.Command:
    if name in STAGES:
        return _stage(name, words)
    module = import_module(f"infra.cli.{(READING | RUNNING)[name]}")
    made: click.Command = module.command(name, words)
    return made


def _stage(name: str, words: Words) -> Branch:
    from infra.cli.forms import group

    if name == "learning":
        from infra.cli.listing import command

        return group(name, words, {"list": lambda w: command("learning list", w)}, otherwise="list")
    if name == "access":
        from infra.cli.access import commands

        return group(name, words, commands())
    if name == "rights":
        from infra.cli.rights import commands as of_rights

        return group(name, words, of_rights())
    if name == "consent":
        from infra.cli.consent import commands as of_consent

        return group(name, words, of_consent())
    if name == "retention":
        from infra.cli.retention import commands as of_retention

        return group(name, words, of_retention())
    if name == "custody":
        from infra.cli.custody import command as acts

        return group(name, words, {"list": acts})
    if name == "team":
        from infra.cli.tables import command as table

        return group(name, words, {what: lambda w, what=what: table(f"team {what}", w) for what in ("show", "roster")})
    return group(name, words)


def _options(words: Words) -> tuple[click.Parameter, ...]:
    return (
        root_option(words, "lang", "--lang", metavar="nl|en", expose_value=False, is_eager=True, callback=_language),
        root_option(words, "json", "--json", is_flag=True),
        root_option(words, "actor", "--as", "actor", metavar=words.get("cli", "kinds", "professional")),
        root_option(words, "team", "--team", metavar=words.get("cli", "kinds", "team")),
        root_option(words, "store", "--store", metavar="postgresql://…"),
        root_option(words, "purpose", "--purpose", metavar=words.get("cli", "kinds", "code")),
        root_option(words, "quiet", "--quiet", is_flag=True),
        root_option(words, "verbose", "--verbose", is_flag=True),
        click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
            help=words.get("cli", "globals", "version"),
        ),
    )  # fmt: skip


def _told(**options: Any) -> None:
    session = click.get_current_context().find_object(Session)
    assert session is not None
    session.told(**{name: value for name, value in options.items() if value})


def _language(_ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    """The language was chosen before help was made; here it is only checked."""
    if value is not None and value not in LANGUAGES:
        raise Bad("not-a-choice", param="--lang", choices=LANGUAGES)


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        say(ctx, f"casus {version('casusregie')}")
        ctx.exit()
