"""Opens sealed texts by reference: each comes out as text, or as the reason why it does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from domain.frozen import frozen
from domain.personal import Ref
from infra.store.database import Database
from infra.store.envelope import Damaged, parse, sealed_of

if TYPE_CHECKING:
    from infra.keys.keystore import KeyStore
    from infra.keys.sealing import Opened, Sealed, Slot

CHUNK = 100


@frozen
class Withheld:
    """A text that is not shown. `erased`: its subject was erased; `never`: there never was a key for it;
    `absent`: there is no such sealed field.
    """

    why: Literal["erased", "never", "absent"]


class Texts:
    """Opens texts. In: the log's database, the store's id and the keys."""

    def __init__(self, database: Database, store_id: str, keys: KeyStore) -> None:
        self.database = database
        self.store_id = store_id
        self.keys = keys

    def open(self, refs: Iterable[Ref]) -> dict[Ref, str | Withheld]:
        """The text of each reference, checked against what was committed to when it was recorded."""
        return {ref: found if isinstance(found, Withheld) else found.text for ref, found in self.open_with_salts(refs).items()}

    def open_with_salts(self, refs: Iterable[Ref]) -> dict[Ref, Opened | Withheld]:
        """The same with the salt beside the text, for somebody who is to check it without a key."""
        from infra.keys.sealing import SealBrokenError, unseal

        wanted = list(dict.fromkeys(refs))
        placed = self._placed(wanted)
        keys = self.keys.by_id(slot.key_id for slot, _ in placed.values())
        found: dict[Ref, Opened | Withheld] = {}
        for ref in wanted:
            if ref not in placed:
                found[ref] = Withheld("absent")
                continue
            slot, sealed = placed[ref]
            key = keys.get(slot.key_id)
            if key is None:
                found[ref] = Withheld("never")
            elif not key.key:
                found[ref] = Withheld("erased")
            else:
                if sealed is None or (key.stream, key.subject) != (ref.stream, slot.subject):
                    raise Damaged(ref.stream, ref.version, field=ref.field)
                try:
                    found[ref] = unseal(key.key, slot, sealed)
                except SealBrokenError:
                    raise Damaged(ref.stream, ref.version, field=ref.field) from None
        return found

    def _placed(self, refs: list[Ref]) -> dict[Ref, tuple[Slot, Sealed | None]]:
        """Where each text stands and what is sealed there; None where the ciphertext is gone."""
        from infra.keys.sealing import Sealed, Slot

        states: dict[tuple[str, int], bytes] = {}
        data: dict[Ref, tuple[str, bytes]] = {}
        events = sorted({(ref.stream, ref.version) for ref in refs})
        for start in range(0, len(events), CHUNK):
            chunk = events[start : start + CHUNK]
            rows = self.database.query(
                "SELECT e.originator_id, e.originator_version, e.state, s.field, s.key_id, s.data FROM stored_events e "
                "LEFT JOIN sealed_fields s ON s.originator_id = e.originator_id "
                "AND s.originator_version = e.originator_version WHERE "
                + " OR ".join(["(e.originator_id = ? AND e.originator_version = ?)"] * len(chunk)),
                [value for pair in chunk for value in pair],
            )
            for stream, version, state, field, key_id, sealed in rows:
                states[stream, version] = bytes(state)
                if field is not None:
                    data[Ref(stream, version, field)] = (key_id, bytes(sealed))
        placed: dict[Ref, tuple[Slot, Sealed | None]] = {}
        envelopes = {at: parse(*at, state) for at, state in states.items()}
        for ref in refs:
            envelope = envelopes.get((ref.stream, ref.version))
            at = sealed_of(envelope).get(ref.field) if envelope else None
            if envelope is None or at is None:
                continue
            slot = Slot(self.store_id, ref.stream, ref.version, envelope["topic"], ref.field, at.subject, at.key)
            kept = data.get(ref)
            if kept is not None and kept[0] != at.key:
                raise Damaged(ref.stream, ref.version, field=ref.field)
            sealed_now = Sealed(kept[1], bytes.fromhex(at.digest), bytes.fromhex(at.commitment)) if kept else None
            placed[ref] = (slot, sealed_now)
        return placed
