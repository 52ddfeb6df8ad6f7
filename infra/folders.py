"""Has the names in a folder on the disk: a file that was made or moved there is found again after the power failed."""

from __future__ import annotations

import os
from pathlib import Path


def on_disk(folder: Path) -> None:
    """Return once the names in a folder are on the disk, as `fsync` of a file does not see to (POSIX). Errors: `OSError`."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
