"""Runs one command that was typed: asks what must be asked, hands it to the engine, says what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from commands.base import CaseCommand, Command, TeamCommand
from infra.cli.asking import sure, text_from
from infra.cli.facts import facts
from infra.cli.forms import Then, fill, meta, typed
from infra.cli.kinds import params
from infra.cli.moments import happened, named_day
from infra.cli.param import Bad, Param
from infra.cli.session import Session

if TYPE_CHECKING:
    from domain.event import Recorded
    from infra.engine import Outcome, Request

COMMAND_ID = Param("command_id", "word")
PURPOSE = Param("purpose", "code")
AUDIENCE = Param("audience", "code")
NOTICE = "case.consent.overlap-noticed"
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}")


def run(session: Session, command: type[Command], raw: Mapping[str, Any], then: Then | None = None) -> None:
    """In: the command's class and what was typed, its own fields and what goes with every command; and what follows on it,
    where that is more than telling what it led to.
    """
    own = {p.name for p in params(command)}
    session.asked = {p.name: p.shown for p in params(command)}
    also = {p.name: raw.get(p.name) for p in meta(command)}
    session.told(json=bool(also.get("json")), actor=also.get("actor"), team=also.get("team"))
    fields = _texts(session, command, {name: value for name, value in raw.items() if name in own})
    form = fill(command, typed(command, fields), session.now)
    asked = request(session, form, also)
    if command.IRREVERSIBLE:
        sure(session, command.command_name(), form.own_stream() or "", yes=bool(also.get("yes")))
    outcome = session.engine.run(form, asked)
    session.place()
    session.log("carried out", command=command.command_name(), number=outcome.stream, events=len(outcome.events))
    if then is None:
        tell(session, command, outcome)
    else:
        then(session, form, asked, outcome)


def request(session: Session, form: Command, also: Mapping[str, Any]) -> Request:
    """What goes to the engine beside the command: who, for which table, when, why, under which id."""
    from infra.engine import Request

    settings = session.settings
    at = also.get("occurred_at")
    team = form.own_stream() if isinstance(form, TeamCommand) else also.get("team") or settings.team
    return Request(
        login=session.login, acting_as=session.acting_as(also.get("actor")), team=team,
        command_id=word(COMMAND_ID, also.get("command_id")), purpose=word(PURPOSE, also.get("purpose")) or "",
        occurred_at=happened(Param("occurred_at"), at, session.now) if at else None,
        day=named_day(Param("occurred_at"), at) if at else None, assurance=session.assurance,
        audience=audience(also.get("audience")),
    )  # fmt: skip


def audience(given: str | Iterable[str] | None) -> str:
    """For whom texts are meant, as it goes into the log: one audience, or partners by name."""
    from domain.audience import AUDIENCES, of_partners

    words = [w for part in ([given] if isinstance(given, str) else given or ()) for w in part.replace(",", " ").split()]
    for each in words:
        if not _CODE.fullmatch(each) or (each in AUDIENCES and len(set(words)) > 1):
            raise Bad("bad-form", param=AUDIENCE.option, form="code")
    return of_partners(words)


def word(param: Param, value: str | None) -> str | None:
    """A word that goes into the log in the clear: an id or a code, nothing else."""
    if value is not None and not _WORD.fullmatch(value):
        raise Bad("bad-form", param=param.shown, form=param.kind)
    return value


def _texts(session: Session, command: type[Command], raw: dict[str, Any]) -> dict[str, Any]:
    """Texts that come from a file, from input or from being asked: they need not stand in a shell's history."""
    case = raw.get("case") if issubclass(command, CaseCommand) else None
    taken = [p for p in params(command) if p.kind in ("text", "line") and raw.get(p.name) == "-"]
    for param in params(command):
        if param.kind in ("text", "line"):
            raw[param.name] = text_from(session, param, raw.get(param.name), case=case, alone=len(taken) < 2)
    return raw


def tell(session: Session, command: type[Command], outcome: Outcome, *, remind: bool = True) -> None:
    """What came of it: one line an event for people, one object for programs."""
    out = session.out
    if out.json:
        out.record(
            {
                "number": outcome.stream, "command": command.command_name(), "command_id": outcome.command_id,
                "repeated": outcome.again, "duplicates": outcome.duplicates,
                "events": [{"stream": r.stream, "version": r.version, "topic": r.topic, "occurred_at": r.occurred_at,
                            "facts": facts(r.event)} for r in told(outcome)],
            }
        )  # fmt: skip
        return
    from infra.cli.labels import labels
    from infra.cli.telling import sentence

    for record in told(outcome):
        label = labels(session, record.header.team)
        # The entry's number is what `casus correcting` asks.
        entry = f"  [{session.words.heading('version')} {record.version}]" if record.topic.startswith("case.") else ""
        out.line(f"{record.stream}  {sentence(session.words, record.event, label)}{entry}")
    if outcome.again:
        out.note("already-done", number=outcome.stream)
    elif not outcome.events:
        out.note("nothing-new", number=outcome.stream)
    if any(getattr(r.event, "alone", False) for r in outcome.events):
        out.warn("done-alone")
    if outcome.duplicates:
        out.warn("same-person", cases=outcome.duplicates)
    if remind and out.err.isatty() and not out.quiet and command.has_texts() and _anonymous(session, command, outcome.stream):
        out.note("no-names")


def told(outcome: Outcome) -> Iterator[Recorded]:
    """What whoever asked hears of it. That another table knows somebody is itself content: a notice there is for its holder."""
    return (r for r in outcome.events if r.topic != NOTICE)


def _anonymous(session: Session, command: type[Command], stream: str) -> bool:
    return not issubclass(command, TeamCommand) and bool(getattr(session.engine.case(stream).state, "anonymous", False))
