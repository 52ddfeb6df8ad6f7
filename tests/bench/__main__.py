"""Runs the benches and prints what came out: `python -m tests.bench [--only NAME] [--json]`."""

import argparse
import sys
from collections.abc import Callable, Iterator

from tests.bench import appending, evidence, loading, rebuilding, seeing, starting, tracing
from tests.bench.report import machine, objects, table
from tests.bench.rounds import Comparison
from tests.support.postgres import Server, running_postgres

SERVER: dict[str, Callable[[Server], Iterator[Comparison]]] = {
    "append-postgresql": appending.on_postgresql,
    "evidence-postgresql": evidence.on_postgresql,
    "load-postgresql": loading.on_postgresql,
    "rebuild-postgresql": rebuilding.on_postgresql,
    "seeing-postgresql": seeing.on_postgresql,
    "tracing-postgresql": tracing.on_postgresql,
}
ALONE: dict[str, Callable[[], Iterator[Comparison]]] = {
    "append-sqlite": appending.on_sqlite,
    "evidence-sqlite": evidence.on_sqlite,
    "load-sqlite": loading.on_sqlite,
    "seeing-sqlite": seeing.on_sqlite,
    "start-up": starting.on_sqlite,
    "tracing": tracing.on_sqlite,
}
NAMES = (*SERVER, *ALONE)


def run(names: list[str]) -> Iterator[Comparison]:
    """Run the benches of these names; a server is started when one of them needs it."""
    if any(name in SERVER for name in names):
        with running_postgres(durable=True) as server:
            for name, bench in SERVER.items():
                if name in names:
                    yield from bench(server)
    for name, alone in ALONE.items():
        if name in names:
            yield from alone()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure beside raw drivers and the library.")
    parser.add_argument("--only", action="append", choices=NAMES, help="this bench alone; may be given more than once")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    given = parser.parse_args()
    print(machine(), file=sys.stderr)
    for comparison in run(given.only or list(NAMES)):
        print("\n".join(objects(comparison)) if given.json else table(comparison), flush=True)


if __name__ == "__main__":
    main()
