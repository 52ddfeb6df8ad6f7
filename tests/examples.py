"""One example of every event, by topic, and of every command, in a situation that allows it. Tests invent no other data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from domain.event import Event
from domain.events import access as seeings
from domain.events import closing as closed
from domain.events import consent as consents
from domain.events import correcting as corrections
from domain.events import custody as custodies
from domain.events import escalation as escalations
from domain.events import imported
from domain.events import intake as intakes
from domain.events import learning as lessons
from domain.events import meeting as meetings
from domain.events import monitoring as checks
from domain.events import parties as people
from domain.events import plan as plans
from domain.events import retention as keepings
from domain.events import rights as claims
from domain.events import team as tables
from domain.events import triage as weighed
from domain.personal import Personal
from tests.scenario import CASE, LOCK_CASE, LOCK_NEW, TODAY, TWIN, Step, on
from tests.support.tables import (
    HARBOUR,
    HOME,
    HOME_TOO,
    LOCK,
    LOCK_HAND,
    LOCK_MASTER,
    MASTER,
    PILOT,
    PROFILE,
    TUG,
    adopted,
    professional,
)

SOON, LATER, PAST = TODAY + timedelta(days=9), TODAY + timedelta(days=20), TODAY - timedelta(days=9)


def text(words: str = "The mooring is loose", about: str = "s1") -> Personal:
    """A text about somebody."""
    return Personal(subject=about, text=words)


# --- one of each event of a case

SUBMITTED = intakes.CaseSubmitted(
    team=HARBOUR, holder=MASTER, triage_by=date(2026, 9, 4), anonymous=False, submitter="pilots", reporter="neighbour",
    reasons=frozenset({"adrift"}), flags=frozenset({"risk"}), domains=frozenset({"berth"}), question=text(), tried=text("Ropes"),
)  # fmt: skip
ANONYMOUS = SUBMITTED.model_copy(update={"anonymous": True})
IDENTIFIED = intakes.SubjectIdentified(
    subject="s1", name=text("Wilma Waterman"), birth_date=text("1961-02-03"), number=text("111222333"), contact=text("06-1")
)
MET = weighed.CriterionAssessed(criterion="storm", met=True, motivation=text("Seen"))
ACCEPTED = weighed.CaseAccepted(met=("storm",), holder=MASTER, next_check=date(2026, 12, 3))
AGREED = plans.InterventionAgreed(
    agreement="A1", what=text("New ropes"), partner="seamens-home", responsible=HOME, due=SOON, domain="berth",
    recovery="afloat", contributors=frozenset({"tugs"}),
)  # fmt: skip
A1_ACCEPTED = plans.AgreementAccepted(agreement="A1", responsible=HOME)
A1_FULFILLED = plans.AgreementFulfilled(agreement="A1", note=text("Done"))
GOAL = plans.GoalSet(goal="G1", text=text("Afloat by spring"))
RESERVED = plans.BudgetReserved(reservation="B1", cents=40_000, purpose=text("Ropes"), agreement="A1", mandate=MASTER)
DEVIATION = plans.DeviationRecorded(deviation="D1", rule="berth-fee", why=text("It blocks"), mandate=MASTER, until=LATER)
SUBGROUP = meetings.SubgroupFormed(subgroup="S1", members=frozenset({HOME, PILOT}), mandate="deviate", until=LATER)
RAISED = escalations.EscalationRaised(
    escalation="E1", to="coastguard", kind="party", urgency="high", why=text("Storm comes"), answer_by=SOON
)
RAISED_TO_LOCK = RAISED.model_copy(update={"to": LOCK, "kind": "team"})
OFFERED = escalations.DirectionOffered(to=LOCK, until=LATER, why=text("No progress"))
DIRECTED = escalations.DirectionAccepted(by=LOCK, director=LOCK_MASTER, until=LATER)
TRANSFER = escalations.TransferOffered(to=LOCK, kind="team", reason="transfer", why=text("It moved"), answer_by=SOON)
REDIRECT = TRANSFER.model_copy(update={"reason": "redirect"})
TO_PARTY = TRANSFER.model_copy(update={"to": "lifeboat", "kind": "party"})
CARRIED = escalations.CarriedAgreement(
    agreement="A1", partner="lock-keepers", stream=CASE, version=5, field="what", due=SOON, domain="berth",
    recovery="afloat", state="proposed", agreed=PAST,
)  # fmt: skip
FLAGGED = checks.StagnationFlagged(decide_by=SOON)
RESTED = checks.CaseRested(until=LATER, why=text("Calm"))
CLOSED = closed.CaseClosed(result="moored", note=text("Moored"))
AFTERCARE = CLOSED.model_copy(update={"aftercare_on": LATER})
MERGED = closed.CaseMerged(into=TWIN, why=text("The same boat"))
TAKEN_IN = closed.DuplicateTakenIn(duplicate=TWIN, agreements=(CARRIED.model_copy(update={"partner": "tugs", "stream": TWIN}),))
CONSENT = consents.ConsentGiven(consent="C1", subject="s1", purpose="care", recipients=frozenset({"pilots", "tugs"}), until=LATER)
GROUND = consents.GroundRecorded(ground="J1", kind="public-task", partner="pilots", motivation=text("The law"))
NAMED = consents.CaseNamed(
    subject="s1", ground="public-task", necessity=text("n"), proportionality=text("p"), subsidiarity=text("s"),
    name=text("Wilma Waterman"), birth_date=text("1961-02-03"), number=text("111222333"), contact=text("06-1"),
)  # fmt: skip
TERM = keepings.TermAssigned(term="wmo-2015", subject="s3")
KEPT = keepings.TermAssigned(term="logbook")
HELD = keepings.HoldPlaced(hold="H1", subject="s1", until=LATER, why=text("A complaint"))
PROBED = consents.OverlapNoticed(probe="O1", team=LOCK, case=LOCK_CASE)
INVITED = people.PartnerInvited(partner="tugs")
RELATIVE = people.CircleMemberAdded(member="M1", kind="relative", subject="s3", name=text("Ina", "s3"))
BROKEN = seeings.GlassBroken(
    glass="BG1", professional=LOCK_HAND, team=LOCK, until=datetime(2026, 9, 1, 11, 30, tzinfo=UTC), reason=text("Found adrift")
)
REVIEWED = seeings.GlassReviewed(glass="BG1", justified=True, why=text("It could not wait"))
DISCLOSED = seeings.Disclosed(
    of=CASE, action="see-case", what="show", subjects=("s1",), fields=("1.question", "2.name"), seen_version=4,
    seen=(LOCK_CASE,), basis="consent", entry="C1", code="allowed", policy="ab" * 32, outcome="exported", host="a1b2c3d4e5f6",
    client="casus-0.1.0", trace="0f" * 16, span="0f" * 8, recipient="audit", digest="cd" * 32,
)  # fmt: skip
IMPORTED = imported.ActivityImported(
    source="logbook", position=1, activity="Arrival", kind="check", lifecycle="complete", resource="r1", group="North"
)
ASKED_FOR = claims.RightRequested(
    right="Q1", kind="erasure", subject="s1", received=PAST, by=LATER, login="os-1000", wish=text("Forget me")
)
GRANTED = claims.RightDecided(right="Q1", outcome="granted", login="os-1000", reason=text("Nothing is owed"))
CONFIRMED = claims.DecisionConfirmed(right="Q1", login="os-1001", alone=False)
ERASING = claims.ErasureBegun(right="Q1", subject="s1")
ERASED = claims.SubjectErased(right="Q1", subject="s1", keys=1, receipt="e" * 64)
RESTRICTED = claims.SubjectRestricted(subject="s1", right="Q1", reason=text("It is contested"))
TWO_ASKED = custodies.CustodyRequested(
    custody="K1", act="unmask", login="os-1000", case=CASE, professional=HOME, term="youth", reason=text("She asks", "team")
)

EVENTS: tuple[Event, ...] = (
    SUBMITTED,
    intakes.SubmissionSupplemented(
        text=text(), reasons=frozenset({"sinking"}), flags=frozenset({"risk"}), domains=frozenset({"cargo"}), triage_by=SOON
    ),
    intakes.SubjectNoted(subject="s3", kind="child", name=text("Kim", "s3")),
    IDENTIFIED,
    intakes.TriedRecorded(tried=text("Anchors"), by="pilots"),
    intakes.CaseTakenUp(team=HARBOUR, holder=MASTER, next_check=SOON),
    CONSENT,
    consents.ConsentRefused(consent="C2", subject="s1", purpose="care", recipients=frozenset({"tugs"})),
    consents.ConsentLimited(consent="C1", recipients=frozenset({"tugs"}), until=SOON),
    consents.ConsentWithdrawn(consent="C1"),
    consents.ConsentExpired(consent="C1"),
    consents.RecipientTold(consent="C1", partner="pilots", subject="s1"),
    GROUND,
    NAMED,
    PROBED,
    consents.OverlapAnswered(probe="O1", tell=True, why=text("It helps")),
    consents.OverlapTold(team=LOCK),
    MET,
    ACCEPTED.model_copy(update={"against": ("fog",), "mandate": MASTER, "motivation": text("Needed")}),
    weighed.CaseDeclined(met=(), not_met=("storm",), reason=text("Calm"), told_by=MASTER),
    weighed.MoreAsked(question=text("Which berth?"), of="tugs", by=SOON),
    INVITED,
    people.PartnerJoined(partner="tugs"),
    people.PartnerDeclined(partner="tugs", reason=text("No boat")),
    people.PartnerWithdrew(partner="seamens-home", successor="tugs", professional=TUG, leavers=frozenset({HOME})),
    people.ContactPointAssigned(professional=HOME),
    people.DirectorAssigned(professional=PILOT),
    people.HolderAssigned(professional=PILOT),
    people.ProfessionalAssigned(professional=HOME_TOO),
    people.ProfessionalReplaced(professional=HOME, successor=HOME_TOO, of=HARBOUR),
    RELATIVE,
    people.CircleMemberLeft(member="M1"),
    people.AbsenceCovered(professional=MASTER, cover=PILOT, start=TODAY, until=SOON),
    meetings.PutOnAgenda(meeting=SOON),
    meetings.CaseDiscussed(
        meeting=SOON, attended=frozenset({MASTER}), partners=frozenset({"pilots"}), resident_present=True, conclusions=text()
    ),
    SUBGROUP,
    meetings.ProposalMade(subgroup="S1", proposal=text("Waive the fee")),
    meetings.SubgroupDissolved(subgroup="S1"),
    plans.PlanDrafted(meeting=PAST),
    plans.PlanQuestionAnswered(question="i-want", answer=text("To sail")),
    plans.PlanEndorsed(),
    plans.PlanNotEndorsed(why=text("Not asked")),
    GOAL,
    plans.GoalMet(goal="G1"),
    AGREED,
    A1_ACCEPTED,
    plans.AgreementRefused(agreement="A1", why=text("No ropes")),
    plans.AgreementAmended(
        agreement="A1", partner="tugs", responsible=TUG, no_date="continuous", contributors=frozenset(), what=text("Chains")
    ),
    A1_FULFILLED,
    plans.AgreementLapsed(agreement="A1", why=text("Sold out")),
    plans.AgreementWithdrawn(agreement="A1", why=text("Not needed")),
    DEVIATION,
    plans.DeviationEnded(deviation="D1"),
    RESERVED,
    plans.BudgetSpent(reservation="B1", cents=15_000),
    plans.BudgetReleased(reservation="B1", cents=5_000),
    checks.CheckPlanned(on=SOON),
    checks.CheckRecorded(observed=text("It floats"), progress=True, next_check=SOON),
    checks.CheckMissed(why=text("Nobody aboard"), next_check=SOON),
    checks.ProgressReported(agreement="A1", progress="some", note=text("Half done")),
    FLAGGED,
    checks.ProgressForced(decision="escalation", why=text("Now"), next_check=SOON),
    RESTED,
    checks.CaseWoken(next_check=SOON),
    RAISED,
    escalations.EscalationAccepted(escalation="E1"),
    escalations.EscalationDeclined(escalation="E1", why=text("Full")),
    escalations.EscalationWithdrawn(escalation="E1", why=text("Solved")),
    escalations.EscalationResolved(escalation="E1", how=text("Towed")),
    OFFERED,
    DIRECTED,
    escalations.DirectionDeclined(by=LOCK, why=text("Full")),
    escalations.DirectionWithdrawn(),
    escalations.DirectionReturned(),
    TRANSFER,
    escalations.TransferDeclined(why=text("Full")),
    escalations.TransferWithdrawn(),
    escalations.CaseTransferred(to=LOCK, reason="transfer", successor=LOCK_NEW),
    escalations.CaseReceived(
        team=LOCK, holder=LOCK_MASTER, next_kind="check", next_on=SOON, predecessor=CASE, anonymous=False,
        reasons=frozenset({"adrift"}), flags=frozenset(), domains=frozenset({"berth"}), subjects=(("s1", "resident"),),
        agreements=(CARRIED,),
    ),
    AFTERCARE,
    closed.AftercareChecked(observed=text("Still moored"), next_on=LATER),
    closed.CaseReopened(why=text("Loose again"), holder=MASTER, next_check=SOON),
    MERGED,
    TAKEN_IN,
    closed.MergeUndone(into=TWIN, why=text("Two boats"), holder=MASTER, next_kind="check", next_on=SOON),
    closed.DuplicateReleased(duplicate=TWIN),
    corrections.EntryCorrected(entry=4, field="next_check", value="2026-12-05", moved_to=datetime(2026, 9, 2, 8, tzinfo=UTC)),
    corrections.EntryWithdrawn(entry=4, why=text("Wrong boat"), numbers=("A1", "s3")),
    corrections.StatementAdded(subject="s1", statement=text("I did tie it"), entry=1),
    lessons.LearningPointRecorded(kind="yield", text=text("Ropes first")),
    lessons.SupplyGapRecorded(domain="berth", text=text("No berths")),
    lessons.WallMet(kind="financial", partners=frozenset({"pilots"}), text=text("Two purses")),
    lessons.OutcomeMeasured(level="sailors", measure="rest", value=Decimal("7.5")),
    BROKEN,
    REVIEWED,
    seeings.AudienceSet(entry=1, audience="treatment", partners=frozenset({"tugs"})),
    seeings.ClearanceSet(level="restricted"),
    DISCLOSED,
    ASKED_FOR,
    claims.TermExtended(right="Q1", by=LATER, reason=text("Many partners")),
    GRANTED,
    CONFIRMED,
    claims.RightCarriedOut(right="Q1", note=text("At the desk")),
    RESTRICTED,
    claims.RestrictionLifted(subject="s1", told=PAST, reason=text("It was right")),
    ERASING,
    ERASED,
    TWO_ASKED,
    custodies.CustodyConfirmed(custody="K1", login="os-1001", alone=False),
    custodies.CustodyWithdrawn(custody="K1"),
    custodies.CustodyCarriedOut(custody="K1", version=2),
    TERM,
    keepings.TermLifted(term="wmo-2015", subject="s3", why=text("No such file")),
    HELD,
    keepings.HoldLifted(hold="H1", why=text("Settled")),
    keepings.DestructionDecided(terms=("wmo-2015",), subjects=("s1", "s2"), custody="K1"),
    tables.TeamEstablished(team=HARBOUR, kind="team"),
    adopted(PROFILE),
    tables.PartnerAdmitted(partner="customs", column="safety"),
    tables.PartnerLeft(partner="pilots", successor="tugs", professional=TUG),
    professional("tugs-2"),
    tables.RolesChanged(professional=TUG, roles=frozenset({"deckhand", "harbour-master"}), login="os-1001"),
    tables.ProfessionalLeft(professional=HOME, successor=HOME_TOO),
    tables.ChairAppointed(professional=TUG),
    tables.MeetingScheduled(on=SOON, kind="plan"),
    tables.MeetingCancelled(on=SOON, kind="plan"),
    tables.MeetingHeld(on=TODAY, kind="regular", attended=frozenset({MASTER})),
    tables.SharingSigned(partners=frozenset({"pilots", "tugs"}), until=PAST),
    tables.SharingExpired(),
    tables.TeamLearned(kind="yield", text=text("Talk sooner", "team")),
    IMPORTED,
    imported.SourceOpened(source="logbook"),
    imported.ResourceNoted(resource="r1", name=text("Mate Jansen", "logbook-r1")),
)  # fmt: skip

# --- situations

NEW_CASE: tuple[Step, ...] = (SUBMITTED, IDENTIFIED)
UNNAMED: tuple[Step, ...] = (ANONYMOUS, GROUND)
ACTIVE: tuple[Step, ...] = (*NEW_CASE, MET, ACCEPTED)
PLANNED: tuple[Step, ...] = (*ACTIVE, AGREED, A1_ACCEPTED)
STUCK: tuple[Step, ...] = (*ACTIVE, on(PAST, FLAGGED))
TWIN_CASE: tuple[Step, ...] = (*ACTIVE, AGREED.model_copy(update={"partner": "tugs", "responsible": TUG}))
LOCK_SUBMITTED: tuple[Step, ...] = (SUBMITTED.model_copy(update={"team": LOCK, "holder": LOCK_MASTER}),)
TOOK_IN = closed.DuplicateTakenIn(duplicate=CASE)
ANSWERED = escalations.EscalationAccepted(escalation="E1")
SIGNED = tables.SharingSigned(partners=frozenset({"pilots"}), until=PAST)


def example(topic: str) -> Event:
    """The example of a topic."""
    return next(e for e in EVENTS if topic == e.TOPIC)


def two(act: str, term: str | None = None) -> tuple[Event, Event]:
    """An act about the case that takes two persons, asked by one and confirmed by another."""
    asked = custodies.CustodyRequested(custody="K1", act=act, login="os-1000", case=CASE, term=term, reason=text("So", "team"))
    return asked, custodies.CustodyConfirmed(custody="K1", login="os-1001", alone=False)
