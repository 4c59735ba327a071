"""Gates: what has to hold before a version may be promoted, and what each of them said (docs/gates.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from mltui.model.metric import Goal

#: `metric` compares a figure; the four in the middle are looked at by mltui; `command` is anything with an exit code.
GateKind = Literal["metric", "same data", "pipeline fresh", "data pushed", "commit pushed", "command"]
CHECKS: Final[tuple[GateKind, ...]] = ("same data", "pipeline fresh", "data pushed", "commit pushed")
Preset = Literal["", "pytest", "frictionless"]
#: **unknown**: it could not be told, and blocks like a failure. **not run**: a command that nobody let run yet.
Verdict = Literal["passed", "failed", "unknown", "not run"]
Operator = Literal[">=", ">", "<=", "<", "=", "!="]

#: A gate command may take so long unless it says otherwise (s).
TIMEOUT: Final = 1800


@dataclass(frozen=True, slots=True)
class MetricRule:
    """``metrics.<key> <operator> <number>``, or ``champion``, ``champion - 0.005``, ``champion + 1`` instead of the
    number: then `offset` is added to the champion's figure and `champion` is True."""

    key: str
    operator: Operator
    offset: float
    champion: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate of the policy. `text` is how it is shown, and unique in a policy.

    `trouble` says why it makes no sense ("" if it does): such a gate fails with that reason, it is never left out.
    `to` are globs of alias, stage or model names it is for, `models` of model names; () is all. Of a command: `argv`,
    `timeout` (s), and `dataset` (path) and `schema` (path) of the preset frictionless.
    """

    kind: GateKind
    text: str
    rule: MetricRule | None = None
    argv: tuple[str, ...] = ()
    preset: Preset = ""
    dataset: str = ""
    schema: str = ""
    timeout: int = TIMEOUT
    to: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate said. `figure` is short ("0.947 vs 0.942", "31 passed"), `subject` what it was asked of ("pytest at
    9be1d20, clean worktree", "run stormy-hare"), `why` the reason of anything but passed.

    Of a command: `output` is the file that has what it printed ("" if it did not run), `seconds` how long it took.
    `at` is epoch ms. `untrusted`: it did not run because nobody trusted it.
    """

    gate: Gate
    verdict: Verdict
    figure: str = ""
    subject: str = ""
    why: str = ""
    output: str = ""
    seconds: float | None = None
    at: int | None = None
    untrusted: bool = False

    @property
    def blocks(self) -> bool:
        """Whether the version may not be promoted for it."""
        return self.verdict != "passed"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the project asks of promotions: ``[promote]`` and ``[[gates]]`` of the committed default branch.

    `origin` says whose word it is ("mltui.toml of origin/main at 9be1d20"); `commit` is that commit's full sha, None
    where there is no git (then the file itself counts, and `origin` says so). `differs` are lines on how the worktree's
    copy, which does not count, says otherwise. `via` is "command" if `command` (words with ``{model}``, ``{version}``,
    ``{alias}``, ``{commit}``, ``{run_id}`` and ``{reason}``) does the promoting and the alias is waited for
    `command_timeout` seconds. `trouble` says why the policy could not be read ("" if it could): nothing is promoted
    then but by force. `folder` is where the file lies, from the top ("" is that itself): paths of gates are meant from
    there, and commands run there.
    """

    gates: tuple[Gate, ...] = ()
    protected: tuple[str, ...] = ()
    via: Literal["", "command"] = ""
    command: tuple[str, ...] = ()
    command_timeout: int = 600
    goals: Mapping[str, Goal] = field(default_factory=dict)
    origin: str = ""
    commit: str | None = None
    differs: tuple[str, ...] = ()
    trouble: str = ""
    folder: str = ""

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """Every command of the repository that a promotion may run: what `mltui trust` is about."""
        own = tuple(gate.argv for gate in self.gates if gate.kind == "command")
        return (*own, self.command) if self.via == "command" else own


@dataclass(frozen=True, slots=True)
class GateReport:
    """All gates that are for this promotion, in the order of the policy. `advisory`: they are told and do not block
    (a rollback)."""

    policy: Policy
    results: tuple[GateResult, ...] = ()
    advisory: bool = False

    @property
    def blocking(self) -> tuple[GateResult, ...]:
        """The gates in the way; () if there are none, or if they are advisory."""
        return () if self.advisory else tuple(each for each in self.results if each.blocks)

    @property
    def only_untrusted(self) -> bool:
        """Whether nothing is in the way but commands that nobody trusted: then ``mltui trust`` is the way past."""
        return bool(self.blocking) and not self.policy.trouble and all(each.untrusted for each in self.blocking)

    @property
    def bars(self) -> bool:
        """Whether only force goes past it: a gate is in the way, or the policy can't be read."""
        return bool(self.blocking or (self.policy.trouble and not self.advisory))

    @property
    def to_run(self) -> tuple[GateResult, ...]:
        """The commands that did not run yet."""
        return tuple(each for each in self.results if each.verdict == "not run")

    @property
    def passed(self) -> int:
        """How many of them hold."""
        return sum(not each.blocks for each in self.results)
