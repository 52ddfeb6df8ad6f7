"""Small logs made by hand, and a way to read them from a file."""

import gzip
from pathlib import Path

from infra.logs import LogOptions, LogStep, open_log

DAWN, NOON, DUSK = "2024-03-01T06:00:00+01:00", "2024-03-01T12:00:00+01:00", "2024-03-01T18:00:00+01:00"


def event(name: str | None = "weigh", when: str | None = NOON, *more: str) -> str:
    """An event of an XES log; None leaves the field out."""
    parts = [
        f'<string key="concept:name" value="{name}"/>' if name is not None else "",
        f'<date key="time:timestamp" value="{when}"/>' if when is not None else "",
        *more,
    ]
    return "<event>\n" + "\n".join(parts) + "\n</event>"


def by(resource: str) -> str:
    return f'<string key="org:resource" value="{resource}"/>'


def trace(name: str | None, *events: str) -> str:
    """A trace of an XES log; None leaves its name out."""
    named = f'<string key="concept:name" value="{name}"/>\n' if name is not None else ""
    return "<trace>\n" + named + "\n".join(events) + "\n</trace>"


def xes(*inside: str) -> str:
    return '<?xml version="1.0"?>\n<log xes.version="1.0">\n' + "\n".join(inside) + "\n</log>\n"


def read(folder: Path, content: str | bytes, name: str = "sample.xes", options: LogOptions | None = None) -> list[LogStep]:
    """The steps of a log with this content, read from a file of this name; packed when the name ends in `.gz`."""
    path = folder / name
    raw = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    with open_log(path, options) as log:
        steps = list(log)
        assert (log.steps, log.cases) == (len(steps), len({step.case for step in steps}))
        return steps
