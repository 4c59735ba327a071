"""What can be told of DVC's files without DVC: names, commands and hashes, never a status.

For files that DVC itself can't read, and for projects whose interpreter has no dvc. The formats are those of
dvc.org/doc/user-guide/project-structure, and of DVC 0.x stage files.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from stat import S_ISREG
from typing import Any

from mltui.model.dvc import Entry, Reason, ReasonKind, Stage
from mltui.sources.dvc.facts import Facts, command, without_secrets

#: Larger than any file a person or DVC writes here: not read.
LARGEST_BYTES = 32 << 20
#: Checksums by the name DVC gives them, in the order it prefers.
_HASHES = ("md5", "etag", "checksum", "version_id")


def parse(text: str | bytes) -> Any:
    """YAML as plain values, by the C loader. Raises ValueError where it is none."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise ValueError(" ".join(str(error).split())) from error


def load(path: Path) -> Any:
    """A YAML file. Raises OSError or ValueError."""
    return parse(bytes_of(path))


def bytes_of(path: Path) -> bytes:
    """What a file holds. Raises OSError (a pipe would keep its reader for ever), or ValueError if it is too large."""
    found = path.stat()
    if not S_ISREG(found.st_mode):
        raise PermissionError("no regular file")
    if found.st_size > LARGEST_BYTES:
        raise ValueError("too large to be read")
    return path.read_bytes()


def read(top: Path, root: str, file: str, kind: ReasonKind, why: str) -> tuple[Facts, ...]:
    """All stages that `file` (relative to `top`) names, each unknown because of `why`; addresses as from `root`."""
    reason = Reason(kind, blamed(file, why), why)
    if file.endswith("dvc.yaml"):
        return tuple(_pipeline(top, root, file, reason))
    return _single(top, root, file, reason)


def blamed(file: str, why: str) -> str:
    """The file that DVC's words are about: a dvc.yaml, or the dvc.lock beside it."""
    beside = file.removesuffix("yaml") + "lock"
    return beside if file.endswith("dvc.yaml") and "dvc.lock'" in why else file


def _pipeline(top: Path, root: str, file: str, reason: Reason) -> Iterator[Facts]:
    path = top / file
    stages, lock = _declared(path), locked(path.with_name("dvc.lock"))
    folder = os.path.dirname(file)  # noqa: PTH120 - a relative name
    prefix = "" if str(path.parent) == root else os.path.relpath(path, root) + ":"
    for name, raw in stages.items():
        group = isinstance(raw, Mapping) and ("foreach" in raw or "matrix" in raw)
        made = [key for key in lock if key.startswith(f"{name}@")] if group else []
        for each in made or [name]:
            entry = lock.get(each, {})
            source = entry or (raw if isinstance(raw, Mapping) else {})
            cmd = source.get("cmd")
            stage = Stage(
                name=each,
                path=file,
                address=prefix + each,
                status="unknown",
                reasons=(reason,),
                cmd=command(cmd) if isinstance(cmd, (str, list)) else None,
                wdir=joined(folder, raw.get("wdir", "") if isinstance(raw, Mapping) else ""),
                deps=tuple(entries(source.get("deps"), folder)),
                outs=tuple(entries(source.get("outs"), folder)),
            )
            yield Facts(stage, locked=bool(entry))


def _declared(path: Path) -> dict[str, Any]:
    """{stage name: what is declared}; where it is broken or closed, names by their indentation or the lock's."""
    try:
        content = load(path)
        stages = content.get("stages") if isinstance(content, Mapping) else None
        return {str(name): raw for name, raw in stages.items()} if isinstance(stages, Mapping) else {}
    except PermissionError:
        text = ""
    except OSError:
        return {}
    except ValueError:
        text = path.read_bytes().decode(errors="replace")
    names = _indented(text) or locked(path.with_name("dvc.lock"))
    return {name: {} for name in names}


def _indented(text: str) -> list[str]:
    block = re.search(r"^stages:[ \t]*\r?\n((?:[ \t]+.*\r?\n|[ \t]*\r?\n|#.*\r?\n)*)", text + "\n", re.MULTILINE)
    keys = re.findall(r"^([ \t]+)([^\s#:'\"][^:#\r\n]*):[ \t]*\r?$", block[1], re.MULTILINE) if block else []
    return list(dict.fromkeys(name.strip() for indent, name in keys if indent == keys[0][0]))


def locked(path: Path) -> dict[str, Any]:
    """{stage name: entry} of a dvc.lock, 2.0 or 1.0 (which is the stages alone); {} where there is none to read."""
    try:
        content = load(path)
    except (OSError, ValueError):
        return {}
    return lock_stages(content)


