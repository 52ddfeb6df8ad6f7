"""Both languages are complete: whatever the program can say has a sentence, and no sentence is left over."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from commands import discover as all_commands
from commands.base import Command
from domain.case import Case, Status
from domain.events import discover as all_events
from domain.personal import Personal
from infra.cli import invalid, listing, program
from infra.cli.forms import META
from infra.cli.kinds import params
from infra.texts import FOLDER, LANGUAGES, Language, Words
from infra.texts.sentences import placeholders
from tests.unit.cli import sites

COMMANDS = all_commands()
EVENTS = all_events()
STAGES = tuple(dict.fromkeys(name.partition(".")[0] for name in COMMANDS))
OPTIONAL = re.compile(r"\[[^\[\]]*\]")
languages = pytest.mark.parametrize("language", LANGUAGES)


def texts(language: str, subject: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / language / f"{subject}.toml").read_text(encoding="utf-8"))


def keys(part: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in part.items():
        if isinstance(value, dict):
            yield from keys(value, (*above, name))
        else:
            yield (*above, name)


def at(part: dict[str, Any], path: tuple[str, ...]) -> str:
    found: Any = part
    for step in path:
        found = found[step]
    return str(found)


def subjects() -> list[str]:
    return sorted({path.stem for path in FOLDER.glob("*/*.toml")})


@pytest.mark.parametrize("subject", subjects())
def test_what_is_said_in_one_language_is_said_in_the_other(subject: str):
    dutch, english = (set(keys(texts(language, subject))) for language in ("nl", "en"))
    # A command's help in English is its docstring.
    assert {k for k in dutch if not (k[0] == "commands" and k[-1] == "help")} == english


@pytest.mark.parametrize("subject", subjects())
def test_a_sentence_tells_the_same_facts_in_both_languages(subject: str):
    dutch, english = texts("nl", subject), texts("en", subject)
    for path in keys(english):
        assert placeholders(at(dutch, path)) == placeholders(at(english, path)), path


@languages
@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_an_event_is_a_sentence_of_its_own_facts(topic: str, language: Language):
    _, stage, what = topic.split(".")
    event = EVENTS[topic]
    sentence = Words(language).get(stage, "events", what)
    assert placeholders(sentence) <= set(event.model_fields)
    told = set(event.personal_fields())
    assert told <= placeholders(sentence), "a text that was opened must be told"
    assert not told & placeholders(OPTIONAL.sub("", sentence)), "a text that isn't opened leaves no hole"
    certain = {n for n, f in event.model_fields.items() if f.is_required() and n not in told}
    assert placeholders(OPTIONAL.sub("", sentence)) <= certain


@languages
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_and_all_it_asks_is_explained(name: str, language: Language):
    words, command = Words(language), COMMANDS[name]
    if language == "nl":
        assert words.get(command.STAGE, "commands", command.VERB, "help")
    for param in params(command):
        assert _where(words, command, param.name), param.name


@languages
def test_no_explanation_is_left_over(language: Language):
    words = Words(language)
    used = {_where(words, c, p.name) for c in COMMANDS.values() for p in params(c)}
    for stage in STAGES:
        there = {(stage, *k) for k in keys(texts(language, stage)) if k[0] != "events" and k[-1] != "help"}
        assert there <= used
    assert {("options", *k) for k in keys(texts(language, "options"))} <= used
    for stage in STAGES:
        verbs = {c.VERB for c in COMMANDS.values() if stage == c.STAGE}
        assert set(texts(language, stage).get("commands", {})) <= verbs


def test_no_sentence_of_an_event_is_left_over():
    for subject in {topic.split(".")[1] for topic in EVENTS}:
        known = {t.split(".")[2] for t in EVENTS if t.split(".")[1] == subject}
        assert set(texts("en", subject)["events"]) == known


def _where(words: Words, command: type[Command], field: str) -> tuple[str, ...] | None:
    for path in ((command.STAGE, "commands", command.VERB, field), (command.STAGE, "options", field), ("options", field)):
        if words.find(*path):
            return path
    return None


REFUSALS = sites.refusals()
# Told in other words: the file of a way of working has sentences of its own for what is wrong in it.
MADE = {"profile-invalid": {"problem"}, "other": {"code"}}


@languages
@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_is_a_sentence_of_the_facts_it_comes_with(code: str, language: Language):
    sentence = Words(language).get("refusals", code)
    given = REFUSALS[code]
    anywhere = set().union(*given) | MADE.get(code, set())
    always = set.intersection(*given) | MADE.get(code, set())
    if "*" not in anywhere:
        assert placeholders(sentence) <= anywhere
    assert placeholders(OPTIONAL.sub("", sentence)) <= always


def test_no_refusal_is_left_over():
    assert {k[0] for k in keys(texts("en", "refusals"))} <= {*REFUSALS, "other"}


def test_every_complaint_about_a_form_has_a_sentence():
    said = sites.value_errors() | set(invalid.BY_TYPE.values()) | sites.first_arguments("Bad")
    assert said <= set(texts("en", "usage"))


def test_every_sentence_of_the_program_itself_is_asked_for_somewhere():
    literals = sites.literals("infra")
    for path in keys(texts("en", "output")):
        assert path[-1] in literals or ".".join(path) in literals or path[0] in ("withheld", "matter", "show", "init"), path


@languages
def test_codes_of_the_engine_read_as_words(language: Language):
    words = Words(language)
    codes = {*_choices(), *(("status", s.value) for s in Status if s is not Status.NONE)}
    unread = {(f, c) for f, c in codes if not (words.find("codes", f, c) or words.find("codes", "any", c))}
    assert unread == set()


def _choices() -> Iterator[tuple[str, str]]:
    for command in COMMANDS.values():
        for param in params(command):
            yield from ((param.name, choice) for choice in param.choices)


@languages
def test_columns_and_the_fields_of_a_case_have_a_heading(language: Language):
    known = set(texts(language, "columns"))
    wanted = {c for made in listing.LISTS.values() for c in made.columns}
    wanted |= {f.name for f in fields(Case)} - {"stamp", "imported_events"}
    assert wanted <= known


@languages
def test_each_group_and_each_kind_of_value_is_named(language: Language):
    words = Words(language)
    names = {name for section in program.SECTIONS.values() for name in section}
    assert set(texts(language, "cli")["groups"]) == names
    kinds = {p.kind for c in COMMANDS.values() for p in params(c)} | {p.kind for p in META}
    for kind in kinds:
        assert words.get("cli", "kinds", kind)
        assert words.get("usage", "forms", kind)


def test_a_sealed_field_is_never_a_fact_of_the_clear():
    for event in EVENTS.values():
        hints = get_type_hints(event)
        sealed = {n for n in event.model_fields if hints[n] is Personal or Personal in get_args(hints[n])}
        assert sealed == set(event.personal_fields()), event.TOPIC
        assert all(get_origin(hints[n]) is not dict for n in event.model_fields)


@languages
def test_whatever_a_check_of_the_roles_finds_has_words(language: Language):
    source = (sites.ROOT / "infra/store/roles/checking.py").read_text()
    found = set(re.findall(r'Finding\([^\n]*, f?"([a-z-]+)[:"]', source))
    assert found >= {"missing", "belongs-to", "owner-on-a-roster", "unbroken"}
    assert found <= set(texts(language, "output")["matter"])
