"""Reading a profile's file: every fault is named with its field, and nothing but a sound profile comes out."""

from pathlib import Path

import pytest

from domain.refusal import NotFound, Refused
from infra.profiles import LARGEST_FILE, Problem, check, digest, document, find, load, sentence, shipped
from infra.texts import LANGUAGES, Words, texts
from infra.texts.sentences import placeholders
from tests.support.invented import INVENTED, invented


def said(path: Path) -> dict[str, str]:
    return {problem.field: problem.code for problem in check(path)}


def assert_sayable(found: list[Problem]) -> None:
    """Each problem has a sentence in both languages that names its field and has all its facts."""
    for problem in found:
        for language in LANGUAGES:
            line = sentence(problem, Words(language))
            assert line.startswith(problem.field)
            assert not placeholders(line)
            assert line.isprintable()


def test_both_languages_have_the_same_sentences_about_problems() -> None:
    dutch, english = texts("nl", "problems"), texts("en", "problems")
    assert {code: placeholders(said) for code, said in dutch.items()} == {
        code: placeholders(said) for code, said in english.items()
    }


def test_an_invented_profile_is_read_without_a_change_to_the_program(tmp_path: Path) -> None:
    profile = load(invented(tmp_path))
    assert check(tmp_path / "harbour-table.toml") == []
    assert profile.id == "harbour-table"
    assert profile.mandated_roles() == {"harbour-master"}
    assert profile.partners[1].since is not None


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ('prefix = "HBR"', 'prefix = "harbour"', "prefix", "not-capitals"),
        ('id = "harbour-table"', 'id = "Harbour Table"', "id", "not-a-code"),
        ('id = "harbour-table"', "", "id", "missing-field"),
        ('nl = "Haventafel", ', "", "label.nl", "missing-field"),
        ('"Haventafel"', '""', "label.nl", "too-short"),
        ('"Haventafel"', f'"{"H" * 401}"', "label.nl", "too-long"),
        ('"Haventafel"', '"Haven\\ntafel"', "label.nl", "not-one-line"),
        ('"Haventafel"', '"Haven\\u202Etafel"', "label.nl", "not-one-line"),
        ('"Haventafel"', "7", "label.nl", "not-a-text"),
        ('column = "informal"', 'column = "harbour"', "partners[seamens-home].column", "not-a-choice"),
        ("since = 2024-05-01", 'since = "May"', "partners[seamens-home].since", "not-a-date"),
        ("since = 2024-05-01", "since = 2024-05-01T12:00:00", "partners[seamens-home].since", "not-a-date"),
        ("mandated = true", 'mandated = "yes"', "roles[harbour-master].mandated", "not-yes-or-no"),
        ('id = "deckhand"', 'id = "harbour-master"', "roles[harbour-master].id", "id-twice"),
        (
            'chair_role = { value = "harbour-master"',
            'chair_role = { value = "admiral"',
            "chair_role.value",
            "not-among",
        ),
        ("within_days = { value = 3,", 'within_days = { value = "3",', "triage.within_days.value", "not-a-whole-number"),
        ("within_days = { value = 3,", "within_days = { value = 0,", "triage.within_days.value", "too-small"),
        ("within_days = { value = 3,", "within_days = { value = 999,", "triage.within_days.value", "too-big"),
        ("within_days = { value = 3,", "within_days = { value = true,", "triage.within_days.value", "not-a-whole-number"),
        ('within_days = { value = 3, source = "chosen" }', "within_days = 3", "triage.within_days", "not-a-table"),
        ('value = 3, source = "chosen"', "value = 3", "triage.within_days.source", "missing-field"),
        ("within_days", "within_day", "triage.within_day", "unknown-field"),
        ("at_least = 2", "at_least = 3", "triage.admission.value.any[2].at_least", "not-within"),
        ("at_least = 2", 'at_least = "two"', "triage.admission.value.any[2].at_least", "not-a-whole-number"),
        ("at_least = 2, ", "", "triage.admission.value.any[2]", "not-one-form"),
        ('{ at_least = 2, of = ["leak", "fog"] }', "{ all = [] }", "triage.admission.value.any[2].all", "no-parts"),
        ('"leak", "fog"', '"leak", "leak"', "triage.admission.value.any[2].of[2]", "named-twice"),
        ('"leak", "fog"', '"leak", "iceberg"', "triage.admission.value", "not-among"),
        ("value = { any", "value = { none", "triage.admission.value.none", "unknown-field"),
        ('[{ id = "adrift"', '["adrift", { id = "adrift"', "submission.reasons[1]", "not-a-table"),
        ('[resident]\nplace = { value = "together", source = "chosen" }', "", "resident", "needed-by-team"),
        ('source = "chosen"\nchair', 'source = "chosen"\nteams = ["a-team"]\nchair', "teams", "belongs-to-region"),
        ('source = "chosen"\nchair', 'source = "chosen"\nkind = "region"\nchair', "teams", "needed-by-region"),
        ('source = "chosen"\nchair', 'source = "chosen"\n"\\u001B[2J" = 1\nchair', '"\\u001b[2J"', "unknown-field"),
    ],
)
def test_a_fault_is_named_with_its_field(tmp_path: Path, old: str, new: str, field: str, code: str) -> None:
    found = check(invented(tmp_path, (old, new)))
    assert (field, code) in [(problem.field, problem.code) for problem in found]
    assert_sayable(found)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    path = invented(tmp_path, ('column = "informal"', 'column = "harbour"'), ("value = 5,", "value = 0,"))
    assert said(path) == {"partners[seamens-home].column": "not-a-choice", "monitoring.check_days.value": "too-small"}


