"""A store written as JSON Lines and put back, on either database, is the same store, and what was harmed is named by its line."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from domain.refusal import Refused
from infra.backup import restore
from infra.evidence.evidence import Evidence
from infra.exports.lines import checking, form
from infra.exports.lines.form import schema, written
from infra.store import StoreConfig, create_store, open_store
from tests.integration.backup.conftest import NewPlace, fill, whole
from tests.integration.backup.lines import exported, lines, parsed, summed_anew, without_sum
from tests.integration.backup.test_there_and_back import backed_up, quiet
from tests.support.lived import acts
from tests.support.lived import store as live
from tests.support.stores import DATABASES, noted, receipt


@pytest.fixture(params=DATABASES)
def lived(request: pytest.FixtureRequest, new_place: NewPlace) -> StoreConfig:
    """A store with a life of its own behind it: tables, cases, texts, disclosures, and commands that recorded nothing."""
    config = new_place(request.param)
    with create_store(config) as store:
        live(store, acts(120))
        store.append([], expected={}, receipt=receipt("nothing-new"))
        fill(store, first=701)
        store.append(
            [noted("LEL-2026-0710", "own"), noted("LEL-2026-0710", "own")], expected={"LEL-2026-0710": 0}, receipt=receipt("own")
        )
    return config


def root_of(config: StoreConfig, place: int) -> bytes:
    with open_store(config) as store:
        evidence = Evidence(store, config.signer_in, config.outside)
        evidence.tree.grow(place)
        return evidence.tree.root(place)


def receipts(config: StoreConfig) -> list[tuple[object, ...]]:
    """All but those of commands that recorded nothing: of these no place says when they were."""
    from infra.exports.lines.rows import moment

    with open_store(config) as store:
        db = store.connection()
        rows = db.query("SELECT command_id, digest, result, recorded_at, recorded_by FROM receipts ORDER BY command_id")
        told = [(row[0], bytes(row[1]), row[2], moment(row[3]), row[4]) for row in rows]
        return [row for row in told if not row[0].startswith("nothing-new")]


def sealed(config: StoreConfig) -> list[tuple[object, ...]]:
    with open_store(config) as store:
        rows = store.connection().query("SELECT originator_id, originator_version, field, key_id, data FROM sealed_fields")
        return sorted((*row[:4], bytes(row[4])) for row in rows)


@pytest.mark.parametrize(("kind", "name"), [("sqlite", "all.jsonl"), ("postgresql", "all.jsonl.gz")])
def test_it_is_the_same_store_on_either_database(lived: StoreConfig, kind: str, name: str, new_place: NewPlace, tmp_path: Path):
    totals = exported(lived, tmp_path / name)
    there = new_place(kind)
    restore(there, {"events": tmp_path / name}, quiet)
    assert whole(there) == whole(lived)
    assert receipts(there) == receipts(lived)
    assert sealed(there) == sealed(lived)
    assert root_of(there, totals.events) == root_of(lived, totals.events)
    with open_store(lived) as old, open_store(there) as new:
        assert new.store_id == old.store_id
        before, after = ([m.checkpoint for m in Evidence(s, lived.signer_in, lived.outside).all()] for s in (old, new))
        assert after == before
        assert [each.size for each in after] == [totals.events] == [new.head()]
    exported(there, tmp_path / "again.jsonl")  # and it is written as the same file
    assert lines(tmp_path / "again.jsonl") == lines(tmp_path / name)


def test_the_same_place_gives_the_same_bytes_when_the_log_has_grown(lived: StoreConfig, tmp_path: Path):
    place = exported(lived, tmp_path / "then.jsonl").events
    with open_store(lived) as store:
        fill(store, first=771)
        store.append([], expected={}, receipt=receipt("nothing-new-later"))
    exported(lived, tmp_path / "now.jsonl", place)
    assert (tmp_path / "now.jsonl").read_bytes() == (tmp_path / "then.jsonl").read_bytes()
    with open_store(lived) as store:  # a clock that was put back, and a command that recorded nothing
        early = "2000-01-01T00:00:00.000000Z"
        names, values = "(command_id, digest, result, recorded_at, recorded_by)", "('nothing-new-before', ?, 'null', ?, 'x')"
        table = "casus.receipts" if lived.dsn else "receipts"
        store.connection().execute(f"INSERT INTO {table} {names} VALUES {values}", (b"x", early))
    exported(lived, tmp_path / "now.jsonl", place)
    assert (tmp_path / "now.jsonl").read_bytes() == (tmp_path / "then.jsonl").read_bytes()
    exported(lived, tmp_path / "early.jsonl", 40)
    assert [line["place"] for line in parsed(tmp_path / "early.jsonl") if "state" in line] == list(range(1, 41))


def test_every_line_is_as_the_published_schema_says(lived: StoreConfig, tmp_path: Path):
    exported(lived, tmp_path / "all.jsonl")
    published = json.loads((Path(__file__).parents[3] / "docs/reference/json-lines.schema.json").read_text(encoding="utf-8"))
    assert published == schema()
    jsonschema.Draft202012Validator.check_schema(published)
    validator = jsonschema.Draft202012Validator(published)
    held = parsed(tmp_path / "all.jsonl")
    for line in held:
        validator.validate(line)
    event = next(line for line in held if "sealed" in line)
    harms: tuple[dict[str, object], ...] = (
        {"place": 0},
        {"place": 1.5},
        {"sealed": []},
        {"receipt": None},
        {"more": 1},
        {"recorded_at": "2026-01-01"},
    )
    for harm in harms:
        assert not validator.is_valid({**event, **harm}), harm
    assert not validator.is_valid({key: value for key, value in event.items() if key != "state"})

    # every kind of line comes about, and no float
    assert {next(iter(line)) for line in held} == {"casusregie", "place", "manifest", "checkpoint"}
    assert sum("sealed" in line for line in held) > 4
    assert any("receipt" in line for line in held)
    assert not any("nothing-new" in line["receipt"]["command"] for line in held if "receipt" in line)
    for text in lines(tmp_path / "all.jsonl"):
        json.loads(text, parse_float=lambda number: pytest.fail(f"a float: {number}"))


def test_bytes_that_are_no_text_come_through(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    with open_store(config) as store:
        db = store.connection()
        values = "('odd', 1, 'odd', ?, ?, 'x')"
        names = "(originator_id, originator_version, topic, state, recorded_at, recorded_by)"
        at = "2026-11-22T00:00:00.000000Z"
        table = "casus.stored_events" if db.kind == "postgresql" else "stored_events"
        db.execute(f"INSERT INTO {table} {names} VALUES {values}", (b"\xff\x00not text", at))
        if db.kind == "sqlite":
            db.execute("INSERT INTO places VALUES (7, 'odd', 1, ?)", (at,))
        assert store.head() == 7
    exported(config, tmp_path / "all.jsonl")
    assert parsed(tmp_path / "all.jsonl")[7]["state"] == {"base64": "/wBub3QgdGV4dA=="}
    there = new_place("sqlite")
    restore(there, {"events": tmp_path / "all.jsonl"}, quiet)
    assert whole(there) == whole(config)


@pytest.mark.parametrize("kind", DATABASES)
def test_texts_open_again_beside_the_backup_of_the_keys(config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path):
    exported(config, tmp_path / "all.jsonl")
    files, there = backed_up(config, tmp_path), new_place(kind)
    assert restore(there, {"events": tmp_path / "all.jsonl"}, quiet).keyless == 4
    assert restore(there, {"events": tmp_path / "all.jsonl", "keys": files["keys"]}, quiet).keyless == 0


@pytest.mark.parametrize("kind", DATABASES)
def test_given_again_it_does_nothing_new_and_over_another_history_it_is_refused(
    config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path
):
    exported(config, tmp_path / "all.jsonl")
    there = new_place(kind)
    restore(there, {"events": tmp_path / "all.jsonl"}, quiet)
    again = restore(there, {"events": tmp_path / "all.jsonl"}, quiet)
    assert (again.there, again.rows) == (("events",), {})
    exported(config, tmp_path / "less.jsonl", 3)
    with pytest.raises(Refused, match="store-not-empty"):
        restore(there, {"events": tmp_path / "less.jsonl"}, quiet)
    with open_store(there) as store:
        store.append([noted("LEL-2026-0051")], expected={"LEL-2026-0051": 0}, receipt=receipt("c51"))
    before = whole(there)
    with pytest.raises(Refused, match="store-not-empty"):
        restore(there, {"events": tmp_path / "all.jsonl"}, quiet)
    assert whole(there) == before


class Broken(Exception):
    """Something fell over."""


def test_one_that_was_broken_off_left_nothing_and_can_be_given_again(
    config: StoreConfig, new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from infra.backup import restoring

    exported(config, tmp_path / "all.jsonl")
    there, stored = new_place("postgresql" if config.dsn else "sqlite"), restoring._stored

    def breaking_at(at):
        def breaking(db, part, rows):
            for n, row in enumerate(stored(db, part, rows)):
                if part.name == at and n == (at != "checkpoints"):
                    raise Broken
                yield row

        return breaking

    for at in ("stored_events", "places", "receipts", "checkpoints"):
        with monkeypatch.context() as patch:
            patch.setattr(restoring, "_stored", breaking_at(at))
            with pytest.raises(Broken):
                restore(there, {"events": tmp_path / "all.jsonl"}, quiet)
        with pytest.raises(Refused, match="no-store"):
            open_store(there)
    restore(there, {"events": tmp_path / "all.jsonl"}, quiet)
    assert whole(there) == whole(config)


# --- harm

Harm = Callable[[list[bytes]], list[bytes]]
EVENT = 4
"""An event with a sealed field: the first of its case. Before it stand the head and three events."""


def changed(old: bytes, new: bytes, at: int = EVENT) -> Harm:
    def change(held: list[bytes]) -> list[bytes]:
        assert old in held[at], held[at]
        return [*held[:at], held[at].replace(old, new, 1), *held[at + 1 :]]

    return change


def with_field(**fields: object) -> Harm:
    """Lines in which one of the fields of an event is another, with sums that fit."""

    def change(held: list[bytes]) -> list[bytes]:
        made = without_sum(held[EVENT])
        assert made | fields != made
        return summed_anew([*held[:EVENT], written(made | fields), *held[EVENT + 1 :]])

    return change


def other_ciphertext(held: list[bytes]) -> list[bytes]:
    made = without_sum(held[EVENT])
    made["sealed"][0]["data"] = "AAAA" + made["sealed"][0]["data"][4:]
    return summed_anew([*held[:EVENT], written(made), *held[EVENT + 1 :]])


def other_state(held: list[bytes]) -> list[bytes]:
    made = without_sum(held[EVENT])
    made["state"] = made["state"].replace("kwintes-2", "kwintes-3")
    return summed_anew([*held[:EVENT], written(made), *held[EVENT + 1 :]])


def swapped(held: list[bytes]) -> list[bytes]:
    return [*held[:2], held[3], held[2], *held[4:]]


def renumbered(held: list[bytes]) -> list[bytes]:
    """Two events swapped by somebody who gives each the other's place."""
    first, second = without_sum(held[2]), without_sum(held[5])
    return summed_anew([*held[:2], written(second | {"place": 2}), *held[3:5], written(first | {"place": 5}), *held[6:]])


