"""GPUs as NVML tells of them; a fake stands at the door."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from mltui.model.gpu import default_gpu
from mltui.sources.gpus import DRIVER, gpus


class Card:
    """Two cards: on the first there are this process and one that nobody knows."""

    down = False

    def nvmlInit(self) -> None:
        if self.down:
            raise RuntimeError("driver not loaded")

    def nvmlShutdown(self) -> None: ...

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetUUID(self, handle: Any) -> bytes:
        return f"GPU-{handle}".encode()

    def nvmlDeviceGetName(self, handle: Any) -> str:
        return "NVIDIA A100"

    def nvmlDeviceGetMemoryInfo(self, handle: Any) -> Any:
        return SimpleNamespace(used=1 << 30, total=80 << 30)

    def nvmlDeviceGetUtilizationRates(self, handle: Any) -> Any:
        if handle:
            raise RuntimeError("not supported")
        return SimpleNamespace(gpu=42)

    def nvmlDeviceGetComputeRunningProcesses(self, handle: Any) -> list[Any]:
        mine = SimpleNamespace(pid=os.getpid(), usedGpuMemory=5)
        return [mine, SimpleNamespace(pid=2**22 + 7, usedGpuMemory=2**64 - 1)] if handle == 0 else []


class Down(Card):
    down = True


def test_cards_with_who_is_on_them() -> None:
    first, second = gpus(Card)
    assert (first.uuid, first.name, first.use, first.memory_total) == ("GPU-0", "NVIDIA A100", 42, 80 << 30)
    ours, other = first.processes
    assert (ours.ours, ours.user, ours.memory) == (True, pwd.getpwuid(os.getuid()).pw_name, 5)
    assert "python" in ours.command or "pytest" in ours.command
    assert (other.ours, other.user, other.memory) == (False, "", None)
    assert second.use is None
    assert default_gpu((first, second), None) == "1"
    assert default_gpu((first,), None) is None
    assert default_gpu((first, second), "0") == "0"


def test_a_driver_that_does_not_answer_has_no_cards() -> None:
    assert gpus(Down) == ()
    assert gpus(lambda: None) == ()


@pytest.mark.skipif(any(map(os.path.exists, DRIVER)), reason="there is an NVIDIA driver here")
def test_without_a_driver_nothing_is_imported() -> None:
    code = "import sys; from mltui.sources.gpus import gpus; assert gpus() == (); assert 'pynvml' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
