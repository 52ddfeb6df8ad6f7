"""What stops read models: a projection that can't take in a history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class ProjectionStopped(RuntimeError):
    """A projection failed on a stream. It stays where it was and skips nothing; the others went on.

    `facts`: the projection, the place up to which it has taken in everything, the stream it failed on, the error's kind.
    """

    def __init__(self, projection: str, place: int, stream: str, error: str) -> None:
        super().__init__(f"projection {projection} stopped after place {place} on {stream}: {error}")
        self.facts = {"projection": projection, "place": place, "stream": stream, "error": error}


FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What a pure function that meets what it did not expect raises."""


@contextmanager
def naming(projection: str, place: int, stream: str) -> Iterator[None]:
    """Say of a fault in the block which projection it is of, where it stands and on what it failed."""
    try:
        yield
    except FAULTS as error:
        raise ProjectionStopped(projection, place, stream, type(error).__name__) from error
