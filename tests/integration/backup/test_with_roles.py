"""On a server with roles: a backup is its owner's to make, and everybody has their rights again where it is put back."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.backup import restore, take
from infra.backup.following import derive
from infra.backup.rows import snapshot
from infra.erasing.keeper import keeper_of
from infra.exports.lines.vouching import vouched_for
from infra.exports.lines.writing import write
from infra.store import StoreConfig, open_store
from infra.store.postgresql import PostgreSQLDatabase
from infra.store.roles.installing import install
from tests.integration.backup.conftest import whole
from tests.integration.backup.lines import exported
from tests.integration.backup.test_there_and_back import backed_up, quiet
from tests.integration.roles.house import ROSTER, SERVICES, House, built
from tests.support.postgres import Server


@pytest.fixture(scope="module")
def house(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with built(postgres_server, tmp_path_factory.mktemp("roles")) as made:
        yield made


@pytest.mark.parametrize("holds", ["events", "keys"])
@pytest.mark.parametrize("who", [*ROSTER, *SERVICES])
def test_no_login_but_the_owners_makes_a_backup(house: House, who: str, holds: str, tmp_path: Path):
    """Not even of what it may read: a backup with a part left out would be taken for whole."""
    with pytest.raises(Refused) as refused:
        take(house.config_of(who), {holds: tmp_path / "backup"}, quiet)  # type: ignore[dict-item]
    assert refused.value.code == "store-forbidden"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("who", [*ROSTER, *SERVICES])
def test_no_login_but_the_owners_writes_the_store_as_lines(house: House, who: str, tmp_path: Path):
    place = exported(house.config, tmp_path / "all.jsonl").events
    with pytest.raises(Refused) as refused:
        lines_of(house.config_of(who), place)
    assert refused.value.code == "store-forbidden"


def lines_of(config: StoreConfig, place: int) -> bytes:
    made = BytesIO()
    with open_store(config) as store, snapshot(db := store.connection()):
        write(made, db, vouched_for(db, f"casusregie/{store.store_id}", place), quiet)
    return made.getvalue()


@pytest.mark.parametrize("lines", [False, True])
def test_everybody_has_their_rights_again_where_it_was_put_back(house: House, lines: bool, tmp_path: Path):
    files = backed_up(house.config, tmp_path)
    if lines:
        files["events"] = tmp_path / "all.jsonl"
        exported(house.config, files["events"])
    dsn = house.server.fresh_database()
    there = replace(house, config=replace(house.config, dsn=dsn))
    restore(there.config, files, quiet)  # type: ignore[arg-type]
    derive(there.config, lambda _: None)
    with open_store(there.config, replaying=True) as store:
        keeper_of(store).accept_without()  # nobody was erased here, and there is no ledger
    assert whole(there.config) == whole(house.config)
    with pytest.raises(Refused, match="store-forbidden"):
        open_store(there.config_of("member"))
    with open_store(there.config) as store:
        database = store.connection()
        assert isinstance(database, PostgreSQLDatabase)
        install(database)
    with there.at_work("member") as me:
        me.ask("intake.supplement", case=house.case, text="De huisarts bevestigt het")
    with there.at_work("outsider") as other:
        with pytest.raises(Refused, match="not-allowed"):
            other.ask("intake.supplement", case=house.case, text="Ik kijk even mee")
        assert other.office.store.load(house.case) == []
    house.server.drop(dsn)
