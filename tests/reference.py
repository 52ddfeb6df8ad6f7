"""Writes the reference pages that are made from the program itself: `python -m tests.reference --write`."""

import inspect
import json
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import click

from domain import ids
from domain.event import Event
from domain.events import STAGES, of_stage
from domain.personal import Personal
from infra.cli.exits import Exit
from infra.cli.param import Param
from infra.cli.program import SECTIONS, program
from infra.cli.shape import Branch, Leaf
from infra.exports.lines.form import schema
from infra.legal.page import legal_terms_page
from infra.reports import read_models_page
from infra.texts import Words

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Made by `make docs` from the program itself: change the program, not this page. -->\n"
WORDS = Words("en")

EXITS = {
    Exit.DONE: "done",
    Exit.FAILED: "failed: the system or the store let it down",
    Exit.USAGE: "what was typed does not fit: the message names the option and the mend",
    Exit.REFUSED: "a rule or a check said no; nothing was stored",
    Exit.NOT_FOUND: "a case, team, partner or entry that was named is not there",
    Exit.CONFLICT: "somebody else was first, or the command id was used for something else",
    Exit.CHANGED: "the history is not what it was: `casus evidence verify` says where",
    Exit.INTERRUPTED: "interrupted",
}
SETTINGS = {
    "CASUS_HOME": "the folder with the store, its keys and its settings; otherwise the user's data folder",
    "CASUS_STORE": "`postgresql://…`: the store on a server; otherwise the one in the folder",
    "CASUS_KEY_FILE": "the file with the keys that wrap the keys; otherwise `master.key` in the folder",
    "CASUS_LEDGER": "the file in which erasures are written down; otherwise `erasures.jsonl` in a folder beside the store's",
    "CASUS_LEGAL": "an organisation's own file of [legal terms](legal-terms.md); otherwise those that come along",
    "CASUS_LANG": "`nl` or `en`; otherwise Dutch under a Dutch locale, else English",
    "CASUS_TEAM": "for which team, as `--team`",
    "CASUS_AS": "for whom of the table, as `--as`",
}


def cli_page() -> str:
    """The command line: every command with what it asks and an example."""
    return "\n".join([MADE, *_cli()]).rstrip() + "\n"


def _cli() -> Iterator[str]:
    root = program(WORDS)
    yield "# The command line\n"
    yield f"{root.help}\n"
    yield "Results go to standard output, everything else to standard error. `--json` gives one object a line: codes and ids,"
    yield "never translated. A date is a day in Amsterdam; a time carries its zone. Where a text is asked, `-` reads it from"
    yield "input and `@FILE` from a file, so that it need not stand in the shell's history.\n"
    yield "## Exit codes\n"
    yield from _table(("code", "meaning"), ((str(int(code)), meaning) for code, meaning in EXITS.items()))
    yield "## Settings\n"
    yield "From the environment, or (`store`, `key_file`, `team`, `as`) from `config.toml` in the folder; what is typed goes"
    yield "first.\n"
    yield from _table(("variable", "what it says"), ((f"`{name}`", about) for name, about in SETTINGS.items()))
    yield "## Options of the whole program\n"
    options = [p for p in root.params if isinstance(p, click.Option)]
    yield from _table(("option", "what it does"), ((f"`{root._spec(p)}`".replace("|", "\\|"), p.help or "") for p in options))
    for section, names in SECTIONS.items():
        yield f"## {WORDS.get('cli', 'headings', section)}\n"
        for name in names:
            yield from _command(root, name, ())


def _command(group: Branch, name: str, above: tuple[str, ...]) -> Iterator[str]:
    command = group.get_command(click.Context(group), name)
    path = (*above, name)
    mark = "#" * (2 + len(path))
    if isinstance(command, Branch):
        yield f"{mark} casus {' '.join(path)}\n"
        yield f"{command.help}\n"
        if command.otherwise:
            yield f"Without a command: `{command.otherwise}`.\n"
        for inner in command.list_commands(click.Context(command)):
            yield from _command(command, inner, path)
        return
    assert isinstance(command, Leaf)
    yield f"{mark} casus {' '.join(path)}\n"
    yield f"{command.help}\n"
    yield f"```sh\n{command.example}\n```\n"
    yield from _table(("", "", ""), (_param(command, p) for p in command.asks), head=False)
    shared = ", ".join(f"`{p.option}`" for p in command.also)
    if shared:
        yield f"And {shared}.\n"


