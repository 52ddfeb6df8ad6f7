"""Setting a table up: establish it, adopt (a new version of) a way of working, sign the agreement on data sharing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import ClassVar

from pydantic import Field, ValidationError

from commands.base import TeamCommand, Yield
from commands.desk import Desk
from domain.events.team import (
    PartnerAdmitted,
    ProfileAdopted,
    SharingExpired,
    SharingSigned,
    TeamEstablished,
)  # fmt: skip
from domain.ids import PartnerId, ProfileDocument
from domain.profile import Profile
from domain.refusal import Refused
from domain.team import Team


class Establish(TeamCommand):
    """Set up a team or region with its way of working; the partners that the profile names sit at the table from now on.

    casus team establish lelystad-sit --profile lelystad-sit
    """

    VERB: ClassVar[str] = "establish"
    ESTABLISHED: ClassVar[bool] = False
    profile: ProfileDocument = Field(json_schema_extra={"profile": True})

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        profile = read_profile(self.profile)
        if state.exists():
            if state.profile_digest == digest_of(self.profile):
                return
            raise Refused("team-exists", team=self.team)
        yield TeamEstablished(team=self.team, kind=profile.kind)
        yield adopted(profile, self.profile, 1)
        for partner in profile.partners:
            if partner.since is None or partner.since <= desk.today:
                yield PartnerAdmitted(partner=partner.id, column=partner.column)


class Adopt(TeamCommand):
    """Adopt a new version of the way of working; it holds from now on, what was decided stays as it was.

    casus team adopt lelystad-sit --profile lelystad-sit-2027.toml
    """

    VERB: ClassVar[str] = "adopt"
    profile: ProfileDocument = Field(json_schema_extra={"profile": True})

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        profile = read_profile(self.profile)
        if state.profile_digest == digest_of(self.profile):
            return
        if profile.kind != state.kind:
            raise Refused("other-kind-of-profile", team=state.id, kind=profile.kind)
        if profile.prefix != state.prefix:
            raise Refused("prefix-is-permanent", field="prefix", prefix=state.prefix)
        yield adopted(profile, self.profile, state.profile_version + 1)


class SignSharing(TeamCommand):
    """Record that partners signed the agreement on data sharing, until a day or open-ended.

    casus team sign-sharing lelystad-sit --until 2027-12-31
    """

    VERB: ClassVar[str] = "sign-sharing"
    partners: frozenset[PartnerId] = frozenset()
    until: date | None = None

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        partners = self.partners or frozenset(p for p in state.members if state.seated(p))
        for partner in sorted(partners):
            desk.partner(partner)
        if self.until is not None and self.until < desk.today:
            raise Refused("date-passed", field="until", on=self.until)
        now = state.sharing
        if now is None or (now.partners, now.until) != (partners, self.until):
            yield SharingSigned(partners=partners, until=self.until)


class ExpireSharing(TeamCommand):
    """Record that the agreement on data sharing has ended.

    casus team expire-sharing lelystad-sit
    """

    VERB: ClassVar[str] = "expire-sharing"

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        if state.sharing is None:
            return
        if state.sharing.until is None or state.sharing.until >= desk.today:
            raise Refused("sharing-still-runs", team=state.id, until=state.sharing.until or "")
        yield SharingExpired()


def read_profile(document: str) -> Profile:
    """A profile from its JSON document; refused, naming the field, when it does not hold together."""
    try:
        return Profile.model_validate_json(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise Refused("profile-invalid", field=".".join(map(str, first["loc"])), reason=first["type"]) from None


def digest_of(document: str) -> str:
    """SHA-256 of the document's bytes, in hexadecimal."""
    return sha256(document.encode()).hexdigest()


def adopted(profile: Profile, document: str, version: int) -> ProfileAdopted:
    """The event of adopting a profile, with the whole of it and its digest."""
    return ProfileAdopted(
        profile=profile.id, version=version, digest=digest_of(document), prefix=profile.prefix, document=document
    )
