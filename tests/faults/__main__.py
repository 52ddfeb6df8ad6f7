"""`python -m tests.faults`: kill writers at random moments on each database, then catch stores broken on purpose."""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from infra.store import StoreConfig, create_store
from tests.faults.broken import BROKEN
from tests.faults.checking import complaints
from tests.faults.killing import LIFE, SHORT_LIFE, Campaign, run_all
from tests.faults.work import WORKS
from tests.support.postgres import OwnServer, Server, running_postgres
from tests.support.stores import DATABASES, config_of

WRITERS = 2
TRIES = 20


def main() -> int:
    """Out: 0 when every store held and every broken one was caught."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    asked.add_argument("--commands", type=int, default=2000, help="how many on each database")
    asked.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    asked.add_argument("--work", choices=sorted(WORKS), default="command")
    asked.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = asked.parse_args()
    print(f"seed {given.seed}")
    held = True
    for kind in given.database or DATABASES:
        with place(kind) as (make, meanwhile):
            held &= trial(make(), given.work, given.commands, given.seed, kind, meanwhile=meanwhile)
            for broken in BROKEN:
                held &= caught(make, given.work, given.seed, kind, broken)
    print("all held, and every broken store was caught" if held else "FAILED")
    return 0 if held else 1


def caught(make: Callable[[], StoreConfig], work: str, seed: int, kind: str, broken: str) -> bool:
    """Whether the checker finds what is wrong with a broken store. A kill may miss the moment: it has some tries."""
    return any(not trial(make(), work, 24, seed + n, kind, broken=broken) for n in range(TRIES))


def trial(
    config: StoreConfig,
    work: str,
    commands: int,
    seed: int,
    kind: str,
    *,
    broken: str = "",
    meanwhile: Callable[[], None] | None = None,
) -> bool:
    """One store, its work done by writers that are killed. Out: whether the checker found it whole."""
    began = time.monotonic()
    with create_store(config) as store:
        WORKS[work]().prepare(store)
    share = commands // WRITERS
    campaigns = [Campaign(1 + n * share, (n + 1) * share) for n in range(WRITERS)]
    run_all(config, campaigns, work=work, broken=broken, life=SHORT_LIFE if broken else LIFE, seed=seed, meanwhile=meanwhile)
    acknowledged = {number for campaign in campaigns for number in campaign.acknowledged}
    attempted = range(1, share * WRITERS + 1)
    said = complaints(config, WORKS[work](), acknowledged, attempted)
    kills = sum(campaign.kills for campaign in campaigns)
    verdict = f"{len(said)} complaints" if said else "whole"
    print(
        f"{kind:<11} {broken or 'as it is':<19} {len(acknowledged):>5} commands {kills:>4} kills "
        f"{time.monotonic() - began:>5.0f} s  {verdict}",
        flush=True,
    )
    for line in said[:3]:
        print(f"    {line}")
    return not said


@contextmanager
def place(kind: str) -> Iterator[tuple[Callable[[], StoreConfig], Callable[[], None] | None]]:
    """Where stores of this kind are made, and how their server is disturbed."""
    with tempfile.TemporaryDirectory(prefix="casus-faults-") as folder:
        homes = (Path(folder) / str(n) for n in range(100))
        if kind == "sqlite":
            yield lambda: config_of(kind, next(homes)), None
            return
        with running_postgres(durable=True) as server:
            yield lambda: config_of(kind, next(homes), server.fresh_database()), disturbance(server)


def disturbance(server: Server) -> Callable[[], None]:
    """Now and then ends sessions of the writers on the server; seldom the whole server, as a power cut would."""
    chance = random.Random(1)

    def disturb() -> None:
        if chance.random() < 0.05 and isinstance(server, OwnServer):
            server.stop()
            server.start()
        elif chance.random() < 0.3:
            with psycopg.connect(server.dsn, autocommit=True) as connection:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'casus'")

    return disturb


if __name__ == "__main__":
    sys.exit(main())
