"""`casus profile`: the ways of working that ship, one of them, and what is wrong with a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from domain.refusal import Refused
from infra.cli.exits import Exit
from infra.cli.own import branch, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words
from infra.texts.sentences import fill

WHICH = Param("profile", "path", required=True, positional=True)
FILE = Param("file", "file", required=True, positional=True)


def command(name: str, words: Words) -> click.Command:
    """The group."""
    return branch(
        words, name,
        {
            "list": lambda w: leaf(w, "profile list", listed),
            "show": lambda w: leaf(w, "profile show", show, WHICH),
            "check": lambda w: leaf(w, "profile check", check, FILE),
        },
    )  # fmt: skip


def listed(session: Session) -> None:
    """The ways of working that come with the program."""
    from infra.profiles import find, load, shipped

    language = session.words.language
    rows = []
    for name in shipped():
        profile = load(find(name))
        label = {"nl": profile.label.nl, "en": profile.label.en}
        rows.append({"profile": name, "kind": profile.kind, "prefix": profile.prefix, "label": label})
    session.out.rows(rows, ("profile", "kind", "prefix", "label"), {"label": lambda r: str(r["label"][language])})


def show(session: Session, profile: str) -> None:
    """One way of working: every value, and where it comes from."""
    from infra.profiles import document, find, load

    plain = json.loads(document(load(find(profile))))
    if session.out.json:
        session.out.record(plain)
        return
    rows = [{"field": field, "value": value, "source": source} for field, value, source in _values(plain, "", session.words)]
    texts = {name: (lambda r, name=name: str(r[name])) for name in ("field", "value", "source")}
    session.out.rows(rows, ("field", "value", "source"), texts)


def _values(part: Any, path: str, words: Words) -> Iterator[tuple[str, str, str]]:
    """Each value with its source, as people read it."""
    if isinstance(part, dict) and "value" in part:
        value = part["value"]
        yield path, value if isinstance(value, str) else _plain(value, words), part.get("source", "")
    elif isinstance(part, dict) and "id" in part and path:
        label = part.get("label", {}).get(words.language) or part.get("name") or ""
        yield f"{path}.{part['id']}", label, part.get("source", "")
    elif isinstance(part, dict) and set(part) == {"nl", "en"}:
        yield path, part[words.language], ""
    elif isinstance(part, dict):
        for name, inner in part.items():
            yield from _values(inner, f"{path}.{name}" if path else name, words)
    elif isinstance(part, list):
        if all(isinstance(inner, str) for inner in part):
            yield path, ", ".join(part), ""
        else:
            for inner in part:
                yield from _values(inner, path, words)
    elif path != "source":
        yield path, _plain(part, words), ""


def _plain(value: Any, words: Words) -> str:
    if isinstance(value, bool):
        yes, _, no = words.get("cli", "words", "yes-no").partition("|")
        return yes if value else no
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def check(session: Session, file: str) -> None:
    """Everything that is wrong with a file, by field; nothing when it can be adopted."""
    from infra.profiles import check as problems_in

    found = problems_in(Path(file))
    session.code = Exit.REFUSED if found else Exit.DONE
    if session.out.json:
        for problem in found:
            session.out.record({"field": problem.field, "problem": problem.code, "facts": dict(problem.facts)})
        return
    for problem in found:
        session.out.line(_sentence(session.words, problem.field, problem.code, dict(problem.facts)))
    if not found:
        session.out.line(session.words.say("profile-fits", file=Path(file).name))


def told(words: Words, error: Refused) -> str:
    """The first problem of a way of working that was refused, in a sentence."""
    problems = error.facts.get("problems")
    if isinstance(problems, tuple) and problems:
        first = problems[0]
        return _sentence(words, first.field, first.code, dict(first.facts))
    return str(error.facts.get("field", ""))


def _sentence(words: Words, field: str, code: str, facts: dict[str, Any]) -> str:
    text = fill(words.find("problems", code) or words.get("usage", "does-not-fit"), facts, words)
    return f"{field}: {text}" if field else f"{text}"
