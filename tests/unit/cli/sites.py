"""Finds, in the source, what the program can say: each refusal with its facts, each sentence that is asked for."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGES = ("domain", "commands", "projections", "infra")


def trees(*packages: str) -> Iterator[ast.Module]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield ast.parse(path.read_text())


def refusals() -> dict[str, list[set[str]]]:
    """Each refusal's code, and for every place that gives it the names of its facts (`*`: facts made elsewhere)."""
    found: dict[str, list[set[str]]] = defaultdict(list)
    for tree in trees(*PACKAGES):
        for node in ast.walk(tree):
            for code, facts in _refusal(node):
                found[code].append(facts)
    return dict(found)


def _refusal(node: ast.AST) -> Iterator[tuple[str, set[str]]]:
    if isinstance(node, ast.Assign) and _name(node.targets[0]) == "REFUSALS" and isinstance(node.value, ast.Dict):
        yield from ((code, {"*"}) for value in node.value.values for code in _strings(value))
    if not isinstance(node, ast.Call) or not node.args:
        return
    name, facts = _name(node.func), {k.arg or "*" for k in node.keywords}
    if name in ("Refused", "Conflict", "OutsideError") or (name == "__init__" and facts):
        yield from ((code, facts) for code in _strings(node.args[0]))
    elif name == "NotFound" or (name == "require" and len(node.args) == 3):
        kind = node.args[0] if name == "NotFound" else node.args[1]
        yield from ((f"unknown-{code}", {"kind", "id"}) for code in _strings(kind))


def value_errors() -> set[str]:
    """The codes with which a form's own checks complain."""
    return {
        code
        for tree in trees("commands")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node.func) == "ValueError"
        for code in _strings(node.args[0])
    }


def first_arguments(name: str) -> set[str]:
    """The texts that calls of this name begin with."""
    return {
        code
        for tree in trees("infra")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name) and node.func.id == name
        for code in _strings(node.args[0])
    }


def literals(*packages: str) -> set[str]:
    """Every text that stands in the source of these packages."""
    return {n.value for t in trees(*packages) for n in ast.walk(t) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _strings(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_strings(node.body), *_strings(node.orelse)]
    return []
