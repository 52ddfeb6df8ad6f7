"""PostgreSQL arrays as text: the driver's own way takes longer than the server needs for the whole append."""

from __future__ import annotations

from collections.abc import Iterable


def texts(values: Iterable[str]) -> str:
    """An array of text."""
    return "{" + ",".join(['"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values]) + "}"


def numbers(values: Iterable[int]) -> str:
    """An array of whole numbers."""
    return "{" + ",".join(map(str, values)) + "}"


def truths(values: Iterable[bool]) -> str:
    """An array of booleans."""
    return "{" + ",".join(["t" if v else "f" for v in values]) + "}"


def blobs(values: Iterable[bytes]) -> str:
    """An array of bytea."""
    return "{" + ",".join(['"\\\\x' + v.hex() + '"' for v in values]) + "}"
