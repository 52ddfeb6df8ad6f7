"""A case as people read it: who it is about, where it is, the current plan, what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property

from domain.case import Case
from domain.case_parts import Agreement
from domain.ids import ProfessionalId
from domain.personal import Ref
from domain.sharing import to_tell
from infra.cli.labels import labels, person, tables
from infra.cli.opening import names_of
from infra.cli.session import Session
from infra.texts.sentences import people

Lines = Iterator[str]
WIDE = 20


def picture(session: Session, case: Case, on: date, texts: Mapping[Ref, str]) -> Lines:
    """The lines. In: the case, the day it is looked at, and its opened texts."""
    view = _View(session, case, on, texts)
    parts: tuple[Callable[[_View], Lines], ...] = (_head, _intake, _grounds, _triage, _parties, _plan, _going, _waiting, _end)
    for part in parts:
        lines = list(part(view))
        if lines:
            yield from lines
            yield ""


class _View:
    """What every part needs: the case, its texts, the words of its team."""

    def __init__(self, session: Session, case: Case, on: date, texts: Mapping[Ref, str]) -> None:
        self.session, self.case, self.on, self.texts = session, case, on, texts
        self.words = session.words
        self.label = labels(session, *tables(session, case))

    def say(self, name: str, value: object) -> Lines:
        """A line with its label, when there is something to say. A text is taken as it is, other values are read out."""
        if value not in (None, "", (), frozenset()):
            shown = value if isinstance(value, str) else people(name, value, self.words, self.label)
            yield f"{self.head(name) + ':':<{WIDE}}{shown}"

    def code(self, field: str, code: str) -> str:
        return people(field, code, self.words, self.label)

    def text(self, ref: Ref | None) -> str:
        return self.texts.get(ref, "") if ref else ""

    def head(self, name: str) -> str:
        return self.words.get("output", "show", name)

    @cached_property
    def names(self) -> Mapping[ProfessionalId, str]:
        """The names on the roster of everybody of whom something is expected here."""
        wanted = {self.case.holder, self.case.contact_point, self.case.holder_on(self.on), *self.case.holdings()}
        wanted |= {m.professional for m in self.case.circle.values()} | {a.professional for a in self.case.absences}
        if not self.case.team:
            return {}
        team = self.session.team(self.case.team)
        refs = {who: team.roster[who].name for who in wanted if who is not None and who in team.roster}
        names = names_of(self.session, team, refs.values()) if refs else {}
        return {who: names[ref] for who, ref in refs.items() if ref in names}

    def who(self, professional: ProfessionalId | None) -> str:
        """Somebody by id, and by name where this team's roster has it."""
        if professional is None:
            return ""
        name = self.names.get(professional)
        return f"{professional} ({name})" if name else professional

    def director(self) -> str:
        """The case director; one of another table with that table, whose ids are its own."""
        director, team = self.case.director_on(self.on), self.case.director_team(self.on)
        return self.who(director) if team == self.case.team else person(director, team, self.case.team) or ""

    def all(self, professionals: Iterable[ProfessionalId]) -> str:
        return ", ".join(self.who(p) for p in sorted(professionals))


def _head(v: _View) -> Lines:
    case = v.case
    marks = [v.head("anonymous")] if case.anonymous and case.source is None else []
    marks += [case.source] if case.source else []
    yield f"{case.number}  {v.code('status', case.status.value)}" + (f"  ({', '.join(marks)})" if marks else "")
    yield from v.say("team", case.team)
    holder = case.holder_on(v.on)
    yield from v.say("holder", v.who(holder))
    if holder != case.holder:
        yield from v.say("covers-for", v.who(case.holder))
    if case.next is not None:
        yield from v.say("next", f"{v.code('next_kind', case.next.kind)} {case.next.on}")
    yield from v.say("rested", case.rested_until)


