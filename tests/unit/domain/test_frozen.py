"""`@frozen` keeps what `@dataclass(frozen=True)` promises, and is only quicker about it."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from domain.frozen import frozen


@frozen
class Slotted:
    """With slots."""

    name: str
    parts: tuple[int, ...] = ()
    more: list[int] = field(default_factory=list)
    secret: str = field(default="s", repr=False)
    note: str = field(default="", compare=False)


@frozen(slots=False)
class Plain:
    """With a dictionary."""

    name: str
    parts: tuple[int, ...] = ()
    more: list[int] = field(default_factory=list)
    secret: str = field(default="s", repr=False)
    note: str = field(default="", compare=False)


@dataclass(frozen=True)
class Known:
    """What it is held against."""

    name: str
    parts: tuple[int, ...] = ()
    more: list[int] = field(default_factory=list)
    secret: str = field(default="s", repr=False)
    note: str = field(default="", compare=False)


@frozen(slots=False)
class Under(Plain):
    """With a field more than its base."""

    last: int = 0


BOTH = pytest.mark.parametrize("kind", [Slotted, Plain])


@BOTH
def test_it_is_made_and_read_as_a_dataclass_is(kind):
    made, known = kind("a", more=[2]), Known("a", more=[2])
    assert [(f.name, getattr(made, f.name)) for f in fields(made)] == [(f.name, getattr(known, f.name)) for f in fields(known)]
    assert repr(made) == repr(known).replace("Known", kind.__name__)
    assert replace(made, name="b") == kind("b", more=[2])
    assert kind.__match_args__ == Known.__match_args__


@BOTH
def test_a_default_is_made_anew_for_each(kind):
    assert kind("a").more is not kind("a").more


@BOTH
def test_what_is_left_out_of_a_call_is_missed(kind):
    with pytest.raises(TypeError, match="name"):
        kind()


@BOTH
def test_it_is_equal_by_its_fields_and_only_to_its_own_kind(kind):
    assert kind("a", note="x") == kind("a", note="y")
    assert kind("a") != kind("b")
    assert kind("a") != Known("a")


def test_equal_ones_are_one_in_a_set():
    @frozen
    class Place:
        stream: str
        version: int

    assert len({Place("a", 1), Place("a", 1), Place("a", 2)}) == 2


@BOTH
def test_nothing_of_it_is_changed(kind):
    made = kind("a")
    for name in ("name", "unknown"):
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, "b")
    with pytest.raises(FrozenInstanceError):
        del made.name
    assert made.name == "a"


@BOTH
def test_it_is_copied_whole(kind):
    made = kind("a", more=[1])
    assert copy.deepcopy(made) == made
    assert pickle.loads(pickle.dumps(made)) == made


def test_slots_leave_no_dictionary():
    assert not hasattr(Slotted("a"), "__dict__")


def test_a_subclass_adds_its_fields():
    assert Under("a", last=2) == replace(Under("a"), last=2)
    assert Under("a") != Plain("a")


def test_methods_of_its_own_stay():
    @frozen
    class Quiet:
        secret: str

        def __repr__(self) -> str:
            return "Quiet()"

    assert repr(Quiet("x")) == "Quiet()"
