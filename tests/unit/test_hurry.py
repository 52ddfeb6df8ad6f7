"""What makes a short run shorter still fits the libraries that it spares us."""

import subprocess
import sys

SEEN = "import sys; from infra.hurry import hurry; hurry(); import domain.event, domain.events.plan as p; {}; print(*sys.modules)"


def loaded(after: str) -> set[str]:
    """The modules that are loaded after a line of code."""
    found = subprocess.run([sys.executable, "-c", SEEN.format(after)], capture_output=True, text=True, check=True)
    return set(found.stdout.split())


def test_events_are_validated_without_a_look_for_plugins():
    assert "importlib.metadata" not in loaded("p.GoalMet(goal='G1')")


def test_looking_at_a_store_needs_none_of_the_library():
    assert not {m for m in loaded("import infra.store.store, infra.store.embedded") if m.startswith("eventsourcing")}
