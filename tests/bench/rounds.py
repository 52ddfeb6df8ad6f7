"""Times ways of doing the same thing in turns (A B A B), so that what else the machine does hits all of them alike."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

Call = Callable[[], object]


@dataclass(frozen=True)
class Way:
    """One way of doing it. `calls` gives the calls to time; what it does to make the next one ready is not timed.

    In a round a way is called `repeats` times; its time in that round is the median of those.
    """

    name: str
    calls: Iterator[Call]
    repeats: int = 1


@dataclass(frozen=True)
class Timing:
    """Seconds for one call, a figure for each round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def low(self) -> float:
        return min(self.rounds)

    @property
    def high(self) -> float:
        return max(self.rounds)

    def beside(self, other: "Timing") -> float:
        """How many times the other it takes: the median over the rounds of the two times in the same round."""
        return median(mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True))


@dataclass(frozen=True)
class Target:
    """That a way takes at most so many times what another takes; or, the other way about, is so many times faster."""

    way: str
    beside: str
    at_most: float | None = None
    times_faster: float | None = None

    def __str__(self) -> str:
        if self.times_faster is not None:
            return f"{self.way}: at least {self.times_faster:g} times as fast as {self.beside}"
        return f"{self.way}: at most {self.at_most:g} x {self.beside}"

    def found(self, timings: dict[str, Timing]) -> float:
        """What it is, in the terms of the target."""
        ratio = timings[self.way].beside(timings[self.beside])
        return 1 / ratio if self.times_faster is not None else ratio

    def reached(self, timings: dict[str, Timing]) -> bool:
        found = self.found(timings)
        return found >= self.times_faster if self.times_faster is not None else found <= (self.at_most or 0)


@dataclass(frozen=True)
class Comparison:
    """Ways that were timed together. Ratios are to `base`; `items` is how many things one call deals with."""

    name: str
    title: str
    base: str
    timings: dict[str, Timing]
    targets: Sequence[Target] = ()
    items: int = 1
    unit: str = ""
    notes: Sequence[str] = field(default=())


def in_turns(ways: Sequence[Way], rounds: int) -> dict[str, Timing]:
    """Time every way in each round; the first round only warms up and does not count."""
    found: dict[str, list[float]] = {way.name: [] for way in ways}
    for number in range(rounds + 1):
        for way in ways:
            taken = median(timed(next(way.calls)) for _ in range(way.repeats))
            if number:
                found[way.name].append(taken)
    return {name: Timing(tuple(times)) for name, times in found.items()}


def timed(call: Call) -> float:
    """The seconds that a call takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def again(call: Call) -> Iterator[Call]:
    """The same call each time."""
    while True:
        yield call
