"""A log, a table or a place that can't be used: refused in a sentence that names the line and the mend, and nothing stored."""

import re
from collections import Counter
from pathlib import Path

import pytest

from domain.disclosure import PREFIX
from infra.store import StoreConfig, open_store
from tests.e2e.conftest import Casus, Result
from tests.support.logs import steps, written

HEADING = "case,activity,timestamp\n"


@pytest.fixture
def store(empty: Casus) -> Casus:
    """A store without a team."""
    empty.done("init")
    return empty


def head(casus: Casus) -> int:
    """How many events there are, acts of seeing left out: what was seen was seen, whatever came of it."""
    with open_store(StoreConfig(casus.home)) as store:
        return sum(store.version(stream) for stream in store.streams() if not stream.startswith(PREFIX))


def refused(casus: Casus, *words: str) -> Result:
    """What is said in English of what must be refused; in Dutch it is refused the same, and neither stores anything."""
    before = head(casus)
    english, dutch = casus(*words), casus(*words, lang="nl")
    assert english.code == dutch.code == 3, english
    assert english.out == dutch.out == ""
    assert english.err != dutch.err
    assert "Traceback" not in english.err + dutch.err
    assert "refusal" not in english.err
    assert re.findall(r"\d+", english.err) == re.findall(r"\d+", dutch.err)
    assert head(casus) == before
    return english


