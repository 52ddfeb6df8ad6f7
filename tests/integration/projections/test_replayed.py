"""On each database: a replay to any place that a store gave, long after, is the case as it stood there right then."""

from __future__ import annotations

from domain.case import Case
from domain.event import replay
from infra.store.store import Store
from projections.history import Reach, reached
from tests.integration.projections.test_looking_back import all_placed
from tests.property.replaying import bare
from tests.support.lived import acts
from tests.support.lived import store as store_acts

LIVED = 500
SET_UP = 150
"""So many acts come before the first that is followed one by one."""


def test_a_replay_to_any_place_of_a_store_is_what_was_live_there(store: Store):
    lived = acts(LIVED)
    store_acts(store, lived[:SET_UP])
    live: dict[str, list[tuple[int, Case]]] = {}
    for act in lived[SET_UP:]:
        store_acts(store, (act,))
        all_placed(store)
        head = store.head()
        for number in {d.stream for d in act.drafts if d.event.TOPIC.startswith("case.")}:
            live.setdefault(number, []).append((head, replay(Case(), store.load(number))))
    compared = different = 0
    for number, states in live.items():
        records = store.load(number, places=True)
        now = reached(records, Reach())
        assert now is not None
        for place, state in states:
            then = reached(records, Reach(place=place))
            assert then is not None
            assert bare(then.state) == bare(state), f"{number} at place {place}"
            different += bare(now.state) != bare(state)
            compared += 1
            version = max(r.version for r in then.records)
            assert reached(records, Reach(version=version)) == then
    assert compared > 150
    assert different > 100, "little came after: it proves nothing"
