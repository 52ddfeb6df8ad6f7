"""Whole commands for the writers that are killed: through the engine, in one case, in two, and opening new ones."""

import json
from collections.abc import Mapping, Sequence
from time import sleep

from domain.event import Recorded
from domain.personal import Ref
from domain.refusal import Refused
from infra.engine import Engine, Request
from infra.engine.finding import Scan
from infra.store.store import Store
from tests.property.world import LOGIN, command, setting_up

TEAM = "groningen-zvt"
CASES = 6
KINDS = {1: "intake.submit", 2: "plan.set-goal", 3: "plan.agree", 0: "closing.merge"}
"""By the remainder of the number: what is submitted is merged three commands later, into one that stays."""
EVENTS = {"intake.submit": 2, "plan.set-goal": 1, "plan.agree": 1, "closing.merge": 2}
STREAMS = {"closing.merge": 2}


class Commanding:
    """Numbered commands at one table, each with a text of its own."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def prepare(self, store: Store) -> None:
        """Set up a table with some cases that are worked on."""
        engine = self._of(store)
        chair = None
        for team, each in setting_up((TEAM,)):
            engine.run(each, Request(LOGIN, acting_as=chair, team=team))
            chair = next((p.id for p in engine.team(team).active()), None)
        asked = Request(LOGIN, acting_as=chair, team=TEAM)
        for n in range(CASES):
            new = command("intake.submit", question="Er is hulp nodig", name=f"Bewoner {n}", reasons=["overlast"])
            number = engine.run(new, asked).stream
            for criterion in ("confused-behaviour", "care", "safety", "long-standing", "not-solvable"):
                weighed = command("triage.assess", case=number, criterion=criterion, met=True, motivation="Gezien")
                engine.run(weighed, asked)
            engine.run(command("triage.accept", case=number), asked)

    def command(self, number: int) -> str:
        return f"work-{number}"

    def do(self, store: Store, number: int) -> None:
        while True:
            try:
                self._do(store, number)
            except Refused as refused:  # a server that is away for a moment; anything else is a fault
                if refused.code not in ("store-unreachable", "outcome-unknown", "stream-moved"):
                    raise
                sleep(0.05)
                continue
            return

    def complaints(self, number: int, events: Sequence[Recorded], texts: Mapping[Ref, object]) -> list[str]:
        kind, said = KINDS[number % 4], []
        if len(events) != EVENTS[kind]:
            said.append(f"{self.command(number)}: {len(events)} of {EVENTS[kind]} events")
        if len({e.stream for e in events}) != STREAMS.get(kind, 1):
            said.append(f"{self.command(number)}: its events stand in other streams")
        opened = {texts[Ref(e.stream, e.version, f)] for e in events for f in e.event.personal_fields() if getattr(e.event, f)}
        if opened != {f"text {number}"}:
            said.append(f"{self.command(number)}: its texts are others")
        return said

    def _do(self, store: Store, number: int) -> None:
        engine, kind, text = self._of(store), KINDS[number % 4], f"text {number}"
        into = store.streams("GRN-")[number % CASES]
        forms: dict[str, dict[str, object]] = {
            "intake.submit": {"question": text, "name": text, "reasons": ["overlast"]},
            "plan.set-goal": {"case": into, "goal": text},
            "plan.agree": {
                "case": into, "what": text, "partner": "vnn", "no_date": "continuous", "domain": "housing", "recovery": "social",
            },
            "closing.merge": {"into": into, "why": text},
        }  # fmt: skip
        fields = forms[kind]
        if kind == "closing.merge":
            submitted = store.receipt(self.command(number - 3))
            assert submitted is not None, "a writer's numbers begin with a submission"
            fields["case"] = json.loads(submitted.result)["stream"]
        who = engine.team(TEAM).chair
        engine.run(command(kind, **fields), Request(LOGIN, acting_as=who, team=TEAM, command_id=self.command(number)))

    def _of(self, store: Store) -> Engine:
        if self._engine is None or self._engine.store is not store:
            self._engine = Engine(store, Scan(store))
        return self._engine
