"""Makes a pack: the stored bytes of one case with what proves that they are in the signed log, and the texts that were opened."""

from __future__ import annotations

import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.event import Recorded
from domain.personal import Ref
from domain.refusal import Refused
from infra.evidence.leaf import BadStampError, Stored, leaf_of
from infra.evidence.tree import EVENT, JOINED
from infra.store.database import iso
from infra.store.envelope import parse, sealed_of
from infra.store.texts import Withheld

if TYPE_CHECKING:
    from infra.evidence.evidence import Evidence
    from infra.evidence.note import Checkpoint
    from infra.keys.sealing import Opened

FORMAT = "casusregie-pack/1"
HERE = Path(__file__).parent
CHUNK = 200
ERASED = ("case.rights.subject-erased", "case.rights.erasure-begun")
"""What says of whom texts are gone; the first one counts where there are both."""
DATED = (1980, 1, 1, 0, 0, 0)
"""When everything in the zip is from: the same pack is the same bytes."""


class Contents(NamedTuple):
    """What goes into a pack: the case, up to which place, the checkpoint that it is proved with, its events and who saw it, what
    was opened (a text that is not there was not asked for), where who was erased, and the reader's earlier checkpoint.
    """

    case: str
    upto: int
    checkpoint: Checkpoint
    events: Sequence[Stored]
    texts: Mapping[Ref, Opened | Withheld]
    erased: Mapping[str, Sequence[int]]
    since: Checkpoint | None = None
    closed: frozenset[str] = frozenset()
    """Streams of which the digest alone goes along: who saw more cases than this one at once."""


def stored(evidence: Evidence, streams: Iterable[str], upto: int) -> list[Stored]:
    """The events of these streams up to a place, in the one order, as the database has them."""
    wanted, found = sorted(set(streams)), list[Stored]()
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        sql = f"SELECT {EVENT} {JOINED} WHERE e.originator_id IN ({', '.join('?' * len(chunk))}) AND p.place <= ?"
        found += map(Stored._make, evidence.database.query(sql, (*chunk, upto)))
    return sorted(found)


def sealed_in(events: Iterable[Stored]) -> list[Ref]:
    """Every sealed text of these events."""
    return [
        Ref(e.stream, e.version, field)
        for e in events
        if e.state is not None
        for field in sealed_of(parse(e.stream, e.version, bytes(e.state)))
    ]


def erasures(records: Iterable[Recorded]) -> dict[str, list[int]]:
    """Where a history says of its people that they were erased: the places by subject, those that say it best first."""
    found: dict[str, list[int]] = {}
    for _, place, event in sorted((ERASED.index(r.topic), r.place, r.event) for r in records if r.topic in ERASED and r.place):
        found.setdefault(event.subject, []).append(place)  # type: ignore[attr-defined]
    return found


def pack(evidence: Evidence, what: Contents) -> bytes:
    """The pack as JSON (docs/reference/pack.md). Refused: `event-damaged` for an event that is not the one of its leaf;
    `evidence-inconsistent` where the log does not go on from the earlier checkpoint, `checkpoint-other-log` where that one is
    of a log that was begun anew since, and of what was lost; `erased-since` where bytes are gone and what explains it came later.
    """
    keys = evidence.keys()
    key = next(k for k in reversed(keys) if k.name == what.checkpoint.origin)
    made: dict[str, Any] = {
        "format": FORMAT, "case": what.case, "store": evidence.store.store_id, "origin": what.checkpoint.origin, "key": str(key),
        "checkpoint": what.checkpoint.note, "upto": what.upto,
    }  # fmt: skip
    if what.since is not None:
        made["since"] = _since(evidence, what.since, what.checkpoint)
    leaves = evidence.tree.leaves(e.place for e in what.events)
    made["events"] = []
    for event in what.events:
        kept = leaves.get(event.place)
        try:
            leaf = leaf_of(evidence.tree.store, event, kept.digest if kept else None)
        except BadStampError as bad:
            raise Refused("event-damaged", stream=event.stream, version=event.version, field=str(bad)) from None
        if leaf != kept:
            raise Refused("event-damaged", stream=event.stream, version=event.version, field="hash")
        proof = evidence.tree.inclusion(event.place, what.checkpoint.size)
        made["events"].append(_stamps(event) | {"proof": [_base64(h) for h in proof]} | _state(event, leaf.digest, what))
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def _since(evidence: Evidence, since: Checkpoint, now: Checkpoint) -> dict[str, Any]:
    """The earlier checkpoint with what proves that the log goes on from it; with its key where the log was begun anew since."""
    keys = evidence.keys()
    key = next((k for k in keys if k.name == since.origin), None)
    if key is None:
        raise Refused("checkpoint-other-log")
    if since.size > now.size:
        raise Refused("checkpoint-newer", size=since.size, place=now.size)
    if evidence.tree.root(since.size) != since.root:
        raise Refused("evidence-inconsistent" if since.origin == now.origin else "checkpoint-other-log", place=since.size)
    proof = [_base64(h) for h in evidence.tree.consistency(since.size, now.size)]
    former = {} if since.origin == now.origin else {"key": str(key)}
    return {"checkpoint": since.note, "proof": proof} | former


