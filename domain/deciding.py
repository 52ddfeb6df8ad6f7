"""Decides who may: deny unless everything that the policy asks holds, and say by a stable code what it turned on."""

from __future__ import annotations

from domain.ids import Code
from domain.permission import Action, Actor, Context, Decision, Policy, Resource

RELATIONS = frozenset({"own", "table", "asked", "former", "other", "none"})
"""How somebody can stand to what is asked of; see `Resource`."""

NEEDS = frozenset({"member", "sharing", "purpose", "clearance", "thaw", "glass", "named", "founding", "anyone"})
"""What a class of action can need.

`member`: a relation that its row in the policy names. `sharing`: an agreement on data sharing in force that the actor's
organisation is in. `purpose`: one of the register that covers it. `clearance`: in a restricted case, being named or cleared.
`thaw`: the case is not frozen. `named`: the case is not anonymous. And three that give way: `glass`, broken glass stands in
for membership and clearance; `founding`, nobody is on the roster yet; `anyone`, no place on a roster is asked.
"""

CODES = (
    "allowed", "break-glass", "founding", "anyone", "no-class", "not-on-roster", "role", "not-member", "former-member",
    "clearance", "no-sharing-agreement", "purpose-unknown", "purpose-does-not-cover", "frozen", "anonymous",
)  # fmt: skip
"""Every code that a decision can have; the first four allow."""


def class_of(policy: Policy, what: str) -> Code:
    """The class of a command or query (`plan-agree`, `show`): its own, else its stage's (`plan-*`); empty for none."""
    return policy.classes.get(what) or policy.classes.get(f"{what.partition('-')[0]}-*") or ""


def action_of(policy: Policy, what: str) -> Action:
    """What is asked, with the class of action that the policy puts it in."""
    return Action(class_of(policy, what), what)


def decide(actor: Actor, action: Action, resource: Resource, context: Context, policy: Policy) -> Decision:
    """Whether somebody may. Pure; denied unless all holds that the policy asks of the action's class.

    Out: allowed, with what it rests on; or denied, with the code of the first thing that was missing.
    """
    needs = policy.needs.get(action.name)
    if needs is None:
        return Decision(False, "no-class")
    if "anyone" in needs:
        return Decision(True, "anyone")
    if actor.professional is None:
        return Decision(True, "founding") if "founding" in needs and not context.set_up else Decision(False, "not-on-roster")
    granted = [policy.rules[f].actions[action.name] for f in actor.functions if action.name in policy.rules[f].actions]
    if not granted:
        return Decision(False, "role")
    outside = _outside(actor, resource, needs, frozenset[Code]().union(*granted))
    breaks = any("break-glass" in policy.rules[f].actions for f in actor.functions)
    glass = context.glass if outside and breaks and "glass" in needs else None
    if outside and glass is None:
        return Decision(False, outside)
    missing = _missing(resource, context, policy, action.name, needs)
    if missing:
        return Decision(False, missing)
    if glass is not None:
        return Decision(True, "break-glass", "break-glass", glass)
    return Decision(True, "allowed", context.basis, context.entry)


def _outside(actor: Actor, resource: Resource, needs: frozenset[Code], relations: frozenset[Code]) -> Code:
    """What keeps the actor out of this case though the action is theirs: what broken glass can stand in for."""
    if "member" in needs and resource.relation not in relations:
        return "former-member" if resource.relation == "former" else "not-member"
    if "clearance" in needs and resource.restricted and not (resource.named or actor.cleared):
        return "clearance"
    return ""


def _missing(resource: Resource, context: Context, policy: Policy, name: Code, needs: frozenset[Code]) -> Code:
    """What of the circumstances does not hold; nothing stands in for it."""
    if "sharing" in needs and not context.sharing:
        return "no-sharing-agreement"
    if "purpose" in needs and context.purpose not in policy.purposes:
        return "purpose-unknown"
    if "purpose" in needs and name not in policy.purposes[context.purpose]:
        return "purpose-does-not-cover"
    if "thaw" in needs and resource.frozen:
        return "frozen"
    if "named" in needs and resource.anonymous:
        return "anonymous"
    return ""
