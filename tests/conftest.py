"""What every test may ask for: a PostgreSQL server, the published case logs; and what holds for every test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.copies import Copies
from tests.support.memory import write_into_memory
from tests.support.postgres import Server, running_postgres

DATA = "CASUS_TEST_DATA"

# `make test` is a gate: the same code gives the same answer. HYPOTHESIS_PROFILE=search looks further, and elsewhere
# each time.
settings.register_profile("gate", deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile("search", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

write_into_memory()  # before anybody asks where


@pytest.fixture(scope="session", autouse=True)
def _surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the settings, the language or the store of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if (name.startswith("CASUS_") and not name.startswith("CASUS_TEST_")) or name.startswith(("LC_", "LANG", "PG")):
                patch.delenv(name)
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("CASUS_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A real PostgreSQL 15 or newer. When none can be had, every test that asks for it fails."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_database(postgres_server: Server) -> Iterator[str]:
    """The DSN of a new, empty database, dropped after the test."""
    dsn = postgres_server.fresh_database()
    yield dsn
    postgres_server.drop(dsn)


@pytest.fixture(scope="session")
def copies(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """Copies of stores that are made once."""
    return Copies(lambda: request.getfixturevalue("postgres_server"), lambda: tmp_path_factory.mktemp("original"))


def data_folder() -> Path | None:
    """The folder that CASUS_TEST_DATA names; nothing when it names none."""
    named = os.environ.get(DATA)
    if not named:
        return None
    folder = Path(named).resolve()
    if not (folder / "logs").is_dir():
        raise pytest.UsageError(f"{DATA} names {folder}, which holds no folder `logs`")
    return folder


@pytest.fixture(scope="session")
def municipal_logs() -> Path:
    """The folder with published municipal case logs; without it, tests that ask for it are left out."""
    folder = data_folder()
    assert folder is not None, "tests that ask for municipal_logs are left out without them"
    return folder


def pytest_report_header() -> str:
    folder = data_folder()
    return f"municipal logs: {folder}" if folder else f"municipal logs: none ({DATA} is not set), their tests are left out"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests on the published case logs when these are not there: they are not part of the project."""
    if data_folder():
        return
    without = [item for item in items if "municipal_logs" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in without]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A skipped test proves nothing, so it fails."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = (
            "failed",
            f"{item.nodeid} was skipped: a test that needs something fails without it",
        )
    return report  # type: ignore[return-value]
