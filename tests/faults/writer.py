"""A writer that is there to be killed: does numbered pieces of work and says each number once it is stored.

In: one line of JSON (store, work, how it is broken); then the number to go on with, and how many to do.
"""

import json
import os
import sys
import time
from pathlib import Path

from domain.refusal import Refused
from infra.store import StoreConfig, open_store
from infra.store.store import Store
from tests.faults.broken import BROKEN
from tests.faults.work import WORKS


def main() -> None:
    given = json.loads(sys.argv[1])
    config = StoreConfig(Path(given["home"]), dsn=given["dsn"], patience=30.0)
    work = WORKS[given["work"]]()
    with patient(config) as store:
        if given["broken"]:
            BROKEN[given["broken"]](store)
        early = given["broken"] == "acknowledged-early"
        for number in range(given["first"], given["last"] + 1):
            if early:
                say(number)
            work.do(store, number)
            if not early:
                say(number)


def patient(config: StoreConfig) -> Store:
    """The store, once its server is back: opening one does not wait."""
    while True:
        try:
            return open_store(config)
        except Refused as refused:
            if refused.code != "store-unreachable":
                raise
            time.sleep(0.1)


def say(number: int) -> None:
    """In one write to a pipe: a kill comes before it or after it."""
    os.write(1, f"{number}\n".encode())


if __name__ == "__main__":
    main()
