"""Writes a backup file, in one go and without holding a table in memory."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any

from infra.backup.form import EVERY, FORMAT, HEADER, MARK, Header, Lines, Sum, Told, line, manifest
from infra.backup.parts import Part

LEVEL = 6
BUFFER = 1 << 18


def write(to: IO[bytes], header: Header, parts: Iterable[tuple[Part, Iterable[Sequence[Any]]]], tell: Told) -> dict[str, Sum]:
    """Write a whole file. In: the header, and each part with its rows as a database gives them. Out: the sums, by part."""
    sums: dict[str, Sum] = {}
    done = 0
    packed = gzip.GzipFile(filename="", fileobj=to, mode="wb", compresslevel=LEVEL)
    with packed, io.BufferedWriter(packed, BUFFER) as file:
        file.write(line({MARK: "backup", "format": FORMAT} | {name: getattr(header, name) for name in HEADER}))
        for part, rows in parts:
            file.write(line({"part": part.name, "columns": list(part.columns)}))
            lines = Lines(part, rows)
            for made in lines:
                file.write(made)
                if (done + lines.count) % EVERY == 0:
                    tell(done + lines.count)
            done += lines.count
            sums[part.name] = found = lines.sum()
            file.write(line({"end": part.name, "rows": found.rows, "sha256": found.sha256}))
        file.write(line(manifest(sums)))
    return sums
