"""What the engine asks the read models is what reading every stream gives."""

from infra.engine.finding import Scan
from infra.store import StoreConfig
from tests.integration.engine.office import opened
from tests.property.world import LOGIN
from tests.support.lived import acts, store


def test_the_tables_give_what_reading_every_stream_gives(config: StoreConfig):
    with opened(config) as office:
        store(office.store, acts(400))
        scan, teams = Scan(office.store), [s for s in office.store.streams() if s.islower() and ":" not in s]
        found = {team: office.models.open_cases(team) for team in teams}
        assert found == {team: scan.open_cases(team) for team in teams}
        assert sum(map(len, found.values())) > 10
        people = {p.id for team in teams for p in office.engine.team(team).roster.values()}
        for who in [*sorted(people), "nobody-1"]:
            assert office.models.teams_of(LOGIN, who) == scan.teams_of(LOGIN, who), who
        assert office.models.teams_of(LOGIN, None) == scan.teams_of(LOGIN, None)
