"""Lists from the read models: cases, agenda, signals, workload, learning points, a region's counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from domain.refusal import NotFound
from infra.cli.opening import in_words, places
from infra.cli.own import LOOKING, TEAM, asked, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.readmodels.asking import Rows
from infra.seeing.lists import Visible
from infra.texts import Words
from projections.registry import projection, view

Make = Callable[[Session, Rows, Mapping[str, Any]], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Listing:
    """What a list asks, how its rows are found, and which columns people see; `--json` gives every column."""

    make: Make
    columns: tuple[str, ...]
    params: tuple[Param, ...] = ()
    labelled: tuple[str, ...] = field(default=())
    """Columns with codes of a team's own vocabulary."""
    sparse: tuple[str, ...] = ()
    """Columns that people see only when a row has something there."""
    heading: Callable[[Session, Rows, Mapping[str, Any]], str] | None = None
    """What people see above it."""
    shared: bool = False
    """Whether its rows are of no one case or table."""


def command(name: str, words: Words) -> click.Command:
    """The command of one list."""
    listing = LISTS[name]

    def work(session: Session, at: Any, known_at: Any, **given: Any) -> None:
        asking = asked(session, at, known_at)
        _known(asking, given.get("team"))
        visible = session.gate.visible(session.readmodels)
        known = [row for row in listing.make(session, asking, given) if _may(listing, visible, row)]
        known = [_apart(row, visible) if listing.shared else row for row in _opened(session, name, known)]
        if session.out.json:
            session.out.rows(known, listing.columns)
            return
        if listing.heading is not None:
            session.out.line(listing.heading(session, asking, given))
        session.out.rows(known, _seen(listing, known, given), _labels(session, listing))

    return leaf(words, name, work, *listing.params, also=LOOKING)


def _may(listing: Listing, visible: Visible, row: Mapping[str, Any]) -> bool:
    """Whether a row is for who asks: one of a case by the case, another by its table. Counts of a region and what is learned
    together are for everybody.
    """
    if listing.shared:
        return True
    if row.get("number") is None:
        return visible.table(row["team"])
    return visible.case(row["number"], row["team"])


def _apart(row: Mapping[str, Any], visible: Visible) -> Mapping[str, Any]:
    """A row of what is learned together, without the case where the reader has no part in it: that a table knows somebody is
    itself content.
    """
    if row.get("number") is None or visible.case(row["number"], row["team"]):
        return row
    return {**row, **{name: None for name in ("number", "stream", "version") if name in row}}


