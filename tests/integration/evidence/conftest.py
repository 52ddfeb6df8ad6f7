"""Stores with an evidence log, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from infra.evidence.evidence import Evidence
from infra.store import StoreConfig
from infra.store.store import Store
from tests.support.copies import Copies
from tests.support.sown import sow
from tests.support.stores import DATABASES
from tests.support.tampering import Attacker


@pytest.fixture
def evidence(store: Store, config: StoreConfig) -> Evidence:
    """Its evidence log."""
    return Evidence(store, config.signer_in, config.outside)


@pytest.fixture(params=DATABASES)
def attacker(request: pytest.FixtureRequest, copies: Copies, tmp_path: Path) -> Iterator[Attacker]:
    """Somebody with full access to the database of a store that has a history."""
    with attacked(copies, request.param, tmp_path) as made:
        yield made


@pytest.fixture
def laptop(copies: Copies, tmp_path: Path) -> Iterator[Attacker]:
    """The same on a laptop, where a column holds whatever is put into it."""
    with attacked(copies, "sqlite", tmp_path) as made:
        yield made


@contextmanager
def attacked(copies: Copies, kind: str, root: Path) -> Iterator[Attacker]:
    with copies.of(sow, kind, root / "copy") as (config, sown):
        made = Attacker(replace(sown, config=config))
        yield made
        made.close()
