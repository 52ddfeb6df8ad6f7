"""Packs for tests: of a log in memory whose signing key is ours, so that what is false can be signed too; and ways to meddle."""

from __future__ import annotations

import copy
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from infra.evidence.leaf import Stored, leaf_of
from infra.evidence.merkle import consistency_proof, inclusion_proof, root_of
from infra.evidence.pack import verify
from infra.evidence.signer import Signer
from infra.keys.sealing import Slot, commitment

STORE, SEED = "3f" * 16, b"\x01" * 32
CASE, OTHER = "LEL-2026-0001", "LEL-2026-0002"
SALT = bytes(range(16))
Pack = dict[str, Any]
Meddle = Callable[[Pack], object]


def base64(data: bytes) -> str:
    return b64encode(data).decode()


class Text(NamedTuple):
    """A sealed text: whose, what it says, and what the pack says of it (left out: the text with its salt)."""

    subject: str
    text: str
    told: Mapping[str, Any] | None = None


def stored(
    place: int, stream: str, version: int, topic: str = "case.intake.supplemented", facts: Mapping[str, Any] | None = None, *,
    texts: Mapping[str, Text] | None = None, says: Mapping[str, Any] | None = None,
) -> Stored:  # fmt: skip
    """An event as a store has it; `says` is what its bytes say otherwise than what stands beside them."""
    head = {"stream": stream, "version": version, "topic": topic, "occurred_at": at(place), "by": {"actor": "kwintes-2"}}
    sealed = {
        field: {
            "subject": text.subject, "key": "00", "digest": "00",
            "commitment": commitment(Slot(STORE, stream, version, topic, field, text.subject, "00"), SALT, text.text).hex(),
        }
        for field, text in (texts or {}).items()
    }  # fmt: skip
    whole = head | ({"sealed": sealed} if sealed else {}) | {"facts": dict(facts or {})} | dict(says or {})
    return Stored(place, stream, version, topic, json.dumps(whole).encode(), at(place), "os-1000", at(place))


def at(place: int) -> str:
    """A moment for each place: a day later than the one before."""
    return f"2026-{1 + place // 28:02}-{1 + place % 28:02}T09:00:00.000000Z"


class Forge:
    """A log of these events, signed with a key of ours. In: the events by place, without a gap, and their texts;
    `anew` is what stands after the store in the name of a log that was begun anew.
    """

    def __init__(
        self,
        events: Sequence[Stored],
        texts: Mapping[tuple[int, str], Text] | None = None,
        store: str = STORE,
        seed: bytes = SEED,
        anew: str = "",
    ) -> None:
        self.events, self.texts, self.store = list(events), dict(texts or {}), store
        self.signer = Signer(f"casusregie/{store}{anew}", seed)
        self.hashes = [leaf_of(bytes.fromhex(store), e).hash for e in self.events]

    def note(self, size: int | None = None) -> str:
        """The signed checkpoint of a size."""
        size = len(self.events) if size is None else size
        return self.signer.sign(size, root_of(self.hashes[:size]))

    def pack(
        self, case: str = CASE, *, since: int | None = None, also: Sequence[int] = (), size: int | None = None,
        former: Forge | None = None,
    ) -> Pack:  # fmt: skip
        """A pack of a case, proved by the checkpoint of a size, and from an earlier one on: of this log, or of the one before it
        was begun anew. `also`: places of other streams.
        """
        size = len(self.events) if size is None else size
        made: Pack = {
            "format": verify.FORMAT, "case": case, "store": self.store, "origin": self.signer.key.name,
            "key": str(self.signer.key), "checkpoint": self.note(size),
            "upto": size,
        }  # fmt: skip
        if since is not None:
            proof = [base64(h) for h in consistency_proof(self.subtree, since, size)]
            made["since"] = {"checkpoint": (former or self).note(since), "proof": proof}
            made["since"] |= {"key": str(former.signer.key)} if former else {}
        of_it = [e for e in self.events[:size] if e.stream == case or e.place in also]
        made["events"] = [self._event(e, size) for e in of_it]
        return made

    def _event(self, event: Stored, size: int) -> dict[str, Any]:
        assert event.state is not None
        row = {name: value for name, value in event._asdict().items() if name != "state"}
        row["proof"] = [base64(h) for h in inclusion_proof(self.subtree, event.place - 1, size)]
        told = {
            field: dict(text.told) if text.told is not None else {"text": text.text, "salt": base64(SALT)}
            for (place, field), text in self.texts.items()
            if place == event.place
        }
        return row | {"state": base64(event.state)} | ({"texts": told} if told else {})

    def subtree(self, level: int, number: int) -> bytes:
        return root_of(self.hashes[number << level : (number + 1) << level])


