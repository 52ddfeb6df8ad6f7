"""Small counts are withheld, and cannot be worked out: tried by every table that an attacker could think of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.suppression import Cell, Table, published, withheld

THRESHOLD = 3
ALL, SUM = "all", "sum"


def table(inner: list[list[int]]) -> Table:
    """A table with its sums: rows `r0`.. and `all`, columns `c0`.. and `sum`."""
    rows = [*inner, [sum(c) for c in zip(*inner, strict=True)]]
    columns = tuple(f"c{j}" for j in range(len(inner[0])))
    cells: dict[Cell, int] = {}
    for i, row in enumerate(rows):
        name = ALL if i == len(inner) else f"r{i}"
        cells |= {(name, c): n for c, n in zip(columns, row, strict=True)} | {(name, SUM): sum(row)}
    return Table(cells, ALL, {SUM: columns})


def could_be(t: Table, shown: Mapping[Cell, int | None], target: Cell, least: int) -> bool:
    """Whether there is any table without counts below zero that agrees with all that is shown, in which a cell is at least
    that much: every way is tried, left off as soon as a sum that is shown can no longer come out.
    """
    rows = sorted({r for r, _ in t.cells if r != ALL})
    columns = t.parts[SUM]
    most = max(t.cells[r, c] for r in rows for c in columns) + least
    inside = [(r, c) for r in rows for c in columns]

    def sums(guess: Mapping[Cell, int]) -> Iterator[tuple[Cell, int, bool]]:
        """Each sum over what was filled in so far, and whether that is all of it."""
        for r in rows:
            found = [guess[r, c] for c in columns if (r, c) in guess]
            yield (r, SUM), sum(found), len(found) == len(columns)
        for c in columns:
            found = [guess[r, c] for r in rows if (r, c) in guess]
            yield (ALL, c), sum(found), len(found) == len(rows)
        yield (ALL, SUM), sum(guess.values()), len(guess) == len(inside)

    def fits(guess: Mapping[Cell, int]) -> bool:
        for cell, amount, whole in sums(guess):
            told = shown[cell]
            if told is not None and (amount > told or (whole and amount != told)):
                return False
            if cell == target and whole and amount < least:
                return False
        return True

    def fill(guess: dict[Cell, int]) -> bool:
        if len(guess) == len(inside):
            return True
        cell = inside[len(guess)]
        told = shown[cell]
        first = least if cell == target else 0
        for n in range(first, most + 1) if told is None else (told,):
            guess[cell] = n
            if fits(guess) and fill(guess):
                return True
            del guess[cell]
        return False

    return fill({})


def given_away(t: Table, shown: Mapping[Cell, int | None]) -> list[Cell]:
    """The withheld small counts of which an attacker knows that they are below the threshold."""
    assert all(n is None or n == t.cells[c] for c, n in shown.items())
    hidden = [c for c, n in shown.items() if n is None and t.cells[c] < THRESHOLD]
    return [c for c in hidden if not could_be(t, shown, c, THRESHOLD)]


small = st.integers(min_value=0, max_value=5)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(small, min_size=2, max_size=2), min_size=2, max_size=3))
def test_no_small_count_is_known_to_be_small(inner: list[list[int]]):
    t = table(inner)
    shown = published(t, THRESHOLD)
    assert all(n is None or n >= THRESHOLD for n in shown.values())
    assert given_away(t, shown) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(small, min_size=3, max_size=3), min_size=2, max_size=2))
def test_nor_in_a_wider_table(inner: list[list[int]]):
    t = table(inner)
    assert given_away(t, published(t, THRESHOLD)) == []


def test_withholding_small_counts_alone_gives_them_away():
    """The same attacker, on a table from which only the small counts were taken: the attack works."""
    t = table([[1, 9], [8, 7]])
    naive = {c: n if n >= THRESHOLD else None for c, n in t.cells.items()}
    assert given_away(t, naive) == [("r0", "c0")]
    assert given_away(t, published(t, THRESHOLD)) == []


def test_what_takes_least_away_is_withheld_besides():
    t = table([[1, 20, 30], [40, 5, 60], [70, 80, 90]])
    assert withheld(t, THRESHOLD) == {("r0", "c0"), ("r0", "c1"), ("r1", "c0"), ("r1", "c1")}


def test_two_small_counts_whose_sum_is_known_are_small_for_all_to_see():
    t = table([[1, 1, 5], [1, 1, 5]])
    naive = {c: n if n >= THRESHOLD else None for c, n in t.cells.items()}
    assert given_away(t, naive) == [(r, c) for r in ("r0", "r1") for c in ("c0", "c1")]
    assert given_away(t, published(t, THRESHOLD)) == []


def test_sums_within_sums_are_reckoned_with():
    """`sum` is `open` and `closed`; `open` is `active` and `resting`: what is active could be had by subtracting twice."""
    cells = {
        ("r0", "active"): 1, ("r0", "resting"): 30, ("r0", "open"): 31, ("r0", "closed"): 40, ("r0", "sum"): 71,
        ("r1", "active"): 50, ("r1", "resting"): 30, ("r1", "open"): 80, ("r1", "closed"): 40, ("r1", "sum"): 120,
        ("all", "active"): 51, ("all", "resting"): 60, ("all", "open"): 111, ("all", "closed"): 80, ("all", "sum"): 191,
    }  # fmt: skip
    nested = Table(cells, ALL, {"sum": ("open", "closed"), "open": ("active", "resting")})
    hidden = withheld(nested, 10)
    assert ("r0", "active") in hidden
    row = {c for r, c in hidden if r == "r0"}
    assert row & {"resting", "open"}
    assert "open" not in row or row & {"closed", "sum"}
    column = {r for r, c in hidden if c == "active"}
    assert len(column) > 1


def test_what_is_never_published_protects_without_being_protected():
    """Of agreements the ones that are late and the ones due soon are told, the rest is not: nothing more need go."""
    cells = {("p", "agreements"): 40, ("p", "overdue"): 2, ("p", "soon"): 15, ("p", "later"): 23}
    t = Table(cells, None, {"agreements": ("overdue", "soon", "later")}, frozenset({("p", "later")}))
    assert published(t, 10) == {("p", "agreements"): 40, ("p", "overdue"): None, ("p", "soon"): 15}


def test_a_column_alone_is_withheld_alone():
    assert published(Table({("r", "c"): 4, ("s", "c"): 12}), 10) == {("r", "c"): None, ("s", "c"): 12}


def test_what_is_large_enough_is_published():
    t = table([[10, 20], [30, 40]])
    assert withheld(t, 10) == frozenset()


@pytest.mark.parametrize("threshold", [5, 10])
def test_nothing_below_the_threshold_is_ever_shown(threshold: int):
    t = table([[n, threshold + n] for n in range(4)])
    assert all(n is None or n >= threshold for n in published(t, threshold).values())