def _intake(v: _View) -> Lines:
    case = v.case
    for s in case.subjects.values():
        told = ", ".join(filter(None, (v.text(s.name), v.text(s.birth_date), v.text(s.number), v.text(s.contact))))
        yield from v.say("subject", f"{s.id} {v.code('kind', s.kind)}" + (f": {told}" if told else ""))
    yield from v.say("submitter", v.code("submitter", case.submitter or ""))
    for name in ("reasons", "flags", "domains"):
        yield from v.say(name, getattr(case, name))
    for ref in case.questions:
        yield from v.say("question", v.text(ref))
    for ref in case.tried:
        yield from v.say("tried", v.text(ref))


def _grounds(v: _View) -> Lines:
    for c in v.case.consents.values():
        with_whom = f", {people('recipients', c.recipients, v.words, v.label)}" if c.recipients else ""
        until = f", {c.until}" if c.until else ""
        state = v.code("state", c.state_on(v.on))
        yield from v.say("consent", f"{c.id} {c.subject} {v.code('purpose', c.purpose)}: {state}{with_whom}{until}")
    for g in v.case.grounds.values():
        whose = f"{g.id} {g.subject} {v.code('ground', g.kind)}, {v.code('partner', g.partner)}"
        yield from v.say("ground", f"{whose}: {v.text(g.motivation)}")


def _triage(v: _View) -> Lines:
    for a in v.case.assessments.values():
        met = v.head("met" if a.met else "not-met")
        yield from v.say("criterion", f"{v.code('criterion', a.criterion)}: {met}. {v.text(a.motivation)}")
    yield from v.say("against", v.case.against)
    if v.case.asked is not None:
        asked = v.case.asked
        yield from v.say("asked", f"{v.text(asked.text)} ({asked.by}{', ' + v.code('of', asked.of) if asked.of else ''})")


def _parties(v: _View) -> Lines:
    case = v.case
    for p in case.partners.values():
        yield from v.say("partner", f"{v.code('partner', p.partner)}: {v.words.code(p.state, 'participation')}")
    yield from v.say("contact-point", v.who(case.contact_point))
    yield from v.say("director", v.director())
    if case.director_team(v.on) != case.team:
        yield from v.say("direction", f"{case.director_team(v.on)}, {case.direction.until}")
    for m in case.circle.values():
        if not m.left:
            subject = case.subjects.get(m.subject or "")
            name = v.who(m.professional) or (v.text(subject.name) if subject else "")
            yield from v.say("circle", f"{m.id} {v.code('kind', m.kind)}: {name}")
    for a in case.absences:
        if a.until >= v.on:
            yield from v.say("absence", f"{v.who(a.professional)} {a.start} … {a.until}: {v.who(a.cover)}")


def _plan(v: _View) -> Lines:
    case = v.case
    if case.drafted or case.answers or case.goals or case.agreements:
        endorsed = v.head("endorsed") if case.endorsed else v.head("not-endorsed" if case.endorsed is False else "endorse-open")
        yield f"{v.head('plan')} ({endorsed})"
    for question, ref in case.answers.items():
        yield f"  {v.code('question', question)}: {v.text(ref)}"
    for goal, ref in case.goals.items():
        met = f" ({v.code('state', 'met')})" if goal in case.goals_met else ""
        yield f"  {goal} {v.text(ref)}{met}"
    for agreement in case.agreements.values():
        yield f"  {_agreement(v, agreement)}"
    for d in case.deviations.values():
        end = d.ended or d.until
        yield f"  {d.id} {v.head('deviation')} {v.code('rule', d.rule)} ({end}, {d.mandate}): {v.text(d.why)}"
    if case.budget:
        from infra.texts.sentences import euros

        reserved = sum(r.standing() for r in case.budget.values())
        spent = sum(r.spent for r in case.budget.values())
        yield "  " + v.words.say("show.budget", reserved=euros(reserved, v.words), spent=euros(spent, v.words))


