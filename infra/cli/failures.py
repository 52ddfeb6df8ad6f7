"""What went wrong, as people read it and as the shell hears it. Never a value that was typed or stored."""

from __future__ import annotations

import os
import sqlite3
import traceback
from collections.abc import Iterator, Mapping

import click
from pydantic import ValidationError

from domain.refusal import CHANGED, Conflict, NotFound, Refused
from infra.cli.exits import Exit
from infra.cli.hushed import hushed
from infra.cli.invalid import Invalid
from infra.cli.line import Line
from infra.cli.param import Bad
from infra.cli.safe import safe
from infra.cli.session import Session
from infra.texts import Words
from infra.texts.sentences import Label, fill

NOTHING: Mapping[str, str] = {}


def report(error: BaseException, session: Session) -> Exit:
    """Say what went wrong on stderr, in a sentence or, where JSON was asked, as one object. Out: the exit code."""
    if isinstance(error, BrokenPipeError):
        return Exit(session.code)  # whoever read our output has seen enough; what was found stays so
    heard = error.error if isinstance(error, Line) else error
    label = _label(session, heard) if isinstance(heard, Refused) else None
    code, name, lines = explained(hushed(error, session, label), session, label)
    if session.out.json:
        import json

        from infra.cli.output import plain
        from infra.cli.safe import json_safe

        facts = plain(_facts(hushed(error, session, label, told=False)))
        made = json.dumps({"error": name, "exit": int(code), "facts": facts, "message": lines}, ensure_ascii=False)
        print(json_safe(made), file=session.out.err)
    else:
        for line in lines:
            print(safe(line), file=session.out.err)
    return code


def _facts(error: BaseException) -> dict[str, object]:
    if isinstance(error, Line):
        return {"line": error.number, **_facts(error.error)}
    if isinstance(error, Invalid):
        return {"fields": [{"field": field, "problem": code} for field, code, _ in error.complaints]}
    return dict(getattr(error, "facts", {}))


def explained(error: BaseException, session: Session, label: Label | None) -> tuple[Exit, str, list[str]]:
    """In: what was raised, and how its codes read. Out: the exit code, a stable name for it, and what to say."""
    words = session.words
    if isinstance(error, Line):
        code, name, lines = explained(error.error, session, label)
        return code, name, [f"{words.say('line', number=error.number)} {line}" for line in lines]
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED, "interrupted", [words.get("usage", "interrupted")]
    if isinstance(error, Refused):
        return _exit_of(error), error.code, [refusal(error, words, label, session.asked)]
    if isinstance(error, Invalid):
        return Exit.USAGE, "invalid", [complaint(words, *c) for c in error.complaints]
    if isinstance(error, Bad):
        return Exit.USAGE, error.code, [usage(words, error.code, error.facts)]
    if isinstance(error, click.UsageError):
        return Exit.USAGE, "usage", list(_clicks(error, words))
    if isinstance(error, ValidationError):
        places = sorted({".".join(str(p) for p in f["loc"]) for f in error.errors(include_input=False, include_url=False)})
        return Exit.USAGE, "invalid", [usage(words, "does-not-fit", {"field": ", ".join(places) or error.title})]
    if type(error).__name__ == "ProjectionStopped":  # by name: read models are not loaded for the sake of this
        facts = _facts(error)
        return Exit.FAILED, "projection-stopped", [usage(words, "projection-stopped", facts)]
    if isinstance(error, OSError):
        return Exit.FAILED, "system", [usage(words, "system", {"reason": os.strerror(error.errno or 0)})]
    if isinstance(error, sqlite3.Error) or type(error).__module__.partition(".")[0] == "psycopg":
        return Exit.FAILED, "database", [usage(words, "database", {"reason": error.__class__.__name__})]
    where = _where(error) if session.verbose else _where(error)[-1:]
    return Exit.FAILED, "unexpected", [usage(words, "unexpected", {"kind": type(error).__name__}), *where]


def _exit_of(error: Refused) -> Exit:
    if isinstance(error, NotFound):
        return Exit.NOT_FOUND
    if isinstance(error, Conflict):
        return Exit.CONFLICT
    return Exit.CHANGED if error.code in CHANGED else Exit.REFUSED


def refusal(error: Refused, words: Words, label: Label | None = None, asked: Mapping[str, str] = NOTHING) -> str:
    """A refusal as a sentence: what is wrong, and how to mend it."""
    allowed = words.find("allowed", str(error.facts.get("code"))) if error.code == "not-allowed" else None
    text = allowed or words.find("refusals", error.code) or words.get("refusals", "other")
    if error.code.startswith(("log-", "map-")):
        label = _as_it_stands
    facts = {"code": error.code, **error.facts}
    if facts.get("field") in asked:
        facts["field"] = asked[str(facts["field"])]
    if error.code == "profile-invalid":
        from infra.cli.profiles import told

        facts["problem"] = told(words, error)
    return fill(text, facts, words, label)


def _as_it_stands(_field: str, code: str) -> str:
    """The words of somebody's file are shown as they stand there, though we may know such a code ourselves."""
    return code


def complaint(words: Words, field: str, code: str, facts: dict[str, object]) -> str:
    """What is wrong with one field of a form."""
    return f"{field}: {usage(words, code, facts)}"


def usage(words: Words, code: str, facts: dict[str, object]) -> str:
    """A complaint about what was typed."""
    known = dict(facts)
    for name in ("kind", "form"):
        if name in known and words.find("usage", "forms", str(known[name])):
            known[name] = words.get("usage", "forms", str(known[name]))
    text = words.find("usage", code) or words.get("usage", "does-not-fit")
    return fill(text, known, words)


def _clicks(error: click.UsageError, words: Words) -> Iterator[str]:
    """What click found wrong with the line, in our words."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        yield error.ctx.get_help()
    elif isinstance(error, click.NoSuchOption) and error.option_name.partition("=")[0] == "--lang":
        yield usage(words, "lang-first", {})
    elif isinstance(error, click.NoSuchOption):
        near = tuple(error.possibilities or ())[:3]
        option = error.option_name.partition("=")[0] if near else ""  # a slip of the pen is said back, anything else not
        yield usage(words, "no-such-option", {"option": option, "near": near})
    elif isinstance(error, click.BadOptionUsage):
        yield usage(words, "option-value", {"option": error.option_name})
    else:
        yield usage(words, "usage", {})


def _label(session: Session, error: Refused) -> Label | None:
    """How this refusal's codes read, if its team is known without asking the store for more than it has given."""
    from infra.cli.labels import labels

    if "engine" not in session.__dict__:
        return None
    team, case = error.facts.get("team") or session.acting_team, error.facts.get("case")
    if not team and isinstance(case, str):
        team = getattr(session.engine.case(case).state, "team", "")
    return labels(session, team) if isinstance(team, str) else None


def _where(error: BaseException) -> list[str]:
    """Where it happened: files, lines and functions alone. A message could hold what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"  {os.path.relpath(f.filename)}:{f.lineno} {f.name}" for f in frames]
