"""The page and the policy say the same, for every command and every query; and the page would notice if they did not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from commands import discover
from commands.base import CaseCommand
from domain.deciding import CODES, NEEDS, RELATIONS, class_of, decide
from domain.permission import Action, Policy, Rule
from infra.policy import policy, usual_purpose
from tests.support.cells import FUNCTIONS, cells_of, wrong
from tests.support.leaves import leaves
from tests.support.who_may import page

GIVING_WAY = {"glass", "founding", "anyone"}
"""Needs that let somebody in: adding one weakens; leaving one out does not."""
BY_ANOTHER_NAME = {
    "open-texts": "open-texts", "next-case": "see-case", "export-case": "export", "open-names": "open-names",
    "access-log-own": "see-own-disclosures", "access-staff": "unmask", "access-export": "export-disclosures",
}  # fmt: skip
"""What the engine asks that is no command of its own."""


def asked() -> list[tuple[str, str]]:
    """Every command and every query, with the class that the page puts it in; and one of each class that has none."""
    said = page()
    found = {what: said.classes[what] for what in {*leaves(), *(n.replace(".", "-") for n in discover())}}
    found |= BY_ANOTHER_NAME
    return sorted({**found, **{f"any-{name}": name for name in said.rows.keys() - set(found.values())}}.items())


def test_every_command_and_every_query_is_in_the_class_that_the_page_says():
    known = {*leaves(), *(n.replace(".", "-") for n in discover())}
    assert {w for w in known if not class_of(policy(), w)} == set(), "without a class nobody may"
    assert {w for w in known if w not in page().classes} == set(), "not on docs/reference/who-may.md"
    assert {w: c for w, c in page().classes.items() if class_of(policy(), w) != c} == {}
    assert {w: c for w, c in BY_ANOTHER_NAME.items() if class_of(policy(), w) != c} == {}
    assert set(page().classes) - known == set(), "on the page, and there is no such command"


def test_the_page_has_every_class_and_every_purpose_of_the_policy():
    assert set(page().rows) == set(policy().needs)
    assert dict(page().covers) == dict(policy().purposes)
    assert {f: usual_purpose(frozenset({f})) for f in FUNCTIONS} == dict(page().usual)


def test_the_policy_decides_as_the_page_says_for_every_command_and_query():
    cells = [cell for what, name in asked() for cell in cells_of(what, name)]
    found = [said for cell in cells if (said := cell.wrong(policy())) is not None]
    print(f"\n{len(cells)} cells: {len(asked())} commands and queries, {len(FUNCTIONS)} functions")
    assert found == []
    allowed = sum(cell.allowed for cell in cells)
    assert 0.02 < allowed / len(cells) < 0.5, "a page that allows nearly nothing, or nearly all, proves little"


def test_weakening_any_one_rule_is_noticed():
    tried: Counter[str] = Counter()
    unseen = []
    for kind, name, weaker in weaker_policies(policy()):
        tried[kind] += 1
        if next(wrong(weaker, [(f"any-{name}", name)]), None) is None:
            unseen.append((kind, name))
    print(f"\n{tried.total()} weakened policies: {dict(tried)}")
    assert unseen == []
    assert tried.total() > 1000


def test_every_code_that_denies_is_met():
    met = {decide(c.actor, c.action, c.resource, c.context, policy()).code for w, n in asked() for c in cells_of(w, n)}
    cell = next(cells_of("show", "see-case"))
    met.add(decide(cell.actor, Action("", "unheard-of"), cell.resource, cell.context, policy()).code)
    assert met == set(CODES)


def weaker_policies(strict: Policy) -> Iterator[tuple[str, str, Policy]]:
    """The policy with one rule weakened, each in turn. Out: what kind of rule, the class it is about, the weaker policy."""
    for name, needs in strict.needs.items():
        if "anyone" in needs:
            continue  # open to all: nothing to weaken
        for need in sorted((needs - GIVING_WAY) | (GIVING_WAY - needs)):
            if need == "glass" and not needs & {"member", "clearance"}:
                continue  # there is nothing that it could stand in for
            if _cannot_matter(need, name, needs, strict):
                continue
            yield "need", name, replace(strict, needs={**strict.needs, name: needs ^ {need}})
        for function, rule in strict.rules.items():
            had = rule.actions.get(name, frozenset())
            more = RELATIONS - had if "member" in needs else (RELATIONS if not had else frozenset())
            for relation in sorted(more):
                wider = Rule(function, {**rule.actions, name: had | {relation}})
                yield "relation", name, replace(strict, rules={**strict.rules, function: wider})
        for purpose, covers in strict.purposes.items():
            if "purpose" in needs and name not in covers:
                yield "purpose", name, replace(strict, purposes={**strict.purposes, purpose: covers | {name}})


def _cannot_matter(need: str, name: str, needs: frozenset[str], strict: Policy) -> bool:
    """Glass is broken by those alone who may break it: a class that is none of theirs it can't open."""
    breakers = [f for f, r in strict.rules.items() if "break-glass" in r.actions]
    return need == "glass" and not any(name in strict.rules[f].actions for f in breakers)


def test_what_the_needs_are_is_said_once():
    assert frozenset().union(*policy().needs.values()) == NEEDS


def test_a_rule_and_the_policy_agree_on_what_is_done_in_a_frozen_case():
    for name, command in discover().items():
        if issubclass(command, CaseCommand):
            thaw = "thaw" in policy().needs[class_of(policy(), name.replace(".", "-"))]
            assert thaw != command.DESPITE_RESTRICTION, name
