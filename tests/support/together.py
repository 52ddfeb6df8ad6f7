"""Several at once: threads whose faults are heard, and waiting for what a server does."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg


def run_together(act: Callable[[], object], times: int) -> None:
    """Run it in as many threads; what one of them raises is raised here."""
    with ThreadPoolExecutor(times) as pool:
        for done in [pool.submit(act) for _ in range(times)]:
            done.result(60)


def wait_for(dsn: str, sql: str, value: object) -> None:
    """Wait until a query gives this value."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            row = connection.execute(sql.encode()).fetchone()
            if row and row[0] == value:
                return
            time.sleep(0.02)
    raise AssertionError(f"never became {value}: {sql}")
