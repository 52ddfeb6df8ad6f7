"""Somebody looks: an office at work on either database, and gates for whoever asks."""

from collections.abc import Callable

import pytest

from domain.event import replay
from domain.team import Team
from infra.seeing.gate import Gate
from infra.seeing.seats import Asker
from tests.integration.engine.conftest import config, office
from tests.integration.engine.office import GRN, Office
from tests.property.world import LOGIN

__all__ = ["config", "office"]

Gates = Callable[..., Gate]


@pytest.fixture
def gate(office: Office) -> Gates:
    """The gate for somebody of a table, by id."""

    def made(who: str | None, team: str | None = GRN, purpose: str | None = None, login: str = LOGIN) -> Gate:
        return Gate(
            office.store, Asker(login, who, team), lambda name: replay(Team(), office.store.load(name)), office.models.teams_of,
            lambda: True, purpose,
        )  # fmt: skip

    return made
