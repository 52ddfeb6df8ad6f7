"""Making, taking apart and harming files of JSON Lines."""

import gzip
import json
from pathlib import Path
from typing import Any

from infra.backup.rows import snapshot
from infra.evidence.evidence import Evidence
from infra.exports.lines.form import written
from infra.exports.lines.vouching import vouched_for
from infra.exports.lines.writing import Totals, write
from infra.store import StoreConfig, open_store


def exported(config: StoreConfig, path: Path, place: int | None = None) -> Totals:
    """Write a store's lines, packed when the name ends in `.gz`."""
    with open_store(config) as store:
        made = Evidence(store, config.signer_in, config.outside).checkpoint(place)
        db = store.connection()
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "wb") as file, snapshot(db):
            return write(file, db, vouched_for(db, made.origin, made.size), lambda _: None)


def lines(path: Path) -> list[bytes]:
    held = path.read_bytes()
    return (gzip.decompress(held) if path.suffix == ".gz" else held).splitlines(keepends=True)


def parsed(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(path)]


def without_sum(line: bytes) -> dict[str, Any]:
    """What a line holds beside its own sum."""
    held: dict[str, Any] = json.loads(line)
    del held["sha256"]
    return held


def summed_anew(held: list[bytes]) -> list[bytes]:
    """Lines whose sums and manifest fit again, as somebody makes them who knows how these are made."""
    made = [written(without_sum(line)) for line in held[:-2]]
    import hashlib

    manifest = without_sum(held[-2])
    found = [json.loads(line).get("sealed") for line in made]
    sealed = sum(len(each) for each in found if isinstance(each, list))
    manifest["manifest"] |= {"lines": len(made), "sealed": sealed, "sha256": hashlib.sha256(b"".join(made)).hexdigest()}
    return [*made, written(manifest), held[-1]]
