"""Asks one DVC project: everything, or only what moved; and what to make of it when DVC can't answer."""

# ruff: noqa: PTH117, PTH118, PTH120 - thousands of names, as text

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mltui.errors import Busy, SourceError, Unreadable
from mltui.model.dvc import Reason, ReasonKind, Stage
from mltui.model.part import Problem
from mltui.model.redacting import address_shown
from mltui.sources.dvc import readable, without_dvc
from mltui.sources.dvc.client import DvcChild, DvcRefuses, NoDvc, UnknownDvc
from mltui.sources.dvc.facts import Facts, RootFacts, described, own_status, relative, with_state, without_state
from mltui.sources.dvc.hash_rate import hash_rate
from mltui.sources.dvc.hashes import take_over
from mltui.sources.dvc.metrics import metric_keys
from mltui.sources.dvc.stats import RACY, Signer, moved, store_signatures
from mltui.sources.port import now_ms
from mltui.sources.runner import Runner

#: Stages asked about in one question: what is answered before time is up is kept.
BATCH = 25
#: ``python -m dvc`` would import a dvc that lies in the repository.
_COMMAND = "import sys; sys.path.remove(''); from dvc.cli import main; sys.exit(main(sys.argv[1:]))"
#: Params and vars files, as a dvc.yaml names them.
_NAMED = re.compile(r"[^\s'\"\[\]{},:#]+\.(?:ya?ml|json|toml|py)\b")
NOT_A_PROJECT = "no .dvc directory here: not a DVC project (dvc init makes it one)"


