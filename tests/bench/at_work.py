"""A table at work: a team with its way of working and its people, and cases of any length, in a store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from commands import resolve
from domain.event import Event, Header, Recorded
from domain.events.monitoring import CheckRecorded, ProgressReported
from domain.events.plan import AgreementAccepted, AgreementFulfilled, InterventionAgreed
from domain.personal import Personal
from infra.engine import Engine, Request
from infra.engine.finding import Scan
from infra.profiles import document, find, load
from infra.readmodels import ReadModels
from infra.store import Draft, Receipt, StoreConfig, create_store
from infra.store.store import Store

TEAM = "lelystad-sit"
PARTNERS = ("kwintes", "politie", "centrada", "ggz-centraal", "triade", "amethist", "welzijn-lelystad")
LOGIN = f"os-{os.getuid()}"
REQUEST = Request(login=LOGIN, team=TEAM)
LENGTH = 20
"""How many events a case has that commands are given on."""
SOON = datetime.now(UTC).date() + timedelta(days=60)
TEXT = "The rent is paid and the neighbours sleep; he asks for help with the letters that still lie there."


@dataclass(frozen=True)
class Table:
    """A store with a team at work. `story` is the history of its first case, as it was recorded."""

    config: StoreConfig
    store: Store
    story: tuple[Recorded, ...]

    @property
    def number(self) -> str:
        return self.story[0].stream

    def engine(self) -> Engine:
        """A new engine: it has read nothing yet."""
        return Engine(self.store, Scan(self.store))


@contextmanager
def at_work(dsn: str | None = None) -> Iterator[Table]:
    """A table at work in a new store: embedded, or in the database at a DSN."""
    with TemporaryDirectory(prefix="casus-bench-") as folder:
        config = StoreConfig(Path(folder) / "home", dsn=dsn)
        with create_store(config) as store:
            ReadModels(store).prepare()
            yield Table(config, store, tuple(_story(store)))


def _story(store: Store) -> Iterator[Recorded]:
    """Set the table up and take a case as far as its first check. Out: that case's events."""
    engine = Engine(store, Scan(store))
    profile = load(find(TEAM))
    assert profile.triage is not None

    def run(name: str, /, **fields: object) -> list[Recorded]:
        outcome = engine.run(resolve(name)(**fields), REQUEST)
        return [record for record in outcome.events if record.stream != TEAM]

    run("team.establish", team=TEAM, profile=document(profile))
    run("team.add-professional", team=TEAM, partner="gemeente-lelystad", roles={"chair"}, name="Vera Vos", login=LOGIN)
    for number in range(14):
        partner = PARTNERS[number % len(PARTNERS)]
        run("team.add-professional", team=TEAM, partner=partner, roles={"professional"}, name=f"Piet de {number}e")
    run("team.appoint-chair", team=TEAM, professional="gemeente-lelystad-1")
    run("team.sign-sharing", team=TEAM)
    opened = run("intake.submit", question=TEXT, reasons={"zorgen-om-inwoner"}, domains={"housing"}, name="Jan Jansen")
    case = opened[0].stream
    yield from opened
    for criterion in profile.triage.criteria:
        yield from run("triage.assess", case=case, criterion=criterion.id, met=True, motivation="Known at three partners")
    yield from run("triage.accept", case=case)
    for partner in PARTNERS[:2]:
        yield from run("parties.join", case=case, partner=partner)
    yield from run("plan.draft", case=case)
    yield from run("plan.set-goal", case=case, goal="Living on my own, with rest")
    for entry in ("A1", "A2"):
        yield from run(
            "plan.agree", case=case, what=TEXT, partner="kwintes", due="2099-12-31", domain="housing", recovery="personal"
        )
        yield from run("plan.accept", case=case, agreement=entry)
    yield from run("monitoring.check", case=case, observed=TEXT, progress=True)


def copies(table: Table, how_many: int, length: int = LENGTH, first: int = 0) -> list[str]:
    """Put more cases with the same story in the store, of so many events each. Out: their numbers, from `first` on."""
    story = [*(record.event for record in table.story), *_months()][:length]
    header = table.story[0].header
    numbers = [f"LEL-2020-{1000 + length + first + n:05d}" for n in range(how_many)]
    for number in numbers:
        table.store.append_bulk(list(_drafts(number, story, header)), Receipt.of(f"bench-{number}", {}))
    return numbers


def _drafts(number: str, story: list[Event], header: Header) -> Iterator[Draft]:
    moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for n, event in enumerate(story):
        yield Draft(number, event, header, moment + timedelta(hours=3 * n))


def _months() -> list[Event]:
    """What goes on in a case for long: agreements made, reported on and fulfilled, and checks."""
    story: list[Event] = []
    told = Personal(subject="s1", text=TEXT)
    for n in range(3, 130):
        entry = f"A{n}"
        story += [
            InterventionAgreed(
                agreement=entry, what=told, partner="kwintes", domain="housing", recovery="personal", due=SOON
            ),
            AgreementAccepted(agreement=entry),
            ProgressReported(agreement=entry, progress="some", note=told),
            CheckRecorded(observed=told, progress=True, next_check=SOON),
        ]  # fmt: skip
        if n > 5:
            story.append(AgreementFulfilled(agreement=f"A{n - 3}"))
    return story
