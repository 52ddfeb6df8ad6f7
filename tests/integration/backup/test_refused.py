"""What can't be put back is refused with its name, and nothing of it is there afterwards."""

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.backup import restore, take
from infra.backup.target import target
from infra.store import StoreConfig, create_store, open_store
from tests.integration.backup.conftest import NewPlace, fill, whole
from tests.integration.backup.test_there_and_back import backed_up, quiet
from tests.support.stores import DATABASES


def lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def rewritten(path: Path, made: list[bytes]) -> None:
    path.write_bytes(gzip.compress(b"".join(made)))


def part_of(held: list[bytes], name: str) -> tuple[int, int]:
    """From the line that begins a part to the one that ends it."""
    begin = next(n for n, line in enumerate(held) if line.startswith(b'{"part":"' + name.encode()))
    return begin, next(n for n, line in enumerate(held) if n > begin and line[:1] == b"{")


def changed(name: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        held = lines(path)
        begin, end = part_of(held, name)
        row = held[begin + 1]
        held[begin + 1] = row.replace(row[3:4], b"A" if row[3:4] != b"A" else b"B", 1)
        assert begin + 1 < end
        rewritten(path, held)

    return change


def left_out(name: str) -> Callable[[Path], None]:
    def leave(path: Path) -> None:
        held = lines(path)
        begin, _ = part_of(held, name)
        del held[begin + 1]
        rewritten(path, held)

    return leave


def cut(share: float) -> Callable[[Path], None]:
    def cutting(path: Path) -> None:
        held = path.read_bytes()
        path.write_bytes(held[: int(len(held) * share)])

    return cutting


def without_end(path: Path) -> None:
    rewritten(path, lines(path)[:-1])


def added(path: Path) -> None:
    rewritten(path, [*lines(path), b'["one more"]\n'])


def flipped(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 0x10
    path.write_bytes(bytes(held))


DAMAGE: dict[str, tuple[Callable[[Path], None], str | None]] = {
    "an event": (changed("stored_events"), "stored_events"),
    "a text": (changed("sealed_fields"), "sealed_fields"),
    "a place": (changed("places"), "places"),
    "an event is gone": (left_out("stored_events"), "stored_events"),
    "a receipt is gone": (left_out("receipts"), "receipts"),
    "its end is gone": (without_end, "manifest"),
    "something was added": (added, "manifest"),
    "half of it": (cut(0.5), None),
    "nearly all of it": (cut(0.99), None),
    "a bit": (flipped, None),
}


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_named_and_nothing_is_put_back(
    config: StoreConfig, kind: str, damage: str, new_place: NewPlace, tmp_path: Path
):
    files, there = backed_up(config, tmp_path), new_place(kind)
    harm, part = DAMAGE[damage]
    harm(files["events"])
    with pytest.raises(Refused) as refused:
        restore(there, files, quiet)  # type: ignore[arg-type]
    assert refused.value.code == "backup-damaged"
    assert refused.value.facts["field"] == "events"
    assert part in (None, refused.value.facts["part"])
    with pytest.raises(Refused, match="no-store"):
        open_store(there)


def test_the_keys_are_checked_as_well(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    files, there = backed_up(config, tmp_path), new_place("sqlite")
    changed("data_keys")(files["keys"])
    with pytest.raises(Refused) as refused:
        restore(there, files, quiet)  # type: ignore[arg-type]
    assert refused.value.facts == {"field": "keys", "part": "data_keys"}


def test_a_checker_that_sums_nothing_would_let_it_through(
    config: StoreConfig, new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The control: it is the sums that find a changed text."""
    files, there = backed_up(config, tmp_path), new_place("sqlite")
    held = lines(files["events"])
    begin, _ = part_of(held, "receipts")
    row = json.loads(held[begin + 1])
    row[2] = '{"made":"up"}'
    held[begin + 1] = json.dumps(row).encode() + b"\n"
    rewritten(files["events"], held)

    class Always(dict):  # type: ignore[type-arg]
        def __eq__(self, other: object) -> bool:
            return True

        def __ne__(self, other: object) -> bool:
            return False

        __hash__ = None

    real = json.loads
    monkeypatch.setattr("infra.backup.reading.manifest", lambda sums: Always())
    monkeypatch.setattr(
        "infra.backup.reading.from_json", lambda text: Always(v) if isinstance(v := real(text), dict) and "end" in v else v
    )
    restore(there, {"events": files["events"]}, quiet)
    with open_store(there) as store:
        found = store.receipt("c1")
        assert found is not None
        assert found.result == '{"made":"up"}'


@pytest.mark.parametrize(
    "content", [b"", b"not a backup", gzip.compress(b"hello\n", mtime=0), gzip.compress(b'{"a":1}\n', mtime=0), bytes(range(256))]
)
def test_what_is_no_backup_is_refused(new_place: NewPlace, content: bytes, tmp_path: Path):
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(Refused, match="backup-foreign"):
        restore(new_place("sqlite"), {"events": path}, quiet)


@pytest.mark.parametrize(
    ("named", "code"), [("nowhere", "file-missing"), (".", "file-is-folder"), ("file/in-it", "file-missing")]
)
def test_a_file_that_can_not_be_opened_is_refused_as_elsewhere(new_place: NewPlace, tmp_path: Path, named: str, code: str):
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match=code):
        restore(new_place("sqlite"), {"events": tmp_path / named}, quiet)


def test_a_backup_of_a_newer_program_is_refused(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    files = backed_up(config, tmp_path)
    held = lines(files["events"])
    held[0] = held[0].replace(b'"format":2', b'"format":3')
    rewritten(files["events"], held)
    with pytest.raises(Refused, match="backup-too-new"):
        restore(new_place("sqlite"), {"events": files["events"]}, quiet)


def test_events_and_keys_are_not_taken_for_each_other(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    files = backed_up(config, tmp_path)
    with pytest.raises(Refused, match="backup-of-other-kind"):
        restore(new_place("sqlite"), {"events": files["keys"], "keys": files["events"]}, quiet)


def test_events_and_keys_of_two_stores_do_not_go_together(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    other = new_place("sqlite")
    create_store(other).close()
    (tmp_path / "other").mkdir()
    mixed = {"events": backed_up(config, tmp_path)["events"], "keys": backed_up(other, tmp_path / "other")["keys"]}
    with pytest.raises(Refused, match="backup-of-other-store"):
        restore(new_place("sqlite"), mixed, quiet)  # type: ignore[arg-type]


def test_both_in_one_file_is_refused(config: StoreConfig, tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "one")
    with pytest.raises(Refused, match="backup-in-one-file"):
        take(config, {"events": tmp_path / "one", "keys": tmp_path / "link"}, quiet)


@pytest.mark.parametrize("kind", DATABASES)
def test_a_store_with_something_in_it_is_left_alone(config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path):
    files, there = backed_up(config, tmp_path), new_place(kind)
    with create_store(there) as store:
        fill(store, first=3)
    before = whole(there)
    with pytest.raises(Refused, match="store-not-empty"):
        restore(there, files, quiet)  # type: ignore[arg-type]
    assert whole(there) == before


@pytest.mark.parametrize("kind", DATABASES)
def test_a_store_that_was_made_and_never_used_may_be_filled(config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path):
    files, there = backed_up(config, tmp_path), new_place(kind)
    create_store(there).close()
    restore(there, files, quiet)  # type: ignore[arg-type]
    assert whole(there) == whole(config)


@pytest.mark.parametrize("kind", DATABASES)
def test_the_same_again_does_nothing_new(config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path):
    files, there = backed_up(config, tmp_path), new_place(kind)
    restore(there, files, quiet)  # type: ignore[arg-type]
    before = whole(there)
    again = restore(there, files, quiet)  # type: ignore[arg-type]
    assert (set(again.there), again.rows) == ({"events", "keys"}, {})
    assert whole(there) == before


class Broken(Exception):
    """Something fell over."""


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("at", ["stored_events", "places", "data_keys"])
def test_one_that_was_broken_off_left_nothing_and_can_be_given_again(
    config: StoreConfig, kind: str, at: str, new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    files, there = backed_up(config, tmp_path), new_place(kind)
    real = "infra.backup.restoring._stored"
    from infra.backup import restoring

    stored = restoring._stored

    def breaking(db, part, rows):
        for n, row in enumerate(stored(db, part, rows)):
            if part.name == at and n == 1:
                raise Broken
            yield row

    with monkeypatch.context() as patch:
        patch.setattr(real, breaking)
        with pytest.raises(Broken):
            restore(there, files, quiet)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="no-store"):
        open_store(there)
    restore(there, files, quiet)  # type: ignore[arg-type]
    assert whole(there) == whole(config)


def test_one_that_was_broken_off_between_its_two_files_goes_on(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    """On a laptop the keys are committed first: then the power goes."""
    files, whole_one, half = backed_up(config, tmp_path), new_place("sqlite"), new_place("sqlite")
    restore(whole_one, files, quiet)  # type: ignore[arg-type]
    with target(half):
        pass
    half.keys_db.write_bytes(whole_one.keys_db.read_bytes())
    found = restore(half, files, quiet)  # type: ignore[arg-type]
    assert found.there == ("keys",)
    assert whole(half) == whole(config)


@pytest.mark.parametrize("after", [0.05, 0.2, 0.4])
def test_one_that_was_killed_can_be_given_again(config: StoreConfig, after: float, new_place: NewPlace, tmp_path: Path):
    files, there = backed_up(config, tmp_path), new_place("sqlite")
    code = (
        "import sys, pathlib\nfrom infra.backup import restore\nfrom infra.store import StoreConfig\n"
        "home, events, keys = map(pathlib.Path, sys.argv[1:])\nprint(flush=True)\n"
        "restore(StoreConfig(home), {'events': events, 'keys': keys}, lambda rows: None)\n"
    )
    command = [sys.executable, "-c", code, str(there.home), str(files["events"]), str(files["keys"])]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(after * 0.05)
        running.kill()
    restore(there, files, quiet)  # type: ignore[arg-type]
    assert whole(there) == whole(config)


def test_keys_alone_are_put_back_beside_their_events(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    files, there = backed_up(config, tmp_path), new_place("sqlite")
    with pytest.raises(Refused, match="no-store"):
        restore(there, {"keys": files["keys"]}, quiet)
    found = restore(there, {"events": files["events"]}, quiet)
    assert found.keyless == 4
    assert restore(there, {"keys": files["keys"]}, quiet).keyless == 0


def test_keys_of_another_store_are_not_put_beside_events(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    other, files = new_place("sqlite"), backed_up(config, tmp_path)
    create_store(other).close()
    with pytest.raises(Refused, match="backup-of-other-store"):
        restore(other, {"keys": files["keys"]}, quiet)


def test_a_backup_that_does_not_read_back_is_not_kept(config: StoreConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "events.casus").write_bytes(b"the one of yesterday")

    def failing(*_: object) -> None:
        raise Refused("backup-damaged", field="events", part="places")

    monkeypatch.setattr("infra.backup.taking._read_back", failing)
    with pytest.raises(Refused, match="backup-damaged"):
        backed_up(config, tmp_path)
    assert (tmp_path / "events.casus").read_bytes() == b"the one of yesterday"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["events.casus"]
