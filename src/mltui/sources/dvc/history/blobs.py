"""What every blob of the history says: each is parsed once, and each distinct block of a dvc.lock once.

Kept in the cache as rows (rows.py). A row of a blob begins with its kind: "d" the outs of a .dvc file, "s" a stage
file of DVC 0.x, "l" the blocks of a dvc.lock by their numbers (`packed`), "y" the working directories of a dvc.yaml,
"e" why it can't be read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from mltui.sources.dvc.history.rows import outs_of, packed, stage_row
from mltui.sources.dvc.history.wdirs import wdirs

#: Where a block that says nothing is found.
_NOTHING = -1


class Blobs:
    """All that is known. `rows` by blob id; `blocks` are ``[stage name, stage row]``; `digests` find them by text."""

    def __init__(self, rows: dict[str, list[Any]], blocks: list[list[Any]], digests: dict[str, int]) -> None:
        self.rows, self.blocks, self.digests = rows, blocks, digests

    def kind(self, blob: str | None) -> str:
        """The kind of a row, "" of a blob that is not here."""
        row = self.rows.get(blob or "")
        return row[0] if row else ""

    def add(
        self,
        found: Iterable[tuple[str, bytes | None]],
        names: Mapping[str, str],
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        """Parse what was not known. `names` gives a path of each blob; one that is not here (None) may come later."""
        from mltui.sources.dvc.blocks import LockParser

        parser = LockParser(_Blocks(self))
        for blob, content in found:
            if content is not None:
                try:
                    self.rows[blob] = self._row(names[blob], content, parser)
                except (ValueError, RecursionError) as error:
                    self.rows[blob] = ["e", f"is no YAML: {_short(error)}"]
            tell()

    def _row(self, path: str, content: bytes, parser: Any) -> list[Any]:
        base = os.path.basename(path)  # noqa: PTH119 - a name in git
        if base == "dvc.lock":
            return ["l", packed(one for one in self._numbers(parser.stages(content)) if one != _NOTHING)]
        if base == "dvc.yaml":
            return ["y", wdirs(content)]
        from mltui.sources.dvc.readable import parse

        said = parse(content)
        if said is None:
            said = {}
        if not isinstance(said, Mapping):
            return ["e", "is no .dvc file: a mapping is expected"]
        wdir = said.get("wdir")
        folder = wdir if isinstance(wdir, str) else ""
        if base == "Dvcfile" or said.get("cmd") is not None:
            return ["s", stage_row(said, folder)]
        return ["d", outs_of(said.get("outs"), folder, literal="\\" in base)]

    def _numbers(self, stages: Mapping[str, Any]) -> Iterator[int]:
        for name, said in stages.items():
            yield said if isinstance(said, int) else self.number(name, said, f"{name}\0{said!r}")

    def number(self, name: str, said: Mapping[str, Any], text: str) -> int:
        """Where a stage of a lock is kept from now on."""
        digest = _digest(text)
        at = self.digests.get(digest)
        if at is None:
            at = self.digests[digest] = len(self.blocks)
            self.blocks.append([name, stage_row(said)])
        return at


class _Blocks(MutableMapping[str, Mapping[str, Any]]):
    """What `LockParser` remembers: of each text the number of its block, by name."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._seen: dict[str, Mapping[str, Any]] = {}

    def __getitem__(self, text: str) -> Mapping[str, Any]:
        if (seen := self._seen.get(text)) is not None:
            return seen
        at = self._blobs.digests[_digest(text)]
        seen = self._seen[text] = {} if at == _NOTHING else {self._blobs.blocks[at][0]: at}
        return seen

    def get(self, text: str, default: Any = None) -> Any:
        return self._seen.get(text) or super().get(text, default)

    def __setitem__(self, text: str, said: Mapping[str, Any]) -> None:
        for name, entry in said.items():
            self._blobs.number(name, entry, text)
        if not said:
            self._blobs.digests[_digest(text)] = _NOTHING

    def __delitem__(self, text: str) -> None:
        raise NotImplementedError

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=12).hexdigest()


def _short(error: BaseException) -> str:
    """The first words of a parser's complaint, which may cite the whole file."""
    said = " ".join(str(error).split())
    return said if len(said) <= 160 else said[:159] + "…"
