"""DVC's files parsed once.

DVC parses and validates a dvc.yaml and its dvc.lock anew for each question that it asks of them, in pure Python: of
300 stages half a second each time. Here the same text is the same answer, in this child and, of texts that cost
something, in the next ones: what dvc's own parser made of a text lies in mltui's cache, by the text's digest. The file
is read each time, so what the guard sees is what it saw, and a text that moved is another one.
"""

# texts and paths are strings here:
# ruff: noqa: PTH103, PTH105, PTH107, PTH118, PTH123, PTH208

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pickle
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from . import bounds

#: So many letters of texts are remembered.
MOST = 16 << 20
#: Letters of a text that is worth a file; a shorter one is parsed as soon as it is looked for.
WORTH = 4096
#: So many texts are kept for the next child, the newest: dvc.lock is another one after each stage that ran.
KEPT = 40


def remember_parsed(site: str) -> None:
    """Let dvc's reader of its own YAML (`dvc.utils.strictyaml`) remember what it read, below `site` for the next
    child. Without that it is only slow."""
    from dvc.utils import serialize, strictyaml

    for module in (strictyaml, serialize, getattr(serialize, "_yaml", None)):  # params are read past the first one
        if module is not None and hasattr(module, "parse_yaml"):
            module.parse_yaml = bounded(module.parse_yaml)
    if hasattr(strictyaml, "parse_yaml") and hasattr(strictyaml, "validate"):
        kept = Kept(os.path.join(site, "parsed"), readers())
        strictyaml.parse_yaml = once_parsed(strictyaml.parse_yaml, kept)
        strictyaml.validate = once_validated(strictyaml.validate, kept, schemas())


def readers() -> str:
    """Who parses and validates: another version may read the same text otherwise, and so may libyaml."""
    import ruamel.yaml
    import voluptuous
    from dvc import __version__

    parser = "libyaml" if getattr(ruamel.yaml, "__with_libyaml__", False) else "python"
    own = (getattr(module, "__version__", "") for module in (ruamel.yaml, voluptuous))
    return " ".join((f"dvc {__version__}", *own, parser))


def schemas() -> dict[int, str]:
    """dvc's own schemas by identity, with names that mean the same to the next child."""
    from dvc import schema

    return {id(value): name for name, value in vars(schema).items() if name.startswith("COMPILED_")}


