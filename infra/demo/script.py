"""Reads plays: scenes with a date, what is told there in two languages, and the command lines exactly as somebody types them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from domain.days import AMSTERDAM

FOLDER = Path(__file__).parent / "play"
LAST = "screens"
"""The play with what is on screen in the end: it is read last, and its results are results."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command line. `typed` is as it stands in the play, `args` as the program hears it; `refused` says that the
    engine must refuse it. `line` is where it stands.
    """

    typed: str
    args: tuple[str, ...]
    refused: bool
    line: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens at one moment in one play; `told` is what is told about it, by language."""

    play: str
    at: datetime
    told: Mapping[str, str]
    steps: tuple[Step, ...]


class NotAPlay(ValueError):
    """A play can't be read. In: its name and the line."""

    def __init__(self, play: str, line: int, why: str) -> None:
        super().__init__(f"{play}:{line}: {why}")


def read(path: Path) -> list[Scene]:
    """The scenes of one play. A line is `@ DAY TIME` (a new scene), `nl:` or `en:` (told), `$ casus ...` (typed), `! casus
    ...` (typed, and refused) or a `#` remark; a backslash at its end goes on with the next line.
    """
    scenes: list[Scene] = []
    for number, line in _whole_lines(path.read_text(encoding="utf-8")):
        mark, rest = line[:1], line[1:].strip()
        if not mark or mark == "#":
            continue
        if mark == "@":
            scenes.append(Scene(path.stem, _moment(rest), {}, ()))
            continue
        if not scenes:
            raise NotAPlay(path.stem, number, "no scene was begun")
        scenes[-1] = _with(scenes[-1], line, number)
    return scenes


def timeline(folder: Path = FOLDER) -> tuple[list[Scene], list[Scene]]:
    """All scenes in the order in which they happen: a store's clock never goes back. Out: the cases, and the last screens."""
    found = {path.stem: read(path) for path in sorted(folder.glob("*.play"))}
    screens = found.pop(LAST)
    return sorted((s for scenes in found.values() for s in scenes), key=lambda s: (s.at, s.play)), screens


def _with(scene: Scene, line: str, number: int) -> Scene:
    if line[:3] in ("nl:", "en:"):
        language, text = line[:2], line[3:].strip()
        told = {**scene.told, language: f"{scene.told.get(language, '')} {text}".strip()}
        return Scene(scene.play, scene.at, told, scene.steps)
    if line[:2] in ("$ ", "! "):
        typed = line[2:].strip()
        words = shlex.split(typed)
        if words[:1] == ["casus"]:
            step = Step(typed, tuple(words[1:]), line[0] == "!", number)
            return Scene(scene.play, scene.at, scene.told, (*scene.steps, step))
    raise NotAPlay(scene.play, number, "not a line of a play")


def _whole_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their number, those that go on put together."""
    begun, first = "", 0
    for number, line in enumerate(_stripped(text), start=1):
        first = first or number
        if line.endswith("\\"):
            begun += line[:-1].rstrip() + " "
            continue
        yield first, begun + line
        begun, first = "", 0


def _stripped(text: str) -> Iterable[str]:
    return (line.strip() for line in text.splitlines())


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=AMSTERDAM).astimezone(UTC)
