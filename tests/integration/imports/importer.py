"""Imports a log in a process of its own, a few events at a time, and tells of each batch: for tests that kill it."""

import json
import sys
import time
from pathlib import Path

from infra.imports import import_log, importing
from infra.logs import open_log
from infra.logs.mapping import NOTHING_MAPPED
from infra.store import StoreConfig, open_store
from tests.support.stores import header


def main(home: str, dsn: str, path: str, batch: int, pause: float) -> None:
    importing.BATCH = batch

    def told(done: int) -> None:
        print(f"stored {done}", flush=True)
        time.sleep(pause)

    with open_store(StoreConfig(Path(home), dsn=dsn or None)) as store, open_log(Path(path)) as log:
        print("ready", flush=True)
        sys.stdin.readline()
        done = import_log(store, "harbour", log, NOTHING_MAPPED, header(), told)
    print(json.dumps({"added": done.added, "events": done.events}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
