"""Forms: what a command's fields become, and what what is typed becomes."""

import shlex
from datetime import UTC, date, datetime
from typing import Any

import click
import pytest

from commands import discover
from commands.base import Command
from infra.cli import forms
from infra.cli.forms import example, fill, group, leaf, typed
from infra.cli.invalid import Invalid
from infra.cli.kinds import params
from infra.cli.param import Bad, Param, given, split
from infra.texts import LANGUAGES, Language, Words

COMMANDS = discover()
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CASE = "HBR-2026-0001"


def clock() -> datetime:
    return NOW


def parsed(command: type[Command], *words: str) -> dict[str, Any]:
    made = leaf(command, Words("en"))
    with click.Context(made) as ctx:
        made.parse_args(ctx, list(words))
        assert not ctx.args, "more was typed than is asked"
        return {p.name: ctx.params[p.name] for p in params(command)}


def filled(name: str, *words: str) -> Command:
    command = COMMANDS[name]
    return fill(command, typed(command, parsed(command, *words)), clock)


def wrong(name: str, *words: str) -> list[tuple[str, str]]:
    with pytest.raises(Bad) as caught:
        filled(name, *words)
    error = caught.value
    if isinstance(error, Invalid):
        return [(field, code) for field, code, _ in error.complaints]
    return [(str(error.facts["param"]), error.code)]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_example_of_a_command_is_a_command(name: str):
    command = COMMANDS[name]
    lines = example(command).replace("\\\n", "").splitlines()
    assert lines, "help shows an example"
    for line in lines:
        program, stage, verb, *rest = shlex.split(line)
        assert (program, stage, verb) == ("casus", *name.split("."))
        if any(p.kind == "path" for p in params(command)):
            rest = ["lelystad-sit" if word.endswith(".toml") else word for word in rest]
        words = [w for w in rest if w != "--yes"]
        if "--team" in words and all(p.name != "team" for p in params(command)):
            at = words.index("--team")
            del words[at : at + 2]
        filled(name, *words)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_says_what_it_is_for_what_it_asks_and_an_example(name: str, language: Language):
    words = Words(language)
    made = group(name.partition(".")[0], words).get_command(click.Context(click.Command("x")), name.partition(".")[2])
    assert made is not None
    with click.Context(made, info_name="casus", terminal_width=90) as ctx:
        text = made.get_help(ctx)
    assert f"casus {name.replace('.', ' ')}" in text.replace("\n", " ")
    for param in params(COMMANDS[name]):
        assert param.shown in text
    if any(p.kind == "text" for p in params(COMMANDS[name])) and COMMANDS[name].KIND != "team":
        assert ("no name may stand in it" if language == "en" else "mag er geen naam in") in " ".join(text.split())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_field_of_a_command_can_be_given(name: str):
    command = COMMANDS[name]
    missing = set(command.model_fields) - {p.name for p in params(command)}
    assert missing <= {"about"}
    for p in params(command):
        assert p.option not in {m.option for m in forms.meta(command)}


def test_only_a_command_with_texts_asks_whose_they_are():
    assert any(p.name == "about" for p in params(COMMANDS["triage.accept"]))
    assert all(p.name != "about" for p in params(COMMANDS["parties.invite"]))


def test_only_what_cannot_be_taken_back_takes_a_yes():
    asking = {name for name, c in COMMANDS.items() if any(m.name == "yes" for m in forms.meta(c))}
    assert asking == {name for name, c in COMMANDS.items() if c.IRREVERSIBLE}
    assert "team.professional-leaves" in asking
    assert "closing.merge" not in asking, "it can be undone"


def test_a_list_is_repeated_or_comma_separated():
    form = filled("intake.submit", "--question", "Help", "--reason", "a,b", "--reason", "c", "--anonymous")
    assert form.model_dump()["reasons"] == {"a", "b", "c"}
    assert split(("a, b", "", "c,")) == ["a", "b", "c"]


def test_a_yes_or_no_that_must_be_answered_has_both():
    arguments = (CASE, "storm", "--motivation", "wind")
    assert filled("triage.assess", *arguments, "--met").model_dump()["met"] is True
    assert filled("triage.assess", *arguments, "--not-met").model_dump()["met"] is False
    assert wrong("triage.assess", *arguments) == [("--met", "missing")]


