"""The keys of subjects: one per stream and subject, wrapped, made before the first event that needs it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from domain.frozen import frozen
from domain.refusal import Refused
from infra.keys.keyfile import KeyEncryptionKeys
from infra.keys.vault import Vault, WrappedKey
from infra.keys.wrapping import unwrap, wrap


class KeyState(StrEnum):
    """`never`: there was no key. `erased`: there was one, destroyed. `reopened`: a new one after an erasure."""

    NEVER = "never"
    ACTIVE = "active"
    ERASED = "erased"
    REOPENED = "reopened"


@frozen
class DataKey:
    """The key of one subject in one stream; without bytes when it was erased."""

    stream: str
    subject: str
    generation: int
    key_id: str
    state: KeyState
    key: bytes = field(repr=False)


class KeyStore:
    """Data keys in memory, opened. In: the vault they stand in, the store's id, and the key-encryption keys, read when
    first needed. Nothing is opened that the vault did not release.
    """

    def __init__(self, vault: Vault, store_id: str, keks: Callable[[], KeyEncryptionKeys]) -> None:
        self.vault = vault
        self.store_id = store_id
        self._read_keks = keks
        self._keks: KeyEncryptionKeys | None = None
        self._known: dict[tuple[str, str], DataKey] = {}

    @property
    def keks(self) -> KeyEncryptionKeys:
        """The key-encryption keys."""
        if self._keks is None:
            self._keks = self._read_keks()
        return self._keks

    def to_write(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], DataKey]:
        """The key of each stream and subject, made where there never was one.

        Refused for a subject who was erased (a new key would undo that unseen), and as `no-disclosure` for a key that is
        there and was not released: ask `missing` first, and store a disclosure.
        """
        pairs = set(wanted)
        if self.missing(pairs):
            raise Refused("no-disclosure")
        return {pair: self._known[pair] for pair in pairs}

    def missing(self, wanted: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
        """Make the keys that never were. Out: of those that are there and were not released yet the subjects, by stream.
        Refused for a subject who was erased.
        """
        pairs = {pair for pair in wanted if pair not in self._known}
        if not pairs:
            return {}
        states = self.vault.states(pairs)
        new = [pair for pair in pairs if pair not in states]
        if new:
            made = self._made(new)
            self.vault.add([wrapped for wrapped, _ in made])
            kept = self.vault.states(new)
            if late := [pair for pair in new if pair not in kept]:  # the key file was changed since it was read
                self._keks = None
                made = [*made, *self._made(late)]
                self.vault.add([wrapped for wrapped, _ in made[-len(late) :]])
                kept |= self.vault.states(late)
            for wrapped, key in made:
                # Somebody else may have made it at the same time: the first stays.
                if kept[key.stream, key.subject].key_id == wrapped.key_id:
                    self._known[key.stream, key.subject] = key
            states |= kept
        unknown: dict[str, tuple[str, ...]] = {}
        for stream, subject in sorted(pairs):
            if states[stream, subject].state == KeyState.ERASED:
                raise Refused("subject-erased", stream=stream, subject=subject)
            if (stream, subject) not in self._known:
                unknown[stream] = (*unknown.get(stream, ()), subject)
        return unknown

    def take(self, released: Iterable[WrappedKey]) -> dict[str, DataKey]:
        """Open what the vault released. Out: the keys by their id; of a subject the latest is kept for writing, and
        none where that was erased.
        """
        found: dict[str, DataKey] = {}
        for row in released:
            key = self._opened(row)
            found[key.key_id] = key
            known = self._known.get((key.stream, key.subject))
            if known is not None and known.generation > key.generation:
                continue
            if key.state is KeyState.ERASED:  # elsewhere, since it was opened here
                self._known.pop((key.stream, key.subject), None)
            else:
                self._known[key.stream, key.subject] = key
        return found

    def state(self, stream: str, subject: str) -> KeyState:
        """How it stands with the key of a subject: what its latest generation says."""
        found = self.vault.states([(stream, subject)]).get((stream, subject))
        return KeyState(found.state) if found else KeyState.NEVER

    def forget(self) -> None:
        """Hold no key in memory any longer."""
        self._known.clear()

    def unwrapped(self, version: int, wrapped: bytes, about: tuple[str, ...]) -> bytes:
        """What a version of the key-encryption key wraps; the key file is read anew when it was changed since."""
        if version > self.keks.current:
            self._keks = None
        return unwrap(self.keks, version, wrapped, about)

    def _opened(self, row: WrappedKey) -> DataKey:
        key = b""
        if row.wrapped is not None and row.kek_version is not None:
            key = self.unwrapped(row.kek_version, row.wrapped, self._about(row.stream, row.subject, row.key_id))
        return DataKey(row.stream, row.subject, row.generation, row.key_id, KeyState(row.state), key)

    def _made(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[WrappedKey, DataKey]]:
        made = []
        for stream, subject in pairs:
            key_id, key = secrets.token_hex(16), secrets.token_bytes(32)
            version, wrapped = wrap(self.keks, key, self._about(stream, subject, key_id))
            row = WrappedKey(stream, subject, 1, key_id, KeyState.ACTIVE.value, version, wrapped)
            made.append((row, DataKey(stream, subject, 1, key_id, KeyState.ACTIVE, key)))
        return made

    def _about(self, stream: str, subject: str, key_id: str) -> tuple[str, ...]:
        return ("data key", self.store_id, stream, subject, key_id)