def _param(command: Leaf, param: Param) -> tuple[str, str, str]:
    kind = " \\| ".join(f"`{c}`" for c in param.choices) or WORDS.get("cli", "kinds", param.kind).lower()
    notes = [n for n, held in (("required", param.required), ("may be repeated", param.many)) if held]
    notes += [f"default `{param.default}`"] if param.default is not None else []
    shown = (
        f"{param.option}` or `--not-{param.option[2:]}"
        if param.both
        else f"{param.short}`, `{param.option}"
        if param.short
        else param.shown
    )
    about = command.helps[param.name].removesuffix(WORDS.get("cli", "words", "no-names")).strip()
    return f"`{shown}`", "" if param.kind == "yes-no" else kind, "; ".join([about, *notes])


def events_page() -> str:
    """The events: every topic, its fields, the sentence it is told with."""
    return "\n".join([MADE, *_events()]).rstrip() + "\n"


def _events() -> Iterator[str]:
    yield "# Events\n"
    yield "What can happen to a case, a team or a source of imported histories. A topic is permanent; an event that was released"
    yield "is never changed: a new version brings the facts of older ones up to date as they are read. A *sealed* field is"
    yield "encrypted with the key of the person it is about; everything else is ids, codes, days and amounts, in the clear.\n"
    for stage in STAGES:
        yield f"## {stage}\n"
        yield f"{_first_line(stage)}\n"
        for topic, event in of_stage(stage).items():
            yield f"### {topic}\n"
            yield f"{inspect.cleandoc(event.__doc__ or '')}\n"
            yield f"Version {event.VERSION}. Told as: {_sentence(topic)}\n"
            yield from _table(("field", "what", "may be absent"), _fields(event))


def _first_line(stage: str) -> str:
    module = sys.modules[next(iter(of_stage(stage).values())).__module__]
    return (module.__doc__ or "").partition("\n")[0]


def _sentence(topic: str) -> str:
    _, stage, what = topic.split(".")
    return f"`{WORDS.get(stage, 'events', what)}`"


def _fields(event: type[Event]) -> Iterator[tuple[str, str, str]]:
    hints = get_type_hints(event, include_extras=True)
    for name, field in event.model_fields.items():
        yield f"`{name}`", _kind(hints[name]), "" if field.is_required() else "yes"


NAMED = {
    "case": ids.CaseNumber, "team": ids.TeamId, "professional": ids.ProfessionalId, "subject": ids.SubjectId,
    "entry": ids.EntryId,
    "code or partner": ids.Code, "login": ids.Login, "prefix of case numbers": ids.Prefix, "digest": ids.Digest,
    "word of the source": ids.SourceTerm, "way of working, as JSON": ids.ProfileDocument,
}  # fmt: skip
PLAIN = {"bool": "yes or no", "date": "day", "datetime": "moment", "int": "whole number", "str": "text", "Decimal": "number"}


def _kind(hint: Any) -> str:
    if hint is Personal:
        return "**sealed** text"
    origin, inner = get_origin(hint), [a for a in get_args(hint) if a is not type(None)]
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_kind(a) for a in inner))
    if origin is Literal:
        return " ".join(f"`{a}`" for a in inner)
    if origin in (frozenset, tuple):
        return f"{_kind(inner[0])}, several"
    for name, named in NAMED.items():
        if hint == named:
            return name
    if hasattr(hint, "__metadata__"):
        return _kind(hint.__origin__)
    return str(PLAIN.get(hint.__name__, hint.__name__))


def _table(heads: tuple[str, ...], rows: Any, *, head: bool = True) -> Iterator[str]:
    made = [f"| {' | '.join(row)} |" for row in rows]
    if made:
        yield f"| {' | '.join(heads)} |" if head else "|" + "  |" * len(heads)
        yield "|" + "---|" * len(heads)
        yield from made
        yield ""


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page, "events.md": events_page, "read-models.md": read_models_page, "legal-terms.md": legal_terms_page,
    "json-lines.schema.json": lambda: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
}  # fmt: skip


def main(words: list[str]) -> int:
    """Write the pages, or with `--check` say which are behind the program."""
    behind = [name for name, page in PAGES.items() if not _current(name, page())]
    if "--write" in words:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in behind:
            (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
            print(f"docs/reference/{name}")
        return 0
    for name in behind:
        print(f"docs/reference/{name} is behind the program: make docs", file=sys.stderr)
    return 1 if behind else 0


def _current(name: str, page: str) -> bool:
    path = FOLDER / name
    return path.exists() and path.read_text(encoding="utf-8") == page


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
