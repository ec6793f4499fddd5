"""The JSON documents that other programs read, as models: what `check`, `inspect` and `score` write, field by field.

    from rewardlang.cli.schema import CheckReport
    report = CheckReport.model_validate_json(text)      # raises pydantic.ValidationError
    CheckReport.model_json_schema()                     # the same as JSON Schema

Within version 1 fields are added and never change or go: readers pass over what they do not know.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

Version = Annotated[str, StringConstraints(pattern=r"^1\.\d+$")]
Number = int | float | Literal["inf", "-inf"]
Range = tuple[Number, Number]


class Document(BaseModel):
    """A part of a document: the texts below fields are their descriptions in the JSON Schema too."""

    model_config = ConfigDict(use_attribute_docstrings=True, populate_by_name=True, frozen=True)

    def as_json(self) -> dict:
        """The document as `json.dumps` takes it."""
        return self.model_dump(mode="json", by_alias=True)


# --- check --format json ---------------------------------------------------------------------------------------------


class Place(Document):
    """Where something stands; lines and columns count from 1, in code points."""

    line: int
    column: int
    end_line: int
    end_column: int
    """The first column that is no longer part of it."""


class Note(Document):
    """A further sentence about a finding, with its place if it has one."""

    message: str
    path: str | None
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None


class Fix(Place):
    """A change that mends it: the text at this place is replaced."""

    title: str
    replacement: str


class Finding(Place):
    """One diagnostic."""

    code: str
    """`RW` and three digits; `rewardlang explain CODE` has its page."""
    severity: Literal["error", "warning"]
    reason: str | None
    """The tag of the mistake, for example `domain-error`, if it has one."""
    subject: str | None
    """The term, gate, machine or declaration at fault."""
    message: str
    notes: list[Note]
    witness: dict[str, JsonValue] | None
    """Values that show it: of inputs by name, or facts about the subject."""
    fix: Fix | None


class CheckedFile(Document):
    """All findings of one file, in the order of its text."""

    path: str
    diagnostics: list[Finding]


class CheckReport(Document):
    """`rewardlang check --format json`."""

    version: Version
    files: list[CheckedFile]


# --- inspect --format json -------------------------------------------------------------------------------------------


class Setting(Document):
    """The setting that the spec declares."""

    kind: str
    horizon: JsonValue
    discount: JsonValue


class Input(Document):
    """A declared input."""

    type: str
    axes: list[str]
    range: Range | None
    unit: str | None
    column: str
    """The column of the data that it is read from."""
    role: str | None
    default: JsonValue
    required: bool


class Param(Document):
    """A declared param."""

    type: str
    range: Range | None
    default: JsonValue
    required: bool
    learnable: bool


class Model(Document):
    """A model or verifier that some output calls."""

    kind: Literal["model", "verifier"]
    arguments: list[str]
    result: str
    range: Range | None
    source: str | None = Field(alias="from")
    """`module:function`, a folder or an address; null: a column of its name, or bound by the caller."""
    timeout: float | None
    """Seconds for one call."""
    on_error: JsonValue
    """The value that a failure counts as; null: the result is then invalid."""


class Group(Document):
    """The groups of rollouts."""

    by: str
    size: tuple[Number, Number] | None


class Formalism(Document):
    """Where an output stands among the formalisms of objectives, if it (of the reward: the objective) is maximised."""

    general: list[str]
    effective: list[str]
    """Under the state model of the setting."""
    exact: bool
    flags: list[str]
    derivation: list[str]
    notes: list[str]


class Opinion(Document):
    """What the independent checker of `--paranoid` says of a range."""

    status: Literal["holds", "open", "contradicted"]
    """`open`: not decided within its work."""
    boxes: int
    point: dict[str, float]
    """Values of the sources at which the output lies outside; empty unless contradicted."""
    trusted: list[str]
    """What it took within the engine's range, since it looks beyond one entry."""


class Output(Document):
    """What is proved about one output."""

    type: str
    axes: list[str]
    bounds: Range | None
    """Of one entry; null for what is no number."""
    bounds_tight: bool
    float_excess: float | None
    """How far the tensors' float type may go beyond `bounds`, where they are finite; null: not known."""
    recheck: Opinion | None
    """With `--paranoid`."""
    return_bounds: Range | None
    discounted_bounds: Range | None
    class_: Formalism | None = Field(alias="class")
    availability: str
    availability_because: str | None = None
    """What makes it wait; null where it is known at its step."""
    role: str
    varying: list[str]
    invalid_from: list[str]
    needs: list[str]
    """Columns that it reads."""
    terms: list[str]
    term_bounds: dict[str, Range | None]
    term_return_bounds: dict[str, Range | None]
    """What each term adds up to in an episode; null where it has no steps."""
    what_counts: str | None
    """Which term outweighs which, at each step where there are steps; null: one term alone."""


