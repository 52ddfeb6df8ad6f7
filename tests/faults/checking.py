"""Looks through a whole store after writers were killed: everything acknowledged is there once, and nothing is half."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from domain.disclosure import PREFIX
from domain.event import Recorded
from domain.personal import Ref
from domain.refusal import Refused
from infra.store import StoreConfig, open_store
from infra.store.envelope import decode, parse, sealed_of
from infra.store.store import Store
from tests.faults.work import Work
from tests.support.seeing import seen


def complaints(config: StoreConfig, work: Work, acknowledged: Iterable[int], attempted: Iterable[int]) -> list[str]:
    """Everything that is wrong with a store. `attempted` are the numbers a writer may have begun."""
    with open_store(config) as store:
        store.head()
        return [*_order(store), *_versions(store), *_sealed(store), *_work(store, work, set(acknowledged), set(attempted))]


def _order(store: Store) -> list[str]:
    """Places are dense, and every event has one."""
    places = [row[0] for row in store.connection().query("SELECT place FROM places ORDER BY place")]
    events = store.connection().query("SELECT count(*) FROM stored_events")[0][0]
    said = []
    if places != list(range(1, len(places) + 1)):
        said.append("places are not dense")
    if len(places) != events:
        said.append(f"{events} events have {len(places)} places")
    return said


def _versions(store: Store) -> list[str]:
    rows = store.connection().query(
        "SELECT originator_id FROM stored_events GROUP BY originator_id "
        "HAVING min(originator_version) <> 1 OR max(originator_version) <> count(*)"
    )
    return [f"versions of {stream} are not dense" for (stream,) in rows]


def _sealed(store: Store) -> list[str]:
    """Every sealed field has its ciphertext, unchanged, and there is no other."""
    kept = {
        (stream, version, field): bytes(data)
        for stream, version, field, data in store.connection().query(
            "SELECT originator_id, originator_version, field, data FROM sealed_fields"
        )
    }
    said = []
    for row in store.raw_after(0):
        for field, at in sealed_of(parse(row.stream, row.version, row.state)).items():
            data = kept.pop((row.stream, row.version, field), None)
            if data is None:
                said.append(f"{row.stream} {row.version}: the ciphertext of {field} is missing")
            elif hashlib.sha256(data).hexdigest() != at.digest:
                said.append(f"{row.stream} {row.version}: the ciphertext of {field} is another")
    return [*said, *(f"{at} belongs to no event" for at in kept)]


def _work(store: Store, work: Work, acknowledged: set[int], attempted: set[int]) -> list[str]:
    """What was acknowledged is there; what is there is whole, and belongs to a receipt."""
    by_command: dict[str, list[Recorded]] = defaultdict(list)
    for row in store.raw_after(0):
        record = decode(*row)
        if record.stream.startswith(PREFIX):
            continue  # a key that an earlier try of the command left was taken again: that counts as seen, and is no event of it
        by_command[record.header.command].append(record)
    refs = [
        Ref(r.stream, r.version, field)
        for events in by_command.values()
        for r in events
        for field in r.event.personal_fields()
        if getattr(r.event, field) is not None
    ]
    try:
        texts = seen(store, refs)
    except Refused as refused:
        return [f"texts don't open: {refused.code} {refused.facts}"]
    said = []
    for number in sorted(attempted):
        events = by_command.get(work.command(number), [])
        receipt = store.receipt(work.command(number))
        if receipt is None:
            if number in acknowledged:
                said.append(f"{work.command(number)} was acknowledged and is not there")
            if events:
                said.append(f"{work.command(number)} has {len(events)} events and no receipt")
            continue
        said += work.complaints(number, events, texts)
    return said
