"""A pseudonym is one recipient's own: the same each time for them, and nothing that another one has."""

import hmac
from datetime import date

from infra.exports.course import Pseudonyms

DAY = date(2026, 3, 1)


def digest(purpose: str, content: bytes) -> bytes:
    return hmac.digest(purpose.encode(), content, "sha256")


def made(of: Pseudonyms) -> list[str]:
    return [
        of.case("HBR-2026-0001"), of.case("HBR-2026-0002"), of.agreement("HBR-2026-0001", "A1"),
        of.professional("harbour", "pilots-1"), of.professional("lock", "pilots-1"), of.meeting("harbour", DAY),
    ]  # fmt: skip


def test_a_recipient_gets_the_same_each_time():
    assert made(Pseudonyms("university", digest)) == made(Pseudonyms("university", digest))


def test_two_recipients_have_none_in_common():
    one, other = made(Pseudonyms("university", digest)), made(Pseudonyms("ministry", digest))
    assert len(set(one) | set(other)) == 2 * len(one)
    assert not {word for name in one for word in name.split(":")[1:2]} & {name.split(":")[1] for name in other}


def test_the_control_without_the_recipient_they_are_the_same():
    def forgetful(_: str, content: bytes) -> bytes:
        return digest("", content)

    assert made(Pseudonyms("university", forgetful)) == made(Pseudonyms("ministry", forgetful))


def test_the_same_id_on_another_roster_is_somebody_else():
    names = Pseudonyms("university", digest)
    assert names.professional("harbour", "pilots-1") != names.professional("lock", "pilots-1")


def test_an_agreement_is_of_its_case():
    names = Pseudonyms("university", digest)
    assert names.agreement("HBR-2026-0001", "A1").split(":")[1] == names.case("HBR-2026-0001").split(":")[1]


def test_organisations_keep_their_ids_unless_asked():
    plain, hidden = Pseudonyms("university", digest), Pseudonyms("university", digest, organisations=True)
    assert (plain.partner("pilots"), plain.table("harbour")) == ("partner:pilots", "table:harbour")
    assert "pilots" not in hidden.partner("pilots")
    assert "harbour" not in hidden.table("harbour")
    assert hidden.case("HBR-2026-0001") == plain.case("HBR-2026-0001")
