"""What `casus evidence verify` found, as people read it: each finding once, with the name by which it can be looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from infra.cli.evidence_verify import facts_of
from infra.evidence.checks.report import Check

if TYPE_CHECKING:
    from infra.cli.evidence_verify import Apart
    from infra.cli.session import Session
    from infra.evidence.checks.report import Fault, Report, Withheld

VERDICTS = {"intact": "verify.intact", "intact-after": "verify.intact-after", "intact-but-gone": "verify.intact-but-gone",
            "unsigned": "verify.nothing"}  # fmt: skip
LISTED = ("faults", "withheld", "logs", "aside")


def tell(session: Session, report: Report, apart: Apart) -> None:
    """The faults first, then how far was looked, and what can be said of it all. In: the report, and who was erased, apart."""
    say, line, count = session.words.say, session.out.line, len(report.faults)
    once = list(_once(report.faults))
    for fault, facts in once:
        line(_fault(session, fault, facts))
    if report.stopped:
        line(say("verify.stopped", count=count))
    known = {name: value for name, value in asdict(report).items() if name not in LISTED}
    since = {"since": report.since or None}
    if report.withheld:
        session.out.heading(say("verify.withheld", **since))
        (named, others), unread = apart, report.sealed is None
        for one in named:
            line(_withheld(session, one))
        if others:
            line(say("verify.others-withheld", **{name: count or None for name, count in others.items()}, unread=unread))
        line()
    line(say("verify.read", **known | since))
    if report.not_read:
        line(say("verify.not-read", **known))
    if report.trusted:
        line(say("verify.trusted", trusted=report.trusted))
    line(say("verify.seals-not-read" if report.sealed is None else "verify.sealed", **known))
    if report.waiting:
        line(say("verify.waiting", waiting=report.waiting))
    line(say("verify.signed" if report.signed else "verify.unsigned", **known, after=report.not_signed or None))
    _logs(session, report)
    if report.unguarded:
        line(say("verify.unguarded", tables=report.unguarded))
    if not report.outside and report.checkpoints:
        line(say("verify.not-outside"))
    if not report.held:
        session.out.note("verify.none-held")
    line()
    known |= {"gone": report.gone or None, "beyond": report.beyond or None}
    line(say(VERDICTS.get(report.verdict, "verify.changed"), **known, count=count, told=len(once) if len(once) < count else None))


def _logs(session: Session, report: Report) -> None:
    """That the log was begun anew, each time; and the notes that were put aside then."""
    for before, log in zip(report.logs, report.logs[1:], strict=False):
        former = {"former": before.origin, "checkpoints": before.checkpoints, "upto": before.size or None}
        session.out.line(session.words.say("verify.begun-anew", since=log.since, key=log.key, origin=log.origin, **former))
    for one in report.aside:
        fits = {None: "verify.aside-unknown", True: "verify.aside-fits", False: "verify.aside-differs"}[one.fits]
        session.out.line(session.words.say(fits, file=one.file, size=one.size, signed=report.signed))


def _once(faults: tuple[Fault, ...]) -> Iterator[tuple[Fault, dict[str, Any]]]:
    """Each finding once, with its facts: of stored checkpoints that do not hold the first, and how many more; events that went
    as one range of places, without those that are told as missing places.
    """
    missing = {p for f in faults if f.kind == "place-missing" and f.place for p in range(f.place, f.facts["upto"] + 1)}
    rooted = [fault for fault in faults if _is_root(fault)]
    extra = [fault for fault in faults if fault.kind == "leaf-extra" and fault.place not in missing]
    for fault in faults:
        facts = facts_of(fault)
        if fault.kind == "place-missing":
            one = fault.place == fault.facts["upto"]
            yield fault, facts | {"only": fault.place if one else None, "first": None if one else fault.place}
        elif fault.kind == "leaf-extra":
            if extra and fault is extra[0]:
                yield fault, facts | {"more": len(extra) - 1 or None}
        elif not _is_root(fault):
            yield fault, facts | {"after": facts.get("after") or None}
        elif fault is rooted[0]:
            yield fault, facts | {"after": facts.get("after") or None, "more": len(rooted) - 1 or None}


def _is_root(fault: Fault) -> bool:
    return (fault.check, fault.kind) == (Check.ROOTS, "root-differs")


def _fault(session: Session, fault: Fault, facts: dict[str, Any]) -> str:
    """What is wrong, after where; and by which name it can be looked up."""
    from infra.texts.sentences import fill

    words = session.words
    where = "verify.where" if fault.stream else "verify.where-place" if fault.place and "upto" not in facts else None
    whose = words.find("faults", "whose", fault.check.value) or ""
    said = fill(words.get("faults", fault.kind), {**facts, "whose": whose}, words)
    return f"{words.say(where, **facts) if where else ''}{said} [{fault.kind}]"


def _withheld(session: Session, one: Withheld) -> str:
    blanked = ", ".join(map(str, one.events))
    none_of = {"removed": one.removed or None, "events": blanked or None}
    looked = one.fields is not None
    return session.words.say("verify.one-withheld", **asdict(one) | none_of, looked=looked, unread=not looked)
