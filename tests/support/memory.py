"""Where tests write: into memory where there is room, for what is thrown away needs no disk (a third of the time is saved)."""

import os
import tempfile
from pathlib import Path

SHARED = Path("/dev/shm")
ROOM = 3 * 2**30
"""Bytes that must be free; two workers take about a fifth of it at most."""


def write_into_memory() -> None:
    """Have everything temporary written into memory from now on, by this process and those it starts.

    Nothing is changed where TMPDIR says where to write, or where there is no such file system with room, from which programs
    may be run (those of a PostgreSQL that comes with the development dependencies are copied to where it runs).
    """
    if "TMPDIR" in os.environ or not has_room(SHARED):
        return
    os.environ["TMPDIR"] = str(SHARED)
    tempfile.tempdir = None


def has_room(folder: Path) -> bool:
    """Whether so much can be written here, and run from here."""
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return False
    there = os.statvfs(folder)
    return there.f_bavail * there.f_frsize >= ROOM and not there.f_flag & os.ST_NOEXEC
