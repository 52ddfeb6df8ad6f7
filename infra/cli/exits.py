"""What the program tells the shell when it is done."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; they stay what they are."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    CONFLICT = 5
    CHANGED = 6
    INTERRUPTED = 130
