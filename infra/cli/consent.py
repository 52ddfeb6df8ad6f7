"""`casus consent shared`: with whom a subject's data was shared, and who has yet to hear that it stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from infra.cli.own import ASKER, CASE, JSON, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words

if TYPE_CHECKING:
    from domain.case import Case
    from domain.event import Recorded
    from domain.ids import SubjectId
    from projections.disclosures import DisclosureRow

SUBJECT = Param("subject", "subject")
COLUMNS = ("subject", "organisation", "reader", "first", "last", "times", "fields", "sharing", "told")
SEEN = ("shown", "exported")


def command(words: Words) -> click.Command:
    """The command."""
    return leaf(words, "consent shared", shared, CASE, SUBJECT, also=(*ASKER, JSON))


def shared(session: Session, case: str, subject: SubjectId | None) -> None:
    """Print with whom it was shared, a row for each subject and reader: when, how often, which texts; whether sharing with that
    organisation may go on, and whether it was told where it may not. Facts alone that were seen have no texts.
    """
    from domain.case import Case
    from domain.event import replay
    from domain.refusal import NotFound
    from infra.readmodels.tracing import Wanted, traced

    records = session.store.load(case)
    state = replay(Case(), records) if records else Case()
    if not state.exists():
        raise NotFound("case", case)
    if subject is not None and subject not in state.subjects:
        raise NotFound("subject", subject)
    upto = session.store.head()
    session.gate.case("consent-shared", state, records)
    wanted = Wanted(case, subject, None, None, None, None, None, upto=upto)
    found = [row for page in traced(session.readmodels, wanted) for row in page if row.of == case and row.outcome in SEEN]
    rows = list(_by_reader(session, state, records, found, subject))
    session.out.rows(rows, COLUMNS)
    for whose, partner in sorted({(r["subject"], r["organisation"]) for r in rows if r["told"] is False}):
        session.out.note("tell-next", subject=whose, partner=partner, number=case)


def _by_reader(
    session: Session, case: Case, records: Sequence[Recorded], seen: Sequence[DisclosureRow], subject: SubjectId | None
) -> Iterator[dict[str, Any]]:
    about = {
        f"{r.version}.{name}": text.subject
        for r in records for name in type(r.event).personal_fields() if (text := getattr(r.event, name)) is not None
    }  # fmt: skip
    acts: dict[tuple[str, str, str], list[DisclosureRow]] = {}
    for row in seen:
        for whose in row.subjects:
            if subject in (None, whose):
                acts.setdefault((whose, row.organisation or "", row.actor or ""), []).append(row)
    for (whose, organisation, reader), found in sorted(acts.items()):
        fields = {field for row in found for field in row.fields if about.get(field) == whose}
        yield {
            "subject": whose, "organisation": organisation or None, "reader": reader or None, "first": found[0].at,
            "last": found[-1].at, "times": len(found), "fields": sorted(fields, key=_place),
            **_standing(session, case, whose, organisation),
        }  # fmt: skip


def _place(field: str) -> tuple[int, str]:
    version, _, name = field.partition(".")
    return int(version), name


def _standing(session: Session, case: Case, subject: SubjectId, partner: str) -> dict[str, Any]:
    """What was said last about sharing with a partner, and whether it has heard that it stopped: None while there is nothing
    to hear.
    """
    from domain.days import day_of
    from domain.sharing import last_said, stopped, to_tell

    said = last_said(case.consents.values(), subject, partner, "case-direction")
    if said is None:
        return {"sharing": None, "told": None}
    sharing = "limited" if said.state == "given" and not said.covers(partner) else said.state_on(day_of(session.now()))
    waiting = (said.id, partner) in {(c.id, p) for c, p in to_tell(case)}
    return {"sharing": sharing, "told": None if not stopped(said, partner) else not waiting}
