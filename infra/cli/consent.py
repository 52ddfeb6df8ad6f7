"""`casus consent`: beside the stage's own commands with whom a subject's data was shared, and the other grounds there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
GROUNDS = ("kind", "law", "article", "as_of", "verified_by", "verified_on", "about")
SEEN = ("shown", "exported")


def commands() -> Mapping[str, Callable[[Words], click.Command]]:
    """What there is beside the stage's own commands, each made when it is asked for."""
    return {"shared": _shared, "grounds": _grounds}


def _shared(words: Words) -> click.Command:
    return leaf(words, "consent shared", shared, CASE, SUBJECT, also=(*ASKER, JSON))


def _grounds(words: Words) -> click.Command:
    return leaf(words, "consent grounds", grounds)


def grounds(session: Session) -> None:
    """The grounds other than consent, with the law each is of, and who verified it when: nobody did of those that come along."""
    from infra.legal import grounds as legal

    found = list(legal().values())
    rows = [
        {
            "kind": g.id, "law": g.law, "article": g.article or None, "as_of": g.as_of, "verified_by": g.verified_by or None,
            "verified_on": g.verified_on, "url": g.url, "about": g.about[session.words.language],
        }
        for g in found
    ]  # fmt: skip
    session.out.rows(rows, GROUNDS)
    if unverified := tuple(g.id for g in found if not g.verified_by):
        session.out.warn("grounds-unverified", kinds=unverified)


def shared(session: Session, case: str, subject: SubjectId | None) -> None:
    """Print with whom it was shared, a row for each subject and reader: when, how often, which texts; whether sharing with that
    organisation may go on, and whether it was told where it may not. Facts alone that were seen have no texts.
    """
    from domain.case import Case
    from domain.event import replay
    from domain.refusal import NotFound
    from domain.sharing import to_tell
    from infra.readmodels.tracing import Wanted, traced

    records = session.store.load(case)
    state = replay(Case(), records) if records else Case()
    if not state.exists():
        raise NotFound("case", case)
    upto = session.store.head()
    session.gate.case("consent-shared", state, records)
    if subject is not None and subject not in state.subjects:
        raise NotFound("subject", subject)
    wanted = Wanted(case, subject, None, None, None, None, None, upto=upto)
    found = [row for page in traced(session.readmodels, wanted) for row in page if row.of == case and row.outcome in SEEN]
    rows = list(_by_reader(session, state, records, found, subject))
    session.out.rows(rows, COLUMNS)
    untold = {(r["subject"], r["organisation"]) for r in rows if r["told"] is False}
    for whose, partner, consent in sorted({(c.subject, p, c.id) for c, p in to_tell(state) if (c.subject, p) in untold}):
        session.out.note("tell-next", subject=whose, partner=partner, number=case, consent=consent)


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