@pytest.mark.parametrize(
    ("old", "new", "facts"),
    [
        ('column = "informal"', 'column = "harbour"', {"choices": "care, safety, governance, informal"}),
        ("within_days = { value = 3,", "within_days = { value = 0,", {"limit": 1}),
        ("at_least = 2", "at_least = 3", {"low": 1, "high": 2}),
        ("[closing]", "[closing]\nresult = 1", {"known": "aftercare_days, aftercare_required, results, retention"}),
        ('id = "deckhand"', 'id = "harbour-master"', {"id": "harbour-master"}),
    ],
)
def test_a_fault_carries_what_its_mend_needs(tmp_path: Path, old: str, new: str, facts: dict[str, object]) -> None:
    assert [problem.facts for problem in check(invented(tmp_path, (old, new)))] == [facts]


def test_loading_a_faulty_profile_is_refused_with_its_field(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        load(invented(tmp_path, ("at_least = 2", "at_least = 3")))
    assert refused.value.code == "profile-invalid"
    assert refused.value.facts["field"] == "triage.admission.value.any[2].at_least"
    assert refused.value.facts["problem"] == "not-within"
    assert refused.value.facts["count"] == 1


@pytest.mark.parametrize(
    ("data", "code", "facts"),
    [
        (b'id = "a"\nprefix "A"\n', "not-toml", {"line": 2, "column": 8}),
        (b'id = "a"\nid = "b"\n', "not-toml", {"line": 2, "column": 9}),
        (b'id = """', "not-toml", {"line": 1}),
        (b'id = "a\x07"', "not-toml", {"line": 1, "column": 8}),
        (b"a = " + b"9" * 5000, "number-too-long", {}),
        (b"since = 2024-02-30", "not-toml", {"line": 1}),
        ('id = "a"\nlabel = "é"'.encode("latin-1"), "not-utf-8", {"line": 2}),
        ('id = "a"'.encode("utf-16"), "not-utf-8", {"line": 1}),
        (b"#" * (LARGEST_FILE + 1), "too-large", {"limit": LARGEST_FILE}),
        (b"a = " + b"[" * 50_000, "nested-too-deep", {}),
    ],
)
def test_a_file_that_is_no_document_says_where(tmp_path: Path, data: bytes, code: str, facts: dict[str, int]) -> None:
    path = tmp_path / "p.toml"
    path.write_bytes(data)
    (problem,) = check(path)
    assert (problem.field, problem.code) == ("", code)
    assert facts.items() <= problem.facts.items()
    assert_sayable([problem])


def test_expressions_nested_beyond_weighing_are_named(tmp_path: Path) -> None:
    deep = "".join("{ any = [" for _ in range(9)) + '"storm"' + "".join("] }" for _ in range(9))
    path = invented(tmp_path, ('{ any = ["storm", { at_least = 2, of = ["leak", "fog"] }] }', deep))
    assert said(path) == {"triage.admission.value": "too-deep"}
    assert_sayable(check(path))


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_bytes(b"\xef\xbb\xbf" + INVENTED.replace("\n", "\r\n").encode())
    assert check(path) == []


def test_a_file_that_is_not_there_or_is_no_file_is_named(tmp_path: Path) -> None:
    assert [problem.code for problem in check(tmp_path / "absent.toml")] == ["no-such-file"]
    assert [problem.code for problem in check(tmp_path)] == ["not-a-file"]
    assert_sayable([*check(tmp_path / "absent.toml"), *check(tmp_path)])


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = invented(tmp_path)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", denied)
        (problem,) = check(path)
    assert (problem.code, dict(problem.facts)) == ("unreadable", {"reason": "EACCES"})
    assert_sayable([problem])


def test_a_profile_is_found_by_name_or_by_path(tmp_path: Path) -> None:
    path = invented(tmp_path)
    assert load(find(shipped()[0])).id == shipped()[0]
    assert find(str(path)) == path
    assert find("absent.toml") == Path("absent.toml")
    with pytest.raises(NotFound):
        find("no-such-way-of-working")


def test_the_digest_is_of_the_content_and_not_of_how_it_was_written(tmp_path: Path) -> None:
    first = load(invented(tmp_path))
    again = load(invented(tmp_path, ('{ nl = "Haventafel", en = "Harbour table" }', '{en="Harbour table",nl="Haventafel"}')))
    other = load(invented(tmp_path, ("value = 5,", "value = 6,")))
    assert document(first) == document(again)
    assert digest(first) == digest(again) != digest(other)
    assert type(first).model_validate_json(document(first)) == first
