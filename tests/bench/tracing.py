"""Asking who saw a case: in a store with fifty disclosures in all, and in one with a million; fifty of the case in both."""

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from cli import main
from infra.cli.session import Session
from infra.readmodels import ReadModels
from infra.readmodels.tracing import Wanted, traced
from infra.store import StoreConfig, create_store, open_store
from infra.store.store import Store
from infra.texts import Words
from tests.bench.rounds import Comparison, Target, Way, again, in_turns
from tests.support.postgres import Server
from tests.support.seen import many, store_all

EACH, FEW, MANY = 50, 50, 1_000_000
ROUNDS, REPEATS = 9, 5
CASE, TEAM, OFFICER = "LEL-2020-000000", "lelystad-sit", "gemeente-lelystad-2"
ENTERING = {"CASUS_LANG": "en", "PATH": os.environ["PATH"]}


def on_postgresql(server: Server) -> Iterator[Comparison]:
    """On a server: the question alone."""
    with ExitStack() as stack:
        stores = {}
        for how_many in (FEW, MANY):
            home = Path(stack.enter_context(TemporaryDirectory(prefix="casus-bench-")))
            store = stack.enter_context(create_store(StoreConfig(home / "home", dsn=server.fresh_database())))
            ReadModels(store).prepare()
            stores[how_many] = _filled(store, how_many)
        yield _compared("tracing-postgresql", {_named(n): _asks(models) for n, models in stores.items()}, "the question")


def on_sqlite() -> Iterator[Comparison]:
    """Embedded: the question alone, and the whole command, which stores a disclosure of its own and takes it in."""
    with ExitStack() as stack:
        questions, commands = {}, {}
        for how_many in (FEW, MANY):
            home = Path(stack.enter_context(TemporaryDirectory(prefix="casus-bench-"))) / "home"
            case = _begun(home)
            store = stack.enter_context(open_store(StoreConfig(home)))
            questions[_named(how_many)] = _asks(_filled(store, how_many, case), case)
            commands[_named(how_many)] = _commands(home, case)
        yield _compared("tracing", questions, "the question")
        left = "each command leaves one more disclosure of the case, in both stores"
        yield _compared("tracing", commands, "`casus access log --case`, without starting Python", left)


def _compared(name: str, asks: dict[str, Callable[[], object]], what: str, *notes: str) -> Comparison:
    ways = [Way(way, again(ask), REPEATS) for way, ask in asks.items()]
    few, much = _named(FEW), _named(MANY)
    return Comparison(
        name, f"who saw a case, {EACH} disclosures: {what}", few, in_turns(ways, ROUNDS), [Target(much, few, at_most=1.5)],
        items=EACH, unit="disclosures",
        notes=notes,
    )  # fmt: skip


def _named(how_many: int) -> str:
    return f"of {how_many:,} in all"


def _filled(store: Store, how_many: int, case: str = CASE) -> ReadModels:
    """So many disclosures over as many cases as makes fifty of each."""
    cases = [case, *(f"LEL-2020-{n:06d}" for n in range(1, how_many // EACH))]
    store_all(store, many(how_many, cases, lists=False))
    models = ReadModels(store)
    models.rebuild(["disclosures", "disclosed"])
    assert _count(models, case) == EACH
    return models


def _count(models: ReadModels, case: str) -> int:
    return len(list(chain(*traced(models, Wanted(case=case)))))


def _asks(models: ReadModels, case: str = CASE) -> Callable[[], object]:
    return lambda: _count(models, case)


def _begun(home: Path) -> str:
    """A table with a privacy officer, and a case. Out: its number."""
    who = ("--partner", "gemeente-lelystad", "--name", "R. de Vries")
    _run(home, "init", "--team", TEAM, *who)
    _run(home, "team", "sign-sharing", TEAM)
    _run(home, "team", "add-professional", TEAM, *who, "--role", "privacy-officer")
    asked = ("--question", "Rent arrears", "--reason", "zorgen-om-inwoner", "--name", "J. Jansen", "--json")
    return str(json.loads(_run(home, "intake", "submit", *asked))["number"])


def _commands(home: Path, case: str) -> Callable[[], object]:
    return lambda: _run(home, "access", "log", "--case", case, "--as", OFFICER)


def _run(home: Path, *line: str) -> str:
    out = io.StringIO()
    session = Session(Words("en"), ENTERING | {"CASUS_HOME": str(home)}, out=out, err=io.StringIO())
    code = main(line, session)
    assert code == 0, line
    return out.getvalue()
