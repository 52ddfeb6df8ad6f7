"""The store: appending, reading, receipts, sealed texts and the one order, over either database."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from domain.disclosure import stream_of
from domain.event import Header, Recorded
from domain.personal import Ref
from domain.refusal import Conflict
from infra.store.act import Act, Answer
from infra.store.backend import Backend
from infra.store.database import Database, iso
from infra.store.disclosing import Bare, Permit, disclosed
from infra.store.draft import Appended, Draft, Receipt, StoredReceipt, Token
from infra.store.envelope import Row, encode
from infra.store.lag import Lag
from infra.store.reading import Reader

if TYPE_CHECKING:
    from domain.events.access import Disclosed
    from infra.keys.keystore import KeyStore
    from infra.keys.tokens import Tokens
    from infra.store.members import Grain
    from infra.store.texts import Texts, Withheld
    from infra.store.tracking import Positions

NO_PERMIT = Permit()


class Store(Reader):
    """One store. For one thread; open another for another. Made by `infra.store.open_store`."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend.database)
        self._backend = backend
        self._held: tuple[str, ...] = ()
        self._must_end_at: int | None = None
        self.stored = False
        """Whether anything was stored since it was opened."""

    @property
    def store_id(self) -> str:
        """The random id of this store; sealed texts are bound to it."""
        return self._backend.store_id

    def connection(self) -> Database:
        """SQL on the database of the log: for the tables of read models."""
        return self.database

    def keys_connection(self) -> Database:
        """SQL on the database of the keys (its tables in schema `casus_keys` on a server): for whoever keeps them, to
        destroy, wrap anew or back up; never to read with.
        """
        return self._backend.keys_database()

    def now(self) -> datetime:
        """The store's clock: never before a stamp that was read from it."""
        return self._backend.clock.now()

    # --- appending

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
        """Record all drafts and the receipt, in one transaction, or nothing.

        In: `expected`, the version each stream was seen at that is appended to (0: it is new); `reads`, the same for
        streams that were only consulted; tokens by which the subjects can be found again; what the act was decided on:
        a key that is taken to write with counts as seen; of each case whose people it changes all their parts then.
        Out: the records with the store's stamps. A command that was stored before gives none, and its receipt of then.
        Refused as a conflict: `stream-moved` (load afresh and decide again), `command-id-reused`.
        """
        return self._append(drafts, Act(receipt, expected, reads or {}, self._must_end_at, members=members), tokens, permit)

    def append_bulk(
        self,
        drafts: Sequence[Draft],
        receipt: Receipt,
        *,
        expected: Mapping[str, int] | None = None,
        reads: Mapping[str, int] | None = None,
        permit: Permit = NO_PERMIT,
    ) -> Appended:
        """The same for thousands of events of many streams: an import. Streams left out of `expected` are new."""
        versions = {draft.stream: 0 for draft in drafts} | dict(expected or {})
        return self._append(drafts, Act(receipt, versions, reads or {}, self._must_end_at, bulk=True), (), permit)

    def _append(self, drafts: Sequence[Draft], act: Act, tokens: Sequence[Token], permit: Permit) -> Appended:
        receipt = act.receipt
        assert receipt is not None
        entries = self._numbered(drafts, act.expected)
        if self._take_keys(entries, act.expected, permit):
            act = Act(receipt, act.expected, act.reads, self._must_end_at, act.bulk, act.members)
        if tokens:
            if (before := self.receipt(receipt.command_id)) is not None:
                return self._again(receipt, before)
            self.tokens.put(receipt.command_id, [(t.stream, t.subject, t.purpose, t.value) for t in tokens])
        answer = self._backend.log.case_events.record(entries, act)
        if answer.outcome == "moved":
            raise Conflict("stream-moved", stream=answer.stream or next(iter((*self._held, *act.expected)), ""))
        stored = _receipt(receipt, answer)
        if answer.outcome == "known":
            return self._again(receipt, stored)
        self.stored = True
        self._backend.seen(stored.recorded_at)
        if self._must_end_at is not None:
            self._must_end_at += len(entries)
        return Appended((_stamped(entry, answer) for entry in entries), stored)

    def _take_keys(self, entries: Sequence[Recorded], expected: Mapping[str, int], permit: Permit) -> bool:
        """Have the keys that these are written with. One that is there already comes from the vault, for a disclosure.
        Out: whether any was stored.
        """
        from infra.store.mapper import subjects_of

        wanted = subjects_of(entries)
        missing = self.keys.missing(wanted) if wanted else {}
        for stream, subjects in missing.items():
            header = next(entry.header for entry in entries if entry.stream == stream)
            seen = disclosed(permit, self.store_id, "written", stream, subjects=subjects, seen_version=expected[stream])
            self.keys.take(self.keys.vault.release(self.disclose(seen, header)).keys)
        return bool(missing)

    def _numbered(self, drafts: Sequence[Draft], expected: Mapping[str, int]) -> list[Recorded]:
        now = self.now()
        last = dict(expected)
        entries = []
        for draft in drafts:
            if draft.stream not in last:
                raise ValueError(f"no expected version for {draft.stream}")
            last[draft.stream] += 1
            entries.append(Recorded(draft.stream, last[draft.stream], draft.event, draft.occurred_at or now, draft.header))
        return entries

    def _again(self, receipt: Receipt, stored: StoredReceipt) -> Appended:
        if stored.digest != receipt.digest:
            raise Conflict("command-id-reused", command=receipt.command_id)
        return Appended((), stored, again=True)

    def receipt(self, command_id: str) -> StoredReceipt | None:
        """The receipt of a command, if it was stored."""
        found = self._recorder.find_receipt(command_id)
        if found is None:
            return None
        digest, result, at, by = found
        return StoredReceipt(command_id, bytes(digest), result, _moment(at), by)

    @contextmanager
    def exclusive(self, streams: Iterable[str]) -> Iterator[None]:
        """Keep these streams to ourselves while something is found, decided and appended.

        Whoever only read them cannot append either until we are done. On PostgreSQL they wait for a lock of this
        session; embedded, nobody waits, and our append is refused as `stream-moved` when anything came in between.
        """
        wanted = tuple(sorted(set(streams)))
        if self._held:
            raise RuntimeError("streams are held already")
        self._must_end_at = self._backend.hold(wanted)
        self._held = wanted
        try:
            yield
        finally:
            self._held, self._must_end_at = (), None
            self._backend.let_go(wanted)

    # --- reading

    def load(self, stream: str, upto_version: int | None = None, *, places: bool = False) -> list[Recorded]:
        records = super().load(stream, upto_version, places=places)
        if records and (stamp := records[-1].recorded_at):
            self._backend.seen(stamp)
        return records

    def after(self, place: int, limit: int = 1000) -> list[Recorded]:
        self._backend.head(wait=False)
        return super().after(place, limit)

    def raw_after(self, place: int, limit: int | None = None) -> Iterator[Row]:
        self._backend.head(wait=False)
        return super().raw_after(place, limit)

    def last_number(self, prefix: str) -> str | None:
        """As every reader's; on a server also of cases that this login may not read, for numbers are given once."""
        if self.database.kind == "sqlite":
            return super().last_number(prefix)
        found: str | None = self.database.query("SELECT casus.last_number(?)", (prefix,))[0][0]
        return found

    def hidden(self, stream: str) -> bool:
        """Whether there is such a stream that this login may not read."""
        return self._backend.hidden(stream)

    def in_owners_hands(self, logins: Collection[str] = ()) -> bool:
        """Whether this login owns the store on a server, and none of these can log in there. Embedded never."""
        return self._backend.in_owners_hands(logins)

    def knock(self, number: str) -> None:
        """Say that glass is about to be broken in this case, so that its facts can be read (on a server)."""
        self._backend.knock(number)

    def head(self) -> int:
        """The last place in the log. On PostgreSQL what was committed just now gets its place first, where it can."""
        return self._backend.head(wait=False)

    def lag(self) -> Lag:
        """How many events wait for a place, and for what."""
        return self._backend.lag()

    def place_at(self, moment: datetime) -> int:
        """The last place that had been given at a moment: for what was known by then. It never changes afterwards."""
        head = self._backend.head(wait=True)  # whoever is giving places now may give one of before this moment
        bound: Any = iso(moment) if self.database.kind == "sqlite" else moment.astimezone(UTC)
        rows = self.database.query(
            "SELECT place FROM places WHERE placed_at <= ? AND place <= ? ORDER BY place DESC LIMIT 1", (bound, head)
        )
        return int(rows[0][0]) if rows else 0

    # --- seeing

    def disclose(self, event: Disclosed, header: Header) -> str:
        """Store an act of seeing, committed when this returns. Out: its id, under which what it names is released.

        Refused as any append is when it can't be stored; then nothing is to be shown.
        """
        disclosure = secrets.token_hex(16)
        now = self.now()
        state = encode(Recorded(stream_of(disclosure), 1, event, now, header), {})
        stamped = self._backend.disclose(Bare(disclosure, state, event.of, event.subjects, event.fields, event.outcome))
        self.stored = True
        self._backend.seen(stamped.recorded_at)
        if self._must_end_at is not None and stamped.place == self._must_end_at + 1:
            self._must_end_at += 1  # it is ours: nobody came in between
        return disclosure

    # --- sealed texts

    @cached_property
    def keys(self) -> KeyStore:
        """The keys of this store."""
        return self._backend.keys()

    @cached_property
    def tokens(self) -> Tokens:
        """Tokens to find the same person again."""
        from infra.keys.tokens import Tokens

        return Tokens(self.keys)

    @cached_property
    def texts(self) -> Texts:
        """Sealed texts, with their salts where somebody is to check them."""
        from infra.store.texts import Texts

        return Texts(self.database, self.store_id, self.keys)

    def open_texts(self, refs: Iterable[Ref], under: Mapping[str, str]) -> dict[Ref, str | Withheld]:
        """The text of each reference, or why it is withheld. In: for each stream the disclosure that names these fields.
        Refused as `no-disclosure` without one, and as `event-damaged` when a text does not fit.
        """
        return self.texts.open(refs, under)

    # --- the rest

    @cached_property
    def positions(self) -> Positions:
        """How far the readers of the log are."""
        from infra.store.tracking import Positions

        return Positions(self.database)

    @property
    def _recorder(self) -> Any:
        return self._backend.log.recorder

    def close(self) -> None:
        """Let go of the database."""
        self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self.close()


def _receipt(receipt: Receipt, answer: Answer) -> StoredReceipt:
    at = answer.recorded_at
    assert at is not None
    if answer.outcome == "known":
        return StoredReceipt(receipt.command_id, answer.digest, answer.result, at, answer.recorded_by)
    return StoredReceipt(receipt.command_id, receipt.digest, receipt.result, at, answer.recorded_by)


def _stamped(r: Recorded, answer: Answer) -> Recorded:
    return Recorded(r.stream, r.version, r.event, r.occurred_at, r.header, answer.recorded_at, answer.recorded_by)


def _moment(stamp: datetime | str) -> datetime:
    return datetime.fromisoformat(stamp) if isinstance(stamp, str) else stamp
