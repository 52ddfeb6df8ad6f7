"""Read model `signals`: what is overdue, stagnating, unanswered, asked, expiring, expired, unheld, forgotten, silent; glass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

from domain.days import day_of
from projections.base import View
from projections.tables import READS, CaseOnADay, Tables
from projections.waiting import WaitingRow

RIGHT_DAYS = 7
"""How many days before its last day, at least, a subject's request is due soon: it takes two people, and partners who answer."""
SILENT_DAYS = 90
"""After how many days without a step an imported history that no team took up is called silent."""


class SignalRow(NamedTuple):
    """Something that asks for attention until somebody acts."""

    kind: Annotated[
        str, "overdue stagnating unanswered asked expiring expired stopped missing unheld untold forgotten silent glass"
    ]
    what: Annotated[
        str,
        "overdue: triage check decision wake aftercare agreement meeting right erasure; stagnating: flagged unflagged; "
        "unanswered: question invitation agreement escalation direction-offer transfer probe; asked: probe escalation "
        "direction-offer transfer; expiring and expired: consent deviation subgroup direction cover sharing; expiring: right; "
        "stopped, missing and untold: consent; unheld: holder cover director contact-point agreement; forgotten: next-moment; "
        "silent: history; glass: review",
    ]
    team: Annotated[str | None, "the team that it is a signal for; empty for an imported history"]
    number: Annotated[str | None, "the case; empty for what concerns the team itself"]
    entry: Annotated[str | None, "the entry in the case: A1, E1, or a partner's id"]
    on: Annotated[date | None, "the day it was due, ends or was flagged"]
    days: Annotated[int | None, "how many days ago that is; below zero: still to come"]
    holder: Annotated[str | None, "who holds the case on this day"]
    partner: Annotated[str | None, "the partner it is expected of"]
    professional: Annotated[str | None, "the professional it is expected of"]
    to: Annotated[str | None, "the team or party that was asked"]
    source: Annotated[str | None, "the source of an imported history"]


Found = Iterator[SignalRow]


def _signal(c: CaseOnADay, kind: str, what: str, on: date | None, row: WaitingRow | None = None) -> SignalRow:
    return SignalRow(
        kind, what, c.row.team, c.row.number, (row.entry or None) if row else None, on, (c.on - on).days if on else None,
        c.holder, row.partner if row else None, row.professional if row else None, row.to if row else None, c.row.source,
    )  # fmt: skip


def overdue(c: CaseOnADay) -> Found:
    """A moment or an agreement whose day has passed. (An answer that is late is unanswered.)"""
    for w in c.waiting:
        if w.on is None or w.on >= c.on:
            continue
        if w.what == "next" and w.state != "answer":
            yield _signal(c, "overdue", w.state, w.on, w)
        elif w.what == "agreement" or (w.what == "decision" and c.row.next_kind != "decision"):
            yield _signal(c, "overdue", w.what, w.on, w)


def stagnating(c: CaseOnADay) -> Found:
    """A case without progress: flagged, or by its team's own measure due to be."""
    if c.row.stagnating_since is not None:
        yield _signal(c, "stagnating", "flagged", c.row.stagnating_since)
    elif c.stagnates_from is not None and c.stagnates_from <= c.on:
        yield _signal(c, "stagnating", "unflagged", c.stagnates_from)


ASKED = {
    "question": "asked", "invitation": "invited", "agreement": "proposed", "escalation": "raised",
    "direction-offer": "offered", "transfer": None, "probe": "asked",
}  # fmt: skip
"""What waits for an answer, and in which state."""


def _unanswered(w: WaitingRow) -> bool:
    return w.what in ASKED and ASKED[w.what] in (w.state, None)


def unanswered(c: CaseOnADay) -> Found:
    """What was asked and should have been answered by now; an agreement that its partner neither took nor refused."""
    for w in c.waiting:
        if _unanswered(w) and (by := c.answer_by(w)) is not None and by < c.on:
            yield _signal(c, "unanswered", w.what, by, w)


ENDING = {
    "consent": "consent", "deviation": "deviation", "subgroup": "subgroup", "direction": "direction", "absence": "cover",
}  # fmt: skip


def _last_day(w: WaitingRow) -> date | None:
    """The last day on which something holds: direction has ended on its day, the others after it."""
    return w.on - timedelta(days=1) if w.on is not None and w.what == "direction" else w.on


def expiring(c: CaseOnADay) -> Found:
    """What ends within the team's margin: consent, a deviation, a subgroup's mandate, direction, cover of an absence."""
    for w in c.waiting:
        last = _last_day(w)
        if w.what not in ENDING or last is None or not c.on <= last <= c.on + c.margin:
            continue
        if w.what != "absence" or (w.since is not None and w.since <= c.on):
            yield _signal(c, "expiring", ENDING[w.what], w.on, w)


def expired(c: CaseOnADay) -> Found:
    """What has ended by its date, whether or not anybody recorded it. (Cover that is over needs nothing.)"""
    for w in c.waiting:
        last = _last_day(w)
        if w.what in ENDING and w.what != "absence" and last is not None and last < c.on:
            yield _signal(c, "expired", ENDING[w.what], w.on, w)


def stopped(c: CaseOnADay) -> Found:
    """A subject of a running case refused sharing or took it back, or consent ended and that was recorded; no other ground."""
    for w in c.waiting:
        if w.what == "consent" and w.state in ("refused", "withdrawn", "expired"):
            yield _signal(c, "stopped", "consent", w.since, w)


