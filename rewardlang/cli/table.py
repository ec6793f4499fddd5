"""THE table of commands: every argument, option, choice and example of the command line, each said once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Argument:
    """A word that is known by its place. `many` takes all words that are left; `required` False may be left out."""

    name: str
    metavar: str
    help: str
    many: bool = False
    required: bool = True


@dataclass(frozen=True)
class Option:
    """A word that is known by its name.

    `kind` is `flag` (no value), `one`, `count` (a whole number from 1) or `many` (may be repeated). `commas` cuts a value at
    commas; `greedy` lets the option take all words that follow it once every argument has its word.
    """

    flag: str
    help: str
    kind: str = "one"
    metavar: str = "TEXT"
    short: str | None = None
    choices: tuple[str, ...] = ()
    default: object = None
    commas: bool = False
    greedy: bool = False

    @property
    def name(self) -> str:
        """The name of its value for programs: `stdin_filename` for `--stdin-filename`."""
        return self.flag.lstrip("-").replace("-", "_")

    @property
    def shown_metavar(self) -> str:
        """What stands for the value on help pages."""
        return "|".join(self.choices) or self.metavar


@dataclass(frozen=True)
class Command:
    """One command; `rewardlang.cli.commands.<name>` has its `run(values) -> int`."""

    name: str
    summary: str
    arguments: tuple[Argument, ...]
    options: tuple[Option, ...]
    examples: tuple[str, ...]
    exits: str

    @property
    def all_options(self) -> tuple[Option, ...]:
        """Its own options and those of every command."""
        return self.options + EVERYWHERE


EVERYWHERE = (
    Option("--color", "colours: NO_COLOR in the environment turns them off too", choices=("auto", "always", "never"),
           default="auto"),
    Option("--debug", "show the Python traceback of an unexpected error", kind="flag", default=False),
)

_FILE = Argument("file", "FILE", "a .rwd file, or - for standard input")
_FILES = Argument("files", "FILE", ".rwd files, folders of them, or - for standard input", many=True)
_FORMAT = Option("--format", "how the answer is written", choices=("text", "json"), default="text")
_DTYPE = Option("--dtype", "the float type of the tensors: what fails in it, and how far it may leave a range",
                choices=("float32", "float64", "bfloat16", "float16"), default="float32")
_STDIN_NAME = Option("--stdin-filename", "what standard input is called in messages; `use` looks beside it",
                     metavar="NAME", default="<stdin>")
_BIND = Option("--bind", "a Python object that computes a model or verifier", kind="many", metavar="NAME=MODULE:OBJECT")
_TRUST = Option("--trust", "a Python module that the spec may import", kind="many", metavar="MODULE", commas=True)

CHECK = Command(
    "check", "Parse, type, prove and lint.", (_FILES,),
    (
        Option("--format", "how findings are written", choices=("text", "concise", "json", "sarif", "github"),
               default="text"),
        _DTYPE,
        Option("--select", "report only codes that begin so (RW5, RW201)", kind="many", metavar="CODE", commas=True),
        Option("--ignore", "leave out codes that begin so", kind="many", metavar="CODE", commas=True),
        Option("--trainer", "say too what this trainer could not serve; `rewardlang doctor` lists them", metavar="NAME"),
        Option("--discount", "the trainer's own", metavar="RATE"),
        Option("--hidden-state", "the trainer's policy does not see what the reward remembers", kind="flag", default=False),
        _STDIN_NAME,
    ),
    ("rewardlang check reward.rwd",
     "rewardlang check rewards/ --format github --ignore RW5",
     "cat reward.rwd | rewardlang check - --stdin-filename reward.rwd"),
    "0 clean, 1 findings, 2 usage or a file that cannot be read",
)

INSPECT = Command(
    "inspect", "Inputs, outputs, ranges, availability and cost of a spec.", (_FILE,),
    (Option("--paranoid", "have each range checked once more, by a checker that shares no rule with the prover", kind="flag",
            default=False), _DTYPE, _FORMAT, _STDIN_NAME),
    ("rewardlang inspect reward.rwd", "rewardlang inspect reward.rwd --format json"),
    "0 shown, 1 the spec has errors, 2 usage or a file that cannot be read",
)

SCORE = Command(
    "score", "Rewards for the rows of a data file.",
    (_FILE, Argument("data", "DATA", "jsonl, parquet or npz file; - or nothing: JSON lines from standard input",
                     required=False)),
    (
        Option("--out", "write rows here instead of standard output; an interrupted run goes on where it stopped",
               short="-o", metavar="FILE"),
        Option("--output", "compute only these outputs", kind="many", metavar="NAME", commas=True, greedy=True),
        Option("--set", "a param's value, in JSON or as a bare word", kind="many", metavar="PARAM=VALUE"),
        _BIND, _TRUST,
        Option("--batch-by", "rows that are equal in this column are one batch; without it, the whole data is",
               metavar="COLUMN"),
        Option("--chunk", "rows held at a time where rows do not depend on each other", kind="count", metavar="ROWS",
               default=1024),
        Option("--restart", "forget an interrupted run and start again", kind="flag", default=False),
        Option("--profile", "say at the end how often and how long each part was evaluated", kind="flag", default=False),
        Option("--format", "rows as JSON lines, or as text in columns", choices=("json", "text"), default="json"),
        _STDIN_NAME,
    ),
    ("rewardlang score reward.rwd answers.jsonl",
     "rewardlang score reward.rwd answers.parquet -o rewards.jsonl --set brevity=0.1",
     "zcat answers.jsonl.gz | rewardlang score reward.rwd - --output margin"),
    "0 every row was read, 1 the spec has errors or some rows could not be read, 2 usage or a file that cannot be read, "
    "130 interrupted",
)

TEST = Command(
    "test", "Run the `example` blocks of specs.", (_FILES,),
    (_BIND, _TRUST, _FORMAT, _STDIN_NAME),
    ("rewardlang test reward.rwd", "rewardlang test rewards/ --format json"),
    "0 all hold, 1 some fail or the spec has errors, 2 usage or a file that cannot be read",
)

FMT = Command(
    "fmt", "Bring files into the one layout; comments stay.", (_FILES,),
    (
        Option("--check", "change nothing; exit 1 if a file would change", kind="flag", default=False),
        Option("--diff", "change nothing; print what would change", kind="flag", default=False),
        _FORMAT, _STDIN_NAME,
    ),
    ("rewardlang fmt reward.rwd", "rewardlang fmt rewards/ --check --diff", "rewardlang fmt - < reward.rwd"),
    "0 done, 1 a file would change (--check, --diff) or does not parse, 2 usage or a file that cannot be read",
)

SHOW = Command(
    "show", "Any stage of the compiler's work on a spec.", (_FILE,),
    (
        Option("--stage", "which stage", choices=("tree", "graph", "facts", "automaton", "optimized", "torch"), default="graph"),
        Option("--format", "how it is drawn", choices=("text", "json", "dot", "mermaid"), default="text"),
        _STDIN_NAME,
    ),
    ("rewardlang show reward.rwd --stage torch", "rewardlang show reward.rwd --stage graph --format dot | dot -Tsvg"),
    "0 shown, 1 the spec has errors, 2 usage or a file that cannot be read",
)

ANALYSE = Command(
    "analyse", "A function of rewardlang.analysis: distances of rewards, hackability, rankings, losses, bounds.",
    (Argument("function", "FUNCTION", "starc_distance, hackable, …; nothing: a list of all", required=False),
     Argument("data", "ARGUMENTS", "a JSON file with an object of arguments by name; -: standard input", required=False)),
    (Option("--set", "an argument's value, in JSON or as a bare word", kind="many", metavar="NAME=VALUE"), _FORMAT),
    ("rewardlang analyse hackable --set true_returns=[1,2] --set proxy_returns=[2,1]",
     "rewardlang analyse starc_distance two_rewards.json", "rewardlang analyse"),
    "0 shown, 2 usage, a file that cannot be read, or arguments that do not fit",
)

DIFF = Command(
    "diff", "Two specs beside each other: how far apart their rewards are, and what they order differently.",
    (_FILE, Argument("other", "OTHER", "the .rwd file to compare with"),
     Argument("data", "DATA", "jsonl, parquet or npz file of logged rows that both score", required=False)),
    (
        Option("--output", "which output of both", metavar="NAME", default="reward"),
        Option("--group", "compare rows that are equal in this column (without it: the specs' `group by`, else all rows)",
               metavar="COLUMN"),
        Option("--model", "a JSON file of a small MDP: transition [s][a][s'], gamma, initial [s], columns by name [s][a][s']",
               metavar="FILE"),
        Option("--set", "a param's value, for the specs that have it", kind="many", metavar="PARAM=VALUE"),
        Option("--max", "exit 1 where the distance is greater", metavar="DISTANCE"),
        _FORMAT,
    ),
    ("rewardlang diff old.rwd new.rwd answers.jsonl --max 0.1", "rewardlang diff true.rwd proxy.rwd --model world.json --format json"),
    "0 compared, 1 further apart than --max, or a spec has errors, 2 usage or a file that cannot be read",
)

EXPLAIN = Command(
    "explain", "The page of a diagnostic, an operator or a function of the standard library.",
    (Argument("topic", "CODE|NAME", "RW201, softmax, std.text.tagged; nothing: a list of all pages", required=False),),
    (_FORMAT,),
    ("rewardlang explain RW201", "rewardlang explain overlong", "rewardlang explain"),
    "0 found, 2 no such page",
)

NEW = Command(
    "new", "Start a spec: a small commented file that works.",
    (Argument("path", "NAME", "the file to write; `.rwd` is added"),),
    (Option("--kind", "what it is about", choices=("math", "preference", "control"), default="math"), _FORMAT),
    ("rewardlang new my_reward", "rewardlang new walker --kind control"),
    "0 written, 2 the file exists or cannot be written",
)

DOCTOR = Command(
    "doctor", "What is installed and usable here.", (), (_FORMAT,),
    ("rewardlang doctor", "rewardlang doctor --format json"),
    "0 all that is needed works, 1 something needed does not",
)

COMMANDS: dict[str, Command] = {
    command.name: command for command in (CHECK, INSPECT, SCORE, TEST, FMT, SHOW, DIFF, ANALYSE, EXPLAIN, NEW, DOCTOR)
}
