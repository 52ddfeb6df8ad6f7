"""Writes the steps of imported cases as XES (IEEE 1849-2016), the same bytes for the same steps."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr  # writing only

from infra.exports.files import Digested, Leaving, written_whole
from infra.logs.fields import unwanted
from projections.stats_steps import StepRow

# No namespace: the schema has none, and readers take both.
HEAD: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace">
<string key="concept:name" value="UNKNOWN"/>
</global>
<global scope="event">
<string key="concept:name" value="UNKNOWN"/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
</global>
<classifier name="Activity" keys="concept:name"/>
"""
FOOT: Final = "</log>\n"


def export_xes(rows: Iterable[StepRow], path: Path, leaving: Leaving = str) -> int:
    """Write the rows of one source, in order of case and position, to a file (packed when it ends in `.gz`); how many.

    `leaving` hears the digest (SHA-256) of the file once that is whole, and before it is in its place: what it raises leaves
    no file. Refuses a place that can't be written; then an older file there is as it was. Rows in another order are a mistake of
    the caller's: `ValueError`.
    """
    count = 0
    with written_whole(path) as file:
        digested = Digested(file)
        # Without a name and a time in its heading, a packed file is the same each time too.
        packed = gzip.GzipFile(filename="", mode="wb", fileobj=digested, mtime=0) if path.suffix.lower() == ".gz" else None
        out = packed or digested
        out.write(HEAD.encode())
        for trace, steps in _traces(_ordered(rows)):
            out.write(trace.encode())
            count += steps
        out.write(FOOT.encode())
        if packed:
            packed.close()
        leaving(digested.digest.hexdigest())
    return count


def _ordered(rows: Iterable[StepRow]) -> Iterator[StepRow]:
    before = None
    for row in rows:
        here = (row.source, row.case, row.position)
        if before and (here <= before or row.source != before[0]):
            raise ValueError("rows of one source by case and position, each once")
        before = here
        yield row


def _traces(rows: Iterable[StepRow]) -> Iterator[tuple[str, int]]:
    for case, steps in groupby(rows, key=attrgetter("case")):
        events = [_event(step) for step in steps]
        yield f"<trace>\n{string('concept:name', case)}{''.join(events)}</trace>\n", len(events)


def _event(step: StepRow) -> str:
    return (
        "<event>\n"
        + string("concept:name", step.activity)
        + string("lifecycle:transition", step.lifecycle)
        + string("org:group", step.group)
        + string("org:resource", step.resource)
        + f'<date key="time:timestamp" value="{when(step.occurred_at)}"/>\n</event>\n'
    )


def when(moment: datetime) -> str:
    """A moment in UTC, to the millisecond, or finer where it is."""
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="microseconds" if utc.microsecond % 1000 else "milliseconds")


def string(key: str, value: str | None) -> str:
    """An attribute, or nothing where there is no value."""
    if value is None:
        return ""
    if found := unwanted(value):
        raise ValueError(f"{found} can't stand in XML, nor be read back")
    return f'<string key="{key}" value={quoteattr(value)}/>\n'
