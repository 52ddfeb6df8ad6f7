"""Appends what was decided, and says what came of it: also of an act that was carried out before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from commands.handle import Decided
from domain.case import Case
from domain.event import Header, Recorded
from domain.team import Team
from infra.engine import matching
from infra.engine.act import Act
from infra.engine.log import Log
from infra.engine.meant import headed
from infra.engine.request import Outcome
from infra.engine.streams import seen
from infra.engine.table import Table
from infra.store.draft import Draft, Receipt


def stored(
    log: Log, table: Table, act: Act, decided: Decided, header: Header, receipt: Receipt, *, stream: str,
    identity: Mapping[str, str],
) -> Outcome:  # fmt: skip
    """Append all that was decided, or nothing. In: the act with what was read for it, the header of its events, and by what
    the person is found again whom it names. Refused as `stream-moved` when what it rests on is not so any more.
    """
    touched = {s for s, _ in decided}
    expected = {s: act.streams[s].version if s in act.streams else 0 for s in touched}
    reads = {s: v.version for s, v in act.streams.items() if s not in touched and act.rests_on(s, touched)}
    drafts = [Draft(s, e, headed(act, header, s, e), None if (at := act.when(s)) == act.now else at) for s, e in decided]
    tokens = [*(matching.tokens(identity, stream) if identity and decided else ()), *matching.findable(decided)]
    appended = log.append(
        drafts, expected=expected, reads=reads, receipt=receipt, tokens=tokens, permit=act.permit, members=act.members
    )
    if appended.again:
        table.cache.drop(touched)
        return known_of(act.command_id, appended.receipt.result)
    for s in touched:
        before = act.streams.get(s)
        records = [r for r in appended if r.stream == s]
        kind = Team if records[0].topic.startswith("team.") else Case
        table.cache.put(before.extended(records) if before else seen(s, records, kind))
    own_duplicates = tuple(
        s for s, v in sorted(act.streams.items())
        if identity and s != stream and isinstance(v.state, Case) and v.state.team == header.team and v.state.is_open()
    )  # fmt: skip
    return Outcome(act.command_id, stream, tuple(appended), False, tuple(sorted(touched)), own_duplicates)


def drafted(act: Act, decided: Decided, header: Header) -> Iterator[Recorded]:
    """What would be stored, as it would be numbered."""
    last = {s: v.version for s, v in act.streams.items()}
    for stream, event in decided:
        last[stream] = last.get(stream, 0) + 1
        yield Recorded(stream, last[stream], event, act.when(stream), headed(act, header, stream, event))


def result_of(stream: str, decided: Decided) -> str:
    """What a receipt remembers of an act."""
    return json.dumps({"stream": stream, "streams": sorted({s for s, _ in decided}), "events": len(decided)})


def known_of(command_id: str, result: str) -> Outcome:
    """The outcome of an act that was carried out before, from its receipt."""
    told = json.loads(result)
    return Outcome(command_id, told["stream"], (), True, tuple(told["streams"]))
