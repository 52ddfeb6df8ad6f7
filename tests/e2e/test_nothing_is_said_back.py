"""Every complaint that can be provoked, with something planted in what is wrong: none of them says it back, nor keeps it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tests.e2e.conftest import Casus
from tests.support import planted, provoking
from tests.support.field import Field
from tests.support.provoking import ELSEWHERE


def test_no_complaint_says_back_what_was_typed(field: Field):
    """Every command with something planted in each place; on a server before some of them, for the complaints are the same."""
    field.said.clear()
    by_name = {e.name: e for e in field.examples}
    tried: Counter[tuple[str, ...]] = Counter()
    runs = 0
    for number, (path, leaf) in enumerate(provoking.leaves()):
        name = " ".join(path)
        if name in ELSEWHERE - {"apply", "import", "store upgrade"} or (field.casus.dsn and number % 24):
            continue
        own = provoking.is_own(path)
        line = (
            provoking.line_of(leaf, path, field.known()) if own else by_name[".".join(path)].line(field.folder, all_texts=False)
        )
        lines = provoking.anywhere(line) if field.casus.dsn else provoking.spoiled(leaf, path, line, also=own, tried=tried)
        for spoiled in lines:
            field.run("--json" if runs % 2 else "--verbose", *spoiled, named=name)
            runs += 1
    errors = [(name, text) for name, stream, text in field.said if stream == "err"]
    assert [hit for name, text in errors for hit in planted.in_text(text, name)] == []
    assert field.stored() == []
    print(f"{runs} lines, {len(field.codes)} kinds of complaint")


def test_no_refusal_says_back_what_was_typed(field: Field):
    """Every command again, in its own case and in one that is closed: done already, in a wrong state, somebody else's."""
    field.said.clear()
    others = [e for e in field.examples if e.name == "closing.reopen" and field.casus.dsn is None]
    for example in field.examples:
        line = example.line(field.folder, all_texts=True)
        for other in (example, *others):
            typed = [other.own.named(example.own.back(word)) for word in line]
            field.run("--json", *typed, "--command-id", f"once-{example.own.number}", named=example.name)
    errors = [(name, text) for name, _, text in field.said]
    assert [hit for name, text in errors for hit in planted.in_text(text, name)] == []
    # On a server each id is given once: what it is refused for there is the same as in the files.
    reused = set() if field.casus.dsn else {"command-id-reused"}
    assert field.codes >= {"wrong-state", "not-allowed"} | reused
    assert field.stored() == []
    print(f"{len(field.codes)} kinds of refusal: {', '.join(sorted(field.codes))}")


def submit(field: Field, *more: str) -> tuple[str, ...]:
    return ("--team", field.known()["team"], "intake", "submit", "--question", planted.TEXT, "--reason", "adrift", *more)


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
                field.run(*how, "--team", field.known()["team"], "apply", str(batch), named="apply")
    batch.unlink()  # what was typed is ours to take away
    assert field.leaks() == []
    assert field.stored() == []


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
            for line in (("show", field.known()["case"]), submit(field)):
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
ON_SERVER = ("show HBR", "team show ")


def test_completion_offers_nothing_of_anybody(field: Field):
    """On a server some of them: what is offered comes from the program, not from a store."""
    for words in ON_SERVER if field.casus.dsn else BEGUN:
        typed = f"casus {words}"
        at = len(typed.split()) - (not typed.endswith(" "))
        with process(field, _CASUS_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(at)) as running:
            out, err = running.communicate(timeout=60)
        assert running.returncode == 0, words
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