def _opened(session: Session, name: str, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows, once it is stored that they are seen; with their texts, where they refer to any."""
    what = name.replace(" ", "-")
    at = {n: (r["stream"], r["version"], "text") for n, r in enumerate(rows) if "text" in r and r["kind"] != "outcome"}
    refs = places(session, at.values())
    seen = {row["number"] for row in rows if row.get("number")}
    texts = in_words(session, session.gate.general(what, seen=seen, refs=refs.values()))
    return [{**row, "text": texts.get(refs[at[n]])} if n in at else row for n, row in enumerate(rows)]


def _known(rows: Rows, team: str | None) -> None:
    """A team that is not there is said: an empty list would look as if nothing were the matter."""
    if team is not None and not rows.rows(projection("teams"), team=team):
        raise NotFound("team", team)


def _seen(listing: Listing, rows: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> list[str]:
    """The columns people see: not the team when they named it, nor one that is empty throughout and may be."""

    def seen(column: str) -> bool:
        if column in listing.sparse:
            return any(row[column] is not None for row in rows)
        return column != "team" or given.get("team") is None or len({row["team"] for row in rows}) > 1

    return [column for column in listing.columns if seen(column)]


def _labels(session: Session, listing: Listing) -> dict[str, Callable[[Mapping[str, Any]], str]]:
    from infra.cli.labels import labels, members, person
    from infra.texts.sentences import people

    words = session.words

    def show(column: str) -> Callable[[Mapping[str, Any]], str]:
        def cell(row: Mapping[str, Any]) -> str:
            team = row["team"]
            if column == "team" and team is None and "region" in row:
                return words.get("output", "all-teams")
            if column == "holder":
                return people(column, person(row["holder"], row["holder_team"], team), words)
            teams = (team,) if team or "region" not in row else members(session, row["region"])
            return people(_field(column, row), row[column], words, labels(session, *teams))

        return cell

    return {column: show(column) for column in listing.labelled}


def _field(column: str, row: Mapping[str, Any]) -> str:
    """What a value is of: a code of a learning point or a count is of what the row says."""
    if column == "code" and "gap" in (row.get("kind"), row.get("measure")):
        return "domain"
    return "level" if column == "code" and row.get("measure") == "outcome" else column


def _with_holders(rows: Rows, found: Sequence[Any], elsewhere: Callable[[Any], bool]) -> Iterator[Mapping[str, Any]]:
    """The rows, each with the team that its holder sits in: what is asked of one table about another's case names theirs."""
    numbers = [row.number for row in found if elsewhere(row)]
    own = {c.number: c.team for c in rows.rows(projection("cases"), number=numbers)} if numbers else {}
    for row in found:
        yield row._asdict() | {"holder_team": own.get(row.number, row.team) if row.holder else None}


def cases(_session: Session, rows: Rows, given: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Cases, one a row; imported ones too, marked with their source."""
    from domain.case import OPEN

    where = {name: given[name] for name in ("team", "source", "holder") if given[name]}
    if given["status"]:
        where["status"] = given["status"]
    elif given["open"]:
        where["status"] = sorted(OPEN)
    return (row._asdict() for row in rows.rows(projection("cases"), **where))


def signals(_session: Session, rows: Rows, given: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """What asks for attention, by team, case and kind."""
    found = [row for row in rows.view(view("signals")) if _wanted(row, given, "team", "kind", "source")]
    return _with_holders(rows, found, lambda row: bool(row.kind == "asked"))


def workload(_session: Session, rows: Rows, given: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """What each partner and professional has in hand."""
    for row in rows.view(view("workload")):
        if _wanted(row, given, "team", "partner", "source"):
            yield row._asdict()


def next_meeting(session: Session, rows: Rows, given: Mapping[str, Any]) -> str:
    """What stands above an agenda: when the meeting is."""
    team = given["team"]
    meeting = next((m for m in rows.view(view("next_meetings")) if m.team == team and m.kind == "regular"), None)
    return session.words.say("next-meeting", team=team, on=meeting.on if meeting else None)


def agenda(_session: Session, rows: Rows, given: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """The agenda of a team's next meeting."""
    team = given["team"]
    return _with_holders(rows, [r for r in rows.view(view("agenda")) if r.team == team], lambda r: bool(r.reason == "asked"))


def region(session: Session, rows: Rows, given: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """A region's counts: never a case, never a person."""
    if not any(t.teams for t in rows.rows(projection("teams"), team=given["region"])):
        raise NotFound("region", given["region"])
    found, least = rows.view(view("region")), session.gate.shows_from()
    if least is not None:
        from projections.small_counts import of_region

        found = of_region(found, least)
        session.out.note("small-counts", least=least)
    return [row._asdict() for row in found if row.region == given["region"]]


def learning(_session: Session, rows: Rows, given: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """What was learned, its text yet to be opened: of a team, or with a region's name what its teams share with it."""
    from projections.region import shared_learning

    teams = rows.rows(projection("teams"))
    found = rows.rows(projection("learning"))
    if given["team"] is not None:
        known = next(t for t in teams if t.team == given["team"])
        own = [row for row in found if row.team == known.team]
        found = shared_learning(known.team, teams, found) if known.teams else own
    for row in found:
        yield {**row._asdict(), "text": None}


def _wanted(row: Any, given: Mapping[str, Any], *columns: str) -> bool:
    """Whether a row has what was asked for in each of these columns, where something was."""
    return all(given[c] in (None, getattr(row, c)) for c in columns)


PARTNER = Param("partner", "partner")
SOURCE = Param("source", "code")
STATUSES = (
    "submitted", "asked", "active", "resting", "aftercare", "declined", "redirected", "transferred", "merged", "closed",
    "imported",
)  # fmt: skip
KINDS = (
    "overdue", "stagnating", "unanswered", "asked", "expiring", "expired", "stopped", "missing", "unheld", "untold", "forgotten",
    "silent", "glass",
)  # fmt: skip

LISTS = {
    "cases": Listing(
        cases, ("number", "team", "status", "holder", "next_kind", "next_on", "source"),
        (TEAM, Param("status", "choice", many=True, choices=STATUSES, flag="status"), Param("open", "yes-no"),
         Param("holder", "professional"), SOURCE), sparse=("source",),
    ),
    "signals": Listing(
        signals, ("team", "number", "kind", "what", "entry", "on", "days", "holder", "partner"),
        (TEAM, Param("kind", "choice", choices=KINDS), SOURCE), labelled=("holder", "partner"), sparse=("partner",),
    ),
    "workload": Listing(
        workload, ("team", "source", "partner", "professional", "cases", "agreements", "overdue", "due_soon", "escalations"),
        (TEAM, PARTNER, SOURCE), labelled=("partner",), sparse=("source",),
    ),
    "agenda": Listing(
        agenda, ("number", "reason", "what", "entry", "on", "holder"), (Param("team", "team", required=True, positional=True),),
        labelled=("holder",), heading=next_meeting,
    ),
    "region": Listing(
        region, ("team", "measure", "code", "amount"), (Param("region", "team", required=True, positional=True),),
        labelled=("team", "code"), shared=True,
    ),
    "learning list": Listing(
        learning, ("team", "number", "kind", "code", "level", "value", "on", "text"), (TEAM,), labelled=("code", "level"),
        sparse=("level", "value"), shared=True,
    ),
}  # fmt: skip
