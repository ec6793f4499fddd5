"""Every sentence that a running reward says to people, and the exceptions that carry them."""

from collections.abc import Iterable


class RewardError(ValueError):
    """A compiled reward was asked for something that it cannot do; the message says what to change."""


class MissingError(RewardError, KeyError):
    """A column, a param or an output that is asked for and not there."""

    def __str__(self) -> str:
        return str(self.args[0])


class TrustError(RewardError):
    """A spec names Python code that its caller has not trusted by name."""


def listed(names: Iterable[str]) -> str:
    """`a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}" if quoted else "nothing"


def shown(value: object, limit: int = 60) -> str:
    """A value from the data, short enough for a message."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def number(value: float) -> str:
    """A number without a needless `.0`."""
    return str(int(value)) if value == value and abs(value) < 1e15 and value == int(value) else repr(value)


def within_row(column: str, problem: str) -> str:
    """An input error; the caller knows the row."""
    return f"column `{column}`: {problem}"


def not_finite(value: float) -> str:
    """For NaN and infinities."""
    return "is NaN" if value != value else "is infinite"


def out_of_range(low: float, high: float, value: float) -> str:
    """For a number outside its declared range."""
    return f"is out of [{number(low)}, {number(high)}]: {number(value)}"


def not_whole(value: float) -> str:
    """For a number in an int column."""
    return f"is not a whole number: {number(value)}"


def wrong_type(wanted: str, value: object) -> str:
    """For an entry that is no value of its type."""
    return f"is no {wanted}: {shown(value)}"


def wrong_size(axis: str, wanted: int, got: int) -> str:
    """For an axis of fixed size."""
    return f"has {got} along `{axis}`, which has {wanted}"


def no_label(labels: Iterable[str], value: object) -> str:
    """For an enum."""
    return f"is no label of enum{{{', '.join(labels)}}}: {shown(value)}"


def no_field(key: str) -> str:
    """For a record or a dotted column whose dict lacks a key."""
    return f"has no key `{key}`"


def no_entry(axis: str) -> str:
    """For a list that a call gives with a hole in it."""
    return f"holds null along `{axis}`"


def unequal_lengths(axis: str, first: str, first_length: object, second: str, second_length: object) -> str:
    """For two columns of one ragged axis that disagree in a row."""
    return f"`{first}` has {first_length} along `{axis}` and `{second}` has {second_length}; they must agree"


def unequal_rows(first: str, first_rows: int, second: str, second_rows: int) -> str:
    """For columns of one call that differ in their number of rows."""
    return f"columns differ in length: `{first}` has {first_rows} rows, `{second}` has {second_rows}"


def assumption(text: str) -> str:
    """For a row on which an `assume` does not hold."""
    return f"`assume {shortened(text, 100)}` does not hold"


def group_size(key: str, value: object, size: int, least: int, most: int) -> str:
    """For a row whose group has another size than declared."""
    allowed = number(least) if least == most else f"{number(least)} to {number(most)}"
    return f"the group `{key}` = {shown(value)} has {size} row{'s' if size != 1 else ''}, declared are {allowed}"


def mixed_devices(first: str, first_device: object, second: str, second_device: object) -> str:
    """For tensors that do not lie on one device."""
    return f"columns lie on several devices: `{first}` on {first_device}, `{second}` on {second_device}"


def other_width(operator: str, known: int, got: int) -> str:
    """For a statistic over the run along an axis that the data gives another size than before."""
    return f"`{operator}` over run had {number(known)} positions in earlier batches and has {number(got)} now"


def other_run_state(what: str) -> str:
    """For a saved run state that does not belong to the reward that is to load it."""
    return f"this run state {what}: it cannot be loaded here; `reset_run` begins a new run"


def no_preference(name: str, known: Iterable[str]) -> str:
    """For pairs of an output that is none of preferences."""
    return f"there is no output `{name}` of role `preference` here: {listed(known)}"


def rows_are_pairs(name: str) -> str:
    """For pairs of a preference without another rollout in it."""
    return f"`{name}` compares no rollouts: each row is a pair by itself, and the output its margin"


def not_online(output: str, why: str) -> str:
    """For an output that has no value at its own step."""
    return f"`{output}` is not known one step at a time: {why}; score it in batches"


def no_step_axis(found: list[str], wanted: str | None) -> str:
    """Where it is not clear which steps are meant."""
    if wanted is not None:
        return f"no output runs along an ordered axis `{wanted}`"
    if not found:
        return "no output runs along an ordered axis: there are no steps to take"
    return f"there are steps along {listed(found)}: say which with `axis`"


def other_state() -> str:
    """For a state that is none of this reward."""
    return "this state belongs to another spec, or to other params: begin with `reward.start`"


def other_length(axis: str, before: int, now: int) -> str:
    """For entries along an axis that are more or fewer than at the steps before."""
    return f"there are {now} along `{axis}` at this step, and {before} were held from the steps before: give as many at each, " \
           "or begin anew with `reward.start`"


