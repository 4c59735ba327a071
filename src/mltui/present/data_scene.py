"""What the lines about dataset versions need besides them: the moment, where their content is, who used them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mltui.model.data_files import Held
from mltui.model.dvc import Dataset, DatasetVersion
from mltui.model.lineage.uses import Use
from mltui.model.remote import RemoteAnswers
from mltui.present.text import Symbols


@dataclass(frozen=True, slots=True)
class DataScene:
    """Everything about one `dataset` that is not in it.

    `held`: how much of a hash the cache holds, as far as somebody looked. `uses` tells who used a version; None while
    the lineage is being read, and then `no_uses` may say why there is none.
    `trouble`: what stood in the way when the remote was asked last.
    """

    dataset: Dataset
    now: int
    symbols: Symbols
    held: Mapping[str, Held] = field(default_factory=dict)
    remote: RemoteAnswers = field(default_factory=RemoteAnswers)
    uses: Callable[[DatasetVersion], tuple[Use, ...]] | None = None
    no_uses: str = ""
    trouble: str = ""
