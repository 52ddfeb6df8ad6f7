"""The program as the shell starts it: quick, and quiet where it should be."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    "pydantic", "domain", "commands", "projections", "psycopg", "eventsourcing", "sqlite3", "structlog", "cryptography",
    "platformdirs",
}  # fmt: skip
RUN = "import sys, cli; raise SystemExit(cli.main(sys.argv[1:] or None))"
LOADED = "import sys, cli; code = cli.main(sys.argv[1:]); print(*sys.modules, file=sys.stderr); raise SystemExit(code)"


def started(code: str, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", code, *words]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, env=environ)


def loaded(*words: str, **environ: str) -> set[str]:
    result = started(LOADED, *words, **environ)
    assert result.returncode == 0, result.stderr
    return set(result.stderr.split())


@pytest.mark.parametrize("words", [("--help",), ("--lang", "nl", "--help"), ("--version",)], ids=" ".join)
def test_help_loads_nothing_heavy(words: tuple[str, ...]):
    assert not loaded(*words) & HEAVY


def test_a_query_loads_no_command_no_server_and_no_log(tmp_path: Path):
    environ = {"CASUS_HOME": str(tmp_path)}
    for first in ("init", "cases"):  # the first look is the first event, and makes a checkpoint due
        assert started(RUN, first, **environ).returncode == 0
    assert not loaded("cases", **environ) & {"commands", "psycopg", "structlog", "cryptography"}


def test_a_command_loads_its_own_stage_alone():
    modules = loaded("triage", "--help")
    assert "commands.triage" in modules
    assert not modules & {"commands.closing", "commands.learning", "commands.team"}


def test_output_that_nobody_reads_any_more_is_no_fault(tmp_path: Path):
    code = "import sys, cli; raise SystemExit(cli.main(['profile', 'show', 'lelystad-sit', '--json']))"
    line = f'{sys.executable} -c "{code}" | head -c 1'
    result = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete(shell: str):
    assert "_CASUS_COMPLETE" in started(RUN, "completion", shell).stdout


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("casus tri", "triage"),
        ("casus triage acc", "accept"),
        ("casus signals --k", "--kind"),
        ("casus signals --kind over", "overdue"),
    ],
)
def test_completion_names_groups_commands_options_and_choices(line: str, completed: str):
    environ = {"_CASUS_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    assert completed in started(RUN, **environ).stdout
