"""How far each erasure is, and whether older copies of the key store can still undo it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.frozen import frozen
from infra.erasing.carrying_out import STEPS
from infra.erasing.keeper import ERASED, Noted, keeper_of

if TYPE_CHECKING:
    from infra.erasing.ledger import Ledger
    from infra.store.store import Store


@frozen
class Standing:
    """One erasure. `state`: done or incomplete; `missing` the first step that was not done, or the ledger where it does not name
    it (any more). `at` is when its keys were
    destroyed; `rotated`: the key-encryption key was changed since, so that no older copy of the keys opens anything.
    """

    number: str
    subject: str
    request: str
    state: str
    missing: str | None
    at: datetime | None
    rotated: bool


def standings(store: Store, ledger: Ledger) -> list[Standing]:
    """Every erasure that was begun in this store, or that the ledger knows of it; by case and subject."""
    keeper = keeper_of(store)
    begun: dict[tuple[str, str], list[Noted]] = {}
    for noted in keeper.noted():
        begun.setdefault((noted.stream, noted.subject), []).append(noted)
    lines = {(line.stream, line.subject): line for line in ledger.lines(store.store_id)}
    left = {(line.stream, line.subject) for line in keeper.outstanding(list(lines.values()))}
    unlisted = {(one.stream, one.subject): one for one in keeper.unlisted(list(lines.values()))}
    changed = max(keeper.rotations().values(), default=None)
    found = []
    for stream, subject in sorted(begun.keys() | lines.keys() | unlisted.keys()):
        steps = {n.step: n.done_at for n in begun.get((stream, subject), [])}
        line = lines.get((stream, subject))
        known = line or unlisted.get((stream, subject)) or begun[stream, subject][0]
        request = known.request
        missing = next((s for s in STEPS if s not in steps), None)
        if (stream, subject) in left:
            missing = "keys"
        elif (stream, subject) in unlisted:
            missing = "ledger"
        elif missing is not None and not steps and keeper.logged(stream, subject, ERASED):
            missing = None  # done before the store of the keys kept count
        at = steps.get("keys")
        rotated = at is not None and changed is not None and changed > at
        found.append(Standing(stream, subject, request, "incomplete" if missing else "done", missing, at, rotated))
    return found