def fault_of(pack: Any, beside: Mapping[str, bytes] | None = None, **how: Any) -> str:
    """What the verifier finds: a code, or nothing."""
    try:
        verify.check(pack, dict(beside or {}), **how)
    except verify.Fault as fault:
        return fault.code
    return ""


def meddled(pack: Pack, meddle: Meddle) -> Pack:
    """A copy of the pack, meddled with. A meddling that gives a pack gives that one."""
    made = copy.deepcopy(pack)
    found = meddle(made)
    return found if isinstance(found, dict) and "events" in found else made


@contextmanager
def weakened(*checks: str) -> Iterator[None]:
    """The verifier without these checks of it."""
    with pytest.MonkeyPatch.context() as patch:
        for check in checks:
            patch.setattr(verify, check, WEAK[check])
        yield


def _sizes(pack: Pack, said: Mapping[int, Any]) -> int:
    return len(said)


WEAK: dict[str, Callable[..., Any]] = {
    "check_signature": lambda *_: None, "inclusion": lambda *_: True, "consistency": lambda *_: True,
    "check_envelope": lambda *_: None, "check_commitment": lambda *_: None, "check_texts": lambda *_: None,
    "check_erasure": lambda *_: None, "check_versions": _sizes, "check_streams": lambda *_: None,
    "check_since": lambda *_: (0, []),
}  # fmt: skip
"""What stands in for a check that is left out."""


# --- ways to meddle with a pack that has three events of its case at least, and texts in the first two


