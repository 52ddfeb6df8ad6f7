"""Whole processes, from start to end: help, looking at a case and one command, beside an interpreter that imports click."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.at_work import TEXT, Table, at_work
from tests.bench.rounds import Call, Comparison, Target, Way, again, in_turns

ROUNDS = 15
CASUS = Path(sys.executable).with_name("casus")
BASE = 'python -c "import click"'
HELP, SHOW, CHECK = "casus --help", "casus show", "casus monitoring check"


def on_sqlite() -> Iterator[Comparison]:
    """On a laptop's store."""
    with at_work() as table:
        ways = [
            _process("python", table, sys.executable, "-c", "pass"),
            _process(BASE, table, sys.executable, "-c", "import click"),
            _process(HELP, table, str(CASUS), "--help"),
            _process(SHOW, table, str(CASUS), "show", table.number),
            _process(CHECK, table, str(CASUS), "monitoring", "check", table.number, "--observed", TEXT, "--progress"),
        ]
        timings = in_turns(ways, ROUNDS)
    targets = [Target(HELP, BASE, at_most=2), Target(SHOW, BASE, at_most=5)]
    yield Comparison("start-up", "whole processes, a store on SQLite, a case of 20 events", BASE, timings, targets)


def _process(name: str, table: Table, *line: str) -> Way:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("CASUS_", "PYTHON", "LC_", "LANG"))}
    environ |= {"CASUS_HOME": str(table.config.home), "LC_ALL": "C.UTF-8"}

    def call() -> None:
        done = subprocess.run(line, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr}")

    calls: Iterator[Call] = again(call)
    return Way(name, calls)
