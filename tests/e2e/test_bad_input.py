"""Input that can't be: refused, the field and the mend named, nothing stored, nothing sent raw to the terminal."""

import stat
from pathlib import Path

import pytest

from domain.disclosure import PREFIX
from infra.store import StoreConfig, open_store
from tests.e2e.conftest import Casus, Result
from tests.support.invented import INVENTED

SUBMIT = ("intake", "submit", "--reason", "adrift", "--anonymous", "--question")


def stored(casus: Casus) -> int:
    """How many events there are, acts of seeing left out: looking for a person is stored before it can be refused."""
    with open_store(StoreConfig(casus.home, casus.dsn)) as store:
        return sum(store.version(stream) for stream in store.streams() if not stream.startswith(PREFIX))


def refused(casus: Casus, *words: str, stdin: str = "") -> Result:
    before = stored(casus)
    result = casus(*words, stdin=stdin)
    assert result.code in (2, 3, 4, 5), result
    assert stored(casus) == before
    assert result.out == ""
    return result


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, "bell\x07", "esc\x1b[31m", "turned\u202eround", "\ufefftext", "a\x00b"])
def test_a_text_that_cannot_be_is_refused_by_its_field(casus: Casus, text: str):
    result = refused(casus, *SUBMIT, text)
    assert "--question" in result.err
    assert not any(c in result.err for c in "\x07\x1b\u202e\ufeff\x00")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("call 06-12345678", "phone"), ("mail jan@example.org", "e-mail"), ("BSN 111222333", "citizen service number"),
        ("born 17-05-1980", "date"), ("at 8232 AB 12", "postcode"),
    ],
)  # fmt: skip
def test_an_anonymous_case_takes_no_identifier(casus: Casus, text: str, kind: str):
    result = refused(casus, *SUBMIT, text)
    assert "--question" in result.err
    assert kind in result.err
    assert text not in result.err


def test_a_name_that_goes_with_anonymous_is_refused(casus: Casus):
    assert "--name" in refused(casus, *SUBMIT, "x", "--name", "Jan Jansen").err


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("team", "schedule", "harbour-table", "--on", "2020-01-01"), "--on"),
        (("team", "hold-meeting", "harbour-table", "--on", "2030-01-01"), "--on"),
        (
            ("team", "cover-absence", "harbour-table", "pilots-1", "--cover", "pilots-2", "--start", "2026-12-02",
             "--until", "2026-12-01"),
            "pilots-2",
        ),
        ((*SUBMIT, "x", "--occurred-at", "2030-01-01"), "--occurred-at"),
        ((*SUBMIT, "x", "--occurred-at", "1800-01-01"), "--occurred-at"),
        ((*SUBMIT, "x", "--occurred-at", "soon"), "--occurred-at"),
        ((*SUBMIT, "x", "--command-id", "with spaces"), "--command-id"),
        ((*SUBMIT, "x", "--purpose", "Jan Jansen"), "--purpose"),
        ((*SUBMIT, "x", "--domain", "unheard-of"), "--domain"),
        (("team", "add-professional", "harbour-table", "--partner", "nobody", "--role", "deckhand", "--name", "x"), "--partner"),
        (("team", "add-professional", "harbour-table", "--partner", "pilots", "--role", "captain", "--name", "x"), "--role"),
    ],
)  # fmt: skip
def test_dates_codes_and_partners_that_cannot_be_are_named(casus: Casus, words: tuple[str, ...], field: str):
    assert field in refused(casus, *words).err


def test_a_text_comes_from_input_or_a_file(casus: Casus, tmp_path: Path):
    file = tmp_path / "question.txt"
    file.write_bytes(b"De boot drijft weg\r\nNu\r\n")
    casus.done(*SUBMIT, f"@{file}")
    casus.done(*SUBMIT, "-", stdin="From input\n")
    questions = [casus.json("trail", f"HBR-2026-000{n}", "--texts")[0]["texts"]["question"] for n in (1, 2)]
    assert questions == ["De boot drijft weg\nNu", "From input"]


def test_a_file_of_another_encoding_or_that_is_not_there_is_refused(casus: Casus, tmp_path: Path):
    latin = tmp_path / "latin.txt"
    latin.write_bytes("één".encode("latin-1"))
    assert "UTF-8" in refused(casus, *SUBMIT, f"@{latin}").err
    assert "--question" in refused(casus, *SUBMIT, f"@{tmp_path / 'none'}").err


def test_two_texts_cannot_come_from_one_input(casus: Casus):
    assert refused(casus, *SUBMIT, "-", "--tried", "-", stdin="x").code == 2


def test_without_a_store_it_says_how_to_make_one(empty: Casus):
    result = empty("cases")
    assert (result.code, "casus init" in result.err) == (3, True)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    casus = Casus(in_the_way / "home")
    result = casus("init")
    assert result.code == 3
    assert "CASUS_HOME" in result.err


def test_a_key_file_that_is_missing_or_open_to_others_stops_everything_that_needs_it(casus: Casus):
    key = casus.home / "master.key"
    key.chmod(0o644)
    assert (casus(*SUBMIT, "x").code, "chmod 600" in casus(*SUBMIT, "x").err) == (3, True)
    moved = key.rename(casus.home / "elsewhere")
    assert (casus(*SUBMIT, "x").code, "backup" in casus(*SUBMIT, "x").err) == (3, True)
    moved.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert casus(*SUBMIT, "x", CASUS_KEY_FILE=str(moved)).code == 0


def test_a_store_that_is_damaged_or_newer_is_refused(casus: Casus):
    import sqlite3

    with sqlite3.connect(casus.home / "casus.db") as database:
        database.execute("INSERT INTO casus_schema SELECT max(version) + 1, 'of tomorrow', '' FROM casus_schema")
    result = casus("cases")
    assert (result.code, "newer" in result.err) == (3, True)
    (casus.home / "casus.db").write_bytes(b"no database at all" * 1000)
    assert casus("cases").code == 3


def test_settings_that_are_not_known_are_named(casus: Casus):
    (casus.home / "config.toml").write_text('colour = "blue"\n')
    result = casus("cases")
    assert (result.code, "colour" in result.err) == (3, True)
    (casus.home / "config.toml").write_text("= = =")
    assert casus("cases").code == 3


def test_a_way_of_working_with_faults_is_told_by_field(casus: Casus, tmp_path: Path):
    file = tmp_path / "faulty.toml"
    file.write_text(INVENTED.replace("check_days = { value = 5", "check_days = { value = 0"))
    told = casus("profile", "check", str(file))
    assert told.code == 3
    assert "monitoring.check_days" in told.out
    assert "monitoring.check_days" in refused(casus, "team", "adopt", "harbour-table", "--profile", str(file)).err


def test_a_server_that_is_not_there_is_told_without_its_password(empty: Casus):
    result = empty("cases", CASUS_STORE="postgresql://anna:s3cret@127.0.0.1:1/nothing")
    assert result.code == 3
    assert "s3cret" not in result.err
    assert empty("cases", CASUS_STORE="mysql://x").code == 3


def test_where_the_language_goes_and_where_purposes_are_listed_is_said(casus: Casus):
    for words in (("cases", "--lang", "nl"), ("cases", "--lang=nl")):
        refused = casus(*words)
        assert (refused.code, "put it first" in refused.err) == (2, True), refused
    unknown = casus("--purpose", "curiosity", "cases")
    assert unknown.code != 0
    assert "who-may.md" in unknown.err
