"""The commands in the README and in each how-to run as they stand, one after another, in a folder of their own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.warm import warm_program

ROOT = Path(__file__).parents[2]
SCRIPT = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]


WHOLE = {"look-back"}
"""Pages of which the later scripts go on where the first one left off."""
AS_INSTALLED = {"README"}
"""Pages whose commands are started as they are on anybody's machine; those of the others start from a program that is loaded."""


def scripts(page: Path) -> list[str]:
    found: list[str] = SCRIPT.findall(page.read_text(encoding="utf-8"))
    return ["".join(found)] if page.stem in WHOLE else [script for script in found if "casus init" in script]


@pytest.fixture(scope="module")
def warm() -> Iterator[Path]:
    """A folder with a `casus` that is quick to start."""
    with TemporaryDirectory() as folder, warm_program(Path(folder)) as found:  # an address has a short path
        yield found


@pytest.mark.parametrize("page", [p for p in PAGES if scripts(p)], ids=lambda p: p.stem)
def test_the_commands_on_a_page_run(page: Path, tmp_path: Path, warm: Path):
    first = [] if page.stem in AS_INSTALLED else [str(warm)]
    path = os.pathsep.join([*first, str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {"PATH": path, "CASUS_HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8", "CASUS_LANG": "en"}
    for script in scripts(page):
        # Numbers hold the year in which somebody tries this.
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", this_year(script)],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def this_year(script: str) -> str:
    """The same in the year in which it is tried: numbers hold that year, and what is due is due in the next."""
    year = datetime.now(UTC).year
    return script.replace("LEL-2026-", f"LEL-{year}-").replace("2027-", f"{year + 1}-")


def test_every_page_with_a_team_of_its_own_is_run():
    assert {p.stem for p in PAGES if scripts(p)} >= {"README", "look-back", "import-a-case-log", "run-a-batch"}


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_links_lead_somewhere(page: Path):
    targets = [t for t in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in t]
    assert [t for t in targets if not (page.parent / t).exists()] == []
