"""Params files as they will be: overrides are applied by dvc itself (`dvc.utils.hydra`), to a copy in mltui's cache."""

# dvc's own paths are strings:
# ruff: noqa: PTH100, PTH107, PTH106, PTH113, PTH118, PTH120, PTH122

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from .errors import one_line

#: Of an override with several values (a sweep) so many are tried.
VALUES = 50


def taken(project: Any, site: str, texts: list[str]) -> dict[str, Any]:
    """Whether ``dvc exp run --queue`` would take these overrides, several values in one too: {}, or ``refused`` as
    `plan` says it."""
    from dvc.utils.cli_parse import to_path_overrides

    os.chdir(project.root)
    for path, of_file in to_path_overrides(texts).items():
        found = overridden(project, site, path, of_file, queued=True)
        if "refused" in found:
            return found
    return {}


def hydra_of(project: Any) -> dict[str, Any]:
    return dict(project.repo.config.get("hydra", {}))


def overridden(project: Any, site: str, path: str, texts: list[str], *, queued: bool = False) -> dict[str, Any]:
    """The content of a params file before and after, or why dvc would refuse that. A queue takes several values for a
    key: then it is the content with the first of each."""
    suffix = os.path.splitext(path)[1]
    composed = path == "params.yaml" and bool(hydra_of(project).get("enabled"))
    if not composed and not os.path.isfile(path):
        return refused("file", path, f"there is no {path}", [])
    folder = tempfile.mkdtemp(dir=site)
    copy = os.path.join(folder, f"params{suffix}")
    firsts = []
    try:
        old = written(project, copy, path, [], composed)
        for text in texts:
            one = text
            try:
                each = singles(path, text)
                if len(each) > 1 and not queued:
                    return refused("override", text, "more than one value: only a queue takes that", [])
                for one in each[:VALUES]:
                    written(project, copy, path, [one], composed)
                firsts.append(each[0])
            except Exception as error:  # every library below has its own
                return no_override(path, one, error, old)
        return {"old": old, "new": written(project, copy, path, firsts, composed)}
    finally:
        with contextlib.suppress(OSError):
            os.remove(copy)
        os.rmdir(folder)


def singles(path: str, text: str) -> list[str]:
    """The overrides of one value that a sweep stands for; any other is one already."""
    from dvc.utils.hydra import get_hydra_sweeps, to_hydra_overrides

    if not any(one.is_sweep_override() for one in to_hydra_overrides([text])):
        return [text]
    return [one for each in get_hydra_sweeps({path: [text]}) for one in each[path]]


def no_override(path: str, text: str, error: Exception, old: Any) -> dict[str, Any]:
    """Why dvc would not take an override, with what there is in its place: params, or options of a config group."""
    options = getattr(error, "options", None)  # hydra's MissingConfigException
    kind, keys = ("option", list(options)) if options else ("override", [key for key, _ in branches(old)])
    found = refused(kind, text, said(error), keys)
    found["refused"]["path"] = path
    return found


def written(project: Any, copy: str, path: str, texts: list[str], composed: bool) -> Any:
    """What dvc makes of a params file with these overrides, in a copy of it."""
    from dvc.utils.hydra import apply_overrides, compose_and_dump
    from dvc.utils.serialize import LOADERS

    if composed:
        hydra = hydra_of(project)
        module = hydra.get("config_module")
        folder = None if module else os.path.join(project.root, hydra.get("config_dir", "conf"))
        # plugins are code of the repository: not for a preview
        compose_and_dump(copy, folder, module, hydra.get("config_name", "config"), os.path.dirname(copy), texts)
    else:
        shutil.copyfile(path, copy)
        if texts:
            apply_overrides(copy, texts)
    return LOADERS[os.path.splitext(copy)[1].lower()](copy)


@contextlib.contextmanager
def instead(values: Mapping[str, Any]) -> Iterator[None]:
    """While it lasts, dvc.yaml's templates read these params, too."""
    from copy import deepcopy

    from dvc.utils import serialize

    load = serialize.load_path

    def load_path(path: str, fs: Any, **options: Any) -> Any:
        known = os.path.abspath(path)
        return deepcopy(values[known]) if known in values else load(path, fs, **options)

    serialize.load_path = load_path
    try:
        yield
    finally:
        serialize.load_path = load


def leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys of what is no mapping; an empty one counts."""
    if isinstance(value, Mapping) and (value or not prefix):
        for key, item in value.items():
            yield from leaves(item, f"{prefix}.{key}" if prefix else str(key))
    elif prefix:
        yield prefix, value


def branches(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """All dotted keys, those of mappings too."""
    for key, item in value.items() if isinstance(value, Mapping) else ():
        name = f"{prefix}.{key}" if prefix else str(key)
        yield name, item
        yield from branches(item, name)


def refused(kind: str, what: str, text: str, keys: list[str]) -> dict[str, Any]:
    return {"refused": {"kind": kind, "what": what, "text": text, "keys": keys}}


def said(error: BaseException) -> str:
    """The innermost cause says what is wrong with an override."""
    while error.__cause__ is not None:
        error = error.__cause__
    return one_line(error)
