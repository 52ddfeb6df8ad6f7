"""Says on which line of a file something went wrong."""

from __future__ import annotations


class Line(Exception):
    """Something went wrong on a line of the file: the error, and which line."""

    def __init__(self, number: int, error: Exception) -> None:
        super().__init__(number)
        self.number = number
        self.error = error
