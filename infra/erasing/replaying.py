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


def check_replayed(store: Store, ledger: Ledger) -> None:
    """Refuse a store that holds somebody who was erased: `ledger-not-replayed`, with how many."""
    left = outstanding(store, ledger)
    if left:
        raise Refused("ledger-not-replayed", path=str(ledger.path), count=len(left))


def outstanding(store: Store, ledger: Ledger) -> list[Line]:
    """The lines of the ledger that this store does not show as done."""
    lines = ledger.lines(store.store_id)
    return keeper_of(store).outstanding(lines) if lines else []


def replay_ledger(store: Store, ledger: Ledger, header_of: Callable[[Line], Header]) -> list[Line]:
    """Erase again whom the ledger names. In: the store, opened past the check; the ledger; who does it. Out: the lines.

    The log says it first, and then the keys go: interrupted in between, the check still finds it and the next run goes on.
    """
    from infra.erasing.carrying_out import STEPS, record_erased
    from infra.erasing.sweeping import sweep

    keeper = keeper_of(store)
    done = outstanding(store, ledger)
    for line in done:
        record_erased(store, keeper, line, header_of(line))
        keeper.destroy(line.stream, line.subject, line.keys)
        keeper.drop_tokens(line.stream, line.subject)
        sweep(store, keeper, line.stream, line.subject, line.keys)
        for step in STEPS:
            keeper.note(line.stream, line.subject, line.request, step)
    store.keys.forget()
    return done