def damaged_state() -> str:
    """For a state whose tensors are not those that it was given."""
    return "this state is damaged: its tensors are not as `reward.step` gave them; begin anew with `reward.start`"


def no_mask(name: str, size: int) -> str:
    """For a `reset` or `ending` that is none."""
    return f"`{name}` must have one true or false for each of the {size} environments"


def no_size(got: object) -> str:
    """For a number of environments that is none."""
    return f"the number of environments must be a whole number from 0 on, and is {got!r}"


def no_columns(got: object) -> str:
    """For what is given in the place of columns."""
    return f"columns are given by name, as a dict of lists, arrays or tensors, and this is a {type(got).__name__}"


def no_column(column: str, got: object) -> str:
    """For a column that is one value."""
    return f"column `{column}` must be a list, an array or a tensor with an entry for each row, and is {shortened(repr(got), 40)}"


def earlier_step() -> str:
    """For what is invalid since something that it is remembered from was."""
    return "rests on an earlier step of the episode that is invalid, or whose columns were missing"


def other_size(wanted: int, got: int) -> str:
    """For another number of environments than the state has."""
    return f"the state holds {wanted} environments, and {got} came"


def wrong_dimensions(column: str, wanted: int, axes: str, got: int) -> str:
    """For a tensor column with too few or too many dimensions."""
    return f"column `{column}` must have {wanted} dimensions (rollouts{axes}) and has {got}"


def wrong_lengths(axis: str, problem: str) -> str:
    """For `lengths` that do not fit the columns."""
    return f"the lengths of `{axis}` {problem}"


def nothing_to_compute(missing: dict[str, list[str]]) -> str:
    """For a call in which every output lacks something."""
    lines = [f"  {output} needs {listed(names)}" for output, names in missing.items()]
    return "no output can be computed from what was given:\n" + "\n".join(lines)


def missing_for(output: str, names: list[str]) -> str:
    """For an output that was left out because something is missing."""
    return f"`{output}` was not computed: it needs {listed(names)}"


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """For an output, a param or a binding that the spec does not have."""
    there = list(known)
    return f"there is no {kind} `{name}`" + (f"; there is {listed(there)}" if there else "")


def a_column_along(axis: str) -> str:
    """For an axis whose lengths nothing gives."""
    return f"a column along {axis}"


def untrusted(name: str, target: str) -> str:
    """For a target outside the standard verifiers."""
    module = target.partition(":")[0]
    return (
        f"`{name}` runs code from {target!r}, which this caller has not trusted: "
        f"pass trust=[{module!r}], bind a function, or give a column `{name}`"
    )


def untrusted_address(name: str, origin: str) -> str:
    """For an endpoint on another machine."""
    return (f"`{name}` sends its arguments to {origin}, which this caller has not trusted: "
            f"pass trust=[{origin!r}], bind a function, or give a column `{name}`")


def unusable_target(name: str, target: str, problem: str) -> str:
    """For a target that cannot be imported or is not supported."""
    return f"`{name}` cannot use {target!r}: {problem}"


def other_tokens(one: str, other: str) -> str:
    """For two models whose tokens are compared, and which cut texts in different ways."""
    return f"`{one}` and `{other}` have different tokens, and are compared token by token: compare their sums over tokens"


def wrong_count(name: str, found: int, rows: int) -> str:
    """A bound model that gives more or fewer results than it was given rows."""
    return f"`{name}` gave {found} results for {rows} rows: it must give one for each, in their order"


def unusable_fallback(name: str, axis: str) -> str:
    """For an `on_error` number of an external that makes lists of no fixed length."""
    return f"`{name}` gives a list along `{axis}`, of which no length is declared: its `on_error` can only be `invalid`"


def bad_param(name: str, problem: str) -> str:
    """For a param of wrong type or out of range."""
    return f"param `{name}` {problem}"


def shortened(text: str, limit: int = 200) -> str:
    """A text of at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


NULL = "is null"

_UNDEFINED = {
    "div": "divides by 0",
    "log": "is the logarithm of a number that is not positive",
    "log1p": "is the logarithm of a number that is not positive",
    "sqrt": "is the square root of a negative number",
    "pow": "is a power that is no real number",
    "var": "has too few entries",
    "std": "has too few entries",
    "pick": "is past the end of the list",
    "place": "has a position out of range",
    "spread": "has a position out of range",
    "rename": "has no value in another rollout of the population",
    "lookup": "is not in the table",
    "field": "is null",
    "const": "is `invalid`",
    "call": "has no value",
}


def undefined(operator: str, text: str, partial: bool = True, infinite: bool = False) -> str:
    """For an operator outside its domain (one that has any is `partial`), or, if `infinite`, whose arguments may be
    infinities that have no sum or product, by the text of its expression."""
    known = [_UNDEFINED.get(operator, "has no entries")] if partial or operator in _UNDEFINED else []
    return f"`{text}` {', or '.join(known + ['is inf - inf, or 0 times inf, which is no number'] * infinite)}"


def not_finite_output(name: str) -> str:
    """For an output that is infinite though nothing failed."""
    return f"`{name}` is not a finite number"