LAST = -1
HARMS: dict[str, tuple[Harm, str, int]] = {
    "a letter of an event": (changed(b"kwintes-2", b"kwintes-3"), "lines-damaged", EVENT + 1),
    "a letter of a ciphertext": (changed(b'"data":"', b'"data":"A'), "lines-damaged", EVENT + 1),
    "a letter of a receipt": (changed(b'"result":"', b'"result":" ', 1), "lines-damaged", 2),
    "another ciphertext, summed anew": (other_ciphertext, "lines-damaged", EVENT + 1),
    "another state, summed anew": (other_state, "lines-other-root", LAST),
    "another stamp, summed anew": (with_field(recorded_at="2026-11-22T00:00:00.000001Z"), "lines-other-root", LAST),
    "another login, summed anew": (with_field(recorded_by="os-somebody"), "lines-other-root", LAST),
    "another topic, summed anew": (with_field(topic="case.intake.submitted"), "lines-other-root", LAST),
    "no stamp at all": (with_field(recorded_at="2026-13-22T00:00:00.000000Z"), "lines-damaged", EVENT + 1),
    "written otherwise": (changed(b'"version":', b'"version": '), "lines-damaged", EVENT + 1),
    "two swapped": (swapped, "lines-out-of-order", 3),
    "two swapped and renumbered": (renumbered, "lines-out-of-order", 3),
    "one from the middle": (lambda held: [*held[:3], *held[4:]], "lines-out-of-order", 4),
    "one twice": (lambda held: [*held[:3], held[2], *held[3:]], "lines-out-of-order", 4),
    "one from the tail": (lambda held: [*held[:6], *held[7:]], "lines-out-of-order", 7),
    "its end": (lambda held: held[:-1], "lines-out-of-order", 9),
    "half of a line": (lambda held: [*held[:5], held[5][:40]], "lines-damaged", 6),
    "all but its head": (lambda held: held[:1], "lines-out-of-order", 2),
    "something added": (lambda held: [*held, held[-1]], "lines-out-of-order", 10),
    "nonsense added": (lambda held: [*held, b"{}\n"], "lines-damaged", 10),
}


