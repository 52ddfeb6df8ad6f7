"""Who may: what is asked about whom, by whom and why; and the decision, with a code that stays what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from domain.frozen import frozen
from domain.ids import CaseNumber, Code, Digest, EntryId, Login, PartnerId, ProfessionalId, TeamId


@frozen
class Actor:
    """Who asks: a login, and the place on a roster it acts from now (none: `team` and `professional` empty).

    `functions` are what the policy knows of the roles held there: coordinator, professional, privacy, auditor, reporting,
    administrator. `column` is that of the organisation: care, safety, governance, informal.
    """

    login: Login
    team: TeamId = ""
    professional: ProfessionalId | None = None
    organisation: PartnerId = ""
    column: Code = ""
    roles: frozenset[Code] = frozenset()
    functions: frozenset[Code] = frozenset()
    cleared: bool = False
    assurance: str = "os-user"


@frozen
class Action:
    """What is asked: `name` is a class of action of the policy (`see-case`, `plan`), `what` the command or query itself
    (`plan-agree`, `show`).
    """

    name: Code
    what: Code


@frozen
class Resource:
    """What it is asked of. `kind`: case, team, region, source, list, disclosures, store. `relation` is the actor's to a
    case: `own` (a member now), `table` (of their table, they are no member), `asked` (their table was asked something
    about it), `former` (was a member once), `other`, or `none` where there is no case.
    """

    kind: Code
    case: CaseNumber | None = None
    team: TeamId = ""
    relation: Code = "none"
    frozen: bool = False
    anonymous: bool = False
    restricted: bool = False
    named: bool = False
    """Whether the actor is in the case by name, not only as somebody of a partner or a table."""


@frozen
class Context:
    """In what circumstances: the moment, the purpose given, whether the actor's organisation is in an agreement on data
    sharing that is in force, whether the table has anybody yet, glass that the actor has broken in this case and that is
    not over, and what sharing rests on (`basis`, with the entry that says so).
    """

    at: datetime
    purpose: Code
    sharing: bool = False
    set_up: bool = True
    glass: EntryId | None = None
    basis: Code = ""
    entry: EntryId | None = None


@frozen
class Rule:
    """What one function may: the action classes, each with the relations in which it may."""

    function: Code
    actions: Mapping[Code, frozenset[Code]]


@frozen
class Policy:
    """The policy as data. `actions` gives for each class of action what the decision needs besides function and relation:
    a subset of `domain.deciding.NEEDS`.
    `commands` and `queries` name the class of each command and query. `purposes` is the processing register: for each
    purpose the classes of action that it covers. `digest` is of the files it was read from.
    """

    digest: Digest
    version: int
    needs: Mapping[Code, frozenset[Code]]
    rules: Mapping[Code, Rule]
    classes: Mapping[str, Code]
    purposes: Mapping[Code, frozenset[Code]]
    functions: Mapping[Code, Code] = field(default_factory=dict)
    """Roles that the engine knows at every table (`privacy-officer`), with the function each gives."""


@frozen
class Decision:
    """Whether it is allowed, and the code that says why or why not; what it rests on."""

    allowed: bool
    code: Code
    basis: Code = ""
    entry: EntryId | None = None
