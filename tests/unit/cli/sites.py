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
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            keywords = {k.arg or "*" for k in node.keywords}
            if name in ("Refused", "Conflict"):
                for code in _strings(node.args[0]):
                    found[code].append(keywords)
            elif name == "NotFound":
                for kind in _strings(node.args[0]):
                    found[f"unknown-{kind}"].append({"kind", "id"})
            elif name == "require" and len(node.args) == 3:
                for kind in _strings(node.args[1]):
                    found[f"unknown-{kind}"].append({"kind", "id"})
            elif name == "__init__" and isinstance(node.func, ast.Attribute) and keywords:
                for code in _strings(node.args[0]):
                    found[code].append(keywords)
    return dict(found)


def value_errors() -> set[str]:
    """The codes with which a form's own checks complain."""
    return {
        node.args[0].value
        for tree in trees("commands")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ValueError"
        and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip


def literals(*packages: str) -> set[str]:
    """Every text that stands in the source of these packages."""
    return {n.value for t in trees(*packages) for n in ast.walk(t) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def _strings(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_strings(node.body), *_strings(node.orelse)]
    return []
