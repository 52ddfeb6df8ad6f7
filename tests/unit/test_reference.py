"""The generated reference pages say what the program says."""

import pytest

from tests.reference import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str):
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"
