"""Short words with which the families of rows are written."""

from collections.abc import Callable

from rewardlang.ops.row import Argument, Family, Operator


def primitive(name: str) -> Callable:
    """The meaning of a row that is a method of the kernel."""

    def meaning(k, *args, **options):
        return getattr(k, name)(*args, **options)

    meaning.__name__ = meaning.__qualname__ = name
    return meaning


def numbers(*names: str) -> tuple[Argument, ...]:
    """Arguments that are numbers."""
    return tuple(Argument(name) for name in names)


def bools(*names: str) -> tuple[Argument, ...]:
    """Arguments that are truth values."""
    return tuple(Argument(name, "bool") for name in names)


def anything(*names: str) -> tuple[Argument, ...]:
    """Arguments of any kind."""
    return tuple(Argument(name, "any") for name in names)


def option(name: str, default: object = None, kinds: str = "number") -> Argument:
    """What is fixed when the program is checked; without default it must be given."""
    return Argument(name, kinds, option=True, default=default)


def family(kind: Family) -> Callable[..., Operator]:
    """A maker of rows of one family: `row(name, arguments, result, units, meaning, doc, example, …)`."""

    def row(name, arguments, result, units, meaning, doc, example, **rest) -> Operator:
        return Operator(name, kind, arguments, result, units, meaning, doc, example, **rest)

    return row


def nonempty(k, xs, **_options):
    """The domain of a reduction that has no value for no entries."""
    return k.lt(k.constant(0), k.count(xs))