def lock_stages(content: Any) -> dict[str, Any]:
    """The stages of a parsed dvc.lock: below ``stages`` since 2.0, at the top before."""
    if not isinstance(content, Mapping):
        return {}
    below = content.get("stages")
    stages = below if "schema" in content or (isinstance(below, Mapping) and "cmd" not in below) else content
    if not isinstance(stages, Mapping):
        return {}
    return {str(name): entry for name, entry in stages.items() if isinstance(entry, Mapping)}


def _single(top: Path, root: str, file: str, reason: Reason) -> tuple[Facts, ...]:
    """A .dvc file, or a Dvcfile of DVC 0.x."""
    path = top / file
    try:
        content = load(path)
    except (OSError, ValueError):
        content = {}
    if not isinstance(content, Mapping):
        content = {}
    folder = os.path.dirname(file)  # noqa: PTH120 - a relative name
    folder = joined(folder, str(content.get("wdir") or ""))
    cmd, address = content.get("cmd"), os.path.relpath(path, root).replace(os.sep, "/")
    outs = tuple(entries(content.get("outs"), folder))
    if not outs and cmd is None and file.endswith(".dvc"):  # unreadable: what it tracks is its own name
        outs = (Entry(file.removesuffix(".dvc")),)
    stage = Stage(
        name=address,
        path=file,
        address=address,
        status="unknown",
        reasons=(reason,),
        frozen=bool(content.get("frozen")),
        cmd=command(cmd) if isinstance(cmd, (str, list)) else None,
        desc=content.get("desc") if isinstance(content.get("desc"), str) else None,
        wdir=folder,
        deps=tuple(entries(content.get("deps"), folder)),
        outs=outs,
    )
    return (Facts(stage, data=cmd is None and bool(outs), imported=imported(content)),)


def imported(content: Mapping[str, Any]) -> str | None:
    """Where a parsed .dvc file's data was imported from."""
    deps = content.get("deps")
    if (
        content.get("cmd") is not None
        or not isinstance(deps, list)
        or len(deps) != 1
        or not isinstance(deps[0], Mapping)
    ):
        return None
    repo = deps[0].get("repo")
    return without_secrets(str(repo.get("url") if isinstance(repo, Mapping) else deps[0].get("path")))


def entries(rows: Any, folder: str) -> Iterator[Entry]:
    """Deps or outs, whether bare paths, ``path: {options}`` or mappings with hashes."""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, str):
            yield Entry(joined(folder, row))
        elif isinstance(row, Mapping) and "path" in row:
            cached = row.get("cache") is not False
            yield Entry(joined(folder, str(row["path"])), hash_of(row), _int(row, "size"), _int(row, "nfiles"), cached)
        elif isinstance(row, Mapping):
            for path, options in row.items():
                cached = not isinstance(options, Mapping) or options.get("cache") is not False
                yield Entry(joined(folder, str(path)), cached=cached)


def hash_of(row: Mapping[str, Any]) -> str | None:
    """``md5:<hex>[.dir]``, ``etag:…`` or None. A cloud-versioned directory has the hash of its list of files."""
    for name in _HASHES:
        if isinstance(row.get(name), str) and row[name]:
            return f"{name}:{row[name]}"
    files = row.get("files")
    if isinstance(files, list) and files and all(isinstance(one, Mapping) for one in files):
        return f"md5:{tree_hash(files)}"
    for remote in row["cloud"].values() if isinstance(row.get("cloud"), Mapping) else ():
        if isinstance(remote, Mapping):
            return hash_of(remote)
    return None


def tree_hash(files: Iterable[Mapping[str, Any]]) -> str:
    """The hash of a directory by its files (dvc_data.hashfile.tree.Tree.digest)."""
    rows = [{"md5": str(one.get("md5")), "relpath": str(one.get("relpath"))} for one in files]
    text = json.dumps(sorted(rows, key=lambda row: row["relpath"]), sort_keys=True)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() + ".dir"


def _int(row: Mapping[str, Any], key: str) -> int | None:
    return row[key] if isinstance(row.get(key), int) else None


def joined(folder: str, path: str) -> str:
    """`path` as seen from the top; absolute paths, URLs and Windows drives stay as they are."""
    if "://" in path or path.startswith("/") or re.match(r"[A-Za-z]:[\\/]", path):
        return path
    joined = os.path.normpath(f"{folder}/{path}" if folder else path or ".")
    return "" if joined == "." else joined
