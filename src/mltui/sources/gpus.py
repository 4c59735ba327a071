"""The GPUs of this box and who is on them, asked of NVIDIA's driver (NVML).

Without a driver nothing is imported and there are none. NVML answers through nvidia-ml-py, if mltui has it (its extra
``gpu``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol, cast

from mltui.model.gpu import Gpu, GpuProcess
from mltui.sources.processes import process_argv, process_uid, user_name

#: What the driver makes, on a machine and in WSL.
DRIVER = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/usr/lib/wsl/lib/libnvidia-ml.so.1")


class Nvml(Protocol):
    """As much of the module ``pynvml`` as is asked: a fake stands here in tests."""

    def nvmlInit(self) -> None: ...
    def nvmlShutdown(self) -> None: ...
    def nvmlDeviceGetCount(self) -> int: ...
    def nvmlDeviceGetHandleByIndex(self, index: int) -> Any: ...
    def nvmlDeviceGetUUID(self, handle: Any) -> str | bytes: ...
    def nvmlDeviceGetName(self, handle: Any) -> str | bytes: ...
    def nvmlDeviceGetMemoryInfo(self, handle: Any) -> Any: ...
    def nvmlDeviceGetUtilizationRates(self, handle: Any) -> Any: ...
    def nvmlDeviceGetComputeRunningProcesses(self, handle: Any) -> Sequence[Any]: ...


def door() -> Nvml | None:
    """NVML, if there is a driver and something that speaks to it."""
    if not any(os.path.exists(path) for path in DRIVER):  # noqa: PTH110 - before any import
        return None
    try:
        import pynvml  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    return cast("Nvml", pynvml)


def gpus(open_door: Callable[[], Nvml | None] = door) -> tuple[Gpu, ...]:
    """All cards, in the driver's order; () without any, or where the driver does not answer."""
    nvml = open_door()
    if nvml is None:
        return ()
    try:
        nvml.nvmlInit()
    except Exception:  # its errors are classes that it makes as it goes
        return ()
    try:
        return tuple(_gpu(nvml, index) for index in range(nvml.nvmlDeviceGetCount()))
    except Exception:
        return ()
    finally:
        with suppress(Exception):
            nvml.nvmlShutdown()


def lacks_bindings() -> bool:
    """Whether there is a driver that nothing here can ask."""
    return any(os.path.exists(path) for path in DRIVER) and door() is None  # noqa: PTH110


def _gpu(nvml: Nvml, index: int) -> Gpu:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    use: int | None = None
    with suppress(Exception):  # some cards don't tell (MIG)
        use = int(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
    running: Sequence[Any] = ()
    with suppress(Exception):
        running = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
    processes = tuple(_process(int(each.pid), each.usedGpuMemory) for each in running)
    uuid, name = _text(nvml.nvmlDeviceGetUUID(handle)), _text(nvml.nvmlDeviceGetName(handle))
    return Gpu(index, uuid, name, int(memory.used), int(memory.total), use, processes)


def _process(pid: int, memory: Any) -> GpuProcess:
    """Who it is by ``/proc``; a process of another container can't be seen: a number, and not ours."""
    known = memory if isinstance(memory, int) and 0 <= memory < 1 << 62 else None  # NVML's "not available" is 2^64 - 1
    owner, argv = process_uid(pid), process_argv(pid)
    if owner is None or argv is None:
        return GpuProcess(pid, "", "", known)
    return GpuProcess(pid, user_name(owner), " ".join(argv), known, owner == os.getuid())


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
