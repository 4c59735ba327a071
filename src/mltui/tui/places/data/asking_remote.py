"""``u`` in the Data place: asking the default remote which versions of a dataset it has."""

from __future__ import annotations

from pathlib import Path

from mltui.model.dvc import Dataset
from mltui.present.text import safe
from mltui.tui.places.data.reading import DataReading
from mltui.tui.places.remote_asked import RemoteAsked


class VersionsAsked(RemoteAsked[Dataset]):
    """A place of datasets that asks their remotes when somebody says so."""

    reading: DataReading

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

    def show_asking(self) -> None:
        self.entitle_timeline()

    def ask_remote(self) -> None:
        """Ask about every version of the dataset looked at."""
        if self.stops_asking() or (dataset := self.dataset) is None:
            return
        hashes = (dataset.hash, *(version.hash for version in dataset.history))
        nothing = f"{safe(dataset.path)} has no version that a remote could have"
        self.ask_about(self.root_of(dataset), hashes, "version", nothing)

    def could_not_ask(self, root: Path, why: str) -> None:
        self.reading.troubles.pop(root, None)
        if why:
            self.reading.troubles[root] = why
