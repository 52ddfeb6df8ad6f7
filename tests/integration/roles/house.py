"""A store on a server with two tables, people with logins of their own, and a case that some of them are in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

import psycopg

from infra.engine import Outcome, Request
from infra.engine.delivering import deliver
from infra.store import StoreConfig, create_store
from infra.store.postgresql import PostgreSQLDatabase
from infra.store.roles.filling import fill
from infra.store.roles.installing import install
from infra.store.roles.logins import make_login
from tests.integration.engine.office import CRITERIA, GRN, ZEI, Office, opened
from tests.property.world import NAME, command
from tests.support.postgres import Server

ROSTER = {
    "coordinator": (GRN, "veiligheidshuis-groningen", ("procesregisseur",)),
    "member": (GRN, "vnn", ("professional",)),
    "outsider": (GRN, "politie", ("professional",)),
    "privacy": (GRN, "gemeente", ("privacy-officer",)),
    "auditor": (GRN, "gemeente", ("auditor",)),
    "reporting": (GRN, "gemeente", ("reporting",)),
    "administrator": (GRN, "gemeente", ("administrator",)),
    "elsewhere": (ZEI, None, None),
}
"""Who has a login, at which table, of which partner and in which roles; `elsewhere` coordinates another table."""

ZVZ = "zorg-voor-zeist"
"""A table that hands cases over to the other one."""

SERVICES = ("projector", "sequencer")
PHRASE = "de duiven op het dak"


@dataclass
class House:
    """What tests ask for: where it is, each one's login and password, and two cases of one table."""

    server: Server
    config: StoreConfig
    logins: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    case: str = ""
    other: str = ""
    foreign: str = ""

    def dsn(self, who: str) -> str:
        """The address of the database for one of them."""
        assert self.config.dsn is not None
        place = self.server.dsn_of(self.config.dsn.rpartition("/")[2], self.logins[who])
        return place.replace("@", f":{quote(self.passwords[who])}@", 1)

    def config_of(self, who: str) -> StoreConfig:
        """The store as one of them opens it: with a copy of the same key file."""
        return StoreConfig(self.config.home, dsn=self.dsn(who), patience=5.0)

    @contextmanager
    def sql(self, who: str) -> Iterator[psycopg.Connection[Any]]:
        """A hand-written client, as one of them."""
        with psycopg.connect(self.dsn(who), autocommit=True) as connection:
            yield connection

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection[Any]]:
        """A client of the server's superuser."""
        assert self.config.dsn is not None
        with psycopg.connect(self.config.dsn, autocommit=True) as connection:
            yield connection

    @contextmanager
    def followed(self) -> Iterator[None]:
        """The follower at work meanwhile, under its own login."""
        stopping = Event()

        def follow() -> None:
            with opened(self.config_of("projector")) as office:
                office.models.follow(stopping.is_set, every=0.05, also=lambda: deliver(office.store))

        thread = Thread(target=follow)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()

    @contextmanager
    def at_work(self, who: str) -> Iterator[Worker]:
        """One of them at work with this program."""
        with opened(self.config_of(who)) as office:
            yield Worker(office, self.logins[who])


@dataclass
class Worker:
    """Somebody who asks under their own login."""

    office: Office
    login: str

    def ask(self, name: str, /, id_: str | None = None, **fields: Any) -> Outcome:
        asked = Request(self.login, command_id=id_, assurance="database-login")
        return self.office.engine.run(command(name, **fields), asked)


@contextmanager
def built(server: Server, folder: Path) -> Iterator[House]:
    """A house on a new database, and in a new folder, for as long as the block lasts."""
    config = StoreConfig(folder / "casus", dsn=server.fresh_database(), patience=5.0)
    create_store(config).close()
    house = _build(server, config)
    yield house
    _tear_down(house)
    server.drop(str(config.dsn))


def _build(server: Server, config: StoreConfig) -> House:
    """Set everything up as the owner does, then make the roles and the logins."""
    house = House(server, config)
    tag = secrets.token_hex(4)
    with opened(config) as office:
        office.models.prepare()
        office.set_up(GRN, ZEI, ZVZ)
        for n, (who, (team, partner, roles)) in enumerate(ROSTER.items()):
            login = f"u{tag}_{n}"
            house.logins[who] = login
            if partner is None:
                chair = office.chair(team)
                roles_now = sorted(_team(office, team).roster[chair or ""].roles)
                office.ask("team.change-roles", team, professional=chair, roles=roles_now, login=login)
                house.ids[who] = str(chair)
                continue
            added = office.ask("team.add-professional", team, partner=partner, roles=roles, name=NAME, login=login)
            house.ids[who] = next(e.event.professional for e in added.events if e.topic.endswith("professional-added"))  # type: ignore[attr-defined]
        house.case = office.submitted(GRN, question=PHRASE)
        for criterion in CRITERIA[GRN]:
            office.ask("triage.assess", GRN, case=house.case, criterion=criterion, met=True, motivation="Gezien")
        office.ask("consent.give", GRN, case=house.case)
        office.ask("triage.accept", GRN, case=house.case)
        office.ask("parties.invite", GRN, case=house.case, partner="vnn")
        house.other = office.submitted(GRN, name="Bo Bedacht")
        house.foreign = office.submitted(ZEI, name="Cas Elders")
        database = office.store.connection()
        assert isinstance(database, PostgreSQLDatabase)
        install(database)
        fill(office.store)
        for who, login in house.logins.items():
            house.passwords[who] = make_login(database, login) or ""
        for service in SERVICES:
            house.logins[service] = f"u{tag}_{service}"
            house.passwords[service] = make_login(database, house.logins[service], service) or ""
        office.models.catch_up()
    return house


def _tear_down(house: House) -> None:
    """Logins are of the whole cluster: they go with the database."""
    with house.owner() as connection:
        for login in house.logins.values():
            connection.execute(f'DROP OWNED BY "{login}"')
            connection.execute(f'DROP ROLE "{login}"')


def _team(office: Office, team: str) -> Any:
    return office.engine.team(team)
