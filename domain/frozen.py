"""`@frozen`: a dataclass that is never changed, put together in a third of the time that `dataclass` takes for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T], /) -> type[T]: ...


@overload
def frozen(*, slots: bool = True) -> Callable[[type[T]], type[T]]: ...


def frozen(cls: type[T] | None = None, /, *, slots: bool = True) -> type[T] | Callable[[type[T]], type[T]]:
    """As `@dataclass(frozen=True, slots=True)`; `slots=False` for a class that is copied by its dictionary.

    `dataclass` compiles six methods for each class at every start of the program, and that is a tenth of a short
    command. Here it collects the fields, and one method is compiled: a constructor that fills them directly.
    """
    return _made(cls, slots=slots) if cls is not None else lambda given: _made(given, slots=slots)


def _made(cls: type[T], *, slots: bool) -> type[T]:
    own = set(vars(cls))
    made: Any = dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    found: Sequence[Field[Any]] = fields(made)
    methods: dict[str, Any] = {
        "__init__": _init(made, found, slots=slots), "__setattr__": _refuse, "__delattr__": _refuse, "__repr__": _repr,
        **_compared([f.name for f in found if f.compare]),
    }  # fmt: skip
    if slots:
        methods |= {"__getstate__": _getstate, "__setstate__": _setstate}
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]


def _init(cls: type[Any], found: Sequence[Field[Any]], *, slots: bool) -> Callable[..., None]:
    """A constructor with the fields as its arguments."""
    space: dict[str, Any] = {"left_out": MISSING}
    arguments, lines = ["self"], [] if slots else ["own = self.__dict__"]
    for f in found:
        value = f.name
        if f.default_factory is not MISSING:
            space[f"make_{f.name}"] = f.default_factory
            value = f"make_{f.name}() if {f.name} is left_out else {f.name}" if f.init else f"make_{f.name}()"
        elif f.default is not MISSING:
            space[f"else_{f.name}"] = f.default
            value = f.name if f.init else f"else_{f.name}"
        if f.init:
            given = "=left_out" if f.default_factory is not MISSING else f"=else_{f.name}" if f.default is not MISSING else ""
            arguments.append(f.name + given)
        if slots:
            space[f"set_{f.name}"] = getattr(cls, f.name).__set__
        lines.append(f"set_{f.name}(self, {value})" if slots else f"own[{f.name!r}] = {value}")
    text = f"def __init__({', '.join(arguments)}):\n " + "\n ".join(lines or ["pass"])
    exec(text, space)  # noqa: S102 - names of fields alone, as `dataclass` does it
    made: Callable[..., None] = space["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = {f.name: f.type for f in found if f.init} | {"return": None}
    return made


def _compared(names: Sequence[str]) -> dict[str, Callable[..., Any]]:
    """Equal when of one class and equal in every field."""
    values: Callable[[Any], Any] = attrgetter(*names) if names else (lambda _: ())

    def equal(self: Any, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(values(self))

    return {"__eq__": equal, "__hash__": hashed}


def _refuse(self: Any, name: str, _value: object = None) -> None:
    raise FrozenInstanceError(f"{type(self).__qualname__}.{name} is never changed")


def _repr(self: Any) -> str:
    shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
    return f"{type(self).__qualname__}({shown})"


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, f.name) for f in fields(self)]


def _setstate(self: Any, state: Sequence[Any]) -> None:
    for f, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, f.name, value)
