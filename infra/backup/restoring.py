"""Puts a backup, or a store written as JSON Lines, back: all of it is checked first, then all of it is there, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from domain.frozen import frozen
from domain.refusal import Refused
from infra.backup.form import EVERY, Header, Told
from infra.backup.lines import AnySource, source_of
from infra.backup.parts import EVENTS, KEYS, PARTS, SEALED, STORE, Holds, Part
from infra.backup.placing import place
from infra.backup.reading import Vouching
from infra.backup.rows import count_of
from infra.backup.target import Target, target, without_key_file
from infra.logs.opened import file_refusals
from infra.store.config import StoreConfig
from infra.store.database import Database, encoder, iso


@frozen
class Restored:
    """What came of it. `rows` by part, of what was put back now; `there`: what had been put back before.

    `checkpoint`: of JSON Lines, the one that they are the history of, and `erased`, how many sealed fields are not in them for
    their subject was erased.
    `keyless`: how many texts have no key in the key store; `versions`: of which key-encryption keys the key file has none;
    `key_file`: why the key file can't be read, None where it can.
    """

    store: str
    rows: Mapping[str, int]
    there: tuple[Holds, ...]
    keyless: int
    versions: tuple[int, ...]
    key_file: Refused | None
    checkpoint: Vouching | None = None
    erased: int = 0


def restore(config: StoreConfig, files: Mapping[Holds, Path], tell: Told) -> Restored:
    """Put back what is in these files, into a store that is empty or is not there yet.

    Out: what came of it. Again with the same files it does nothing new, so that one that was broken off can be given again.
    Refused: `backup-foreign`, `backup-too-new`, `backup-of-other-kind`, `backup-damaged`, `backup-of-other-store`;
    `lines-damaged`, `lines-out-of-order`, `lines-other-root` and `lines-sealed-missing`, with the line;
    `store-not-empty`; `no-store` where only keys are to be put back and there is no store for them.
    """
    with ExitStack() as stack:
        sources = {holds: source_of(stack.enter_context(_opened(path)), holds) for holds, path in files.items()}
        headers = {holds: source.check(tell) for holds, source in sources.items()}
        ids = {header.store for header in headers.values()}
        if len(ids) > 1:
            raise Refused("backup-of-other-store")
        to = stack.enter_context(target(config))
        with _alone(to):
            _fits(to, headers)
            missing = {holds: source for holds, source in sources.items() if not _there(to, source, config)}
            rows = _load(to, missing, tell)
            if missing:
                _to_be_checked(to)
        versions, key_file = _versions(to, config)
        there = tuple(holds for holds in files if holds not in missing)
        vouching = next((source.vouching for source in sources.values() if source.vouching), None)
        erased = sum(source.erased for source in sources.values())
        return Restored(ids.pop(), rows, there, _keyless(to), versions, key_file, vouching, erased)


def _to_be_checked(to: Target) -> None:
    """Beside the keys it stands that the ledger of erasures has to be asked: whoever opens this without one is refused."""
    name = "casus_keys.ledger_checks" if to.keys.kind == "postgresql" else "ledger_checks"
    moment = to.backend.clock.now()
    to.keys.execute(
        f"INSERT INTO {name} (what, at, recorded_by) VALUES ('restored', ?, ?)",
        (iso(moment) if to.keys.kind == "sqlite" else moment, "restore"),
    )


def _opened(path: Path) -> Any:
    with file_refusals():
        return path.open("rb")


def _fits(to: Target, headers: Mapping[Holds, Header]) -> None:
    """Keys alone are put back beside the events that they are of."""
    if "events" in headers:
        return
    known = to.events.query(f"SELECT store_id FROM {STORE.table(to.events)}")
    if not known:
        raise Refused("no-store")
    if known[0][0] != headers["keys"].store:
        raise Refused("backup-of-other-store")


def _there(to: Target, source: AnySource, config: StoreConfig) -> bool:
    """Whether exactly this was put back already. Refused when something else is there."""
    db, holds = to.of(source.holds), source.holds
    if to.empty(holds):
        return False
    if source.stands_in(db):
        return True
    if holds == "keys" and _worthless(to, config):
        return False
    raise Refused("store-not-empty", field=holds)


def _worthless(to: Target, config: StoreConfig) -> bool:
    """Whether no key that is there can be opened: all are of key-encryption keys that were thrown away."""
    found = _wrapped_with(to)
    return bool(found) and set(found) == set(without_key_file(found, config))


@contextmanager
def _alone(to: Target) -> Iterator[None]:
    """All of the block in one transaction, and nobody else writes. On a laptop, with two files, there are two of which the
    keys' is committed first, when everything is loaded: what is broken off in between is gone on with.
    """
    with to.events.transaction():
        if to.events.kind == "postgresql":
            to.events.execute("SET LOCAL row_security = off")
            to.events.execute(f"LOCK TABLE {EVENTS.table(to.events)}, {KEYS.table(to.keys)} IN SHARE ROW EXCLUSIVE MODE")
        with to.keys.transaction():
            yield


def _load(to: Target, sources: Mapping[Holds, AnySource], tell: Told) -> dict[str, int]:
    rows: dict[str, int] = {}
    for holds, source in sources.items():
        db = to.of(holds)
        for part in reversed(PARTS[holds]):
            if holds == "keys" or part is STORE:  # keys that open nothing, and the id of a store without events
                db.execute(f"DELETE FROM {part.table(db)}")
        source.header()
        for part, found in source.parts():
            if not part.is_in(db):
                for _ in found:  # it is read to its end, as all of it must fit
                    pass
                continue
            rows[part.name] = db.copy(part.table(db), tuple(part.columns), _counted(_stored(db, part, found), rows, tell))
            if count_of(db, part) != source.sums[part.name].rows:  # a trigger may leave rows out without a word
                raise Refused("backup-damaged", field=holds, part=part.name)
    if "events" in sources:
        place(to.events, rows[EVENTS.name])
    return rows


def _stored(db: Database, part: Part, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """Rows as this database stores them."""
    encode = [encoder(db, kind) for kind in part.columns.values()]
    for row in rows:
        yield [v if e is None else e(v) for e, v in zip(encode, row, strict=True)]


def _counted(rows: Iterator[list[Any]], before: Mapping[str, int], tell: Told) -> Iterator[list[Any]]:
    done = sum(before.values())
    for row in rows:
        done += 1
        if done % EVERY == 0:
            tell(done)
        yield row


def _keyless(to: Target) -> int:
    known = {row[0] for row in to.keys.stream(f"SELECT key_id FROM {KEYS.table(to.keys)}")}
    texts = to.events.query(f"SELECT key_id, count(*) FROM {SEALED.table(to.events)} GROUP BY key_id")
    return sum(count for key_id, count in texts if key_id not in known)


def _wrapped_with(to: Target) -> list[int]:
    select = f"SELECT DISTINCT kek_version FROM {KEYS.table(to.keys)} WHERE wrapped IS NOT NULL ORDER BY kek_version"
    return [row[0] for row in to.keys.query(select)]


def _versions(to: Target, config: StoreConfig) -> tuple[tuple[int, ...], Refused | None]:
    """The key file is looked at, not made: one that is missing is put back by hand, from where it is kept."""
    try:
        return without_key_file(_wrapped_with(to), config), None
    except Refused as refused:
        return (), refused
