"""`casus evidence verify`: whether the history is what it was, by the checkpoints of the store and by those of an auditor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from domain.refusal import CHANGED, Refused
from infra.cli.exits import Exit
from infra.cli.own import ASKER, JSON, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words

if TYPE_CHECKING:
    from infra.evidence.checks.report import Fault, Report, Withheld
    from infra.evidence.note import VerifierKey

Apart = tuple[list["Withheld"], dict[str, int | None]]
"""Who was erased and may be named to who asks, and the counts of all others; None of what nobody looked at."""
WHAT = "evidence-verify"
ASKS = (Param("since", "file"), Param("held", "file", many=True), Param("key", "word"))


def verify(words: Words) -> click.Command:
    """The command."""
    return leaf(words, "evidence verify", run, *ASKS, also=(*ASKER, JSON))


def run(session: Session, since: str | None, held: Sequence[str], key: str | None) -> None:
    """Check the whole store, or from a checkpoint on. The exit code says whether anything is not what it was."""
    from infra.erasing.ledger import Ledger
    from infra.evidence.kept import Kept
    from infra.evidence.verifying import verify as check

    session.past_ledger()  # nothing that is sealed is opened, and a backup that was put back is to be verified too
    session.past_readmodels()
    session.gate.general(WHAT)  # stored first, so that nothing is read for somebody who may not
    session.place()
    store = session.store
    report = check(
        store, Kept(session.store_config.outside, store.store_id), since=_note(since), held=[_told(_note(f)) for f in held],
        key=_key(key), ledger=Ledger(session.store_config.ledger_in),
        tell=lambda place: session.out.progress(session.words.say("verify.at", count=place)),
    )  # fmt: skip
    session.out.progress_done()
    apart = told_apart(session, report)
    if seen := _seen(report, apart[0]):
        session.gate.general(WHAT, seen=seen)
    session.code = Exit.DONE if report.intact else Exit.CHANGED
    if session.out.json:
        session.out.record(plain(report, apart))
        return
    from infra.cli.evidence_verified import tell

    tell(session, report, apart)


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
    """The key as it was given: itself, or the file that holds it."""
    from infra.evidence.note import verifier_key
    from infra.logs.opened import file_refusals

    if key is None:
        return None
    try:
        return verifier_key(key)
    except Refused:
        with file_refusals():
            if not Path(key).exists():
                raise
            return verifier_key(Path(key).read_bytes().decode("utf-8", "replace"))


def _seen(report: Report, erased: Sequence[Withheld]) -> set[str]:
    """The cases and tables that the answer names."""
    from domain.disclosure import PREFIX

    named = {fault.stream for fault in report.faults} | {one.stream for one in erased}
    return {stream for stream in named if stream is not None and not stream.startswith(PREFIX)}


def told_apart(session: Session, report: Report) -> Apart:
    """Who was erased in cases that the asker may see; and of all others, who are not named, how many there are and what of
    theirs is withheld: nothing where there are none. Of a case that can't be read nobody knows whose it is.
    """
    named = [one for one in report.withheld if _may_see(session, one.stream)]
    others = [one for one in report.withheld if one not in named]
    if not others:
        return named, {}
    return named, {
        "erased": len(others), "fields": _sum(one.fields for one in others), "removed": _sum(one.removed for one in others),
        "events": sum(len(one.events) for one in others),
    }  # fmt: skip


def _sum(counts: Iterable[int | None]) -> int | None:
    """Of all together; None where one is not known."""
    known = list(counts)
    return None if None in known else sum(count or 0 for count in known)


def _may_see(session: Session, stream: str) -> bool:
    """Whether the asker may see that case."""
    from domain.case import Case
    from domain.event import replay

    try:
        records = session.store.load(stream)
    except Refused as refused:
        if refused.code not in CHANGED:
            raise
        return False
    if not records or not records[0].topic.startswith("case."):
        return False
    return session.gate.may("show", replay(Case(), records)).allowed


def plain(report: Report, apart: Apart) -> dict[str, Any]:
    """The report as JSON has it. In: the report, and who was erased, told apart."""
    facts = {name: value for name, value in asdict(report).items() if name not in {"faults", "withheld"}}
    named, others = apart
    return {
        "verdict": report.verdict, "intact": report.intact, **facts, "not_signed": report.not_signed, "gone": report.gone,
        "withheld": [asdict(one) for one in named], "withheld_elsewhere": others,
        "faults": [{k: v for k, v in facts_of(fault).items() if v is not None} for fault in report.faults],
    }  # fmt: skip


def facts_of(fault: Fault) -> dict[str, Any]:
    """A fault as JSON has it, and as its sentence is filled in."""
    return {
        "check": fault.check.value, "fault": fault.kind, "stream": fault.stream, "version": fault.version, "place": fault.place,
        **fault.facts,
    }  # fmt: skip