class Formula(Document):
    """A temporal formula that some output rests on, and what its automaton says before any data."""

    text: str
    reading: str
    """The word that reads it (`holds`, `robustness`, …), or `at each step` where its truth is used."""
    axis: str
    class_: Literal["safety", "co_safety", "both", "neither"] | None = Field(alias="class")
    """`safety`: a violation is known at once; `co_safety`: so is a success; null: read at a step, and rests on those before."""
    hierarchy: Literal["both", "safety", "co_safety", "obligation", "recurrence", "persistence", "general"] | None
    """Where its truth at the first step stands on traces without end, exactly; null: no such traces, or not known."""
    hierarchy_unknown: str | None = None
    """Why it is not known."""
    states: int | None
    """Of its minimal automaton, read up to each step where the class is null; null: too many, or it looks both ways."""
    dead_states: int | None
    """Of these, the states from which it can no longer hold."""
    shortest: list[list[str]] | None
    """A shortest trace, of one step or more, on which it holds: the propositions that are true at each step."""


class MachineOpinion(Document):
    """What the independent checker of `--paranoid` says of a machine: its moves letter by letter, its returns by certificates."""

    status: Literal["holds", "open", "contradicted"]
    """`open`: nothing about it has a bound, or it is too large to be played."""
    inequalities: int
    """Of potentials along edges, checked in exact fractions."""
    moves: int
    fault: str | None


class MachineEntry(Document):
    """A reward machine; `places` are its states with the values of counters that can be come to."""

    states: list[str]
    final: list[str]
    places: int
    counters: dict[str, list[int]]
    """The range of each."""
    clamped: list[str]
    """Counters that an edge would carry out of their range, and that stay at its end instead."""
    recheck: MachineOpinion | None
    """With `--paranoid`."""


class LinearMemory(Document):
    """States whose update is linear in what they were; where the spectral radius is below 1, they forget."""

    spectral_radius: float
    reached: dict[str, Range | None]
    """The range of each over all steps of all episodes, entries taken together; null where nothing bounds it."""


class Promise(Document):
    """One `ensure`."""

    text: str
    line: int
    proved: bool


class Cost(Document):
    """Operations before and after optimising, and calls by model, for each rollout."""

    nodes: int
    nodes_optimized: int
    calls: dict[str, int]


class Objective(Document):
    """What is maximised: as it is written, else the expected return of the reward; its class is that of the reward too."""

    text: str
    kind: Literal["maximize", "minimize"]
    class_: Formalism = Field(alias="class")


class InspectReport(Document):
    """`rewardlang inspect --format json`."""

    version: Version
    path: str
    docstring: str | None
    setting: Setting
    inputs: dict[str, Input]
    params: dict[str, Param]
    models: dict[str, Model]
    group: Group | None
    dtype: str
    """The float type that `float_excess` speaks of."""
    outputs: dict[str, Output]
    objective: Objective | None
    """Null without a reward and an `objective`."""
    formulas: list[Formula]
    machines: dict[str, MachineEntry]
    memories: list[LinearMemory]
    ensures: list[Promise]
    cost: Cost
    notes: list[str]


# --- score -----------------------------------------------------------------------------------------------------------


class ScoredRow(Document):
    """One line of `rewardlang score`: numbers, lists of them along axes, or null where nothing is valid."""

    row: int
    reward: JsonValue = None
    """Not there where `--output` does not ask for it."""
    terms: dict[str, JsonValue]
    outputs: dict[str, JsonValue]
    """What is computed beside the reward."""
    invalid: str | None
    """Why the row has no reward; without a reward, why the first of its invalid outputs is."""
    reasons: dict[str, str] = {}
    """Of `outputs`, those that are invalid or have an invalid entry, with the reason."""

    def as_json(self) -> dict:
        """The line as it was: a reward that is not there is no null."""
        return self.model_dump(mode="json", exclude_unset=True)


class RunState(Document):
    """OUT.resume: how far an interrupted run came, and what it was a run of. Other programs may look, and not write."""

    settings: dict[str, JsonValue]
    rows: int = Field(default=0, ge=0)
    """Rows read."""
    digest: str = ""
    """SHA-256 of their text."""
    written: int = Field(default=0, ge=0)
    """Bytes of OUT that are good."""
    summary: dict[str, JsonValue] = {}
    run: JsonValue = None
    """What statistics over the run have seen in those rows."""
    version: int
