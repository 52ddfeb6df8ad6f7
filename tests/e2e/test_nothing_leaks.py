"""Something planted in every sealed field and every complaint provoked: none of it is found where no reader asked for it."""

import os
import shutil
import signal
import subprocess
import sys
import time
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
from tests.support.field import Field, dumped
from tests.support.postgres import OwnServer, Server
from tests.support.sowing import office_of
from tests.support.stores import DATABASES

SHOWN = frozenset({"show", "trail", "replay", "learning list", "team roster", "rights list", "stats handovers"})
"""What opens texts for a reader who may see them: there, on standard output alone, they are to be found."""
ELSEWHERE = frozenset({"init", "demo", "completion", "apply", "import", "projections follow", "store upgrade", "store restore"})
"""What is no question to this store, or does not end; tried below or by tests of their own."""


@pytest.fixture(scope="module", params=DATABASES)
def field(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A store with everything planted, on each database; of a laptop's a copy with its journals too."""
    server: Server | None = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    dsn = server.fresh_database() if server else None
    made = Field(Casus(tmp_path_factory.mktemp("home") / "casus", dsn), tmp_path_factory.mktemp("elsewhere"))
    with pytest.MonkeyPatch.context() as patch:
        made.temporary.mkdir()
        patch.setenv("TMPDIR", str(made.temporary))
        patch.chdir(made.temporary)
        made.sow()
        with made.kept_open():
            made.play(erasing=False)
            if dsn is None:
                shutil.copytree(made.casus.home, made.journals)
        made.play(erasing=True)
        yield made
    if server and dsn:
        server.drop(dsn)


def stored(field: Field) -> list[str]:
    """What is found in the store: the files and journals of a laptop's; of a server's every table there is, and its log."""
    found = planted.in_folder(field.casus.home)
    if field.casus.dsn:
        found += [hit for where, data in dumped(field.casus.dsn) for hit in planted.in_bytes(data, where)]
    return found


# --- what is stored


def test_every_command_was_typed_and_every_sealed_field_written(field: Field):
    assert [(name, result.err) for name, result in field.refused] == []
    sealed = {(topic, name) for topic, event in discover().items() for name in event.personal_fields()}
    assert sealed - field.written == {("source.imported.resource-noted", "name")}, "what no command writes is imported"
    print(f"{len(field.examples)} commands, {len(field.written)} sealed fields")


def test_no_command_says_back_what_was_typed(field: Field):
    assert field.leaks() == []


def test_nothing_stands_in_the_store(field: Field):
    assert stored(field) == []
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
    assert field.leaks() == []
    assert stored(field) == []


# --- what is asked


def known(field: Field) -> dict[str, str]:
    """What to ask about, by the name or the kind of a parameter: a case that we work on, with its table."""
    example = next(e for e in field.examples if e.name == "plan.fulfil")
    return {
        "case": f"HBR-2026-{1000 + example.own.number}", "team": example.team, "report": "cases", "region": "coast-region",
        "source": "quay", "subject": "s1", "profile": "lelystad-sit", "file": str(field.folder / "out"),
    }  # fmt: skip


def questions(field: Field) -> Iterator[tuple[str, list[str]]]:
    """Every question of the program, with as few words as will do, and with each of its switches; to our table, and what is
    for an office to the officer's.
    """
    officer = next(e for e in field.examples if e.name == "rights.decide")
    about = known(field)
    his = {**about, "team": officer.team, "case": officer.own.named(CASE)}
    for path, leaf in provoking.leaves():
        name = " ".join(path)
        if not provoking.is_own(path) or name in ELSEWHERE:
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
    assert {"show", "trail", "replay"} <= opened <= SHOWN, "who may read does read: what was planted is there to be found"
    assert [hit for name, _, text in field.said if name not in opened for hit in planted.in_text(text, name)] == []
    assert [hit for name, stream, text in field.said if stream == "err" for hit in planted.in_text(text, name)] == []


def test_nothing_stands_in_what_was_written_elsewhere(field: Field):
    written = {p.name: p for p in field.folder.iterdir() if p.is_file()}
    assert {"events", "keys"} <= written.keys(), "the backups were made"
    asked = {"log.jsonl", "broken.jsonl", "out-export-xes"}  # what we wrote ourselves, and the names that an export asks for
    assert [hit for name in written.keys() - asked for hit in planted.in_bytes(written[name].read_bytes(), name)] == []
    assert stored(field) == []


# --- what goes wrong


def test_no_complaint_says_back_what_was_typed(field: Field):
    """Every command with something planted in each place; on a server before some of them, for the complaints are the same."""
    field.said.clear()
    by_name = {e.name: e for e in field.examples}
    runs = 0
    for number, (path, leaf) in enumerate(provoking.leaves()):
        name = " ".join(path)
        if name in ELSEWHERE - {"apply", "import", "store upgrade"} or (field.casus.dsn and number % 8):
            continue
        own = provoking.is_own(path)
        line = provoking.line_of(leaf, path, known(field)) if own else by_name[".".join(path)].line(field.folder, all_texts=False)
        for spoiled in provoking.anywhere(line) if field.casus.dsn else provoking.spoiled(leaf, path, line, also=own):
            field.run("--json" if runs % 2 else "--verbose", *spoiled, named=name)
            runs += 1
    errors = [(name, text) for name, stream, text in field.said if stream == "err"]
    assert [hit for name, text in errors for hit in planted.in_text(text, name)] == []
    assert stored(field) == []
    print(f"{runs} lines, {len(field.codes)} kinds of complaint")


def test_no_refusal_says_back_what_was_typed(field: Field):
    """Every command again, in its own case and in another: in a wrong state, done already, not there, somebody else's."""
    field.said.clear()
    others = [e for e in field.examples if e.name == "closing.reopen"]
    for example in field.examples:
        line = example.line(field.folder, all_texts=True)
        for other in (example, *others):
            typed = [other.own.named(example.own.back(word)) for word in line]
            field.run("--json", *typed, "--command-id", f"once-{example.own.number}", named=example.name)
    errors = [(name, text) for name, _, text in field.said]
    assert [hit for name, text in errors for hit in planted.in_text(text, name)] == []
    assert field.codes >= {"wrong-state", "not-allowed", "command-id-reused"}
    assert stored(field) == []
    print(f"{len(field.codes)} kinds of refusal: {', '.join(sorted(field.codes))}")


def submit(field: Field, *more: str) -> tuple[str, ...]:
    return ("--team", known(field)["team"], "intake", "submit", "--question", planted.TEXT, "--reason", "adrift", *more)


def test_what_is_anonymous_and_names_somebody_is_not_told(field: Field):
    field.said.clear()
    for more in (("--anonymous",), ("--anonymous", "--name", planted.NAME), ("--anonymous", "--number", planted.NUMBER)):
        for how in ((), ("--json",), ("--verbose", "--lang", "nl")):
            assert field.run(*how, *submit(field, *more)).code == 3
    batch = field.folder / "batch.jsonl"
    lines = (
        '{"command": "intake.submit", "question": "%s", "reasons": ["adrift"], "anonymous": true}',
        '{"command": "%s"}', '{"%s": 1}', '{"command": "intake.submit", "reasons": ["%s"], "question": "x"}', "%s",
        '{"command": "intake.submit", "question": "x", "reasons": ["adrift"], "name": "x", "command_id": "%s"}',
    )  # fmt: skip
    for line in lines:
        for value in (planted.TEXT, provoking.WORD) if "command_id" not in line else (planted.TEXT,):
            batch.write_text(line % value + "\n", encoding="utf-8")
            for how in ((), ("--json",), ("--verbose",)):
                field.run(*how, "--team", known(field)["team"], "apply", str(batch), named="apply")
    assert field.leaks() == []
    assert stored(field) == []


FAULTS = (
    RuntimeError(planted.TEXT), ValueError(planted.TEXT), KeyError(planted.TEXT), OSError(5, planted.TEXT, planted.NAME),
    UnicodeDecodeError("utf-8", planted.TEXT.encode(), 0, 1, planted.NAME), psycopg.errors.UniqueViolation(planted.TEXT),
    psycopg.OperationalError(planted.TEXT), KeyboardInterrupt(planted.TEXT), MemoryError(planted.TEXT),
    AssertionError(planted.TEXT),
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_no_fault_tells_what_was_typed(field: Field, fault: BaseException, monkeypatch: pytest.MonkeyPatch):
    field.said.clear()

    def broken(*_: object) -> None:
        fault.add_note(planted.TEXT)
        raise fault from LookupError(planted.TEXT)

    monkeypatch.setattr("infra.engine.Engine.run", broken)
    for how in ((), ("--json",), ("--verbose",)):
        assert field.run(*how, *submit(field)).code in (1, 130)
    assert field.leaks() == []


def test_a_text_that_does_not_fit_its_event_is_not_told(field: Field, monkeypatch: pytest.MonkeyPatch):
    """A fault of ours: what validation says of it holds the whole input."""
    from domain.events.intake import CaseSubmitted

    field.said.clear()
    monkeypatch.setattr("infra.engine.Engine.run", lambda *_: CaseSubmitted.model_validate({"team": planted.TEXT}))
    for how in ((), ("--json",), ("--verbose",)):
        assert field.run(*how, *submit(field)).code != 0
    assert field.leaks() == []


def test_a_store_that_fails_does_not_tell(field: Field, tmp_path: Path):
    """Its files or its key file missing, damaged, of others; its address with a password in it, in every form."""
    field.said.clear()
    home = tmp_path / "copy"

    def asked() -> None:
        for how in ((), ("--json",), ("--verbose",)):
            for line in (("show", known(field)["case"]), submit(field)):
                with_home = Field(Casus(home, field.casus.dsn, field.casus.clock), field.folder, said=field.said)
                assert with_home.run(*how, *line).code != 0

    for name in ("master.key", "keys.db", "casus.db"):
        for content in (None, b"", planted.TEXT.encode() * 100):
            if field.casus.dsn is None or name == "master.key":
                shutil.rmtree(home, ignore_errors=True)
                shutil.copytree(field.casus.home, home)
                (home / name).unlink()
                if content is not None:
                    (home / name).write_bytes(content)
                    (home / name).chmod(0o600)
                asked()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    for setting in (f'store = "{planted.TEXT}"', f"{planted.TEXT}", f'{planted.NUMBER} = "x"', f'as = ["{planted.NAME}"]'):
        (home / "config.toml").write_text(setting, encoding="utf-8")
        Field(Casus(home), field.folder, said=field.said).run("cases")
    addresses = (
        f"postgresql://nobody:{planted.PASSWORD}@127.0.0.1:1/casus", f"postgresql://nobody:{planted.PASSWORD}@[::/casus",
        f"mysql://nobody:{planted.PASSWORD}@127.0.0.1/casus", f"postgresql://nobody@127.0.0.1:1/casus?password={planted.PASSWORD}",
        f"postgresql://127.0.0.1:1/casus?{planted.PASSWORD}=1", f"host=127.0.0.1 password={planted.PASSWORD}",
        f"postgresql://nobody:{planted.PASSWORD}@127.0.0.1:1/casus?connect_timeout={planted.PASSWORD}",
    )  # fmt: skip
    for address in addresses:
        for how in ((), ("--json",), ("--verbose",)):
            assert field.run(*how, "--store", address, "store", "status", named="a password").code != 0
            assert field.run(*how, "store", "status", CASUS_STORE=address, named="a password").code != 0
    assert field.leaks() == []


# --- the program as a process of its own


def process(field: Field, *line: str, **environ: str) -> "subprocess.Popen[bytes]":
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "CASUS_HOME": str(field.casus.home), "TMPDIR": str(field.temporary)}
    env |= {"CASUS_STORE": field.casus.dsn} if field.casus.dsn else {}
    command = [sys.executable, "-m", "cli", *line]
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        command, env=env | environ, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


BEGUN = ("", "show ", "show HBR", "find --name ", "cases --holder ", "intake submit --name W", "team show ")


@pytest.mark.parametrize("words", BEGUN)
def test_completion_offers_nothing_of_anybody(field: Field, words: str):
    typed = f"casus {words}"
    at = len(typed.split()) - (not typed.endswith(" "))
    with process(field, _CASUS_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(at)) as running:
        out, err = running.communicate(timeout=60)
    assert planted.in_bytes(out, "completion") + planted.in_bytes(err, "completion") == []


@pytest.mark.parametrize("after", [0.1, 0.4, 0.8])
def test_an_interruption_tells_nothing(field: Field, after: float):
    line = [word if word != planted.TEXT else "-" for word in submit(field)]
    with process(field, "--verbose", *line) as running:
        assert running.stdin is not None
        running.stdin.write(planted.TEXT.encode())
        running.stdin.flush()
        time.sleep(after)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert planted.in_bytes(out, "interrupted") + planted.in_bytes(err, "interrupted") == []


def test_an_interruption_while_loading_is_no_traceback():
    loading = (
        "import builtins, sys\n"
        "real = builtins.__import__\n"
        "def broken(name, *rest, **how):\n"
        "    if name.startswith('infra'): raise KeyboardInterrupt\n"
        "    return real(name, *rest, **how)\n"
        "builtins.__import__ = broken\n"
        "import cli\n"
        "sys.exit(cli.main(['cases']))\n"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", loading], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


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
    assert stored(field) == []
    monkeypatch.setattr(mapper, "encode", leaky)
    [example] = field.examples
    line = example.line(field.folder, all_texts=True)
    field.run(*[word if word != planted.TEXT else f"Another {planted.TEXT}" for word in line])
    found = stored(field)
    assert {"casus.db"} <= {hit.partition(":")[0] for hit in found}
    assert all(any(repr(stem) in hit for hit in found) for stem in planted.STEMS if stem in planted.TEXT)


def test_a_complaint_that_says_back_a_value_is_found(empty: Casus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The control: a complaint that tells what was typed, and a log line that does."""
    from infra.cli import failures

    field = Field(empty, tmp_path)
    monkeypatch.setattr(failures, "hushed", lambda error, *_, **__: error)
    field.run("--team", planted.NAME, "cases")
    assert field.leaks() == [], "there is no store to know of teams"
    field.casus.done("init")
    field.run("--team", planted.NAME, "show", "HBR-2026-0001")
    field.run("region", planted.NAME)
    assert field.leaks() != []


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