def flip(data: str, bit: int) -> str:
    """A bit of something in base64."""
    raw = bytearray(b64decode(data))
    raw[bit // 8] ^= 1 << bit % 8
    return base64(bytes(raw))


def texts_of(pack: Pack) -> list[dict[str, Any]]:
    """The opened texts."""
    return [text for event in pack["events"] for text in event.get("texts", {}).values() if "text" in text]


def swap(one: dict[str, Any], other: dict[str, Any], *names: str) -> None:
    for name in names:
        one[name], other[name] = other[name], one[name]


def put(number: int, **changes: Any) -> Meddle:
    """The same of one of the events."""
    return lambda pack: pack["events"][number].update(changes)


def otherwise(pack: Pack) -> None:
    """The bytes say something else, as JSON as good as before."""
    event = pack["events"][1]
    assert b"kwintes-2" in b64decode(event["state"])
    event["state"] = base64(b64decode(event["state"]).replace(b"kwintes-2", b"kwintes-3"))


def proof_flipped(pack: Pack) -> None:
    pack["events"][1]["proof"][0] = flip(pack["events"][1]["proof"][0], 9)


def erased(pack: Pack, **by: int) -> None:
    """A text is said to be of somebody who was erased."""
    texts = pack["events"][0]["texts"]
    texts.update({field: {"withheld": "erased", **by} for field in texts})


def elsewhere(pack: Pack) -> None:
    """At the place before its own, where an event of another case is."""
    pack["events"][1]["place"] -= 1


def larger(pack: Pack) -> None:
    """The checkpoint is of one event more, and nobody signed that."""
    pack["checkpoint"] = pack["checkpoint"].replace(f"\n{pack['upto']}\n", f"\n{pack['upto'] + 1}\n")


class Meddling(NamedTuple):
    """What the verifier says of it, how it is done, and the checks without which it goes unnoticed: with none, it never does."""

    says: str
    how: Meddle
    without: tuple[str, ...] = ()


MEDDLING: dict[str, Meddling] = {
    "the bytes": Meddling("inclusion", otherwise, ("inclusion",)),
    "recorded at": Meddling("inclusion", put(1, recorded_at="2020-01-01T00:00:00.000000Z"), ("inclusion",)),
    "recorded by": Meddling("inclusion", put(1, recorded_by="os-1001"), ("inclusion",)),
    "placed at": Meddling("inclusion", lambda p: p["events"][1].update(placed_at=p["events"][0]["placed_at"]), ("inclusion",)),
    "the topic": Meddling("inclusion", put(1, topic="case.closing.closed"), ("inclusion", "check_envelope")),
    "the place": Meddling("inclusion", elsewhere, ("inclusion",)),
    "the version": Meddling("inclusion", put(-1, version=9), ("inclusion", "check_envelope", "check_versions", "check_texts")),
    "the stream": Meddling(
        "inclusion",
        put(-1, stream=OTHER),
        ("inclusion", "check_envelope", "check_streams", "check_texts", "check_versions", "check_erasure"),
    ),
    "a bit of a proof": Meddling("inclusion", proof_flipped, ("inclusion",)),
    "a proof cut": Meddling("inclusion", lambda p: p["events"][1]["proof"].pop(), ("inclusion",)),
    "a proof longer": Meddling("inclusion", lambda p: p["events"][1]["proof"].append(base64(SALT * 2)), ("inclusion",)),
    "proofs swapped": Meddling("inclusion", lambda p: swap(p["events"][0], p["events"][1], "proof"), ("inclusion",)),
    "bytes swapped": Meddling(
        "inclusion",
        lambda p: swap(p["events"][0], p["events"][1], "state", "texts"),
        ("inclusion", "check_envelope", "check_commitment"),
    ),
    "one taken from the middle": Meddling("versions", lambda p: p["events"].pop(1), ("check_versions",)),
    "the first taken": Meddling("versions", lambda p: p["events"].pop(0), ("check_versions",)),
    "one twice": Meddling("twice", lambda p: p["events"].insert(1, p["events"][0])),
    "turned": Meddling("order", lambda p: p["events"].reverse()),
    "a text": Meddling("commitment", lambda p: texts_of(p)[0].update(text="Niets"), ("check_commitment",)),
    "a salt": Meddling("commitment", lambda p: texts_of(p)[0].update(salt=base64(SALT[::-1])), ("check_commitment",)),
    "no salt": Meddling("commitment", lambda p: texts_of(p)[0].update(salt=""), ("check_commitment",)),
    "texts swapped": Meddling(
        "commitment", lambda p: swap(texts_of(p)[0], texts_of(p)[1], "text", "salt"), ("check_commitment",)
    ),
    "a text for no field": Meddling(
        "not-sealed", lambda p: p["events"][0]["texts"].update(more=texts_of(p)[0]), ("check_texts", "check_erasure")
    ),
    "a text left out": Meddling("text-missing", lambda p: p["events"][0].pop("texts"), ("check_texts",)),
    "erased by what erases nobody": Meddling("erasure", lambda p: erased(p, by=p["events"][1]["place"]), ("check_erasure",)),
    "erased, nobody knows where": Meddling("erasure", erased, ("check_erasure",)),
    "a larger checkpoint": Meddling("forged", larger, ("check_signature", "inclusion", "consistency")),
    "up to less": Meddling("beyond", lambda p: p.update(upto=p["events"][-1]["place"] - 1)),
    "up to more": Meddling("beyond", lambda p: p.update(upto=p["upto"] + 1)),
    "the store": Meddling("other-log", lambda p: p.update(store="00" * 16)),
    "the origin": Meddling("other-log", lambda p: p.update(origin=p["origin"] + "/00000000")),
}
"""What can be done to a pack of three events or more, with texts in the first two, and of which more than one was placed last."""
