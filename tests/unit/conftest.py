"""The texts that the shipped profiles were made from, for tests that compare the two."""

import os
from pathlib import Path

import pytest

SEEDS = "CASUS_TEST_SEEDS"
DATA = "CASUS_TEST_DATA"


def seeds_folder() -> Path | None:
    """The folder CASUS_TEST_SEEDS names, else `seeds` beside the one CASUS_TEST_DATA names; nothing without either."""
    named, beside = os.environ.get(SEEDS), os.environ.get(DATA)
    if named:
        folder = Path(named).resolve()
        if not any(folder.glob("*.txt")):
            raise pytest.UsageError(f"{SEEDS} names {folder}, which holds no texts")
        return folder
    folder = Path(beside).resolve().parent / "seeds" if beside else Path()
    return folder if beside and folder.is_dir() else None


@pytest.fixture(scope="session")
def source_texts() -> dict[str, str]:
    """Each source by its name; without them, tests that ask for it are left out."""
    folder = seeds_folder()
    assert folder is not None, "tests that ask for source_texts are left out without them"
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what compares with the source texts when these are not there: they are not part of the project."""
    if seeds_folder():
        return
    without = [item for item in items if "source_texts" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in without]
