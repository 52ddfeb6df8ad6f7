"""Every way in which a stage says no is tried in that stage's tests."""

import re
from pathlib import Path

import pytest

import commands

HERE, SOURCE = Path(__file__).parent, Path(commands.__file__).parent
CODE = re.compile(r'Refused\(\s*"([a-z-]+)"')


def _source(stage: str) -> str:
    parts = sorted((SOURCE / stage).glob("*.py")) or [SOURCE / f"{stage}.py"]
    return "".join(path.read_text(encoding="utf-8") for path in parts)


@pytest.mark.parametrize("stage", commands.STAGES)
def test_every_refusal_of_a_stage_is_tried(stage: str):
    tests = (HERE / f"test_{stage}.py").read_text(encoding="utf-8")
    assert [c for c in sorted(set(CODE.findall(_source(stage)))) if f'"{c}"' not in tests and f'match="{c}"' not in tests] == []