def file(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_each_small_odd_file_is_read_or_refused(store: Casus, municipal_logs: Path):
    found: Counter[str] = Counter()
    files = sorted((municipal_logs / "logs" / "xes_importer_negative").glob("*.xes"))
    for number, odd in enumerate(files):
        before = head(store)
        said = store("--json", "import", str(odd), "--source", f"odd-{number}")
        assert said.code in (0, 3), (odd.name, said)
        if said.code == 3:
            assert said.out == ""
            assert '"exit": 3' in said.err
            assert head(store) == before
        found[str(said.code)] += 1
        if said.code == 0:
            events = said.row["events"]
            assert head(store) - before == events + (1 + said.row["resources"] if events else 0)
    assert found.total() == len(files) == 71
    assert set(found) == {"0", "3"}


@pytest.mark.parametrize(
    ("content", "telling"),
    [
        ("", "empty"),
        ("<log>", "Line 1"),
        ("<log><trace>\n<event></event></trace></log>", "Line 2"),
        ("<!DOCTYPE log>\n<log/>", "DOCTYPE"),
        ("<html/>", "<log>"),
    ],
)
def test_an_xes_log_that_is_none(store: Casus, tmp_path: Path, content: str, telling: str):
    assert telling in refused(store, "import", file(tmp_path, "bad.xes", content), "--source", "bad").err


@pytest.mark.parametrize(
    ("content", "telling"),
    [
        ('{"case": "1", "activity": "a", "timestamp": "2024-01-01"}\n{"case": ', "Line 2"),
        ('{"case": "1", "activity": "a", "timestamp": "2024-01-01"}\n\n[]\n', "Line 3"),
        ('{"case": "1", "activity": "a", "timestamp": "yesterday"}\n', "timestamp"),
        ('{"case": "1", "activity": "", "timestamp": "2024-01-01"}\n', "activity"),
        ('{"case": "1", "case": "2", "activity": "a", "timestamp": "2024-01-01"}\n', "Keep one"),
        ('{"case": "1", "activity": "a\u202eb", "timestamp": "2024-01-01"}\n', "U+202E"),
        ('{"case": "1", "activity": "' + "a" * 201 + '", "timestamp": "2024-01-01"}\n', "200"),
    ],
)
def test_json_lines_that_are_none(store: Casus, tmp_path: Path, content: str, telling: str):
    said = refused(store, "import", file(tmp_path, "bad.jsonl", content), "--source", "bad")
    assert telling in said.err
    assert "\u202e" not in said.err


@pytest.mark.parametrize(
    ("content", "telling"),
    [
        (HEADING + "1,a,2024-01-01\n1,Crèche,2024-01-02\n".encode("cp1252").decode("latin-1"), ""),
        (HEADING + "1,a\n", "Line 2"),
        (HEADING + '1,"a,2024-01-01\n', "Line 2"),
        ("number,activity,timestamp\n1,a,2024-01-01\n", "--column case=NAME"),
    ],
)
def test_csv_that_is_none(store: Casus, tmp_path: Path, content: str, telling: str):
    raw = content.encode("latin-1")
    assert telling in refused(store, "import", file(tmp_path, "bad.csv", raw), "--source", "bad").err


def test_csv_in_another_encoding(store: Casus, tmp_path: Path):
    log = file(tmp_path, "log.csv", (HEADING + "1,Crèche,2024-01-01T00:00:00Z\n").encode("cp1252"))
    said = refused(store, "import", log, "--source", "bad")
    assert "Line 2" in said.err
    assert "--encoding" in said.err
    assert store.json("import", log, "--source", "good", "--encoding", "cp1252")[0]["added"] == 1
    assert "Crèche" in store.done("trail", "good:1").out


def test_a_column_is_called_what_the_file_calls_it(store: Casus, tmp_path: Path):
    log = file(tmp_path, "log.csv", 'zaak,"wat, precies",plan\n1,a,2024-01-01T00:00:00Z\n')
    columns = ("--column", "case=zaak", "--column", "activity=wat, precies", "--column", "when=plan")
    assert store.json("import", log, "--source", "good", *columns)[0]["added"] == 1
    broken = file(tmp_path, "broken.csv", 'zaak,"wat, precies",plan\n1,a,never\n')
    assert "Line 2: plan is no time" in refused(store, "import", broken, "--source", "bad", *columns).err


@pytest.mark.parametrize(
    ("content", "telling"),
    [
        (b'"a" = "b"\n"c" = \n', "Line 2"),
        (b'"a" = "b"\n"a" = "c"\n', "Line 2"),
        (b'"a" = "b"\n"caf\xe9" = "c"\n', "Line 2"),
        (b'"a" = "b"\n"b" = "Not A Code"\n', "Entry 2"),
        (b'"a" = "b"\n[more]\n"b" = "c"\n', "Entry 2"),
        (b'"a" = 1\n', "Entry 1"),
    ],
)
def test_a_table_of_kinds_that_is_none(store: Casus, tmp_path: Path, content: bytes, telling: str):
    log = str(written(tmp_path / "log.jsonl", steps(1)))
    said = refused(store, "import", log, "--source", "bad", "--map", file(tmp_path, "map.toml", content))
    assert telling in said.err


def test_a_file_that_is_not_there_or_is_a_folder(store: Casus, tmp_path: Path):
    log = str(written(tmp_path / "log.jsonl", steps(1)))
    assert "no such file" in refused(store, "import", str(tmp_path / "gone.xes"), "--source", "bad").err
    assert "no such file" in refused(store, "import", log, "--source", "bad", "--map", str(tmp_path / "gone.toml")).err
    assert "folder" in refused(store, "import", str(tmp_path), "--source", "bad").err


def test_a_log_that_changed_since(store: Casus, tmp_path: Path):
    store.done("import", str(written(tmp_path / "log.jsonl", steps(2))), "--source", "harbour")
    changed = [{**line, "activity": "otherwise"} if n == 7 else line for n, line in enumerate(steps(2))]
    log = str(written(tmp_path / "changed.jsonl", [*steps(1, first=7), *changed]))
    said = refused(store, "import", log, "--source", "harbour")
    assert "ship-0001, position 2" in said.err


@pytest.mark.parametrize(
    "options", [("--zone", "Mars/Crater"), ("--encoding", "klingon"), ("--delimiter", ";;"), ("--case-prefix", " ")]
)
def test_an_option_that_can_t_be_used(store: Casus, tmp_path: Path, options: tuple[str, str]):
    log = file(tmp_path, "log.csv", HEADING + "1,a,2024-01-01T00:00:00\n")
    assert options[0] in refused(store, "import", log, "--source", "bad", *options).err


def test_an_export_that_can_t_be_written(store: Casus, tmp_path: Path):
    store.done("import", str(written(tmp_path / "log.jsonl", steps(2))), "--source", "harbour")
    (tmp_path / "folder.xes").mkdir()
    export = ("export", "xes", "--source", "harbour", "--recipient", "x", "-o")
    assert "folder" in refused(store, *export, str(tmp_path / "folder.xes")).err
    assert "Make it" in refused(store, *export, str(tmp_path / "gone" / "out.xes")).err
    assert "place" in refused(store, *export, "/proc/out.xes").err
    assert store("export", "xes", "--source", "nobody", "--recipient", "x", "-o", str(tmp_path / "out.xes")).code == 4
    assert [p.name for p in tmp_path.iterdir() if "part" in p.name or p.name == "out.xes"] == []
