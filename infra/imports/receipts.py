"""The receipt of a batch: its id follows from what the batch adds, so that the same batch again is the same command."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from infra.imports.comparing import Addition
from infra.store.draft import Receipt


def receipt(source: str, new: Sequence[Addition]) -> Receipt:
    """In: the source and what is new, never nothing. Resources count by their ids: no name can be guessed from it."""
    content = hashlib.sha256()
    for stream, event, when in new:
        facts = (event.position, event.activity, event.lifecycle, event.resource, event.group, when.isoformat())
        content.update("\0".join([stream, *map(repr, facts)]).encode() + b"\n")
    digest = content.hexdigest()
    streams = [new[0].stream, new[-1].stream]
    result = {"stream": f"source:{source}", "streams": streams, "events": len(new)}
    return Receipt.of(f"import-{digest[:40]}", {"source": source, "content": digest}, result)
