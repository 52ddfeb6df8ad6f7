"""Carries an erasure out, step by step. Each step may be done twice and is noted once it is done: interrupted anywhere,
the next run goes on.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.case import Case
from domain.event import Header, Recorded, replay
from domain.events.rights import ErasureBegun, SubjectErased
from domain.frozen import frozen
from domain.ids import CaseNumber, EntryId
from domain.refusal import Conflict, Refused
from infra.erasing.keeper import ERASED, Keeper, keeper_of
from infra.erasing.ledger import Ledger, Line
from infra.erasing.sweeping import sweep

if TYPE_CHECKING:
    from infra.readmodels import ReadModels
    from infra.store.store import Store

STEPS = ("fence", "ledger", "others", "keys", "tokens", "caches", "tables", "sweep", "event")
"""In this order: nothing more is written; it is written down outside; who else holds this person is looked up while that
can be; the keys go; what pointed at the person goes; it is looked whether all went; and the log says so.
"""
ATTEMPTS = 12


@frozen
class Erased:
    """What came of it: how many keys were destroyed, the digest of the ledger's line, and the other cases that hold the same
    person and need a request of their own.
    """

    case: CaseNumber
    subject: str
    request: EntryId
    keys: int
    receipt: str
    others: tuple[CaseNumber, ...] = ()


class Erasing:
    """In: the store with its read models, the ledger, how to store that a person is looked for elsewhere, and how to have
    what is kept in memory forgotten. `tell` hears each step that was done.
    """

    def __init__(
        self, store: Store, models: ReadModels, ledger: Ledger, look: Callable[[], object], forget: Callable[[], object],
        tell: Callable[[str], object] = str,
    ) -> None:  # fmt: skip
        self.store, self.models, self.ledger = store, models, ledger
        self.look, self.forget, self.tell = look, forget, tell
        self.keeper: Keeper = keeper_of(store)

    def carry_out(self, number: CaseNumber, request: EntryId, header: Header) -> Erased:
        """Do what is still to be done of an erasure that has begun. In: the case, the request, and who does it.

        Refused: `erasure-not-begun`; `erasure-waits` while nobody follows the log on a server; `erasure-incomplete` with the
        step that could not be done; what the disk refuses. The same again goes on from there.
        """
        fence = self._begun(number, request)
        subject = fence.event.subject  # type: ignore[attr-defined]
        noted = {n.step: n.found for n in self.keeper.noted() if (n.stream, n.subject) == (number, subject)}
        for step in STEPS:
            if step in noted and step != "caches" and not (step == "ledger" and self._lost(number, subject, noted)):
                continue
            found = getattr(self, f"_{step}")(number, subject, request, header)
            self.keeper.note(number, subject, request, step, found or "")
            noted[step] = found or ""
            self.tell(step)
        self.keeper.close(number, subject)
        line = self._line(number, subject)
        return Erased(number, subject, request, len(line.keys), line.digest(), tuple(filter(None, noted["others"].split("\n"))))

    def _begun(self, number: CaseNumber, request: EntryId) -> Recorded:
        for record in self.store.load(number):
            if isinstance(record.event, ErasureBegun) and record.event.right == request:
                return record
        raise Refused("erasure-not-begun", case=number, right=request)

    def _lost(self, number: CaseNumber, subject: str, noted: dict[str, str]) -> bool:
        """Whether the line is not in the ledger any more, while the log does not yet say by which line it was done."""
        return "event" not in noted and self.ledger.find(self.store.store_id, number, subject) is None

    def _line(self, number: CaseNumber, subject: str) -> Line:
        found = self.ledger.find(self.store.store_id, number, subject)
        if found is None:
            raise Refused("erasure-incomplete", case=number, step="ledger")
        return found

    # --- the steps

    def _fence(self, number: CaseNumber, subject: str, request: EntryId, header: Header) -> None:
        """The log says that it has begun: whoever decides on this case from here on refuses to write about them."""
        if subject not in replay(Case(), self.store.load(number)).erased:
            raise Refused("erasure-incomplete", case=number, step="fence")

    def _ledger(self, number: CaseNumber, subject: str, request: EntryId, header: Header) -> str:
        # Somebody of whom nothing was ever written has no key; an id is kept all the same, so that none is made.
        keys = tuple(self.keeper.keys(number, subject)) or (secrets.token_hex(16),)
        line = Line(self.store.store_id, number, subject, request, keys, self.store.now())
        return self.ledger.append(line).digest()

    def _others(self, number: CaseNumber, subject: str, request: EntryId, header: Header) -> str:
        self.look()
        case = replay(Case(), self.store.load(number))
        # A case that went on elsewhere has no tokens there, and left its texts where they were recorded.
        linked = {case.predecessor, case.successor, case.merged_into, *case.duplicates} - {None}
        return "\n".join(sorted({*self.keeper.same_person(number, subject), *map(str, linked)}))

    def _keys(self, number: CaseNumber, subject: str, request: EntryId, header: Header) -> None:
        self.keeper.destroy(number, subject, self._line(number, subject).keys)

    def _tokens(self, number: CaseNumber, subject: str, request: EntryId, header: Header) -> None:
        self.keeper.drop_tokens(number, subject)

    def _caches(self, number: CaseNumber, subject: str, request: EntryId, header: Header) -> None:
        self.store.keys.forget()
        self.forget()

    def _tables(self, number: CaseNumber, subject: str, request: EntryId, header: Header) -> None:
        """The read models are past the beginning, where the case lost its way to the person."""
        from projections.registry import projection

        try:
            held = self.models.rows(projection("texts"), stream=number, what="subjects", entry=subject)
        except Refused as refused:
            if refused.code != "read-models-behind":
                raise
            raise Refused("erasure-waits", case=number, events=refused.facts["events"]) from None
        if held:
            raise Refused("erasure-incomplete", case=number, step="tables")

    def _sweep(self, number: CaseNumber, subject: str, request: EntryId, header: Header) -> None:
        sweep(self.store, self.keeper, number, subject, self._line(number, subject).keys)

    def _event(self, number: CaseNumber, subject: str, request: EntryId, header: Header) -> None:
        record_erased(self.store, self.keeper, self._line(number, subject), header)


def record_erased(store: Store, keeper: Keeper, line: Line, header: Header) -> None:
    """Have the log say that a subject was erased, once."""
    from infra.store.draft import Draft, Receipt

    command = secrets.token_hex(16)
    event = SubjectErased(right=line.request, subject=line.subject, keys=len(line.keys), receipt=line.digest())
    for attempt in range(1, ATTEMPTS + 1):
        if keeper.logged(line.stream, line.subject, ERASED):
            return
        version = store.version(line.stream)
        draft = Draft(line.stream, event, replace(header, command=command))
        try:
            store.append([draft], expected={line.stream: version}, receipt=Receipt.of(command, {"erased": line.digest()}))
        except Conflict as conflict:  # somebody wrote in the case: what is said of the subject stays true
            if conflict.code != "stream-moved" or attempt == ATTEMPTS:
                raise
        else:
            return