class RootReader:
    """Reads DVC projects below `top` by one child, until `deadline` (monotonic seconds). `now`: somebody waits."""

    def __init__(
        self, top: Path, child: DvcChild, python: str, runner: Runner, deadline: float, *, now: bool = False
    ) -> None:
        self._top, self._child, self._python, self._runner = top, child, python, runner
        self._deadline, self._now = deadline, now
        self._since = time.time_ns()

    def read(self, root: str, files: tuple[str, ...], old: RootFacts | None) -> RootFacts:
        """The project at `root` (absolute) with DVC's `files`; what of `old` still stands is kept. Never raises."""
        try:
            wanted = needed(old, files)
            if old is not None and wanted is not None:
                return self._renewed(root, old, wanted) if wanted else old
            return self._resolved(root, files)
        except NoDvc as error:
            return self._plain(root, files, f"{error.summary} ({error.hint})")
        except UnknownDvc as error:
            return self._by_command(root, files, error)
        except SourceError as error:
            return self._failed(root, files, old, error)

    def orphans(self, files: Iterable[str]) -> RootFacts:
        """DVC's files outside any DVC project: shown, with a status nobody can tell."""
        return self._readable(str(self._top), files, "unreadable", NOT_A_PROJECT, "")

    def _left(self) -> float:
        return max(0.1, self._deadline - time.monotonic())

    def _resolved(self, root: str, files: tuple[str, ...]) -> RootFacts:
        answer = self._child.ask("resolve", self._left(), now=self._now, root=root)
        top = str(self._top)
        found_hashes = answer["hashes"]
        hashes = (found_hashes["ours"], found_hashes["theirs"]) if found_hashes["theirs"] else None
        if hashes and not Path(hashes[0]).with_name("dvc.db").exists():
            take_over(Path(hashes[1]), Path(hashes[0]), None)
        signer = Signer(self._since)
        found = RootFacts(
            root=relative(root, top),
            reader=f"dvc {self._child.version} in {self._python}",
            facts=described(answer["stages"], top),
            metric_keys=tuple(metric_keys(answer)),
            artifacts=tuple(_artifacts(answer["artifacts"], top)),
            files=files,
            stores=tuple(answer["stores"]),
            declared=signer.all(self._declaring(root, files, answer)),
            hashes=hashes,
        )
        renewed = self._renewed(root, found, [one.stage.address for one in found.facts])
        broken = [relative(row["path"], top) for row in answer["broken"]]
        to_blame = [without_dvc.blamed(file, row["error"]) for file, row in zip(broken, answer["broken"], strict=True)]
        problems = [
            Problem("dvc", f"{file}: {row['error']}", "", file)
            for file, row in zip(to_blame, answer["broken"], strict=True)
        ]
        problems += [_old_stage_file(file) for file in files if file.rpartition("/")[2] == "Dvcfile"]
        lost = tuple(
            facts
            for file, row in zip(broken, answer["broken"], strict=True)
            for facts in without_dvc.read(self._top, root, file, "unreadable", row["error"])
        )
        return replace(renewed, facts=renewed.facts + lost, problems=tuple(problems))

    def _declaring(self, root: str, files: Sequence[str], answer: Mapping[str, Any]) -> list[str]:
        """The files that decide which stages there are: all of DVC's, all it read to resolve them, all it missed."""
        own = (*self._child.prefixes, sys.prefix, "/proc/", "/sys/", "/dev/")
        read = {path for path in answer["opened"] if not path.startswith(own)}
        read.update(*map(_missed, answer["broken"]))
        named = {str(self._top / file) for file in files}
        folders = {os.path.dirname(path) for path in named if path.endswith("dvc.yaml")}
        named.update(os.path.join(folder, name) for folder in folders for name in ("dvc.lock", "params.yaml"))
        named.update(os.path.join(root, ".dvc", name) for name in ("config", "config.local"))
        named.update(answer["configs"])
        return sorted(read | named)

    def _renewed(self, root: str, old: RootFacts, wanted: Collection[str]) -> RootFacts:
        """`old` with the present state of the stages `wanted`; those not answered in time are unknown."""
        states = self._states(root, old, wanted)
        unhashed = [address for address, state in states.items() if _unhashed(state)]
        if unhashed and old.hashes:
            paths = {path for one in old.facts if one.stage.address in unhashed for path in one.watch}
            if take_over(Path(old.hashes[1]), Path(old.hashes[0]), sorted(paths)):
                states.update(self._states(root, old, unhashed))
        top, now, rate = str(self._top), now_ms(), hash_rate(self._child.site)
        facts = tuple(
            with_state(one, states[one.stage.address], top, now, rate)
            if one.stage.address in states
            else without_state(one, "unreadable", one.stage.path, "DVC did not answer in time")
            if one.stage.address in wanted
            else one
            for one in old.facts
        )
        late = {
            path
            for one in facts
            if one.stage.address in wanted and one.stage.address not in states
            for path in one.watch
        }
        signer = Signer(self._since)
        asked = {path for one in facts if one.stage.address in wanted for path in one.watch}
        watched = {path: was for path, was in old.watched.items() if path not in asked}
        watched.update((path, RACY if path in late else signer.one(path)) for path in sorted(asked))
        # a store that changed while stages were asked is looked at again: signed as it was before the question
        stores = old.store_signatures if len(wanted) < len(facts) else store_signatures(old.stores, Signer())
        return replace(old, facts=facts, watched=watched, store_signatures=stores, complete=len(states) == len(wanted))

    def _states(self, root: str, old: RootFacts, wanted: Collection[str]) -> dict[str, Any]:
        states: dict[str, Any] = {}
        named = list(addressed(self._top, old.facts, wanted).items())
        for start in range(0, len(named), BATCH):
            batch = dict(named[start : start + BATCH])
            try:
                asked = {"root": root, "addresses": batch, "all": False}
                states.update(self._child.ask("status", self._left(), now=self._now, **asked))
            except Busy:
                break
        return states

    def _failed(self, root: str, files: tuple[str, ...], old: RootFacts | None, error: SourceError) -> RootFacts:
        """DVC can't answer: all is unknown, with its words; what was known is still shown only if there was no time.

        What it stood on may be gone, or closed to us: nobody knows whether any of it is still so.
        """
        problem = Problem("dvc", error.summary, error.hint, relative(root, str(self._top)))
        if old is not None and old.facts and isinstance(error, Busy):
            return replace(old, problems=(problem,), complete=False, declared={**old.declared, root: RACY})
        found = self._plain(root, files, error.summary)
        if isinstance(error, DvcRefuses):  # and will until a file changes
            return replace(found, problems=(problem,))
        return replace(found, problems=(problem,), complete=False, declared={**found.declared, root: RACY})

    def _plain(self, root: str, files: Iterable[str], why: str) -> RootFacts:
        found = self._readable(root, files, "unreadable", why, relative(root, str(self._top)))
        return replace(found, reader="dvc.yaml and dvc.lock alone: " + why)

    def _readable(self, root: str, files: Iterable[str], kind: ReasonKind, why: str, name: str) -> RootFacts:
        kept = [file for file in files if file.endswith(("dvc.yaml", ".dvc", "Dvcfile"))]
        facts = tuple(one for file in kept for one in without_dvc.read(self._top, root, file, kind, why))
        declared = Signer(self._since).all(str(self._top / file) for file in files)
        stores = tuple(os.path.join(root, ".dvc", "cache", *end) for end in ((), ("files", "md5")))
        signed = store_signatures(stores, Signer())
        return RootFacts(name, "", facts, files=tuple(files), stores=stores, declared=declared, store_signatures=signed)

    def _by_command(self, root: str, files: tuple[str, ...], error: SourceError) -> RootFacts:
        """A dvc the child does not know is asked by its own command line."""
        argv = (self._python, "-c", _COMMAND, "status", "--json", "--no-updates")
        try:
            given, wait = {"DVC_NO_ANALYTICS": "1"}, self._left()
            done = self._runner.run(argv, cwd=Path(root), env=given, timeout=wait, reading=True)
            entries: Mapping[str, Any] = json.loads(done.stdout or b"null")
            if done.code or not isinstance(entries, dict):
                raise Unreadable((done.stderr.strip().splitlines() or ["dvc status failed"])[0])
        except ValueError:
            return self._plain(root, files, f"{error.summary}; its status is no JSON")
        except SourceError as failed:
            return self._plain(root, files, f"{error.summary}; {failed.summary}")
        found = self._plain(root, files, error.summary)
        known = {one.stage.address: one for one in found.facts}
        groups = {address.rpartition("@")[0] for address in entries}
        named = {address: known.get(address) or _bare(address, known) for address in entries}
        known = {**{address: one for address, one in known.items() if address not in groups}, **named}
        now = now_ms()
        name = relative(root, str(self._top))
        facts = tuple(_answered(one, entries.get(one.stage.address, []), name, now) for one in known.values())
        return replace(found, facts=facts, reader=f"dvc status in {self._python} ({error.summary})")


