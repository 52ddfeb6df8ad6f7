"""What evidence costs: verifying a store beside bare SHA-256 of the same bytes, and appending with the log beside without."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from commands.monitoring import PlanCheck
from infra.evidence.due import Due, Often
from infra.evidence.evidence import Evidence
from infra.evidence.verifying import verify
from infra.store import StoreConfig, create_store
from tests.bench.at_work import REQUEST, SOON, Table, at_work, copies
from tests.bench.rebuilding import EVENTS, imported
from tests.bench.rounds import Call, Comparison, Way, again, in_turns
from tests.support.postgres import Server

ROUNDS = 5
CASES, COMMANDS = 50, 250
OFTEN = Often(events=COMMANDS)
"""So often that one checkpoint falls in each call: four times as often as by default."""
IN_ORDER = """
    SELECT e.state FROM places p JOIN stored_events e
        ON e.originator_id = p.originator_id AND e.originator_version = p.originator_version ORDER BY p.place
"""
VERIFY, READ, BARE = "verify", "read the bytes, SHA-256 each", "SHA-256 each, in memory"
WITHOUT, WITH = "append, no evidence log", "append, looked and signed when due"


def on_postgresql(server: Server) -> Iterator[Comparison]:
    """On a server; there a command signs nothing, the follower does: it is measured as if the command did."""
    yield _verifying("postgresql", server.fresh_database())
    yield _appending("postgresql", server.fresh_database())


def on_sqlite() -> Iterator[Comparison]:
    """In a file."""
    yield _verifying("sqlite", None)
    yield _appending("sqlite", None)


def _verifying(name: str, dsn: str | None) -> Comparison:
    with TemporaryDirectory(prefix="casus-bench-") as folder:
        config = StoreConfig(Path(folder) / "home", dsn=dsn)
        with create_store(config) as store:
            imported(store)
            evidence = Evidence(store, config.signer_in, config.outside)
            held = [evidence.checkpoint().note]
            database = store.connection()
            states = [bytes(state) for (state,) in database.query(IN_ORDER)]

            def whole() -> None:
                report = verify(store, evidence.kept, held=held)
                if not report.intact or report.events != EVENTS:
                    raise RuntimeError("what was just made is not intact")

            def read() -> None:
                for (state,) in database.stream(IN_ORDER):
                    sha256(state).digest()

            def bare() -> None:
                for state in states:
                    sha256(state).digest()

            ways = [Way(VERIFY, again(whole)), Way(READ, again(read)), Way(BARE, again(bare))]
            timings = in_turns(ways, ROUNDS)
    size = sum(map(len, states)) / 1e6
    return Comparison(
        f"verify-{name}", f"a whole store of {EVENTS:,} imported events ({size:.0f} MB of stored bytes)", BARE, timings,
        items=EVENTS, unit="events",
    )  # fmt: skip


def _appending(name: str, dsn: str | None) -> Comparison:
    with ExitStack() as stack:
        table = stack.enter_context(at_work(dsn))
        evidence = Evidence(table.store, table.config.signer_in, table.config.outside)
        evidence.checkpoint()
        plain, signed = copies(table, CASES), copies(table, CASES, first=CASES)
        ways = [Way(WITHOUT, _commands(table, plain, None)), Way(WITH, _commands(table, signed, evidence))]
        timings = in_turns(ways, ROUNDS)
    return Comparison(
        f"append-evidence-{name}", f"{COMMANDS} commands of one event; a checkpoint every {COMMANDS} events", WITHOUT, timings,
        items=COMMANDS, unit="commands",
    )  # fmt: skip


def _commands(table: Table, numbers: list[str], evidence: Evidence | None) -> Iterator[Call]:
    """A day planned in one case after another; with the evidence log it is looked after each whether a checkpoint is due."""
    engine = table.engine()
    due = Due(table.store, OFTEN)

    def call(first: int) -> None:
        for turn in range(first, first + COMMANDS):
            day = SOON + timedelta(days=turn // len(numbers) % 365)
            engine.run(PlanCheck(case=numbers[turn % len(numbers)], on=day), REQUEST)
            if evidence is not None and due.now():
                evidence.checkpoint()

    for first in count(step=COMMANDS):
        yield lambda first=first: call(first)  # type: ignore[misc]
