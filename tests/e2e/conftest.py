"""The program run in this process: its own store, a clock that a test sets, its two streams kept apart."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli import main
from domain.event import Header
from domain.events.access import Disclosed
from domain.refusal import Refused
from infra.cli.session import Session
from infra.store.store import Store
from infra.texts import Language, Words
from tests.support.invented import INVENTED
from tests.support.logs import steps, written

DATABASES = ("sqlite", "postgresql")


class TestClock:
    """Says what a test sets; a second later each time it is asked, so that what follows is later."""

    __test__ = False

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass(frozen=True)
class Result:
    """What came of one run."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self) -> dict[str, Any]:
        [row] = self.rows
        return row


@dataclass
class Casus:
    """Runs the program on one store."""

    home: Path
    dsn: str | None = None
    clock: TestClock = field(default_factory=lambda: TestClock(datetime(2026, 11, 22, 9, tzinfo=UTC)))

    def __call__(self, *args: str, lang: Language = "en", stdin: str = "", **environ: str) -> Result:
        known = {"CASUS_HOME": str(self.home)} | ({"CASUS_STORE": self.dsn} if self.dsn else {}) | environ
        out, err = io.StringIO(), io.StringIO()
        session = Session(Words(lang), known, out=out, err=err, stdin=io.StringIO(stdin), clock=self.clock)
        code = main(args, session)
        return Result(code, out.getvalue(), err.getvalue())

    def done(self, *args: str, **how: Any) -> Result:
        """A run that must succeed."""
        result = self(*args, **how)
        assert result.code == 0, (args, result)
        return result

    def json(self, *args: str, **how: Any) -> list[dict[str, Any]]:
        """The objects that a run gives."""
        return self.done("--json", *args, **how).rows

    def moment(self) -> str:
        """The time by the clock that stamps what is recorded: ours, or the server's."""
        return (datetime.now(UTC) if self.dsn else self.clock.now()).isoformat()

    def later(self, **time: float) -> None:
        """Time passes."""
        self.clock.at += timedelta(**time)


@pytest.fixture
def empty(tmp_path: Path) -> Casus:
    """The program, and no store yet."""
    return Casus(tmp_path / "home")


@pytest.fixture(params=DATABASES)
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Casus]:
    """The program, and no store yet, on each database."""
    if request.param == "sqlite":
        yield Casus(tmp_path / "home")
    else:
        dsn = request.getfixturevalue("postgres_database")
        yield Casus(tmp_path / "home", dsn)


def set_up(casus: Casus, profile: str = INVENTED, name: str = "harbour-table", *, signed: bool = True) -> Casus:
    """A store with one invented team, us on its roster, and the agreement on data sharing signed unless told otherwise."""
    casus.home.mkdir(parents=True, exist_ok=True)
    file = casus.home / f"{name}.toml"
    file.write_text(profile, encoding="utf-8")
    casus.done("init", "--team", name, "--profile", str(file), "--partner", "pilots", "--name", "Wanda Planted")
    if signed:
        casus.done("team", "sign-sharing", name)
    return casus


@pytest.fixture
def casus(empty: Casus) -> Casus:
    """The program, with one invented team."""
    return set_up(empty)


@pytest.fixture
def taken_in(anywhere: Casus, tmp_path: Path) -> Casus:
    """One team, and five ships of the harbour's log, on each database."""
    set_up(anywhere)
    anywhere.done("import", str(written(tmp_path / "log.jsonl", steps(5))), "--source", "harbour")
    return anywhere


@pytest.fixture
def nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """That something leaves the house can't be stored."""
    stored = Store.disclose

    def all_but_what_leaves(self: Store, event: Disclosed, header: Header) -> str:
        if event.outcome == "exported":
            raise Refused("store-full", path="x")
        return stored(self, event, header)

    monkeypatch.setattr(Store, "disclose", all_but_what_leaves)


@pytest.fixture(scope="session", params=DATABASES, name="field")
def sown_field(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A store with something planted in every sealed field (`tests.support.field.Field`), on each database."""
    from tests.support.field import grown

    yield from grown(request, tmp_path_factory.mktemp("field"))
