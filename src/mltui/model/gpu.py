"""The GPUs of this box, and who is on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process on a card. `memory` is bytes, None where the driver does not say. `ours`: of this Unix user."""

    pid: int
    user: str
    command: str
    memory: int | None = None
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Gpu:
    """A card as NVML tells of it. `index` is what CUDA_VISIBLE_DEVICES takes; memory is bytes, `use` percent."""

    index: int
    uuid: str
    name: str
    memory_used: int
    memory_total: int
    use: int | None = None
    processes: tuple[GpuProcess, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether no foreign process is on it."""
        return all(process.ours for process in self.processes)


def default_gpu(gpus: Sequence[Gpu], inherited: str | None) -> str | None:
    """What CUDA_VISIBLE_DEVICES is to be: as inherited, else the first card without a foreign process; else None."""
    if inherited is not None:
        return inherited
    return next((str(gpu.index) for gpu in gpus if gpu.is_free), None)
