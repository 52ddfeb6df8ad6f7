"""Invented case logs, as large as a test needs them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.events.imported import ActivityImported
from infra.store.store import Store

Step = dict[str, object]
BEGIN = datetime(2024, 3, 1, 8, tzinfo=UTC)
PEOPLE = ("Jansje Roerganger", "Okke de Loods", "Trijn Zeilmaker", "Wiebe van der Touw")


def steps(cases: int, events: int = 5, first: int = 0) -> list[Step]:
    """So many cases of so many events each, of a few people who take turns."""
    return [step(case, event) for case in range(first, first + cases) for event in range(events)]


def step(case: int, event: int, **more: object) -> Step:
    """One event of one case."""
    when = BEGIN + timedelta(hours=case + event)
    return {
        "case": f"ship-{case:04}", "activity": f"act {event % 7}", "timestamp": when.isoformat(),
        "resource": PEOPLE[(case + event) % len(PEOPLE)], "group": f"quay {case % 3}", "lifecycle": "complete",
    } | more  # fmt: skip


def written(path: Path, content: Iterable[Step]) -> Path:
    """The steps as a file of JSON Lines."""
    path.write_text("".join(json.dumps(line) + "\n" for line in content))
    return path


def stored(store: Store, source: str = "harbour") -> dict[str, list[int]]:
    """The positions that the store holds of each case of a source, in the order of recording."""
    histories = store.load_many(store.streams(f"{source}:"))
    return {
        stream: [r.event.position for r in records if isinstance(r.event, ActivityImported)]
        for stream, records in histories.items()
    }
