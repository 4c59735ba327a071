"""Gate commands run in a clean worktree of a version's commit, and the trust they need (docs/gates.md)."""

from mltui.actions.gates.running import run_gates

__all__ = ["run_gates"]