@pytest.mark.parametrize("day", ["2026-02-30", "30-2-2026", "tomorrow", "20261201", "1767225600", "2026-12-01T10:00", ""])
def test_a_day_is_a_day_that_exists(day: str):
    assert wrong("monitoring.plan-check", CASE, "--on", day) == [("--on", "not-a-date")]


def test_a_day_is_taken_as_it_is():
    assert filled("monitoring.plan-check", CASE, "--on", "2026-12-01").model_dump()["on"] == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("moment", "meant"),
    [
        ("2026-03-01", datetime(2026, 3, 1, 22, 59, 59, 999999, tzinfo=UTC)),  # the end of that day in Amsterdam
        ("2026-11-22", NOW),  # today: now
        ("2026-03-01T14:30+01:00", datetime(2026, 3, 1, 13, 30, tzinfo=UTC)),
        ("2026-03-01T14:30Z", datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_day_in_amsterdam_or_a_time_with_its_zone(moment: str, meant: datetime):
    assert filled("correcting.correct", CASE, "3", "--moved-to", moment).model_dump()["moved_to"] == meant


@pytest.mark.parametrize(
    ("moment", "code"),
    [("2026-03-01T14:30", "no-zone"), ("yesterday", "not-a-moment"), ("0001-01-01T00:00+14:00", "not-a-moment")],
)
def test_a_moment_without_a_zone_or_that_cannot_be_is_refused(moment: str, code: str):
    assert wrong("correcting.correct", CASE, "3", "--moved-to", moment) == [("--moved-to", code)]


@pytest.mark.parametrize(
    ("name", "words", "complaints"),
    [
        ("triage.accept", (), [("CASE", "missing")]),
        ("triage.accept", ("not a number",), [("CASE", "bad-form")]),
        ("triage.accept", (CASE, "--motivation", "x" * 4001), [("--motivation", "too-long")]),
        ("triage.accept", (CASE, "--motivation", "   "), [("--motivation", "empty-text")]),
        ("triage.accept", (CASE, "--motivation", "a\x1b[2Jb"), [("--motivation", "unsafe-characters")]),
        ("triage.accept", (CASE, "--motivation", "a\u202eb"), [("--motivation", "unsafe-characters")]),
        ("triage.accept", (CASE, "--holder", "Jan Jansen"), [("--holder", "bad-form")]),
        ("intake.identify", (CASE, "--number", "123456789"), [("--number", "not-a-citizen-number")]),
        ("intake.identify", (CASE, "--birth-date", "1980-02-30"), [("--birth-date", "not-a-date")]),
        ("intake.identify", (CASE, "--name", "two\nlines"), [("--name", "bad-form")]),
        ("plan.spend", (CASE, "B1", "--cents", "1.50"), [("--cents", "not-an-integer")]),
        ("plan.spend", (CASE, "B1", "--cents", "0"), [("--cents", "out-of-range")]),
        ("plan.spend", (CASE, "1B", "--cents", "10"), [("RESERVATION", "bad-form")]),
        ("escalation.raise", (CASE, "--to", "x", "--why", "y", "--urgency", "extreme"), [("--urgency", "not-a-choice")]),
        ("learning.measure-outcome", (CASE, "--level", "a", "--measure", "b", "--value", "NaN"), [("--value", "not-a-number")]),
        ("meeting.discuss", (CASE, "--conclusions", "x"), [("--attended", "missing")]),
    ],
)
def test_what_does_not_fit_is_named_by_its_field(name: str, words: tuple[str, ...], complaints: list[tuple[str, str]]):
    assert wrong(name, *words) == complaints


def test_all_that_is_wrong_is_said_at_once():
    found = wrong("intake.identify", CASE, "--number", "1", "--birth-date", "x", "--contact", "\x07")
    assert {field for field, _ in found} == {"--number", "--birth-date", "--contact"}


def test_what_is_no_field_is_refused_by_name():
    with pytest.raises(Invalid) as caught:
        fill(COMMANDS["triage.accept"], {"case": CASE, "nickname": "Jan"}, clock)
    assert [c[:2] for c in caught.value.complaints] == [("nickname", "unknown")]


def test_a_name_that_is_not_given_and_must_be_is_missing():
    with pytest.raises(Bad, match="missing"):
        given((Param("who", "line", required=True),), {"who": None})
