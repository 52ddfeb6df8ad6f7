"""What changed in a case between two points of its history: fields, agreements, entries, and what days alone did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.case import Case
from domain.frozen import frozen
from domain.ids import EntryId
from projections.changes import Text, closed, compared
from projections.history import History

OPEN = frozenset({"proposed", "accepted"})


@frozen
class Between:
    """`before` and `after` hold the fields that differ, as `projections.changes.compared` gives them; the rest are numbers of
    agreements: new, no longer open, otherwise changed, and gone with an entry that no longer counts.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    added: tuple[EntryId, ...]
    changed: tuple[EntryId, ...]
    ended: tuple[EntryId, ...]
    gone: tuple[EntryId, ...]


def between(old: Case, new: Case, text: Text = closed) -> Between:
    """What differs. In: the case at both points, and what is shown of a sealed text."""
    before, after = compared(old, new, text)
    was, now = old.agreements, new.agreements
    both = [a for a in now if a in was and now[a] != was[a]]
    ended = tuple(a for a in both if was[a].state in OPEN and now[a].state not in OPEN)
    return Between(
        before, after, added=tuple(a for a in now if a not in was), changed=tuple(a for a in both if a not in ended), ended=ended,
        gone=tuple(a for a in was if a not in now),
    )  # fmt: skip


def entries_between(old: History[Case], new: History[Case]) -> frozenset[int]:
    """The entries, by version, that count for the second and did not yet for the first, corrected and withdrawn ones too."""
    return frozenset(r.version for r in new.records) - {r.version for r in old.records}


def passed(case: Case, since: date, until: date) -> tuple[dict[str, Any], dict[str, Any]]:
    """What days alone changed, without anything recorded: who holds and who directs the case, which agreements are late, and
    how consents stand. In: the case at the second point, and the two days. Out: before and after, where they differ.
    """
    was, now = _on(case, since), _on(case, until)
    names = [name for name in now if was[name] != now[name]]
    return {name: was[name] for name in names}, {name: now[name] for name in names}


def _on(case: Case, day: date) -> dict[str, Any]:
    director, table = case.director_on(day), case.director_team(day)
    return {
        "holder": case.holder_on(day),
        "director": f"{table}/{director}" if director and table != case.team else director,
        "late": [a.id for a in case.open_agreements() if a.due is not None and a.due < day],
        "consents": {c.id: c.state_on(day) for c in case.consents.values()},
    }
