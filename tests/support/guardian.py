"""A process that outlives its parent just long enough to stop a test server and remove its folder.

It is started as `python guardian.py FOLDER` and holds the reading end of a pipe. The pipe closes when the parent ends,
however it ends (also by `kill -9`), and only then does the guardian act: so no server is ever left behind.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path


def server_in(folder: Path) -> int | None:
    """The process id of the server whose data stand in `folder`, if one runs."""
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    return pid


def stop(folder: Path, patience: float = 10) -> None:
    """Stop the server of `folder` at once (its data are thrown away anyway), and wait until it is gone."""
    pid = server_in(folder)
    if pid is None:
        return
    os.kill(pid, signal.SIGQUIT)
    until = time.monotonic() + patience
    while server_in(folder) is not None and time.monotonic() < until:
        time.sleep(0.05)


if __name__ == "__main__":
    sys.stdin.buffer.read()
    stop(Path(sys.argv[1]))
    shutil.rmtree(sys.argv[1], ignore_errors=True)
