"""A process that is killed in the middle: `python -m tests.integration.erasing.killed HOME erase|rotate STEP [CASE REQUEST]`."""

import os
import signal
import sys
from pathlib import Path

from infra.keys.rotating import rotate
from infra.store import StoreConfig
from tests.integration.engine.office import opened
from tests.integration.erasing.archive import finish

ACT = "groningen-zvt:K1"


def main(home: str, what: str, step: str, number: str = "", right: str = "") -> None:
    def killed(done: str) -> None:
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    config = StoreConfig(Path(home))
    with opened(config) as office:
        if what == "erase":
            finish(office, number, right, killed)
        else:
            rotate(office.store, config.keys_in, ACT, killed)


if __name__ == "__main__":
    main(*sys.argv[1:])
