"""A way of working is data: no code knows a team, its prefix or its place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.profiles import find, load, shipped

ROOT = Path(__file__).parents[2]
DATA = ("infra/profiles/", "infra/demo/")
CASE_NUMBER = re.compile(r"\b[A-Z]{2,4}-\d{4}-\d{4,6}\b")
PROFILES = [load(find(name)) for name in shipped()]
PLACES = ("lelystad", "almere", "stedenwijk", "dronten", "zeist", "groningen", "flevoland", "samen.?sterker")
NAMES = re.compile(
    "|".join([*(p.id.replace("-", ".?") for p in PROFILES), *PLACES, *(rf"(?-i:\b{p.prefix}\b)" for p in PROFILES)]),
    re.IGNORECASE,
)


def code() -> list[Path]:
    found = [path for top in ("domain", "commands", "projections", "infra") for path in (ROOT / top).rglob("*.py")]
    return [path for path in [*found, ROOT / "cli.py"] if path.exists() and not _of_data(path)]


def _of_data(path: Path) -> bool:
    return path.relative_to(ROOT).as_posix().startswith(DATA)


def words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What a program does anything with: names and literals, no comments and no docstrings."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in said:
                yield node.lineno, CASE_NUMBER.sub("", text)  # an example of a number in a help text
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name


def teams_in(source: str) -> list[int]:
    return [line for line, word in words(ast.parse(source)) if NAMES.search(word)]


def test_no_code_names_a_team_its_prefix_or_its_place() -> None:
    assert code()
    naming = {str(path.relative_to(ROOT)): found for path in code() if (found := teams_in(path.read_text("utf-8")))}
    assert naming == {}


def test_no_schema_names_a_team() -> None:
    schemas = [path for path in (ROOT / "infra").rglob("*.sql") if not _of_data(path)]
    naming = [path.name for path in schemas if NAMES.search(re.sub(r"--.*", "", path.read_text("utf-8")))]
    assert naming == []


@pytest.mark.parametrize(
    "source",
    ['if team == "lelystad-sit": pass', 'PREFIX = "GRN"', "ZEIST = 1", "def samen_sterker(): pass", "x = t.in_dronten"],
)
def test_the_search_would_find_one(source: str) -> None:
    assert teams_in(source) == [1]


def test_the_search_allows_an_example_in_words() -> None:
    assert teams_in('"""casus show LEL-2026-0007 of lelystad-sit."""\nHELP = "casus show LEL-2026-0007"') == []
