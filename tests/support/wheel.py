"""Installs a built wheel in a new environment, as a user would, and runs it: `python -m tests.support.wheel dist`."""

import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOLDS = {"domain", "commands", "projections", "infra", "cli"}


def constraints(lock: str) -> str:
    """The versions of a lock file, without its hashes: a wheel that was just built has none."""
    pins = re.findall(r"^([A-Za-z0-9._-]+==[^ ;\\]+)( ;[^\\\n]*)?", lock, re.MULTILINE)
    return "\n".join(pin + marker for pin, marker in pins)


def try_out(wheel: Path) -> None:
    """Install the wheel with the locked dependencies and ask the program for its help; raises when either fails."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "venv", with_pip=True)
        locked = place / "constraints.txt"
        locked.write_text(constraints((ROOT / "requirements.lock").read_text()))
        pip = [str(place / "venv/bin/python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", "--constraint", str(locked), str(wheel)], check=True, cwd=place)
        subprocess.run([place / "venv/bin/casus", "--help"], check=True, cwd=place, stdout=subprocess.DEVNULL)
        site = next((place / "venv/lib").glob("python*/site-packages"))
        missing = {name for name in HOLDS if not (site / name).is_dir() and not (site / f"{name}.py").is_file()}
        if missing or (site / "tests").exists():
            raise SystemExit(f"the wheel misses {missing or 'nothing'}, and holds tests: {(site / 'tests').exists()}")


def main(folder: str) -> None:
    """Try the one wheel in `folder`."""
    (wheel,) = Path(folder).glob("*.whl")
    try_out(wheel.resolve())
    print(f"{wheel} installs and runs")


if __name__ == "__main__":
    main(sys.argv[1])
