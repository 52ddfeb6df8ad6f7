"""The policy and the database's own list of topics say the same: who may lead to a topic by a command may record it."""

import pytest

from domain.events import discover
from infra.store.roles.rights import topic_rights
from tests.integration.roles.topics import Right, led_to

NOT_ON_A_SERVER: dict[tuple[str, str], str] = {
    ("administrator", "case.parties.partner-left"): "an administrator reads no case: a coordinator lets people leave",
    ("administrator", "case.parties.professional-replaced"): "the same",
    ("administrator", "team.team.partner-left"): "the same",
    ("administrator", "team.team.professional-left"): "the same",
    ("administrator", "team.team.established"): "a table is set up by the owner: nobody is on its roster yet",
    ("coordinator", "case.intake.taken-up"): "imported cases are the owner's until a table took them up",
    ("privacy", "case.correcting.entry-corrected"): "a statement is added; that helper serves corrections too",
    ("privacy", "case.correcting.entry-withdrawn"): "the same",
}
"""What the policy allows and the database does not, by function and topic, and why."""

BESIDES: dict[tuple[str, str, str], str] = {
    ("administrator", "own", "team.custody.carried-out"): "follows on a confirmed request, outside any command",
    ("coordinator", "own", "team.custody.carried-out"): "the same",
    ("privacy", "own", "case.rights.subject-erased"): "the last step of an erasure, outside any command",
    ("privacy", "table", "case.rights.subject-erased"): "the same",
}
"""What the database allows beyond the policy's commands, and why."""


def matches(topic: str, pattern: str) -> bool:
    return topic.startswith(pattern[:-1]) if pattern.endswith("%") else topic == pattern


def allowed(rights: set[Right], function: str, stand: str, topic: str) -> bool:
    return any(matches(topic, pattern) for f, s, pattern in rights if (f, s) == (function, stand))


def differences(rights: set[Right]) -> tuple[list[Right], list[Right]]:
    """What the policy leads to and these do not allow; what these allow and no command leads to."""
    led = led_to()
    missing = [r for r in sorted(led) if not allowed(rights, *r) and (r[0], r[2]) not in NOT_ON_A_SERVER]
    reached = {(f, "glass" if s == "knock" else s, t) for f, s, t in led} | set(led)
    # whoever oversees a table may also be in the case: what is theirs at their table is theirs there
    reached |= {(f, "own", t) for f, s, t in led if s == "table"}
    too_much = [
        (f, s, topic)
        for f, s in sorted({(f, s) for f, s, _ in rights})
        for topic in sorted(discover())
        if allowed(rights, f, s, topic) and (f, s, topic) not in reached
    ]
    return missing, too_much


def test_who_may_lead_to_a_topic_may_record_it_and_nobody_else() -> None:
    missing, too_much = differences(topic_rights())
    assert missing == []
    assert [r for r in too_much if r not in BESIDES] == []
    assert set(BESIDES) <= set(too_much)


def test_each_exception_is_still_one() -> None:
    led = {(f, t) for f, _, t in led_to()}
    rights = topic_rights()
    for function, topic in NOT_ON_A_SERVER:
        assert (function, topic) in led
        assert not allowed(rights, function, "own", topic)


@pytest.mark.parametrize("taken", [("privacy", "table", "case.rights.%"), ("coordinator", "own", "case.triage.%")])
def test_a_topic_taken_away_is_seen(taken: Right) -> None:
    missing, _ = differences(topic_rights() - {taken})
    assert missing


@pytest.mark.parametrize("given", [("professional", "own", "case.triage.%"), ("auditor", "table", "case.access.glass-reviewed")])
def test_a_topic_given_is_seen(given: Right) -> None:
    _, too_much = differences(topic_rights() | {given})
    assert [r for r in too_much if r not in BESIDES]