def missing(c: CaseOnADay) -> Found:
    """A case that rests on no consent and no other ground, though its table asks that, or it came from another table: what
    was consented to there was sharing at that table.
    """
    for w in c.waiting:
        asked = w.state == "received" or (w.state == "none" and c.team is not None and c.team.consent_required)
        if w.what == "consent" and asked:
            yield _signal(c, "missing", "consent", w.since, w)


def forgotten(c: CaseOnADay) -> Found:
    """An open case without a next moment. No command leads to it; if it is there, it is seen."""
    if c.row.next_on is None:
        yield _signal(c, "forgotten", "next-moment", None)


RULES: tuple[Callable[[CaseOnADay], Found], ...] = (
    overdue, stagnating, unanswered, expiring, expired, stopped, missing, forgotten,
)  # fmt: skip
"""The rules that look at one case."""


def asked(t: Tables) -> Found:
    """What is asked of a table, from the moment it is: of this one by another team, or of a holder by another table."""
    for c in t.open_cases():
        for w in c.waiting:
            if w.what == "probe":
                yield _signal(c, "asked", "probe", c.answer_by(w), w)
            elif w.what in ("escalation", "direction-offer", "transfer") and w.to in t.team and _unanswered(w):
                yield _signal(c, "asked", w.what, c.answer_by(w), w)._replace(team=w.to)


def unheld(t: Tables) -> Found:
    """Nobody who is still there holds a case, its direction, its contact or an agreement."""
    for c in t.open_cases():
        case, team = c.row, c.row.team or ""
        if (team, case.holder) not in t.active:
            yield _signal(c, "unheld", "holder", None)
        elif (team, c.holder) not in t.active:
            yield _signal(c, "unheld", "cover", None)
        for what, who in (("director", case.director), ("contact-point", case.contact_point)):
            if who is not None and (team, who) not in t.active:
                yield _signal(c, "unheld", what, None)._replace(professional=who)
        for w in c.waiting:
            left = w.professional is not None and (team, w.professional) not in t.active
            if w.what == "agreement" and (left or (team, w.partner) not in t.seated):
                yield _signal(c, "unheld", "agreement", w.on, w)


def of_teams(t: Tables) -> Found:
    """What concerns a team itself: its agreement on data sharing ends or has ended, a meeting was never held."""
    blank = SignalRow("", "", None, None, None, None, None, None, None, None, None, None)
    for team in t.teams:
        until = team.sharing_until
        if until is not None and until <= t.on + timedelta(days=team.due_soon_days or 0):
            kind = "expired" if until < t.on else "expiring"
            yield blank._replace(kind=kind, what="sharing", team=team.team, on=until, days=(t.on - until).days)
    for m in t.meetings:
        if not m.held and m.on < t.on:
            late = (t.on - m.on).days
            yield blank._replace(kind="overdue", what="meeting", team=m.team, entry=m.kind, on=m.on, days=late)


def untold(t: Tables) -> Found:
    """A partner had a part in a case until a subject stopped sharing, and nobody told it; also when the case has ended."""
    for c in t.with_rows("tell"):
        for w in c.waiting:
            if w.what == "tell":
                yield _signal(c, "untold", "consent", w.since, w)._replace(entry=w.entry.partition(":")[0])


def glass(t: Tables) -> Found:
    """Somebody looked into a case without being in it: for each privacy officer of its table, and for who holds it, until
    it was reviewed, also when the case has ended meanwhile.
    """
    for c in t.with_rows("glass"):
        officers = t.officers(c.row.team or "") or (None,)
        for w in c.waiting:
            for officer in officers if w.what == "glass" else ():
                yield _signal(c, "glass", "review", w.since, w)._replace(professional=officer)


def rights(t: Tables) -> Found:
    """A subject's request whose last day is near or has passed, until it was carried out, and an erasure that was begun and
    not finished: for each privacy officer of the table, and for who holds the case, also when that has ended.
    """
    for c in t.with_rows("right"):
        officers = t.officers(c.row.team or "") or (None,)
        for w in c.waiting:
            if w.what != "right" or w.on is None:
                continue
            kind, what = ("overdue", "right") if w.on < c.on else ("expiring", "right")
            if w.state == "erasing":
                kind, what = "overdue", "erasure"
            if what == "erasure" or w.on - max(c.margin, timedelta(days=RIGHT_DAYS)) <= c.on:
                for officer in officers:
                    yield _signal(c, kind, what, w.on, w)._replace(professional=officer)


ACROSS: tuple[Callable[[Tables], Found], ...] = (asked, unheld, of_teams, untold, glass, rights)
"""The rules that look at the tables too."""


def silent(t: Tables, days: int) -> Found:
    """An imported history that no team took up, whose last step is longer ago than so many days."""
    for case in t.cases:
        if case.status == "imported" and (t.on - (last := day_of(case.last_at))).days > days:
            c = CaseOnADay(case, (), None, t.on)
            yield _signal(c, "silent", "history", last)._replace(professional=case.last_by)


def signals_of(t: Tables, silent_days: int = SILENT_DAYS) -> list[SignalRow]:
    """All signals on a day, by team, case and kind."""
    found = [s for c in t.open_cases() for rule in RULES for s in rule(c)]
    found += [s for rule in ACROSS for s in rule(t)]
    found += silent(t, silent_days)
    return sorted(found, key=lambda s: (s.team or "", s.number or "", s.kind, s.what, s.entry or ""))


def _of(*rows: Any) -> list[SignalRow]:
    return signals_of(Tables(*rows))


SIGNALS = View("signals", 2, SignalRow, READS, _of)
