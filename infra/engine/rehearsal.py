"""A rehearsal: a log in memory, over a real one or over nothing. What is appended here is stored nowhere."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from domain.event import Header, Recorded
from domain.personal import Personal, Ref
from domain.refusal import Conflict
from infra.engine.log import Log
from infra.store.clock import Clock, SystemClock
from infra.store.disclosing import Permit
from infra.store.draft import Appended, Draft, Receipt, StoredReceipt, Token

if TYPE_CHECKING:
    from domain.events.access import Disclosed
    from infra.store.members import Grain
    from infra.store.texts import Withheld

RECORDED_BY = "rehearsal"
NO_PERMIT = Permit()


class Rehearsal:
    """Holds what is appended over what `base` had when it was first looked at; `base` is never written to.

    For checking a whole batch before the first of it is stored, and for playing without a store. As a store does, it
    gives events back without their texts, and the texts by reference.
    """

    def __init__(self, base: Log | None = None, clock: Clock | None = None) -> None:
        self.base = base
        self.clock = clock or (None if base is not None else SystemClock())
        self.tokens = _Tokens(base, self._below_under)
        self._disclosed: dict[str, tuple[Disclosed, Header]] = {}
        self._passed_on: dict[str, str] = {}
        self._under: dict[str, tuple[Recorded, ...]] = {}
        self._over: dict[str, list[Recorded]] = {}
        self._receipts: dict[str, StoredReceipt] = {}
        self._texts: dict[Ref, str] = {}

    def now(self) -> datetime:
        if self.clock is not None:
            return self.clock.now()
        assert self.base is not None
        return self.base.now()

    def held(self) -> list[str]:
        """The streams that something was appended to here."""
        return sorted(self._over)

    def load(self, stream: str) -> list[Recorded]:
        return [*self._below(stream), *self._over.get(stream, ())]

    def version(self, stream: str) -> int:
        own = self._over.get(stream)
        if own:
            return own[-1].version
        below = self._below(stream)
        return below[-1].version if below else 0

    def streams(self, prefix: str = "") -> list[str]:
        own = {s for s in self._over if s.startswith(prefix)}
        return sorted(own if self.base is None else own.union(self.base.streams(prefix)))

    def last_number(self, prefix: str) -> str | None:
        found = [s for s in self._over if s.startswith(prefix)]
        if self.base is not None and (before := self.base.last_number(prefix)) is not None:
            found.append(before)
        return max(found, key=lambda s: (len(s), s), default=None)

    def hidden(self, stream: str) -> bool:
        return self.base is not None and self.base.hidden(stream)

    def in_owners_hands(self, logins: Collection[str] = ()) -> bool:
        return self.base is not None and self.base.in_owners_hands(logins)

    def knock(self, number: str) -> None:
        """Nothing is stored by a rehearsal, so no glass is broken in it."""

    def receipt(self, command_id: str) -> StoredReceipt | None:
        found = self._receipts.get(command_id)
        return found if found is not None or self.base is None else self.base.receipt(command_id)

    @property
    def store_id(self) -> str:
        return self.base.store_id if self.base is not None else RECORDED_BY

    def disclose(self, event: Disclosed, header: Header) -> str:
        """Nothing is stored here. When what is asked for stands in the log below, the disclosure is stored there first; and
        that somebody was denied is stored there at once: a batch that is checked is asked for as one that is carried out.
        """
        if event.outcome == "denied" and self.base is not None and (event.of is None or self.base.version(event.of)):
            return self.base.disclose(event, header)
        disclosure = uuid.uuid4().hex
        self._disclosed[disclosure] = (event, header)
        return disclosure

    def _below_under(self, disclosure: str | None) -> str | None:
        """The disclosure as the log below has it, stored there when it is first needed."""
        assert self.base is not None
        if disclosure is None or disclosure not in self._disclosed:
            return disclosure
        if disclosure not in self._passed_on:
            self._passed_on[disclosure] = self.base.disclose(*self._disclosed[disclosure])
        return self._passed_on[disclosure]

    def open_texts(self, refs: Iterable[Ref], under: Mapping[str, str]) -> dict[Ref, str | Withheld]:
        wanted = list(refs)
        found: dict[Ref, str | Withheld] = {ref: self._texts[ref] for ref in wanted if ref in self._texts}
        missing = [ref for ref in wanted if ref not in found]
        if missing and self.base is not None:
            streams = {ref.stream for ref in missing} & set(under)
            below = {stream: known for stream in streams if (known := self._below_under(under[stream])) is not None}
            found |= self.base.open_texts(missing, below)
        elif missing:
            from infra.store.texts import Withheld

            found |= {ref: Withheld("absent") for ref in missing}
        return found

    @contextmanager
    def exclusive(self, streams: Iterable[str]) -> Iterator[None]:
        yield

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        expected: Mapping[str, int],
        reads: Mapping[str, int] | None = None,
        receipt: Receipt,
        tokens: Sequence[Token] = (),
        permit: Permit = NO_PERMIT,
        members: Mapping[str, Sequence[Grain]] | None = None,
    ) -> Appended:
        """As `Store.append`: all drafts and the receipt, or nothing."""
        if (known := self.receipt(receipt.command_id)) is not None:
            if known.digest != receipt.digest:
                raise Conflict("command-id-reused", command=receipt.command_id)
            return Appended((), known, again=True)
        for stream, version in {**(reads or {}), **expected}.items():
            if self.version(stream) != version:
                raise Conflict("stream-moved", stream=stream)
        now = self.now()
        records = []
        for draft in drafts:
            version = self.version(draft.stream) + 1
            at = draft.occurred_at or now
            made = Recorded(draft.stream, version, draft.event, at, draft.header, now, RECORDED_BY)
            self._over.setdefault(draft.stream, []).append(self._sealed(made))
            records.append(made)
        stored = StoredReceipt(receipt.command_id, receipt.digest, receipt.result, now, RECORDED_BY)
        self._receipts[receipt.command_id] = stored
        self.tokens.put(receipt.command_id, tokens)
        return Appended(records, stored)

    def _below(self, stream: str) -> tuple[Recorded, ...]:
        if self.base is None:
            return ()
        if stream not in self._under:
            self._under[stream] = tuple(self.base.load(stream))
        return self._under[stream]

    def _sealed(self, record: Recorded) -> Recorded:
        """The record without its texts, which are kept apart."""
        bare: dict[str, Personal] = {}
        for name in type(record.event).personal_fields():
            value = getattr(record.event, name)
            if isinstance(value, Personal) and value.text is not None:
                self._texts[Ref(record.stream, record.version, name)] = value.text
                bare[name] = Personal(subject=value.subject)
        return replace(record, event=record.event.model_copy(update=bare)) if bare else record


class _Tokens:
    """Finds the same person in the rehearsal, and in the log below."""

    def __init__(self, base: Log | None, below: Callable[[str | None], str | None]) -> None:
        self._base = base
        self._below = below
        self._kept: dict[tuple[str, str], set[tuple[str, str, str]]] = {}

    def put(self, command: str, tokens: Sequence[Token]) -> None:
        for t in tokens:
            self._kept.setdefault((t.purpose, t.value), set()).add((t.stream, t.subject, command))

    def brought(self, purpose: str, value: str, under: str | None) -> list[tuple[str, str, str]]:
        """The streams and subjects with the same value for this purpose, each with the command that brought it."""
        below = self._base.tokens.brought(purpose, value, self._below(under)) if self._base is not None else ()
        return sorted(self._kept.get((purpose, value), set()).union(below))

    def digest(self, purpose: str, content: bytes) -> bytes:
        """The log's own digest, so that what it stored before is known again; without a log nothing is kept, and an
        open one will do.
        """
        if self._base is not None:
            return self._base.tokens.digest(purpose, content)
        return hashlib.sha256(purpose.encode() + b"\x00" + content).digest()
