"""Plays the example of every command through the command line, with something planted in each text, in one store."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from commands import correcting
from commands.base import Command, TeamCommand
from domain.deciding import action_of
from domain.event import Event, Header, Recorded
from domain.events.team import ProfessionalAdded, ProfileAdopted, SharingSigned
from domain.profile import Profile
from infra.cli.kinds import params
from infra.cli.param import Param
from infra.policy import policy
from infra.store import Draft, Receipt
from infra.store.store import Store
from tests.command_examples import COMMANDS
from tests.examples import ACTIVE, LATER
from tests.scenario import CASE, LOCK_CASE, LOCK_NEW, NEW, TWIN, Situation, given
from tests.support.planted import PHRASE, by_name, sown, texts_of
from tests.support.tables import FOUNDED, FOUNDING, HARBOUR, LOCK, LOCK_FOUNDING, NOBODY, PILOT, adopted

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PLACES = {HARBOUR: FOUNDING, LOCK: LOCK_FOUNDING}
QUESTION = correcting.Correct(case=CASE, entry=1, field="question", value="The rope is loose")
EXTRA: Sequence[tuple[Situation, Command]] = ((given(*ACTIVE), QUESTION),)
"""Texts for which no example asks."""


@dataclass(frozen=True)
class Own:
    """The names that one example's cases and tables go by, so that all examples fit in one store."""

    number: int

    def named(self, text: str) -> str:
        """In: anything with the examples' own names in it. Out: the same with names of this one's own."""
        for name, other in self.names.items():
            text = text.replace(name, other)
        return text

    def back(self, text: str) -> str:
        """The other way round."""
        for name, other in self.names.items():
            text = text.replace(other, name)
        return text

    @property
    def names(self) -> Mapping[str, str]:
        n = self.number
        return {
            CASE: f"HBR-2026-{1000 + n}", TWIN: f"HBR-2026-{2000 + n}", NEW: f"HBR-2026-{3000 + n}",
            LOCK_CASE: f"LCK-2026-{1000 + n}", LOCK_NEW: f"LCK-2026-{2000 + n}",
            HARBOUR: f"harbour-{n}", LOCK: f"lock-{n}",
        }  # fmt: skip

    def event(self, event: Event) -> Event:
        """An event under this one's names, with something planted in its texts."""
        sealed = {n: getattr(event, n) for n in event.personal_fields()}
        plain = json.loads(self.named(event.model_dump_json()))
        for name, personal in sealed.items():
            plain[name] = None if personal is None else {"subject": self.named(personal.subject), "text": personal.text}
        return sown(type(event).model_validate(plain))

    def command(self, command: Command) -> Command:
        return type(command).model_validate_json(self.named(command.model_dump_json()))


@dataclass
class Example:
    """One command in a situation, ready to be stored and typed."""

    own: Own
    situation: Situation
    command: Command

    @property
    def name(self) -> str:
        return self.command.command_name()

    @property
    def team(self) -> str:
        return self.own.named(self.situation.team)

    def founded(self, login: str) -> Iterator[tuple[str, Event]]:
        """How its tables came about; whoever acts goes by this login."""
        for team, events in PLACES.items():
            profile = self.situation.profile if team == self.situation.team else None
            partners = frozenset(e.partner for e in events if isinstance(e, ProfessionalAdded))
            shared = SharingSigned(partners=partners, until=LATER.replace(year=2036))
            for event in (*events, shared, *(e for at, e in self.situation.happened if at == team)):
                yield self.own.named(team), self.own.event(self._mine(event, team, login, profile))

    def _mine(self, event: Event, team: str, login: str, profile: Profile | None) -> Event:
        if isinstance(event, ProfessionalAdded):
            office = office_of(self.name)
            me = (team, event.professional) == (self.situation.team, PILOT if office else self.situation.actor)
            roles = frozenset({office}) if me and office else event.roles
            return event.model_copy(update={"login": login if me else None, "roles": roles})
        return adopted(profile) if isinstance(event, ProfileAdopted) and profile is not None else event

    def histories(self) -> Mapping[str, Sequence[Recorded]]:
        mine = {} if isinstance(self.command, TeamCommand) else {self.command.own_stream() or NEW: self.situation.own}
        return {**mine, **self.situation.cases}

    def drafts(self, login: str) -> Iterator[Draft]:
        for stream, event in self.founded(login):
            yield Draft(stream, event, NOBODY, FOUNDED)
        for stream, records in self.histories().items():
            for r in records:
                yield Draft(self.own.named(stream), self.own.event(r.event), self._header(r), r.occurred_at)

    def _header(self, record: Recorded) -> Header:
        return replace(record.header, team=self.own.named(record.header.team))

    def line(self, folder: Path, *, all_texts: bool, careful: bool = False) -> list[str]:
        """The command as it is typed. `all_texts`: with every text that it may ask; `careful`: none that names somebody."""
        command = self.own.command(self.command)
        asks = params(type(command))
        texts = {p.name for p in texts_of(type(command))}
        given: dict[str, Any] = {}
        for p in asks:
            value = getattr(command, p.name)
            if p.name in texts and (value is not None or all_texts) and not self._is_a_day(p.name):
                given[p.name] = PHRASE if careful and p.kind == "text" else by_name(p)
            elif value not in (None, frozenset(), ()) and (p.name not in texts or self._is_a_day(p.name)):
                given[p.name] = value
        stage, verb = type(command).command_name().split(".")
        line = [stage, verb]
        for p in asks:
            if p.name in given:
                line += typed(p, given[p.name], folder)
        if not isinstance(command, TeamCommand):
            line += ["--team", self.team]
        return [*line, *(["--yes"] if command.IRREVERSIBLE else [])]

    def _is_a_day(self, field: str) -> bool:
        """Correcting takes any value as text: what it corrects here is no text of a person's."""
        return self.name == "correcting.correct" and field == "value" and self.command.field != "question"  # type: ignore[attr-defined]


def office_of(name: str) -> str:
    """The role of whoever may ask a command that is not for those who work on cases; empty where it is for them. Then somebody
    else of the table has that role, and asks.
    """
    action = action_of(policy(), name.replace(".", "-")).name
    may = {function for function, rule in policy().rules.items() if action in rule.actions}
    roles = {function: role for role, function in policy().functions.items()}
    return "" if may & {"coordinator", "professional"} else next((roles[f] for f in sorted(may, reverse=True)), "")


def typed(param: Param, value: Any, folder: Path) -> list[str]:
    """One parameter as it stands on the line."""
    if param.kind == "path":
        file = folder / f"way-{abs(hash(value))}.toml"
        file.write_text(toml(json.loads(value)), encoding="utf-8")
        value = str(file)
    if param.kind == "yes-no":
        return [param.option] if value else [f"--not-{param.option[2:]}"] if param.both else []
    values = sorted(map(str, value)) if param.many else [str(getattr(value, "value", value))]
    return values if param.positional else [part for each in values for part in (param.option, each)]


def toml(document: Mapping[str, Any]) -> str:
    """A document as TOML, each of its values on one line."""
    return "".join(f"{name} = {_inline(value)}\n" for name, value in document.items() if value is not None)


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items() if v is not None) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, str) and DAY.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def examples() -> list[Example]:
    """Every example, each under names of its own."""
    return [Example(Own(n), situation, command) for n, (situation, command) in enumerate((*COMMANDS, *EXTRA))]


def store_all(store: Store, found: Sequence[Example], login: str) -> None:
    """What came before each example."""
    for example in found:
        drafts = list(example.drafts(login))
        store.append_bulk(drafts, Receipt.of(f"before-{example.own.number}", {}))
