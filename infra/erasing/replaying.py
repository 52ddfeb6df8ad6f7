"""After a backup was put back: whoever the ledger says was erased is erased again, before anything is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.event import Header
from domain.refusal import Refused
from infra.erasing.keeper import keeper_of

if TYPE_CHECKING:
    from infra.erasing.ledger import Ledger, Line
    from infra.store.store import Store


def check_replayed(store: Store, ledger: Ledger, *, must_be_here: bool) -> None:
    """Refuse a store that holds somebody who was erased: `ledger-not-replayed`, with how many; or of which the ledger can't
    tell: `ledger-missing`, `ledger-line-missing` with how many erasures it does not name.

    In: whether the ledger has to be on this machine: it is not on that of everybody who works on a server.
    """
    if ledger.is_there():
        if left := outstanding(store, ledger):
            raise Refused("ledger-not-replayed", path=str(ledger.path), count=len(left))
        check_whole(store, ledger)
        return
    try:
        unlisted, unchecked = keeper_of(store).ledger_standing([])
    except Refused as refused:
        if refused.code != "store-forbidden":
            raise
        return  # a login without rights on the keys opens no text, whoever was erased
    if unchecked or (unlisted and must_be_here):
        raise Refused("ledger-missing", path=str(ledger.path))


def check_whole(store: Store, ledger: Ledger) -> None:
    """Refuse a ledger that is not there or does not name every erasure that the store shows."""
    unlisted, unchecked = keeper_of(store).ledger_standing(ledger.lines(store.store_id))
    if not ledger.is_there() and (unlisted or unchecked):
        raise Refused("ledger-missing", path=str(ledger.path))
    if unlisted:
        raise Refused("ledger-line-missing", path=str(ledger.path), count=unlisted)


def accept_replayed(store: Store, ledger: Ledger) -> None:
    """After a replay: have a store that was put back served to everybody again, where this ledger names every erasure that it
    shows. Where no ledger is, or it lacks a line, it stays as it was: that is told at the next opening.
    """
    unlisted, unchecked = keeper_of(store).ledger_standing(ledger.lines(store.store_id))
    if unchecked and ledger.is_there() and not unlisted:
        keeper_of(store).accept_replayed()


def outstanding(store: Store, ledger: Ledger) -> list[Line]:
    """The lines of the ledger that this store does not show as done."""
    lines = ledger.lines(store.store_id)
    return keeper_of(store).outstanding(lines) if lines else []


def check_bound(store: Store, line: Line) -> bool:
    """Refuse a line that says of somebody what the store contradicts, as `ledger-line-unbound`: nobody signs the ledger, so
    whoever may write in it would have anybody's keys destroyed. Out: whether the log says that it was begun or done; else the
    line alone does.
    """
    from domain.events.rights import ErasureBegun, SubjectErased

    said = [
        record.event for record in store.load(line.stream)
        if isinstance(record.event, (ErasureBegun, SubjectErased)) and record.event.subject == line.subject
    ]  # fmt: skip
    same = all(e.right == line.request and getattr(e, "receipt", line.digest()) == line.digest() for e in said)
    if not same or not keeper_of(store).keys(line.stream, line.subject).keys() <= set(line.keys):
        raise Refused("ledger-line-unbound", case=line.stream)
    return bool(said)


def replay_ledger(store: Store, ledger: Ledger, header_of: Callable[[Line], Header]) -> list[Line]:
    """Erase again whom the ledger names. In: the store, opened past the check; the ledger; who does it. Out: the lines.

    Refused: `ledger-line-unbound`; nothing is destroyed then.
    The log says it first, and then the keys go: interrupted in between, the check still finds it and the next run goes on.
    """
    from infra.erasing.carrying_out import STEPS, record_erased
    from infra.erasing.sweeping import sweep

    keeper = keeper_of(store)
    done = outstanding(store, ledger)
    for line in done:  # all of them, before anything goes
        check_bound(store, line)
    for line in done:
        record_erased(store, keeper, line, header_of(line))
        keeper.destroy(line.stream, line.subject, line.keys)
        keeper.drop_tokens(line.stream, line.subject)
        sweep(store, keeper, line.stream, line.subject, line.keys)
        for step in STEPS:
            keeper.note(line.stream, line.subject, line.request, step)
    store.keys.forget()
    return done
