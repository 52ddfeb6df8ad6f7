"""The house keeps its shape: what is pure imports and calls nothing impure, and every file says what it holds."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("domain", "commands", "projections")
OUTSIDE = {"pydantic", "pydantic_core", "annotated_types", "typing_extensions"}
IMPURE_CALLS = {"open", "print", "input", "eval", "exec", "breakpoint"}
NEEDED = {"domain/frozen.py": {"exec"}}  # puts a constructor together from the names of fields, as `dataclass` does


def sources(*packages: str) -> list[Path]:
    return sorted(p for package in packages for p in (ROOT / package).rglob("*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("path", sources(*PURE), ids=named)
def test_what_is_pure_needs_pydantic_and_the_standard_library_only(path: Path):
    allowed = {*sys.stdlib_module_names, *OUTSIDE, "domain", path.relative_to(ROOT).parts[0]}
    assert set(imported(ast.parse(path.read_text()))) <= allowed


@pytest.mark.parametrize("path", sources(*PURE), ids=named)
def test_what_is_pure_reads_and_prints_nothing(path: Path):
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    found = {call.id for call in calls if isinstance(call, ast.Name)} & IMPURE_CALLS
    assert found == NEEDED.get(named(path), set())


def test_the_command_line_is_thin_and_knows_infra_and_click_only():
    assert set(imported(ast.parse((ROOT / "cli.py").read_text()))) - sys.stdlib_module_names <= {"click", "infra"}


def test_nothing_is_in_the_house_that_is_not_in_the_wheel():
    packages = {p.parent.name for p in ROOT.glob("*/__init__.py")}
    assert packages == {*PURE, "infra", "tests"}