def _stamps(event: Stored) -> dict[str, Any]:
    times = {
        name: iso(stamp) if isinstance(stamp, datetime) else stamp
        for name, stamp in (("recorded_at", event.recorded_at), ("placed_at", event.placed_at))
    }
    return {
        "place": event.place, "stream": event.stream, "version": event.version, "topic": event.topic,
        "recorded_at": times["recorded_at"], "recorded_by": event.recorded_by, "placed_at": times["placed_at"],
    }  # fmt: skip


def _state(event: Stored, digest: bytes, what: Contents) -> dict[str, Any]:
    """The stored bytes with their texts; or their digest, and why they do not go along."""
    if event.stream in what.closed:
        return {"digest": _base64(digest), "withheld": {"withheld": "other-cases"}}
    if event.state is None:
        by = min((p for places in what.erased.values() for p in places if p > event.place), default=None)
        if by is None:
            raise Refused("event-damaged", stream=event.stream, version=event.version, field="state")
        if by > what.upto:
            raise Refused("erased-since", place=by)
        return {"digest": _base64(digest), "withheld": {"withheld": "erased", "by": by}}
    state = bytes(event.state)
    texts = {}
    for field, at in sealed_of(parse(event.stream, event.version, state)).items():
        shown = (p for p in what.erased.get(at.subject, ()) if event.place < p <= what.upto)
        texts[field] = _text(what.texts.get(Ref(event.stream, event.version, field)), next(shown, None))
    return {"state": _base64(state)} | ({"texts": texts} if texts else {})


def _text(found: Opened | Withheld | None, erased: int | None) -> dict[str, Any]:
    """A text, or why not. In: what was opened (None: it was not asked for), and where what is shown says, after it, that its
    subject was erased. By that alone is what was not asked for said to be erased: so the same place gives the same bytes, whoever
    is erased later. Of what was erased later the pack proves nothing, and names no place.
    """
    if found is None and erased is None:
        return {"withheld": "not-asked"}
    found = found or Withheld("erased")
    if not isinstance(found, Withheld):
        return {"text": found.text, "salt": _base64(found.salt)}
    if found.why == "erased":
        return {"withheld": "erased-since"} if erased is None else {"withheld": "erased", "by": erased}
    return {"withheld": found.why}


def verifier() -> bytes:
    """The standalone verifier."""
    return (HERE / "verify.py").read_bytes()


def zipped(made: bytes, checkpoint: Checkpoint, since: Checkpoint | None, language: str, **facts: object) -> bytes:
    """A pack as one file, with how to check it in a language. Nothing in it is compressed: what packs differs by machine."""
    readme = (HERE / f"README.{language}.md").read_text(encoding="utf-8")
    for name, fact in facts.items():
        readme = readme.replace(f"<{name}>", str(fact))
    members = {
        "README.md": readme.encode(),
        "pack.json": made,
        "verify.py": verifier(),
        "checkpoint.txt": checkpoint.note.encode(),
    }
    if since is not None:
        members["earlier.txt"] = since.note.encode()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as file:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, DATED)
            info.external_attr, info.create_system = 0o644 << 16, 3
            file.writestr(info, data)
    return whole.getvalue()


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
