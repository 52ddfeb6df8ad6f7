"""The program, loaded once: each command is a process of its own, forked from one that has loaded it already.

Starting Python and loading the program is most of what a short command takes. For scripts of many commands, whose
subject is what they do; how the program starts is tried by itself (tests/e2e/test_starting.py).

    with warm_program(folder) as bin:  # put it first on the PATH: `casus` is there
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "commands", "projections", "infra")
LEFT_OUT = ("infra.evidence.pack.verify", "infra.exports.parquet")
"""A program of its own; what needs an extra that few have and is slow to load."""
MOST = 1 << 20

SHIM = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({address!r})
    socket.send_fds(asked, [json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()], [0, 1, 2])
    code = asked.recv(8)
sys.exit(int(code or 70))
"""


@contextmanager
def warm_program(folder: Path) -> Iterator[Path]:
    """A folder with a `casus` in it that is quick to start, for as long as the block lasts.

    In: an empty folder, with a short path.
    """
    address = folder / "asked"
    shim = folder / "bin" / "casus"
    shim.parent.mkdir()
    shim.write_text(SHIM.format(python=sys.executable, address=str(address)), encoding="utf-8")
    shim.chmod(0o755)
    line = [sys.executable, "-m", "tests.support.warm", str(address)]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield shim.parent
        process.communicate()  # it ends when nobody holds on to it


def serve(address: str) -> None:
    """Carry out what is asked at this address, until whoever started this lets go of it."""
    for package in PACKAGES:
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if not module.name.startswith(LEFT_OUT):
                importlib.import_module(module.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for who was forked
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            asking, _ = listening.accept()
            with asking:
                if os.fork() == 0:
                    listening.close()
                    _carry_out(asking)


def _carry_out(asking: socket.socket) -> None:
    """As the process that asked: its arguments, folder, surroundings and streams. Does not come back."""
    code = 70
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        said, streams, _, _ = socket.recv_fds(asking, MOST, 3)
        args, folder, surroundings = json.loads(said)
        for stream, given in enumerate(streams):
            os.dup2(given, stream)
            os.close(given)
        sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115 - for as long as it lives
        sys.stderr = open(2, "w", closefd=False, errors="backslashreplace", buffering=1)  # noqa: SIM115
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(surroundings)
        sys.argv = ["casus", *args]
        from cli import main

        code = int(main())
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        asking.send(str(code).encode())
        os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
