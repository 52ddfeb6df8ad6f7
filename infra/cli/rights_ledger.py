"""`casus rights status` and `replay-ledger`: how far each erasure is, and erasing again after a backup was put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.cli.asking import sure
from infra.cli.own import yes_or_no
from infra.cli.session import Session

if TYPE_CHECKING:
    from domain.event import Header
    from infra.erasing.ledger import Line

COLUMNS = ("number", "subject", "request", "state", "missing", "at", "rotated")


def status(session: Session) -> None:
    """Every erasure: done, or the first step that is missing; and whether the key-encryption key was changed since."""
    from infra.erasing.ledger import Ledger
    from infra.erasing.standing import standings

    session.past_ledger()
    found = standings(session.store, Ledger(session.store_config.ledger_in))
    session.gate.general("rights-status", seen={one.number for one in found})
    rows: list[dict[str, Any]] = [{name: getattr(one, name) for name in COLUMNS} for one in found]
    session.out.rows(rows, COLUMNS, yes_or_no(session, "rotated"))
    if any(not one.rotated for one in found):
        session.out.note("rotate-next", team=session.gate.seats.anywhere().team.id or "TEAM")


def replay(session: Session, no_ledger: bool, yes: bool) -> None:
    """Erase again whom the ledger names and a store that was put back still holds. Then the store is served again; where there
    is no ledger any more, or it lacks a line, once somebody said so.
    """
    from infra.erasing.keeper import keeper_of
    from infra.erasing.ledger import Ledger
    from infra.erasing.replaying import accept_replayed, check_bound, check_whole, outstanding, replay_ledger

    session.past_ledger()
    ledger = Ledger(session.store_config.ledger_in)
    session.gate.general("rights-replay-ledger")
    if not no_ledger and not ledger.is_there():
        check_whole(session.store, ledger)
    again = outstanding(session.store, ledger)
    if alone := sorted({line.stream for line in again if not check_bound(session.store, line)}):
        session.out.warn("ledger-alone", cases=alone)
    if no_ledger or again:
        sure(session, "rights replay-ledger", yes=yes)
    done = replay_ledger(session.store, ledger, lambda line: _header(session, line))
    if no_ledger:
        keeper_of(session.store).accept_without()
        session.out.warn("without-ledger")
    else:
        accept_replayed(session.store, ledger)
    session.place()
    rows = [{"number": x.stream, "subject": x.subject, "request": x.request, "state": "done"} for x in done]
    session.out.rows(rows, COLUMNS[:4])


def _header(session: Session, line: Line) -> Header:
    from domain.case import Case
    from domain.event import replay

    return session.gate.header(replay(Case(), session.store.load(line.stream)))
