"""An import that is killed leaves whole batches and goes on from there; two at once put everything in once."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from domain.events.imported import ResourceNoted
from domain.refusal import Refused
from infra.imports import importing
from infra.imports.comparing import additions
from infra.store import StoreConfig, open_store
from infra.store.store import Store
from tests.integration.imports.conftest import Import
from tests.support.counting import recorded
from tests.support.logs import PEOPLE, steps, stored, written

ROOT = Path(__file__).parents[3]


def started(config: StoreConfig, log: Path, batch: int = 20, pause: float = 0.0) -> subprocess.Popen[str]:
    """An import in a process of its own, ready to begin."""
    command = [sys.executable, "-m", "tests.integration.imports.importer"]
    arguments = [str(config.home), config.dsn or "", str(log), str(batch), str(pause)]
    process = subprocess.Popen(
        [*command, *arguments], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def result(process: subprocess.Popen[str]) -> dict[str, int]:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    found: dict[str, int] = json.loads(out.splitlines()[-1])
    return found


@pytest.mark.parametrize("after", [1, 4, 9])
def test_killed_in_the_middle_it_goes_on_where_it_was(config: StoreConfig, tmp_path: Path, after: int):
    log = written(tmp_path / "log.jsonl", steps(100))
    process = started(config, log)
    go(process)
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline().split()[1]) for _ in range(after)][-1]
    process.kill()
    process.communicate(timeout=60)
    with open_store(config) as store:
        held = stored(store)
        events = sum(map(len, held.values()))
        assert acknowledged <= events < 500
        assert events % 20 == 0
        assert all(positions == [0, 1, 2, 3, 4] for positions in held.values())
    again = started(config, log)
    go(again)
    assert result(again) == {"added": 500 - events, "events": 500}
    with open_store(config) as store:
        assert stored(store) == {f"harbour:ship-{n:04}": [0, 1, 2, 3, 4] for n in range(100)}
        assert recorded(store) == 500 + 1 + len(PEOPLE)


def test_two_at_once_put_everything_in_once(config: StoreConfig, tmp_path: Path):
    log = written(tmp_path / "log.jsonl", steps(100))
    both = [started(config, log, pause=0.002) for _ in range(2)]
    for process in both:
        go(process)
    done = [result(process) for process in both]
    assert sum(d["added"] for d in done) == 500
    with open_store(config) as store:
        complete(store, 100)


def test_two_different_files_at_once_share_one_book_of_resources(config: StoreConfig, tmp_path: Path):
    logs = [written(tmp_path / f"{n}.jsonl", steps(60, first=60 * n)) for n in range(2)]
    both = [started(config, log, pause=0.002) for log in logs]
    for process in both:
        go(process)
    assert [result(process)["added"] for process in both] == [300, 300]
    with open_store(config) as store:
        complete(store, 120)


def complete(store: Store, cases: int) -> None:
    assert stored(store) == {f"harbour:ship-{n:04}": [0, 1, 2, 3, 4] for n in range(cases)}
    noted = Counter(r.event.resource for r in store.load("source:harbour") if isinstance(r.event, ResourceNoted))
    assert noted == Counter({f"r{n}": 1 for n in range(1, len(PEOPLE) + 1)})
    assert recorded(store) == 5 * cases + 1 + len(PEOPLE)


def test_another_import_with_the_same_steps_but_other_people_is_not_taken_for_this_one(
    store: Store, take: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The receipt says nothing of names, so a batch that is known already is looked at again."""
    mine = written(tmp_path / "mine.jsonl", [{**s, "resource": "Anke"} for s in steps(2)])
    theirs = written(tmp_path / "theirs.jsonl", [{**s, "resource": "Bouke"} for s in steps(2)])
    calls: list[int] = []

    def meanwhile(*arguments: object) -> object:
        found = additions(*arguments)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) == 1:
            take(theirs)
        return found

    monkeypatch.setattr(importing, "additions", meanwhile)
    with pytest.raises(Refused) as refused:
        take(mine)
    assert refused.value.code == "import-differs"
