"""`casus evidence verify`: whether the history is what it was, by the checkpoints of the store and by those of an auditor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from domain.refusal import Refused
from infra.cli.exits import Exit
from infra.cli.own import ASKER, JSON, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words

if TYPE_CHECKING:
    from infra.evidence.checks.report import Fault, Report, Withheld
    from infra.evidence.note import VerifierKey

WHAT = "evidence-verify"
ASKS = (Param("since", "file"), Param("held", "file", many=True), Param("key", "word"))


def verify(words: Words) -> click.Command:
    """The command."""
    return leaf(words, "evidence verify", run, *ASKS, also=(*ASKER, JSON))


def run(session: Session, since: str | None, held: Sequence[str], key: str | None) -> None:
    """Check the whole store, or from a checkpoint on. The exit code says whether anything is not what it was."""
    from infra.evidence.kept import Kept
    from infra.evidence.verifying import verify as check

    session.past_ledger()  # nothing that is sealed is opened, and a backup that was put back is to be verified too
    session.gate.general(WHAT)  # stored first, so that nothing is read for somebody who may not
    session.place()
    store = session.store
    report = check(
        store, Kept(session.store_config.outside, store.store_id), since=_note(since), held=[_told(_note(f)) for f in held],
        key=_key(key), tell=lambda place: session.out.progress(session.words.say("verify.at", count=place)),
    )  # fmt: skip
    session.out.progress_done()
    if seen := _seen(report):
        session.gate.general(WHAT, seen=seen)
    session.code = Exit.DONE if report.intact else Exit.CHANGED
    if session.out.json:
        session.out.record(_plain(report))
        return
    _tell(session, report)


def _note(file: str | None) -> str | None:
    """A checkpoint as it was handed out."""
    from infra.logs.opened import file_refusals

    if file is None:
        return None
    try:
        with file_refusals():
            return Path(file).read_bytes().decode()
    except UnicodeDecodeError:
        raise Refused("checkpoint-malformed") from None


def _told(note: str | None) -> str:
    assert note is not None
    return note


def _key(key: str | None) -> VerifierKey | None:
    from infra.evidence.note import verifier_key

    return None if key is None else verifier_key(key)


def _seen(report: Report) -> set[str]:
    """The cases and tables that the report names."""
    from domain.disclosure import PREFIX

    named = {fault.stream for fault in report.faults} | {one.stream for one in report.withheld}
    return {stream for stream in named if stream is not None and not stream.startswith(PREFIX)}


def _plain(report: Report) -> dict[str, Any]:
    facts = {name: value for name, value in asdict(report).items() if name not in {"faults", "withheld"}}
    return {
        "intact": report.intact, **facts, "withheld": [asdict(one) for one in report.withheld],
        "faults": [{k: v for k, v in _facts(fault).items() if v is not None} for fault in report.faults],
    }  # fmt: skip


def _facts(fault: Fault) -> dict[str, Any]:
    return {
        "check": fault.check.value, "fault": fault.kind, "stream": fault.stream, "version": fault.version, "place": fault.place,
        **fault.facts,
    }  # fmt: skip


def _tell(session: Session, report: Report) -> None:
    say, line = session.words.say, session.out.line
    for fault in report.faults:
        line(_fault(session, fault))
    if report.stopped:
        line(say("verify.stopped", count=len(report.faults)))
    if report.withheld:
        session.out.heading(say("verify.withheld"))
        for one in report.withheld:
            line(_withheld(session, one))
        line()
    known = {name: value for name, value in asdict(report).items() if name not in {"faults", "withheld"}}
    line(say("verify.read", **known | {"since": report.since or None}))
    if report.trusted:
        line(say("verify.trusted", trusted=report.trusted))
    if report.sealed is None:
        line(say("verify.seals-not-read"))
    else:
        line(say("verify.sealed", sealed=report.sealed))
    if report.waiting:
        line(say("verify.waiting", waiting=report.waiting))
    line(say("verify.signed" if report.signed else "verify.unsigned", **known, after=report.size - report.signed or None))
    if not report.outside and report.checkpoints:
        line(say("verify.not-outside"))
    if not report.held:
        session.out.note("verify.none-held")
    line()
    line(say("verify.intact" if report.intact else "verify.changed", count=len(report.faults)))


def _fault(session: Session, fault: Fault) -> str:
    """What is wrong, after where."""
    facts = _facts(fault)
    where = session.words.say("verify.where", **facts) if fault.stream or fault.place else ""
    from infra.texts.sentences import fill

    return f"{where}{fill(session.words.get('faults', fault.kind), {**facts, 'whose': _whose(session, fault)}, session.words)}"


def _whose(session: Session, fault: Fault) -> str:
    """Which checkpoint it is about, where it is about one."""
    return session.words.find("faults", "whose", fault.check.value) or ""


def _withheld(session: Session, one: Withheld) -> str:
    none_of = {"removed": one.removed or None, "events": one.events or None}
    return session.words.say("verify.one-withheld", **asdict(one) | none_of)
