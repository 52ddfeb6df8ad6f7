"""Runs writers and kills them at random moments, again and again, until the work is done."""

import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from infra.store import StoreConfig

ROOT = Path(__file__).parents[2]
LIFE, SHORT_LIFE = 0.6, 0.03
"""How long a writer lives at most after its first word, in seconds. A broken store is to be caught soon."""


@dataclass
class Campaign:
    """The work of one writer: the numbers it is to do, those it said were stored, how often it was killed."""

    first: int
    last: int
    acknowledged: set[int] = field(default_factory=set)
    kills: int = 0

    @property
    def next(self) -> int:
        return max(self.acknowledged, default=self.first - 1) + 1


class WriterFailedError(AssertionError):
    """A writer ended by itself, before its work was done: that is a fault of the store."""


def run(config: StoreConfig, campaign: Campaign, *, work: str, broken: str, life: float, chance: random.Random) -> None:
    """Let one writer do its work, killed each time it has begun well."""
    while campaign.next <= campaign.last:
        _one_life(config, campaign, work=work, broken=broken, life=life, chance=chance)


def _one_life(config: StoreConfig, campaign: Campaign, *, work: str, broken: str, life: float, chance: random.Random) -> None:
    given = {
        "home": str(config.home), "dsn": config.dsn, "work": work, "broken": broken,
        "first": campaign.next, "last": campaign.last,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.writer", json.dumps(given)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    pipe = process.stdout.fileno()
    said = os.read(pipe, 65536)
    until = time.monotonic() + chance.random() * life
    killed = False
    # At that moment, whatever it is doing: were it killed as it speaks, it would always die between two commands.
    while said and (left := until - time.monotonic()) > 0 and select.select([pipe], [], [], left)[0]:
        more = os.read(pipe, 65536)
        if not more:
            break
        said += more
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
        killed = True
    while more := os.read(pipe, 65536):
        said += more
    complaint = process.stderr.read().decode(errors="replace")
    process.wait()
    process.stdout.close()
    process.stderr.close()
    campaign.acknowledged |= {int(line) for line in said.split()}
    campaign.kills += killed
    if not killed and process.returncode:
        raise WriterFailedError(complaint[-2000:])


def run_all(
    config: StoreConfig,
    campaigns: list[Campaign],
    *,
    work: str,
    broken: str = "",
    life: float = LIFE,
    seed: int,
    meanwhile: Callable[[], None] | None = None,
) -> None:
    """Let the writers work side by side; `meanwhile` is called now and then, to disturb the server."""
    faults: list[BaseException] = []

    def guarded(campaign: Campaign) -> None:
        try:
            run(config, campaign, work=work, broken=broken, life=life, chance=random.Random(seed + campaign.first))
        except WriterFailedError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=guarded, args=(campaign,)) for campaign in campaigns]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.5)
        if meanwhile:
            meanwhile()
    if faults:
        raise faults[0]
