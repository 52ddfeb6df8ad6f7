"""Prints comparisons: a plain table, or one JSON object a line."""

import json
import platform
from collections.abc import Iterable

from tests.bench.rounds import Comparison, Timing


def table(comparison: Comparison) -> str:
    """In: a comparison. Out: its lines: median, range and ratio of each way, then what was to be reached."""
    base = comparison.timings[comparison.base]
    width = max(len(name) for name in comparison.timings)
    rate = f"{comparison.unit}/s" if comparison.unit else "per second"
    lines = [f"{comparison.name}: {comparison.title}"]
    lines += [f"  {note}" for note in comparison.notes]
    lines.append(f"  {'':{width}}  {'median ms':>10}  {'min - max':>17}  {rate:>12}  ratio to {comparison.base}")
    for name, timing in comparison.timings.items():
        lines.append(
            f"  {name:{width}}  {_ms(timing.median):>10}  {_ms(timing.low) + ' - ' + _ms(timing.high):>17}  "
            f"{comparison.items / timing.median:>12,.0f}  {timing.beside(base):.2f}"
        )
    for target in comparison.targets:
        found = target.found(comparison.timings)
        verdict = "reached" if target.reached(comparison.timings) else "NOT REACHED"
        lines.append(f"  to reach: {target}: {found:.2f}, {verdict}")
    return "\n".join(lines) + "\n"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.3f}" if seconds < 0.1 else f"{seconds * 1000:,.0f}"


def objects(comparison: Comparison) -> Iterable[str]:
    """The same as JSON, one object for each way and each target."""
    base = comparison.timings[comparison.base]
    for name, timing in comparison.timings.items():
        yield json.dumps({"bench": comparison.name, "way": name, **_figures(timing, base), "items": comparison.items})
    for target in comparison.targets:
        found, reached = target.found(comparison.timings), target.reached(comparison.timings)
        yield json.dumps({"bench": comparison.name, "target": str(target), "found": round(found, 3), "reached": reached})


def _figures(timing: Timing, base: Timing) -> dict[str, float | int]:
    return {
        "median_s": round(timing.median, 7),
        "min_s": round(timing.low, 7),
        "max_s": round(timing.high, 7),
        "ratio": round(timing.beside(base), 3),
        "rounds": len(timing.rounds),
    }


def machine() -> str:
    """What the figures were measured on."""
    import os

    import eventsourcing
    import psycopg
    import pydantic

    library = getattr(eventsourcing, "__version__", "")
    parts = [
        f"Python {platform.python_version()}", f"pydantic {pydantic.VERSION}", f"psycopg {psycopg.__version__}",
        f"eventsourcing {library}", f"{os.cpu_count()} cores", f"load {os.getloadavg()[0]:.1f}",
    ]  # fmt: skip
    return ", ".join(parts)
