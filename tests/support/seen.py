"""Acts of seeing, as many as a test or a bench asks for: the same each time, spread over cases, people and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from random import Random

from domain.disclosure import stream_of
from domain.event import Header, Recorded
from domain.events.access import Disclosed
from infra.store import Draft, Receipt
from infra.store.store import Store
from projections.disclosures import DISCLOSURES, DisclosureRow
from projections.history import history_of

POLICY = "0123456789abcdef" * 4
HOST, CLIENT = "a1b2c3d4e5f6", "casus-0.1.0"
FIELDS = ("1.question", "1.tried", "2.name", "2.birth_date", "5.what", "7.observed")
PARTNERS = ("kwintes", "politie", "centrada", "ggz-centraal", "triade")


def disclosed(of: str | None = "LEL-2026-0007", *, trace: int = 1, **more: object) -> Disclosed:
    """One act of seeing: a case that was shown to somebody in it, unless said otherwise."""
    hexed = f"{trace:032x}"
    facts: dict[str, object] = {
        "of": of, "action": "see-case", "what": "show", "subjects": ("s1",), "fields": FIELDS[:3], "seen_version": 7,
        "basis": "consent", "entry": "C1", "code": "allowed-member", "policy": POLICY, "outcome": "shown", "host": HOST,
        "client": CLIENT, "trace": hexed, "span": hexed[-16:],
    }  # fmt: skip
    return Disclosed.model_validate(facts | more)


def by(actor: str = "kwintes-2", organisation: str = "kwintes", role: str = "professional", **more: str) -> Header:
    """Who looked."""
    facts = {"team": "lelystad-sit", "purpose": "case-direction", "command": "", "assurance": "os-user"}
    return Header(actor=actor, organisation=organisation, role=role, **(facts | more))


def looked(event: Disclosed, header: Header, number: int = 0) -> Draft:
    """A draft of it, in a stream of its own."""
    return Draft(stream_of(sha256(f"{number}{event.trace}{event.span}".encode()).hexdigest()[:32]), event, header)


def row(at: datetime, event: Disclosed | None = None, header: Header | None = None, number: int = 0) -> DisclosureRow:
    """The row of an act of seeing at a moment."""
    draft = looked(event or disclosed(), header or by(), number)
    record = Recorded(draft.stream, 1, draft.event, at, draft.header, at, "os-1000", number + 1)
    history = history_of([record])
    assert history is not None
    [made] = DISCLOSURES.rows(history)
    return made


def many(how_many: int, cases: Sequence[str], seed: int = 1, *, lists: bool = True) -> Iterator[Draft]:
    """So many acts of seeing, spread over these cases: most of them shown, some denied, some of lists where they may be."""
    chance = Random(seed)
    for n in range(how_many):
        of = cases[n % len(cases)]
        partner = chance.choice(PARTNERS)
        who = by(f"{partner}-{chance.randrange(1, 9)}", partner, command=f"seen-{n}")
        if n % 50 == 49:
            yield looked(disclosed(of, trace=n, outcome="denied", code="not-a-member", subjects=(), fields=()), who, n)
        elif lists and n % 20 == 19:
            seen = tuple(chance.sample(cases, min(3, len(cases))))
            yield looked(disclosed(None, trace=n, what="cases", action="see-list", subjects=(), fields=(), seen=seen), who, n)
        else:
            yield looked(disclosed(of, trace=n, fields=FIELDS[: chance.randrange(1, 6)]), who, n)


def store_all(store: Store, drafts: Iterator[Draft], portion: int = 5000) -> int:
    """Store them, in portions. Out: how many."""
    done = 0
    batch: list[Draft] = []
    for draft in drafts:
        batch.append(draft)
        if len(batch) == portion:
            done += _portion(store, batch, done)
            batch = []
    return done + (_portion(store, batch, done) if batch else 0)


def _portion(store: Store, batch: Sequence[Draft], done: int) -> int:
    store.append_bulk(batch, Receipt.of(f"seen-{batch[0].stream}-{done}", {}))
    return len(batch)
