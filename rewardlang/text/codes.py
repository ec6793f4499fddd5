"""THE table of diagnostics: one row for each code, closed; the prose of each lives in docs/diagnostics/CODE.md."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """One kind of finding. `message` is a sentence with {named} holes; `reason` is its tag in reports, if it has one."""

    code: str
    name: str
    severity: str
    message: str
    reason: str | None = None


_ROWS = (
    # RW0xx: syntax -----------------------------------------------------------------------------------------------
    Code("RW001", "syntax-error", "error", "{problem}"),
    Code("RW002", "nested-too-deep", "error", "this is nested deeper than {limit} levels: give a part of it a name with `let`"),
    Code("RW003", "too-long", "error", "this {what} has more than {limit} {unit}, which is the most that is read"),
    Code("RW004", "not-unicode", "error", "this file is not UTF-8 text: byte {byte} at offset {offset} fits no character"),
    Code("RW005", "bad-character", "error", "the character {character} has no place in a program{hint}"),
    Code("RW006", "number-too-long", "error", "a number has at most {digits} characters and an exponent within ±{exponent}"),
    Code("RW007", "unclosed-text", "error", "this text is never closed: {quotes} is missing at its end"),
    Code("RW008", "bad-escape", "error", "`{escape}` is not an escape: write `{cure}`, or a raw text r\"…\""),
    Code("RW009", "unclosed-bracket", "error", "this `{bracket}` is never closed"),
    Code("RW010", "stray-bracket", "error", "this `{bracket}` closes nothing{hint}"),
    Code("RW011", "foreign-operator", "error", "`{found}` is not an operator here: {cure}"),
    Code("RW012", "equals-sign", "error", "a single `=` gives a name to a value; to compare, write `==`"),
    Code("RW013", "missing-operand", "error", "a value is missing {where} `{operator}`"),
    Code("RW014", "wide-else", "error", "`{operator}` reaches beyond the `else`: write `else {{ … {operator} … }}`, or put the whole `gate` in brackets"),
    Code("RW015", "form-as-operand", "error", "a {form} is no operand of `{operator}`: put all of it in brackets, or move `{operator}` into its braces"),
    Code("RW016", "mixed-chain", "error", "`{left}` and `{right}` do not chain: join two comparisons with `and`"),
    Code("RW017", "repeated-operator", "error", "`{left}` and `{right}` do not chain: say with brackets which comes first"),
    Code("RW018", "unknown-declaration", "error", "no declaration starts with {found}{hint}"),
    Code("RW019", "missing-type", "error", "`{name}` needs a type: write `{name}{colon}: {example}`"),
    Code("RW020", "foreign-word", "error", "`{word}` is not a word of this language: {cure}"),
    Code("RW021", "wrong-quotes", "error", "a text stands in straight double quotes: \"…\""),
    Code("RW022", "reserved-word", "error", "`{word}` is a reserved word and cannot be a name"),
    Code("RW023", "indented-declaration", "error", "a declaration starts in column 1"),
    Code("RW024", "missing-separator", "error", "between {left} and {right} an operator or a comma is missing"),
    Code("RW025", "missing-braces", "error", "a `{word}` has its {what} in braces: {example}"),
    Code("RW026", "unlabelled-line", "error", "{problem}"),
    Code("RW027", "clause-order", "error", "`{clause}` stands before `=`: the order is {order}"),
    Code("RW028", "number-spelling", "error", "a number has digits on both sides of its point: write `{cure}`"),
    Code("RW030", "mixed-vector", "error", "either every item of a vector has a label, or none"),
    Code("RW031", "clause-twice", "error", "`{clause}` stands here for the second time"),
    Code("RW032", "call-of-no-name", "error", "only a function's name can be called"),
    Code("RW033", "axis-size", "error", "the size of an axis is a whole number, 1 or more"),
    Code("RW034", "table-key", "error", "the keys of a table are texts: write `table[text] of …`, not `table[{key}] of …`"),
    # RW1xx: names and types ---------------------------------------------------------------------------------------
    Code("RW101", "unknown-name", "error", "`{name}` is not declared here{hint}"),
    Code("RW102", "declared-twice", "error", "`{name}` is already declared on line {line}"),
    Code("RW103", "cyclic-definition", "error", "`{name}` is defined by itself: {path}"),
    Code("RW104", "shadowed-name", "warning", "`{name}` hides the {what} of the same name on line {line}"),
    Code("RW105", "unknown-axis", "error", "`{name}` is not an axis{hint}"),
    Code("RW106", "unknown-function", "error", "`{name}` is not a function{hint}"),
    Code("RW107", "wrong-arguments", "error", "`{name}` {problem}"),
    Code("RW108", "wrong-type", "error", "{what} must be {wanted}, but this is {found}"),
    Code("RW109", "missing-axis", "error", "{what} has no axis `{axis}`: it has {axes}{hint}"),
    Code("RW110", "nested-axis", "error", "`{inner}` lies within `{outer}`: reduce over `{inner}` first, or over [{outer}, {inner}]"),
    Code("RW111", "unplaced-term", "error", "`{label}` has {found}, beside terms along `{axis}`: say at which position it is paid"),
    Code("RW112", "indefinite-decision", "error", "{what} may be invalid, and a decision must be definite: write `({text}) ?? false`"),
    Code("RW113", "unknown-module", "error", "there is no module `{name}`{hint}"),
    Code("RW114", "not-in-module", "error", "`{module}` has no `{name}`{hint}"),
    Code("RW115", "recursive-use", "error", "this `use` leads back to its own file: {path}"),
    Code("RW116", "unknown-label", "error", "`{name}` is not a label of {type}{hint}"),
    Code("RW117", "ambiguous-label", "error", "`{name}` is a label of {type} and also a declared value: rename the value"),
    Code("RW118", "reward-count", "error", "{problem}"),
    Code("RW119", "reward-axes", "error", "the {role} runs along `{axis}`, which has no order: reduce it, for example `mean({text} over {axis})`"),
    Code("RW120", "not-constant", "error", "{what} must be known when the program is checked"),
    Code("RW121", "outside-domain", "error", "{what} is {value}, outside {domain}"),
    Code("RW122", "unknown-member", "error", "{what} has no `{name}`{hint}"),
    Code("RW123", "no-group", "error", "`over group` needs to know the groups: declare `group by …`"),
    Code("RW124", "recursive-function", "error", "`{name}` calls itself: {path}"),
    Code("RW125", "incomplete-match", "error", "this match does not say what happens for {missing}"),
    Code("RW126", "axis-clash", "error", "{problem}"),
    Code("RW127", "missing-else", "error", "without `else` a closed gate is 0, and this gate holds {found}: say what it is when closed"),
    Code("RW128", "wrong-example", "error", "{problem}"),
    # RW2xx: ranges, domains, units and ensure -----------------------------------------------------------------------
    Code("RW201", "possible-domain-error", "error", "`{operator}` is undefined where {problem}, and {what}: guard it with a gate or `??`", "domain-error"),
    Code("RW210", "refuted-ensure", "error", "`ensure {claim}` does not hold: {witness}"),
    Code("RW211", "unproved-ensure", "error", "`ensure {claim}` could not be proved: {known}"),
    Code("RW230", "unit-mismatch", "error", "{left} and {right} do not fit: {what}", "unit-mismatch"),
    Code("RW231", "unit-left-over", "error", "{what} must be dimensionless, but this is in {unit}: divide by a yardstick or give it a coefficient", "unit-mismatch"),
    Code("RW232", "bad-unit", "error", "{problem}"),
    # RW3xx: time, machines and class --------------------------------------------------------------------------------
    Code("RW301", "bad-window", "error", "a window {problem}"),
    Code("RW302", "infinite-margin", "warning", "{subject} may be infinite: `{source}` is {what}"),
    Code("RW303", "no-automaton", "error", "`{word}` needs an automaton: {problem}"),
    Code("RW320", "machine-shape", "error", "the machine `{name}` {problem}"),
    Code("RW321", "edge-to-nowhere", "error", "`{state}` is entered and never left, and is not final{cure}"),
    Code("RW322", "final-with-edges", "error", "`{state}` is final and has an edge: a machine is done there"),
    Code("RW323", "bad-counter", "error", "the counter `{name}` {problem}"),
    Code("RW324", "ambiguous-guards", "error", "in `{state}` two edges of `{name}` hold together on {label}: tell their guards apart, or write `first match`", "ambiguous-guards"),
    Code("RW325", "missing-case", "error", "in `{state}` no edge of `{name}` applies on {label}: add an edge, or `otherwise stay`", "missing-case"),
    Code("RW326", "guard-needs-the-future", "error", "a guard of `{name}` needs what is known at the {level} only: use formulas about the past", "needs-the-future"),
    Code("RW327", "unreachable-state", "warning", "no run of `{name}` comes to `{state}`"),
    Code("RW328", "stuck-state", "warning", "from `{state}` no final state of `{name}` can be reached any more"),
    Code("RW329", "paying-loop", "warning", "a loop of `{name}` pays for ever: {loop} earns {gain} a round", "farming"),
    Code("RW330", "idle-incentive", "warning", "doing nothing pays {idle}, and no way to a paid end of `{name}` more than {best}", "idle-incentive"),
    Code("RW331", "early-end-incentive", "warning", "ending `{name}` at once in `{state}` pays {end}, more than the {best} of the best way on", "early-end-incentive"),
    Code("RW332", "edge-never-taken", "warning", "this edge is never taken: {problem}"),
    Code("RW333", "no-potential", "error", "`{name}` has a loop that pays for ever, so with discount {discount} its potential has no value"),
    Code("RW334", "large-machine", "error", "`{name}` and its counters make more than {limit} places: narrow the ranges of its counters"),
    Code("RW335", "shaping-discount", "warning", "`{name}` is shaped with discount {discount}, and the setting has {setting}: the shaping changes what is best", "discount-mismatch"),
    Code("RW340", "state-leaves-range", "error", "the state {claim} does not keep its range: {witness}"),
    Code("RW341", "state-range-unproved", "error", "that each step keeps the state {claim} could not be proved: {known}"),
    Code("RW342", "bad-state", "error", "the state `{name}` {problem}"),
    Code("RW350", "endless-memory", "error", "`{name}` over run {problem}"),
    Code("RW390", "not-yet", "error", "{what} cannot be compiled yet"),
    # RW4xx: verifiers and models ------------------------------------------------------------------------------------
    Code("RW401", "unreadable-source", "error", "nothing can be called by `{source}`: write `from \"module:function\"`, `from \"hf:folder\"` or an address"),
    # RW5xx: incentives ----------------------------------------------------------------------------------------------
    Code("RW501", "dead-gate", "warning", "the gate `{gate}` is always {state}: {what}", "dead-gate"),
    Code("RW502", "constant-reward", "warning", "{subject} is {value} on every rollout: nothing can be learned from it", "constant-reward"),
    Code("RW503", "unused-input", "warning", "the input `{name}` is read by nothing: no value of it changes any output", "unused-input"),
    Code("RW504", "unused-declaration", "warning", "the {what} `{name}` is used by nothing"),
    Code("RW505", "dead-term", "warning", "the term `{term}` is always {value}: it tells no rollout from another", "negligible-term"),
    Code("RW506", "negligible-term", "warning", "the term `{term}` spans {swing} of a total of {total} ({share}): it decides nothing", "negligible-term"),
    Code("RW507", "dominating-term", "warning", "the term `{term}` spans {swing}, {comparison}: it can outweigh what matters", "domination"),
    Code("RW508", "fails-open", "warning", "when `{name}` fails it counts as {value}, and the reward rises with it: a crash is paid like a success", "fails-open"),
    Code("RW509", "float-equality", "warning", "`{operator}` compares measured numbers exactly: {what}", "float-equality"),
    Code("RW510", "small-group-spread", "warning", "`{operator}` with ddof = {ddof} has no value for a population of {size}: such rollouts are lost", "small-group-normalisation"),
    Code("RW511", "unbounded-reward", "warning", "{subject} has no bound: {cause}", "unbounded"),
    Code("RW512", "saturation", "warning", "{subject} is {value} on {share} of the range of `{source}`: there it says nothing about what is better", "saturation"),
    Code("RW513", "vacuous-truth", "warning", "where `{axis}` has no positions, `all` is true and {subject} is at its greatest, {value}", "vacuous-formula"),
    Code("RW514", "no-objective", "warning", "{subject} is divided by the spread of a real score: the update that follows is the gradient of no objective", "no-objective"),
)

CODES: dict[str, Code] = {row.code: row for row in _ROWS}
