"""The base of every command: a form whose fields are the command line's options, and a rule that answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from commands.desk import Desk
from domain.case import OPEN, Case, Status
from domain.event import Event
from domain.frozen import frozen
from domain.ids import RESIDENT, CaseNumber, StreamId, SubjectId, TeamId
from domain.personal import Personal
from domain.refusal import NotFound, Refused

MAX_TEXT = 4_000
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]")


def _clean(text: str) -> str:
    if _UNSAFE.search(text) or any(unicodedata.category(c) == "Cs" for c in text):
        raise ValueError("unsafe-characters")
    if not text.strip():
        raise ValueError("empty-text")
    return text.strip()


Text = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(_clean)]
"""Free text about a person: at most 4,000 characters, no control characters or bidirectional overrides. It is sealed."""

Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\r\n\t]*$"), AfterValidator(_clean)]
"""A short personal text on one line: a name, a number, a contact."""


@frozen
class On:
    """An event for another stream than the command's own."""

    stream: StreamId
    event: Event


Yield = Event | On


class Command(BaseModel):
    """Something that may be asked, imperative. Frozen; its fields are what the asker fills in.

    A subclass sets `VERB` (its name within its stage) and writes `decide`. Its docstring is the help: a sentence, a
    blank line, then an example line that begins with `casus`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)

    STAGE: ClassVar[str] = ""
    VERB: ClassVar[str]
    KIND: ClassVar[str]
    """`case` (decides on a case), `opens` (opens a case), or `team` (decides on a team)."""
    IRREVERSIBLE: ClassVar[bool] = False
    """Whether the command line asks to confirm it."""
    LEGAL: ClassVar[bool] = False
    """Whether the rule needs the legal terms of keeping."""
    FOLLOWED: ClassVar[bool] = False
    """Whether more is done once it was recorded (keys are destroyed): it is asked by itself, not from a file of commands."""
    HISTORY: ClassVar[bool] = False
    """Whether the rule needs the case's entries themselves (correcting one)."""
    FOREIGN: ClassVar[bool] = False
    """Whether another table than the case's own may ask it (answering an offer)."""
    ANYBODY: ClassVar[bool] = False
    """Whether somebody of a table that has nothing to do with the case may ask it (breaking glass)."""
    AUDIENCE: ClassVar[bool] = True
    """Whether the organisation that brings its texts in may say for whom they are meant."""
    DESPITE_RESTRICTION: ClassVar[bool] = False
    """Whether it may be asked about a subject whose data is restricted (a subject's rights, their own statement)."""
    ASKS_ABOUT: ClassVar[bool] = True
    """Whether its form asks whose data its texts are; otherwise the rule knows."""
    OPENS_NUMBER: ClassVar[bool] = False
    """Whether a case under a new number of the actor's team comes of it."""
    WHOLE_TEAM: ClassVar[bool] = False
    """Whether the rule needs every open case of the team, held still while it decides (somebody leaves)."""

    @classmethod
    def command_name(cls) -> str:
        """`triage.accept`."""
        return f"{cls.STAGE or cls.__module__.split('.')[1]}.{cls.VERB}"

    @classmethod
    def has_texts(cls) -> bool:
        """Whether it takes anything about a person: text that is sealed, and never digested in the open."""
        found: bool | None = cls.__dict__.get("_texts")
        if found is None:
            found = any(_is_text(f.metadata) or _is_text(_parts(f.annotation)) for f in cls.model_fields.values())
            cls._texts = found  # type: ignore[attr-defined]
        return found

    @classmethod
    def takes_audience(cls) -> bool:
        """Whether it can be said for whom its texts are meant: of a case, and not those on which others watch or decide."""
        return cls.AUDIENCE and cls.KIND != "team" and cls.has_texts()

    def own_stream(self) -> StreamId | None:
        """The stream that is decided on; None when the command opens a case."""
        raise NotImplementedError

    def other_cases(self) -> tuple[CaseNumber, ...]:
        """Other cases the rule decides on: their events are appended with the own ones, all or none."""
        return ()

    def other_cases_of(self, state: Any) -> tuple[CaseNumber, ...]:
        """Other cases that only the own state names."""
        return ()

    def other_teams(self) -> tuple[TeamId, ...]:
        """Other teams the rule consults."""
        return ()

    def other_teams_of(self, state: Any) -> tuple[TeamId, ...]:
        """Other teams that only the own state names."""
        return ()

    def identity(self) -> dict[str, str]:
        """What a matching token is made from, if this command names somebody: name, birth_date, number."""
        return {}

    def brings_number(self) -> bool:
        """Whether it brings a citizen service number, which not everybody may hold."""
        return "number" in self.identity()

    def decide(self, state: Any, desk: Desk) -> Iterator[Yield]:
        """Zero or more events, or `Refused`. Asked twice, nothing new."""
        raise NotImplementedError


class CaseCommand(Command):
    """A command on one case. `about` says whose data its texts are: the resident unless said otherwise."""

    KIND: ClassVar[str] = "case"
    STATES: ClassVar[frozenset[Status]] = OPEN
    """In which states of the case it can be asked; the rest is `wrong-state`."""

    case: CaseNumber = Field(json_schema_extra={"position": 0})
    about: SubjectId = RESIDENT

    def own_stream(self) -> StreamId:
        return self.case

    def personal(self, text: str, about: SubjectId | None = None) -> Personal:
        return Personal(subject=about or self.about, text=text)

    def maybe(self, text: str | None, about: SubjectId | None = None) -> Personal | None:
        return None if text is None else self.personal(text, about)


class OpeningCommand(Command):
    """A command that opens a case at the actor's table."""

    KIND: ClassVar[str] = "opens"

    def own_stream(self) -> None:
        return None


class TeamCommand(Command):
    """A command on a team."""

    KIND: ClassVar[str] = "team"
    ESTABLISHED: ClassVar[bool] = True
    """Whether the team must exist already."""

    team: TeamId = Field(json_schema_extra={"position": 0})

    def own_stream(self) -> StreamId:
        return self.team


def _parts(annotation: Any) -> list[Any]:
    return [m for part in getattr(annotation, "__args__", ()) for m in getattr(part, "__metadata__", ())]


def _is_text(metadata: list[Any]) -> bool:
    return any(isinstance(m, AfterValidator) and m.func is _clean for m in metadata)


def own_case(case: Case, desk: Desk) -> None:
    """Refuse when a case is another table's: commands on a case are for its own team."""
    if case.team != desk.team.id:
        raise Refused("not-your-case", case=case.number, team=case.team)


def require(mapping: Any, kind: str, entry: str) -> Any:
    """An entry of a case (`A1`), or `NotFound` naming its kind."""
    found = mapping.get(entry)
    if found is None:
        raise NotFound(kind, entry)
    return found
