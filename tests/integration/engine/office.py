"""An office at work: an engine on an opened store, and short words to ask it things."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.case import Case
from domain.event import Recorded
from domain.team import Team
from infra.engine import Engine, Outcome, Request
from infra.readmodels import ReadModels
from infra.store import StoreConfig, open_store
from infra.store.store import Store
from tests.property.world import LOGIN, command, setting_up

GRN, ZEI = "groningen-zvt", "zeist-ggz-in-de-wijk"
CRITERIA = {
    GRN: ("confused-behaviour", "care", "safety", "long-standing", "not-solvable"),
    ZEI: ("breakthrough-needed", "stuck-despite-help", "psychiatric", "escalating"),
}


@dataclass
class Office:
    """Asks for whoever chairs the table, unless told otherwise."""

    config: StoreConfig
    store: Store
    models: ReadModels
    engine: Engine

    def ask(
        self, name: str, /, team: str = GRN, *, who: str | None = None, at: datetime | None = None, id_: str | None = None,
        audience: str = "", **fields: Any,
    ) -> Outcome:  # fmt: skip
        """Have a command carried out. Raises what the engine raises."""
        asked = Request(LOGIN, acting_as=who or self.chair(team), team=team, command_id=id_, occurred_at=at, audience=audience)
        return self.engine.run(command(name, **({"team": team} if name.startswith("team.") else {}), **fields), asked)

    def chair(self, team: str) -> str | None:
        """Who asks: the chair, else the first there is, else nobody yet."""
        from domain.event import replay

        table = replay(Team(), self.store.load(team))
        return table.chair or next((p.id for p in table.active()), None)

    def set_up(self, *teams: str) -> None:
        """Set these tables up as they are shipped."""
        for team, each in setting_up(teams):
            asked = Request(LOGIN, acting_as=self.chair(team), team=team)
            self.engine.run(each, asked)

    def submitted(self, team: str = GRN, **fields: Any) -> str:
        """A new case at a table, named unless told otherwise. Out: its number."""
        reason = {GRN: "overlast", ZEI: "situatie-escaleert"}[team]
        who: dict[str, Any] = {} if fields.get("anonymous") else {"name": "Ada Verzonnen"}
        return self.ask("intake.submit", team, **({"question": "Er is hulp nodig", "reasons": [reason]} | who | fields)).stream

    def accepted(self, team: str = GRN, **fields: Any) -> str:
        """A new case that was accepted. Out: its number."""
        number = self.submitted(team, **fields)
        for criterion in CRITERIA[team]:
            self.ask("triage.assess", team, case=number, criterion=criterion, met=True, motivation="Gezien")
        self.ask("consent.give", team, case=number)
        self.ask("triage.accept", team, case=number)
        return number

    def agreed(self, number: str, team: str = GRN, **fields: Any) -> str:
        """A new agreement in a case. Out: its number there."""
        asked: dict[str, Any] = {
            "what": "Elke week langs",
            "partner": "vnn",
            "no_date": "continuous",
            "domain": "housing",
            "recovery": "social",
        }
        outcome = self.ask("plan.agree", team, case=number, **(asked | fields))
        return str(outcome.events[0].event.model_dump()["agreement"])

    def case(self, number: str) -> Case:
        found = self.engine.case(number).state
        assert isinstance(found, Case)
        return found

    def records(self, stream: str) -> list[Recorded]:
        return self.store.load(stream)

    def topics(self, stream: str) -> list[str]:
        return [r.topic.partition(".")[2] for r in self.records(stream)]


@contextmanager
def opened(config: StoreConfig) -> Iterator[Office]:
    """Somebody else at work on the same store: a connection and an engine of their own."""
    with open_store(config) as store:
        models = ReadModels(store)
        yield Office(config, store, models, Engine(store, models))