def needed(old: RootFacts | None, files: tuple[str, ...]) -> list[str] | None:
    """Addresses whose files moved since `old`; None if everything has to be asked anew."""
    if old is None or old.files != files:
        return None
    signer = Signer()
    if moved(old.declared, signer):
        return None
    changed = set(moved(old.watched, signer))
    in_cache = any(path.startswith(old.stores) for path in changed)  # other stages' directories may hold that object
    if in_cache or store_signatures(old.stores, signer) != old.store_signatures:
        return [one.stage.address for one in old.facts if one.stage.as_of is not None]
    return [one.stage.address for one in old.facts if not changed.isdisjoint(one.watch)]


def addressed(top: Path, facts: Iterable[Facts], wanted: Collection[str]) -> dict[str, list[str | None]]:
    """The stages `wanted` as the child is asked for them: address -> [the file that declares it, its name there]."""
    stages = [one.stage for one in facts if one.stage.address in wanted]
    return {
        stage.address: [str(top / stage.path), None if stage.path.endswith(".dvc") else stage.name] for stage in stages
    }


def _missed(row: Mapping[str, Any]) -> Iterator[str]:
    """Files that a broken one names: it may be broken because one of them is not there (``vars:``)."""
    folder = os.path.dirname(row["path"])
    try:
        text = readable.bytes_of(Path(row["path"])).decode(errors="replace")
    except (OSError, ValueError):
        text = ""
    for name in {*_NAMED.findall(text), *_NAMED.findall(row["error"])}:
        yield os.path.normpath(os.path.join(folder, name))


def _unhashed(state: Mapping[str, Any]) -> bool:
    return any(why["kind"] == "unhashed" for why in state["why"])


def _artifacts(found: Mapping[str, Sequence[str]], top: str) -> Iterator[str]:
    """Artifacts as DVC and GTO address them: ``name``, or ``dir:name`` below the top."""
    for path, names in found.items():
        folder = os.path.dirname(relative(path, top))
        yield from (f"{folder}:{name}" if folder else str(name) for name in names)


def _old_stage_file(file: str) -> Problem:
    hint = "rename it to something ending in .dvc, or write the stage into a dvc.yaml"
    return Problem("dvc", f"{file}: a stage file of DVC 0.x, which DVC 3 does not read", hint, file)


def _bare(address: str, known: Mapping[str, Facts]) -> Facts:
    """A stage that only DVC's answer names: one of a group, or one that could not be read."""
    group, _, item = address.rpartition("@")
    if group in known:
        stage = known[group].stage
        return replace(known[group], stage=replace(stage, address=address, name=f"{stage.name}@{item}"))
    file, _, name = address.rpartition(":")
    path = address if address.endswith(".dvc") else file or "dvc.yaml"
    return Facts(Stage(name=name or address, path=path, address=address, status="unknown"))


def _answered(facts: Facts, entry: Sequence[Any], root: str, now: int) -> Facts:
    dvc = tuple(map(_shown, entry))
    status, reasons = own_status(dvc, (), facts.locked), tuple(_worded(dvc, root, facts.stage.path))
    return replace(facts, stage=replace(facts.stage, dvc=dvc, reasons=reasons, status=status, as_of=now))


def _shown(part: Any) -> Any:
    """A verbatim entry without the logins of what a stage depends on."""
    if not isinstance(part, Mapping):
        return part
    return {words: {address_shown(path): change for path, change in changed.items()} for words, changed in part.items()}


def _worded(entry: Sequence[Any], root: str, declaring: str) -> Iterator[Reason]:
    """Reasons as far as a verbatim entry tells them: nothing of old and new."""
    for part in entry:
        if isinstance(part, str):
            yield Reason("always" if part.startswith("always") else "command", declaring, part)
            continue
        for words, changed in part.items():
            for path, change in changed.items():
                below = root and "://" not in path and not os.path.isabs(path)
                where = os.path.normpath(f"{root}/{path}") if below else path
                if isinstance(change, Mapping):
                    yield from (Reason("param", where, word, key) for key, word in change.items())
                else:
                    yield Reason("dep" if words == "changed deps" else "out", where, change)
