"""Opens texts as a test may: with a disclosure of its own, stored first, as any reader's is."""

from collections.abc import Iterable

from domain.event import Header
from domain.personal import Ref
from infra.engine.log import Log
from infra.store.disclosing import Permit, disclosed
from infra.store.texts import Withheld

READER = Header(
    actor="kwintes-2", team="lelystad-sit", organisation="kwintes", role="coordinator", purpose="case-direction", command="",
    assurance="os-user",
)  # fmt: skip


def seen(store: Log, refs: Iterable[Ref], header: Header = READER) -> dict[Ref, str | Withheld]:
    """The texts of these references, each stream under a disclosure that names its fields."""
    wanted = list(refs)
    return store.open_texts(wanted, under(store, wanted, header))


def under(store: Log, refs: Iterable[Ref], header: Header = READER) -> dict[str, str]:
    """Store a disclosure for each stream that these are in. Out: their ids, by stream."""
    by_stream: dict[str, list[Ref]] = {}
    for ref in refs:
        by_stream.setdefault(ref.stream, []).append(ref)
    made = {}
    for stream, fields in by_stream.items():
        records = {r.version: r for r in store.load(stream)}
        subjects = {
            value.subject
            for ref in fields
            if ref.version in records and (value := getattr(records[ref.version].event, ref.field, None)) is not None
        }
        event = disclosed(
            Permit("see-case", "test"), store.store_id, "shown", stream, subjects=tuple(sorted(subjects)),
            fields=tuple(sorted({f"{ref.version}.{ref.field}" for ref in fields})), seen_version=len(records),
        )  # fmt: skip
        made[stream] = store.disclose(event, header)
    return made


def looking(store: Log) -> str:
    """A disclosure of looking for a person."""
    return store.disclose(disclosed(Permit("find-person", "test"), store.store_id, "matched"), READER)
