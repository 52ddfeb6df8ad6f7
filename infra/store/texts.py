"""Opens sealed texts by reference: each comes out as text, or as the reason why it does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from domain.frozen import frozen
from domain.personal import Ref
from domain.refusal import Refused
from infra.store.database import Database
from infra.store.envelope import Damaged, parse, sealed_of

if TYPE_CHECKING:
    from infra.keys.keystore import DataKey, KeyStore
    from infra.keys.sealing import Opened, Slot

CHUNK = 100


@frozen
class Withheld:
    """A text that is not shown. `erased`: its subject was erased; `never`: there never was a key for it; `absent`: there
    is no such sealed field. Or it is not for this reader: not their `audience`, sharing it has stopped (`no-consent`), its
    subject's data is `restricted`, or a reader in this `role` sees facts alone.
    """

    why: Literal["erased", "never", "absent", "audience", "no-consent", "restricted", "role"]


class Texts:
    """Opens texts. In: the log's database, the store's id and the keys."""

    def __init__(self, database: Database, store_id: str, keys: KeyStore) -> None:
        self.database = database
        self.store_id = store_id
        self.keys = keys

    def open(self, refs: Iterable[Ref], under: Mapping[str, str]) -> dict[Ref, str | Withheld]:
        """The text of each reference, checked against what was committed to when it was recorded.

        `under` gives for each stream the disclosure that names these fields; `no-disclosure` without one.
        """
        found = self.open_with_salts(refs, under)
        return {ref: text if isinstance(text, Withheld) else text.text for ref, text in found.items()}

    def open_with_salts(self, refs: Iterable[Ref], under: Mapping[str, str]) -> dict[Ref, Opened | Withheld]:
        """The same with the salt beside the text, for somebody who is to check it without a key."""
        from infra.keys.sealing import SealBrokenError, Sealed, unseal

        wanted = list(dict.fromkeys(refs))
        keys: dict[str, DataKey] = {}
        data: dict[Ref, tuple[str, bytes]] = {}
        for stream in sorted({ref.stream for ref in wanted}):
            if stream not in under:
                raise Refused("no-disclosure")
            released = self.keys.vault.release(under[stream])
            keys |= self.keys.take(released.keys)
            data |= released.sealed
        placed = self._placed(wanted)
        states = self.keys.vault.states({(slot.stream, slot.subject) for slot, _ in placed.values() if slot.key_id not in keys})
        found: dict[Ref, Opened | Withheld] = {}
        for ref in wanted:
            if ref not in placed:
                found[ref] = Withheld("absent")
                continue
            slot, sealed = placed[ref]
            key = keys.get(slot.key_id)
            if key is None:
                if (slot.stream, slot.subject) in states:
                    raise Refused("no-disclosure")
                found[ref] = Withheld("never")
            elif not key.key:
                found[ref] = Withheld("erased")
            else:
                kept = data.get(ref)
                if kept is None or kept[0] != slot.key_id or (key.stream, key.subject) != (ref.stream, slot.subject):
                    raise Damaged(ref.stream, ref.version, field=ref.field)
                try:
                    found[ref] = unseal(key.key, slot, Sealed(kept[1], *sealed))
                except SealBrokenError:
                    raise Damaged(ref.stream, ref.version, field=ref.field) from None
        return found

    def _placed(self, refs: list[Ref]) -> dict[Ref, tuple[Slot, tuple[bytes, bytes]]]:
        """Where each text stands, with the digest and the commitment of what is sealed there."""
        from infra.keys.sealing import Slot

        states: dict[tuple[str, int], bytes] = {}
        events = sorted({(ref.stream, ref.version) for ref in refs})
        for start in range(0, len(events), CHUNK):
            chunk = events[start : start + CHUNK]
            rows = self.database.query(
                "SELECT originator_id, originator_version, state FROM stored_events WHERE "
                + " OR ".join(["(originator_id = ? AND originator_version = ?)"] * len(chunk)),
                [value for pair in chunk for value in pair],
            )
            states |= {(stream, version): bytes(state) for stream, version, state in rows}
        placed: dict[Ref, tuple[Slot, tuple[bytes, bytes]]] = {}
        envelopes = {at: parse(*at, state) for at, state in states.items()}
        for ref in refs:
            envelope = envelopes.get((ref.stream, ref.version))
            at = sealed_of(envelope).get(ref.field) if envelope else None
            if envelope is None or at is None:
                continue
            slot = Slot(self.store_id, ref.stream, ref.version, envelope["topic"], ref.field, at.subject, at.key)
            placed[ref] = slot, (bytes.fromhex(at.digest), bytes.fromhex(at.commitment))
        return placed