def test_what_was_harmed_is_named_by_its_line_and_nothing_is_put_back(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    path, there = tmp_path / "all.jsonl", new_place("sqlite")
    exported(config, path)
    held = lines(path)
    for harm, (do, code, line) in HARMS.items():
        path.write_bytes(b"".join(do(held)))
        with pytest.raises(Refused) as refused:
            restore(there, {"events": path}, quiet)
        expected = len(held) if line == LAST else line
        assert (refused.value.code, refused.value.facts) == (code, {"field": "events", "line": expected}), harm
    with pytest.raises(Refused, match="no-store"):
        open_store(there)


def test_the_middle_of_a_packed_file_is_named_where_it_ends(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    path = tmp_path / "all.jsonl.gz"
    exported(config, path)
    packed = path.read_bytes()
    for harmed in (packed[: len(packed) // 2], packed[:-9]):
        path.write_bytes(harmed)
        with pytest.raises(Refused) as refused:
            restore(new_place("sqlite"), {"events": path}, quiet)
        assert refused.value.code.startswith("lines-")
        assert refused.value.facts["line"]


def test_lines_of_another_store_under_this_ones_head_are_refused(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    other = replace(new_place("sqlite"), ledger=tmp_path / "theirs" / "erasures.jsonl")
    with create_store(other) as store:
        fill(store)
    exported(config, tmp_path / "ours.jsonl")
    exported(other, tmp_path / "theirs.jsonl")
    ours, theirs = lines(tmp_path / "ours.jsonl"), lines(tmp_path / "theirs.jsonl")
    for mixed in ([ours[0], *theirs[1:]], summed_anew([ours[0], *theirs[1:]]), summed_anew([*theirs[:-1], ours[-1]])):
        (tmp_path / "mixed.jsonl").write_bytes(b"".join(mixed))
        with pytest.raises(Refused) as refused:
            restore(new_place("sqlite"), {"events": tmp_path / "mixed.jsonl"}, quiet)
        assert refused.value.code in ("lines-other-root", "lines-out-of-order")
        assert refused.value.facts["line"] in (len(ours) - 1, len(ours))


def test_a_checkpoint_that_its_key_did_not_sign_is_refused(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    path = tmp_path / "all.jsonl"
    exported(config, path)
    held = lines(path)
    last = without_sum(held[-1])
    note = last["checkpoint"]["note"]
    at = len(note) - 20
    last["checkpoint"]["note"] = note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :]
    path.write_bytes(b"".join([*held[:-1], written(last)]))
    with pytest.raises(Refused) as refused:
        restore(new_place("sqlite"), {"events": path}, quiet)
    assert (refused.value.code, refused.value.facts["line"]) == ("lines-other-root", len(held))


def test_lines_are_no_backup_of_keys_and_a_newer_form_is_said_to_be_newer(
    config: StoreConfig, new_place: NewPlace, tmp_path: Path
):
    path = tmp_path / "all.jsonl"
    exported(config, path)
    with pytest.raises(Refused, match="backup-of-other-kind"):
        restore(new_place("sqlite"), {"keys": path}, quiet)
    path.write_bytes(path.read_bytes().replace(b'"format":1', b'"format":2', 1))
    with pytest.raises(Refused, match="backup-too-new"):
        restore(new_place("sqlite"), {"events": path}, quiet)


# --- the controls: a check that is weakened lets through what it is there to find


WEAKER: dict[str, tuple[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "the root": ("another state, summed anew", lambda p: p.setattr(checking.Checker, "_checkpoint", _trusting)),
    "the ciphertext's digest": (
        "another ciphertext, summed anew", lambda p: p.setattr(checking.Checker, "_sealed", _counting),
    ),
    "stamps": ("another login, summed anew", lambda p: p.setattr(checking, "leaf_of", _without_login())),
}  # fmt: skip


def _trusting(self: checking.Checker, found: form.Checkpoint) -> None:
    self.checkpoint = found


def _counting(self: checking.Checker, event: form.Event, state: bytes) -> None:
    self.sealed += len(event.sealed)


def _without_login() -> Callable[..., object]:
    from infra.evidence.leaf import leaf_of

    def leaf(store, event):
        return leaf_of(store, event._replace(recorded_by=f"os-{__import__('os').getuid()}"))

    return leaf


@pytest.mark.parametrize("weaker", WEAKER)
def test_without_a_check_its_harm_is_let_through(
    new_place: NewPlace, weaker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    config, path = new_place("sqlite"), tmp_path / "all.jsonl"
    with create_store(config) as store:
        fill(store)
    exported(config, path)
    harm, weaken = WEAKER[weaker]
    path.write_bytes(b"".join(HARMS[harm][0](lines(path))))
    with pytest.raises(Refused):
        restore(new_place("sqlite"), {"events": path}, quiet)
    weaken(monkeypatch)
    there = new_place("sqlite")
    restore(there, {"events": path}, quiet)
    if weaker != "the ciphertext's digest":
        assert whole(there) != whole(config)


def test_a_log_that_is_not_the_one_of_its_checkpoint_is_not_written(config: StoreConfig, tmp_path: Path):
    exported(config, tmp_path / "all.jsonl")
    with open_store(config) as store:
        db = store.connection()
        if db.kind == "postgresql":
            db.execute("ALTER TABLE casus.stored_events DISABLE TRIGGER USER")
        else:
            db.execute("DROP TRIGGER stored_events_stay")
        table = "casus.stored_events" if db.kind == "postgresql" else "stored_events"
        db.execute(f"UPDATE {table} SET recorded_by = 'x' WHERE originator_version = 2")
    with pytest.raises(Refused, match="evidence-inconsistent"):
        exported(config, tmp_path / "again.jsonl")


# --- whatever stands in it, it is refused or it is put back


HOSTILE: tuple[object, ...] = (
    None, "", "x", "\u0000", -1, 0, 1, 2**70, 1.5, True, [], ["x"], {}, {"base64": "AA=="}, "2026-13-01T00:00:00.000000Z",
    "0001-01-01T00:00:00.000000Z", "AA==", "f" * 64, "[]", '{"command":1}', '{"sealed":[1]}',
)  # fmt: skip


def spots(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where in a line something stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, each in inner for spot in spots(each, (*path, key)))] if path or inner else []


def put(value: Any, path: tuple[str | int, ...], other: object) -> None:
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = other


def test_whatever_stands_in_it_no_check_falls_over(new_place: NewPlace, tmp_path: Path):
    config, path = new_place("sqlite"), tmp_path / "all.jsonl"
    with create_store(config) as store:
        fill(store)
    exported(config, path)
    held = lines(path)
    tried = let_through = 0
    for n in range(len(held)):
        for spot in spots(without_sum(held[n])):
            for other in HOSTILE if spot else ():
                made = without_sum(held[n])
                put(made, spot, other)
                changed_lines = [*held[:n], written(made), *held[n + 1 :]]
                checker = checking.Checker("events")
                tried += 1
                try:
                    for line in summed_anew(changed_lines) if n < len(held) - 2 else changed_lines:
                        checker.take(line)
                    checker.end()
                except Refused:
                    continue
                let_through += 1
                if made != without_sum(held[n]):
                    assert spot[0] in ("receipt", "created_at", "checkpoint", "key"), (spot, other)
    assert tried > 1500
    assert let_through < tried / 20