class Kept:
    """What texts said, by digest, in files of `folder`; `readers` said it. A file that can't be read is none."""

    def __init__(self, folder: str, readers: str) -> None:
        self.folder, self.readers = folder, readers
        self.passed: dict[str, list[str]] = {}  # path of a file -> schemas that its text has passed

    def get(self, text: str) -> Any:
        """What the text says; None where it is not known."""
        path = self.path(text)
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            with open(path, "rb") as file:
                checksum, _, whole = file.read().partition(b"\n")
            if checksum != b"%08x" % zlib.crc32(whole):  # of something that parses a wrong hash may have become
                return None
            found = json.loads(whole)
            self.passed[path] = list(found["passed"])
            os.utime(path)  # it is the newest now
            return found["data"]
        return None

    def put(self, text: str, data: Any) -> None:
        """Keep what a text says, if JSON says exactly that."""
        if len(text) >= WORTH and is_plain(data):
            self.write(self.path(text), data)

    def has_passed(self, text: str, schema: str) -> bool:
        return len(text) >= WORTH and schema in self.passed.get(self.path(text), ())

    def passes(self, text: str, schema: str) -> None:
        """Keep that a text that is kept has passed a schema, too."""
        path = self.path(text) if len(text) >= WORTH else ""
        if path in self.passed and (data := self.get(text)) is not None:
            self.passed[path].append(schema)
            self.write(path, data)

    def write(self, path: str, data: Any) -> None:
        """Whole or not at all: several children may share the folder."""
        passed = self.passed.setdefault(path, [])
        own = f"{path}.{os.getpid()}"
        try:
            os.makedirs(self.folder, exist_ok=True)
            whole = json.dumps({"passed": passed, "data": data}).encode()
            with open(own, "wb") as file:
                file.write(b"%08x\n" % zlib.crc32(whole) + whole)
            os.replace(own, path)
            self.forget_old()
        except OSError:
            with contextlib.suppress(OSError):
                os.remove(own)

    def forget_old(self) -> None:
        paths = [os.path.join(self.folder, name) for name in os.listdir(self.folder)]
        for path in sorted(paths, key=os.path.getmtime, reverse=True)[KEPT:]:
            os.remove(path)

    def path(self, text: str) -> str:
        digest = hashlib.sha256(f"{self.readers}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
        return os.path.join(self.folder, digest)


def is_plain(data: Any) -> bool:
    """Whether JSON gives back exactly this: the same types, no dates, and nothing that stands in two places (an alias
    of YAML), since dvc may change what it is given."""
    try:
        return repr(json.loads(json.dumps(data))) == repr(data) and not has_alias(data, set())
    except (TypeError, ValueError, RecursionError):
        return False


def has_alias(data: Any, seen: set[int]) -> bool:
    if not isinstance(data, (dict, list)):
        return False
    if id(data) in seen:
        return True
    seen.add(id(data))
    return any(has_alias(each, seen) for each in (data.values() if isinstance(data, dict) else data))


def bounded(parse: Callable[..., Any]) -> Callable[..., Any]:
    """`parse`, which is given no text that could cost the child its memory, its time or its life: to dvc it is broken,
    as any that is no YAML."""

    def parsed(text: Any, path: Any, typ: str = "safe") -> Any:
        if isinstance(text, (str, bytes)) and (len(text) > bounds.LONGEST or bounds.may_go_beyond(text)):
            from dvc.utils.serialize import YAMLFileCorruptedError
            from ruamel.yaml import YAML
            from ruamel.yaml.error import YAMLError

            if len(text) > bounds.LONGEST:
                raise YAMLFileCorruptedError(path) from bounds.Beyond("too large to be read")
            try:
                bounds.check(YAML(typ=typ).parse(text))
            except bounds.Beyond as error:
                raise YAMLFileCorruptedError(path) from error
            except YAMLError:
                pass  # the parser has words for it
        return parse(text, path, typ=typ)

    return parsed


def once_parsed(parse: Callable[..., Any], kept: Kept) -> Callable[..., Any]:
    """`parse` as it is, and quicker the second time. Each caller gets data of its own: dvc may change it."""
    known: dict[str, bytes] = {}

    def parsed(text: str, path: Any, typ: str = "safe") -> Any:
        if typ != "safe":  # with comments, to be written
            return parse(text, path, typ=typ)
        if text not in known:
            forget_too_much(known, text)
            data = kept.get(text) if len(text) >= WORTH else None
            if data is None:
                data = parse(text, path, typ=typ)
                kept.put(text, data)
            known[text] = pickle.dumps(data)
        return pickle.loads(known[text])  # noqa: S301 - dumped by ourselves, a line above

    return parsed


def once_validated(validate: Callable[..., Any], kept: Kept, names: Mapping[int, str]) -> Callable[..., Any]:
    """`validate`, skipped for a text that has passed the same schema before. What it returns dvc's reader drops.

    `names` are the schemas that a next child has, too, by identity.
    """
    passed: dict[str, set[int]] = {}

    def validated(data: Any, schema: Any, text: Any = None, **options: Any) -> Any:
        if not isinstance(text, str):
            return validate(data, schema, text=text, **options)
        if id(schema) in passed.get(text, ()):
            return data
        name, found = names.get(id(schema), ""), data
        if not kept.has_passed(text, name):
            found = validate(data, schema, text=text, **options)
            if name:
                kept.passes(text, name)
        forget_too_much(passed, text)
        passed.setdefault(text, set()).add(id(schema))
        return found

    return validated


def forget_too_much(known: dict[str, Any], text: str) -> None:
    if sum(map(len, known)) + len(text) > MOST:
        known.clear()
