"""What it costs that seeing is stored first: a command and a look at a case, beside the same with a store that stores no look.

The store without disclosures is made in `unwatched`, by replacing its vault: the product has no such way.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

from commands.monitoring import Check
from domain.case import Case
from domain.event import replay
from domain.team import Team
from infra.cli.show import refs_in
from infra.engine import Engine
from infra.engine.finding import Scan
from infra.seeing.gate import Gate
from infra.seeing.seats import Asker
from infra.store import open_store
from infra.store.store import Store
from infra.store.texts import Withheld
from tests.bench.at_work import LENGTH, LOGIN, REQUEST, TEAM, TEXT, Table, at_work, copies
from tests.bench.rounds import Call, Comparison, Way, again, in_turns
from tests.bench.unwatched import Unwatched
from tests.support.postgres import Server

ROOT = Path(__file__).parents[2]
ROUNDS = 9
REPEATS = 10
CASES = 50
COMMAND, COMMAND_UNSEEN, KNOWN = "command", "command, no disclosure", "command, its key known already"
SHOW, SHOW_UNSEEN = "show", "show, no disclosure"
PROCESSES = 15
PROGRAMS = ("casus show", "casus monitoring check")


def on_postgresql(server: Server) -> Iterator[Comparison]:
    """On a server that keeps its promises about a power cut."""
    yield from _compared("postgresql", server.fresh_database())


def on_sqlite() -> Iterator[Comparison]:
    """In a file, with the settings that lose nothing in a power cut; and whole processes on it."""
    yield from _compared("sqlite", None)
    with at_work() as table:
        lines = ("show", table.number), ("monitoring", "check", table.number, "--observed", TEXT, "--progress")
        for name, line in zip(PROGRAMS, lines, strict=True):
            base = f"{name}, no disclosure"
            ways = [Way(name, _process(table, "seen", *line)), Way(base, _process(table, "unseen", *line))]
            title = "a whole process, from start to end"
            yield Comparison(f"{line[0]}-process-sqlite", title, base, in_turns(ways, PROCESSES))


def _process(table: Table, how: str, *line: str) -> Iterator[Call]:
    """A process of its own, with a store that stores each look or with one that does not."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("CASUS_", "PYTHON", "LC_", "LANG"))}
    environ |= {"CASUS_HOME": str(table.config.home), "LC_ALL": "C.UTF-8"}
    words = [sys.executable, "-m", "tests.bench.unwatched", how, *line]

    def call() -> None:
        done = subprocess.run(words, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{line[0]} ended with {done.returncode}: {done.stderr}")

    return again(call)


def _compared(kind: str, dsn: str | None) -> Iterator[Comparison]:
    with ExitStack() as stack:
        table = stack.enter_context(at_work(dsn))
        watched, unwatched, warm = (stack.enter_context(open_store(table.config)) for _ in range(3))
        Unwatched(unwatched)
        numbers = [copies(table, CASES, first=n * CASES) for n in range(3)]
        known = Engine(warm, Scan(warm))
        for number in numbers[2]:
            known.run(Check(case=number, observed=TEXT, progress=True), REQUEST)
        commands = [
            Way(COMMAND, _commands(watched, numbers[0]), REPEATS),
            Way(COMMAND_UNSEEN, _commands(unwatched, numbers[1]), REPEATS),
            Way(KNOWN, _checks(known, numbers[2]), REPEATS),
        ]
        title = f"a check with a text, each in a program of its own, {CASES} cases of {LENGTH} events"
        yield Comparison(f"command-seen-{kind}", title, COMMAND_UNSEEN, in_turns(commands, ROUNDS))
        looks = [Way(SHOW, _looks(table, watched), REPEATS), Way(SHOW_UNSEEN, _looks(table, unwatched), REPEATS)]
        title = f"loading, folding, deciding and opening every text, {CASES} cases of {LENGTH} events"
        yield Comparison(f"show-seen-{kind}", title, SHOW_UNSEEN, in_turns(looks, ROUNDS))


def _commands(store: Store, numbers: list[str]) -> Iterator[Call]:
    """A command of a program that has read nothing yet and holds no key, as each call of `casus` is."""
    for number in cycle(numbers):
        command, engine = Check(case=number, observed=TEXT, progress=True), Engine(store, Scan(store))
        store.keys.forget()
        yield lambda command=command, engine=engine: engine.run(command, REQUEST)  # type: ignore[misc]


def _checks(engine: Engine, numbers: list[str]) -> Iterator[Call]:
    """The same of a program that goes on: it took the key once, and that was stored."""
    for number in cycle(numbers):
        command = Check(case=number, observed=TEXT, progress=True)
        yield lambda command=command: engine.run(command, REQUEST)  # type: ignore[misc]


def _looks(table: Table, store: Store) -> Iterator[Call]:
    """What `casus show` does between its start and its lines."""
    team = replay(Team(), store.load(TEAM))
    gate = Gate(store, Asker(LOGIN, None, TEAM), lambda _: team, lambda *_: [TEAM], lambda: True)
    numbers = copies(table, CASES, first=(3 if isinstance(store.keys.vault, Unwatched) else 4) * CASES)

    def look(number: str) -> None:
        records = store.load(number)
        case = replay(Case(), records)
        texts = gate.case("show", case, records, refs_in(case))
        assert texts
        assert not any(isinstance(text, Withheld) for text in texts.values())

    for number in cycle(numbers):
        store.keys.forget()
        yield lambda number=number: look(number)  # type: ignore[misc]
