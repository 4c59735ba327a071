"""``u`` in the Data place: asking the default remote which versions of a dataset it has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mltui.errors import SourceError
from mltui.model.dvc import Dataset
from mltui.present.marks import count
from mltui.present.text import safe
from mltui.tui.asking import Asker
from mltui.tui.places.data.reading import DataReading
from mltui.tui.places.master import MasterDetail
from mltui.tui.working import begin


class RemoteAsked(MasterDetail[Dataset]):
    """A place of datasets that asks their remotes when somebody says so, one at a time."""

    reading: DataReading

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._remote_asker = Asker()
        self.asking = ""  #: what is being asked; "" for nothing

    @property
    def dataset(self) -> Dataset | None:
        """The dataset looked at."""
        raise NotImplementedError

    def root_of(self, dataset: Dataset) -> Path:
        """Its DVC project."""
        raise NotImplementedError

    def entitle_timeline(self) -> None:
        """Say above the timeline what is going on."""
        raise NotImplementedError

    def ask_remote(self) -> None:
        """Ask about every version of the dataset looked at; while it is being asked, stop that."""
        if self.asking:
            self.workspace.remote.stop()
            return
        dataset = self.dataset
        if dataset is None:
            return
        hashes = {dataset.hash, *(version.hash for version in dataset.history)}
        wanted = sorted(each for each in hashes if each and each.startswith("md5:"))
        if not wanted:
            self._say(f"{safe(dataset.path)} has no version that a remote could have", "warn")
            return
        self._heard("asking the remote")
        begin(self, self._ask, dataset, wanted, group="remote")

    async def _ask(self, dataset: Dataset, wanted: list[str]) -> None:
        root, source = self.root_of(dataset), self.workspace.remote
        try:
            found = await self._remote_asker.ask(
                lambda: source.ask(root, wanted, lambda word: self.call_later(self._overheard, word))
            )
        except SourceError as error:
            self.reading.troubles[root] = f"{error.summary}{f' ({error.hint})' if error.hint else ''}"
            self._say(safe(error.summary), "warn")
        else:
            self.reading.troubles.pop(root, None)
            there = sum(found.answers[each].there for each in wanted)
            self._say(f"{safe(found.name)} has {there:,} of {count(len(wanted), 'version')}", "good")
        finally:
            self.asking = ""
            self.entitle_timeline()
        self._read_detail()
        self.post_message(self.KeysMoved())

    def _overheard(self, word: str) -> None:
        """What the one who asks says, from its thread: it may come behind the answer."""
        if self.asking:
            self._heard(word)

    def _heard(self, word: str) -> None:
        self.asking = safe(word)
        self.entitle_timeline()
        self.post_message(self.KeysMoved())

    def _say(self, word: str, role: str) -> None:
        self.post_message(self.Said(word, role))