def _agreement(v: _View, a: Agreement) -> str:
    due = f"{a.due}" if a.due else v.code("no_date", a.no_date or "")
    late = f" {v.head('late')}" if a.due and a.due < v.on and a.state in ("proposed", "accepted") else ""
    who = f" ({v.who(a.responsible)})" if a.responsible else ""
    helped = f" {v.head('with')} {people('contributors', a.contributors, v.words, v.label)}" if a.contributors else ""
    progress = f", {v.head('progress')} {v.code('progress', a.progress)}" if a.progress else ""
    by = f"{v.code('partner', a.partner)}{who}{helped}"
    return f"{a.id} {v.text(a.what)} — {by}, {due}{late}, {v.code('state', a.state)}{progress}"


def _going(v: _View) -> Lines:
    case = v.case
    for s in case.subgroups.values():
        if not s.dissolved:
            yield from v.say("subgroup", f"{s.id} {v.code('mandate', s.mandate)}: {v.all(s.members)}")
            for ref in s.proposals:
                yield from v.say("proposal", v.text(ref))
    yield from v.say("agenda", tuple(sorted(case.agenda)))
    for check in case.checks[-3:]:
        yield from v.say("check", f"{check.on} {v.code('outcome', check.outcome)}. {v.text(check.observed)}")
    if case.stagnating_since is not None:
        yield from v.say("stagnating", f"{case.stagnating_since} → {case.decide_by}")


def _waiting(v: _View) -> Lines:
    case = v.case
    for e in case.escalations.values():
        state = f"{v.code('state', e.state)}, {v.code('urgency', e.urgency)}, {e.answer_by}"
        yield from v.say("escalation", f"{e.id} {v.code('to', e.to)}: {state}. {v.text(e.why)}")
    if case.direction_offer is not None:
        yield from v.say("direction-offer", f"{case.direction_offer.to}, {case.direction_offer.until}")
    if case.transfer is not None:
        yield from v.say("transfer", f"{v.code('to', case.transfer.to)}, {case.transfer.answer_by}")
    for p in case.probes.values():
        told = v.head("probe-open") if p.told is None else v.head("probe-told" if p.told else "probe-kept")
        yield from v.say("probe", f"{p.id} {p.team}: {told}")
    for g in case.glass.values():
        weighed = "glass-open" if g.justified is None else "glass-justified" if g.justified else "glass-unjustified"
        yield from v.say("glass", f"{g.id} {g.professional} ({g.team}): {v.head(weighed)}")
    for r in case.rights.values():
        yield from v.say("right", f"{r.id} {r.subject}: {v.code('kind', r.kind)}, {v.code('state', r.state)}, {r.by}")
    for c, partner in to_tell(case):
        yield from v.say("untold", f"{c.id} {c.subject} → {v.code('partner', partner)}")
    for term, subject in sorted(case.terms):
        yield from v.say("term", " ".join(filter(None, (term, subject))))
    for h in case.holds.values():
        if not h.lifted:
            yield from v.say("hold", " ".join(str(part) for part in (h.id, h.subject, h.until) if part))
    yield from v.say("restricted", case.restricted)
    yield from v.say("erased", case.erased)
    if case.clearance != "normal":
        yield from v.say("clearance", v.code("level", case.clearance))
    yield from v.say("overlaps", case.overlaps)


def _end(v: _View) -> Lines:
    case = v.case
    if case.outcome is not None:
        after = f", {v.head('aftercare')} {case.outcome.aftercare}" if case.outcome.aftercare else ""
        yield from v.say("outcome", f"{v.code('result', case.outcome.result)}, {case.outcome.on}{after}")
    for name in ("predecessor", "successor", "merged_into"):
        yield from v.say(name.replace("_", "-"), getattr(case, name))
    yield from v.say("duplicates", case.duplicates)
    for ref in case.learnings:
        yield from v.say("learning", v.text(ref))
    for ref in case.statements:
        yield from v.say("statement", v.text(ref))
