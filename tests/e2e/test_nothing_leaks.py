"""Something planted in every sealed field and every complaint provoked: none of it is found where no reader asked for it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from domain.event import Recorded
from domain.events import discover
from infra.store.envelope import SealedAt
from tests.e2e.conftest import Casus
from tests.scenario import CASE
from tests.support import planted, provoking
from tests.support.field import Field
from tests.support.postgres import OwnServer, Server
from tests.support.sowing import office_of

SHOWN = frozenset(
    {"show", "trail", "replay", "diff", "learning list", "team roster", "rights list", "stats handovers"}
)  # fmt: skip
"""What opens texts for a reader who may see them: there, on standard output alone, they are to be found."""


# --- what is stored


def test_every_command_was_typed_and_every_sealed_field_written(field: Field):
    assert [(name, result.err) for name, result in field.refused] == []
    sealed = {(topic, name) for topic, event in discover().items() for name in event.personal_fields()}
    assert sealed - field.written == {("source.imported.resource-noted", "name")}, "what no command writes is imported"
    print(f"{len(field.examples)} commands, {len(field.written)} sealed fields")


def test_no_command_says_back_what_was_typed(field: Field):
    assert field.leaks() == []


def test_nothing_stands_in_the_store(field: Field):
    assert field.stored() == []
    assert planted.in_folder(field.casus.home.with_name(f"{field.casus.home.name}-ledger")) == []
    assert planted.in_folder(field.temporary) == []
    if field.casus.dsn is None:
        assert planted.in_folder(field.journals) == []
        assert {p.name for p in field.journals.iterdir() if p.stat().st_size} >= {"casus.db-wal", "keys.db-wal"}


def test_nothing_stands_in_the_files_and_the_log_of_the_server(field: Field, postgres_server: Server):
    if field.casus.dsn is None or not isinstance(postgres_server, OwnServer):
        return  # a server that is not ours keeps its files to itself; its tables were searched
    with psycopg.connect(field.casus.dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        assert row is not None
    data = postgres_server.folder / "data"
    assert planted.in_folder(data / "base" / str(row[0])) == []
    assert planted.in_folder(data / "pg_wal") == []
    assert planted.in_text(postgres_server.log(), "the server's log") == []


def test_an_imported_name_is_sealed_too(field: Field):
    log = field.folder / "log.jsonl"
    step = '{"case": "c1", "activity": "Arrival", "timestamp": "2026-03-01T10:00:00Z", "resource": "%s"}\n'
    log.write_text(step % planted.NAME, encoding="utf-8")
    assert field.run("import", str(log), "--source", "quay", named="import").code == 0
    broken = field.folder / "broken.jsonl"
    for line in ("{%s", '{"case": "%s"}', '{"case": "c1", "activity": "x", "timestamp": "%s"}', '["%s"]', '"%s'):
        broken.write_text(step % "x" + line % planted.TEXT + "\n", encoding="utf-8")
        for how in ((), ("--json", "--verbose")):
            assert field.run(*how, "import", str(broken), "--source", "quay-2", named="import").code not in (0, 1)
    log.unlink()
    broken.unlink()
    assert field.leaks() == []
    assert field.stored() == []


# --- what is asked


def questions(field: Field) -> Iterator[tuple[str, list[str]]]:
    """Every question of the program, with as few words as will do, and with each of its switches; to our table, and what is
    for an office to the officer's.
    """
    officer = next(e for e in field.examples if e.name == "rights.decide")
    about = field.known()
    his = {**about, "team": officer.team, "case": officer.own.named(CASE)}
    for path, leaf in provoking.leaves():
        name = " ".join(path)
        if not provoking.is_own(path) or name in provoking.ELSEWHERE:
            continue
        for ask in (about, his) if office_of(name.replace(" ", "-")) or path[0] in ("access", "rights", "export") else (about,):
            line = provoking.line_of(leaf, path, {**ask, "file": str(field.folder / f"out-{'-'.join(path)}")})
            if name == "store backup":
                line += ["--events", str(field.folder / "events"), "--keys", str(field.folder / "keys"), "--yes"]
            yield name, ["--team", ask["team"], *line]
            for p in leaf.asks:
                if p.kind == "yes-no":
                    yield name, ["--team", ask["team"], *line, p.option]


def test_only_who_asks_for_texts_gets_them(field: Field):
    field.said.clear()
    for name, line in questions(field):
        for how in (("--json",), ("--verbose", "--lang", "nl")):
            field.run(*how, *line, named=name)
    opened = {name for name, stream, text in field.said if stream == "out" and planted.in_text(text, name)}
    assert {"show", "trail", "replay", "diff"} <= opened <= SHOWN, "who may read does read: what was planted is there to be found"
    assert [hit for name, _, text in field.said if name not in opened for hit in planted.in_text(text, name)] == []
    assert [hit for name, stream, text in field.said if stream == "err" for hit in planted.in_text(text, name)] == []
    field.said.clear()


def test_nothing_stands_in_what_was_written_elsewhere(field: Field):
    written = {p.name: p for p in field.folder.iterdir() if p.is_file()}
    assert {"events", "keys"} <= written.keys(), "the backups were made"
    asked = {"log.jsonl", "broken.jsonl"}  # what we wrote ourselves
    assert [hit for name in written.keys() - asked for hit in planted.in_bytes(written[name].read_bytes(), name)] == []
    assert field.stored() == []


# --- controls: it is found when it is there


def test_a_field_that_is_left_unsealed_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The control: one text goes into an event as it is, as from a field that is text and not `Personal`."""
    from infra.store import envelope, mapper

    real = envelope.encode

    def leaky(entry: Recorded, sealed: Mapping[str, SealedAt]) -> bytes:
        made = real(entry, sealed)
        text = getattr(getattr(entry.event, "text", None), "text", None)
        return made if text is None else made.replace(b'"facts":{', b'"facts":{"said":"' + text.encode() + b'",')

    field = Field(Casus(tmp_path / "casus"), tmp_path / "elsewhere")
    field.folder.mkdir()
    field.sow()
    field.examples = [e for e in field.examples if e.name == "plan.set-goal"]
    field.play(erasing=False)
    assert field.stored() == []
    monkeypatch.setattr(mapper, "encode", leaky)
    [example] = field.examples
    line = example.line(field.folder, all_texts=True)
    field.run(*[word if word != planted.TEXT else f"Another {planted.TEXT}" for word in line])
    found = field.stored()
    assert {"casus.db"} <= {hit.partition(":")[0] for hit in found}
    assert all(any(repr(stem) in hit for hit in found) for stem in planted.STEMS if stem in planted.TEXT)


@pytest.mark.parametrize("stem", planted.STEMS)
def test_every_form_of_it_is_found(stem: str, tmp_path: Path):
    """The control of the search itself."""
    import base64
    import gzip
    import json
    from urllib.parse import quote

    raw = stem.encode()
    forms = [
        raw, stem.upper().encode() if stem.isascii() else raw, stem.encode("utf-16-le"), stem.encode("utf-16-be"),
        json.dumps(stem).encode(), quote(stem).encode(), gzip.compress(raw), repr(raw).encode(),
    ]  # fmt: skip
    if len(raw) >= planted.LONG:
        forms += [raw.hex().encode(), raw.hex().upper().encode(), *(base64.b64encode(b"x" * n + raw + b"yz") for n in range(3))]
    for form in forms:
        framed = form if form[:2] == b"\x1f\x8b" else b"\x00before" + form + b"after"
        assert planted.in_bytes(framed, "here"), form
    (tmp_path / f"{stem}.txt").write_bytes(b"")
    assert planted.in_folder(tmp_path)
    assert planted.in_bytes(b"nothing of the sort", "here") == []
