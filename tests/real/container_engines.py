"""Podman and Docker of the tests' own: their own storage and daemon in a temporary directory, one image, no network."""

from __future__ import annotations

import io
import os
import resource
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.real.database_servers import program

IMAGE = "mltui-test:1"
APPLETS = ("sh", "sleep", "touch", "cat")
#: What the image is made of: one static program that is a shell.
SHELLS = ("/bin/busybox", "/usr/lib/initramfs-tools/bin/busybox")
SECONDS = 600


@dataclass(frozen=True)
class Containers:
    """`client` is what stages call; it finds its own storage or daemon by `environment`."""

    client: str
    environment: dict[str, str]

    def ask(self, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        env = {**os.environ, **self.environment}
        return subprocess.run((self.client, *words), env=env, input=stdin, capture_output=True, check=False)

    def running(self) -> list[str]:
        return self.ask("ps", "--quiet", "--no-trunc").stdout.decode().split()

    def every(self) -> list[str]:
        return self.ask("ps", "--all", "--quiet", "--no-trunc").stdout.decode().split()

    def clear(self) -> None:
        for each in self.every():
            self.ask("rm", "--force", each)


@contextmanager
def podman() -> Iterator[Containers]:
    """With the first of the runtimes here that runs a container at all: crun wants one kind of cgroups."""
    program("podman")
    busybox = _busybox()
    place = Path(tempfile.mkdtemp(prefix="mltui-podman-"))
    found = Containers(
        "podman",
        {"CONTAINERS_CONF": f"{place}/containers.conf", "CONTAINERS_STORAGE_CONF": f"{place}/storage.conf"},
    )
    limits = [f"nofile={_hard(resource.RLIMIT_NOFILE)}", f"nproc={_hard(resource.RLIMIT_NPROC)}"]
    said = b""
    try:
        for driver in ("overlay", "vfs"):
            (place / "storage.conf").write_text(
                f'[storage]\ndriver = "{driver}"\ngraphroot = "{place}/{driver}"\nrunroot = "{place}/run-{driver}"\n'
            )
            for runtime in filter(shutil.which, ("crun", "runc")):
                (place / "containers.conf").write_text(
                    f"[containers]\ndefault_ulimits = {limits}\n"
                    f'[engine]\nruntime = "{runtime}"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
                    f'tmp_dir = "{place}/tmp-{driver}-{runtime}"\n'.replace("'", '"')
                )
                found.ask("import", "-", IMAGE, stdin=busybox)
                done = found.ask("run", "--rm", "--network=none", IMAGE, "/bin/sh", "-c", "echo lives")
                if b"lives" in done.stdout:
                    yield found
                    return
                said = done.stderr
        pytest.skip(f"podman runs no container here: {said.decode(errors='replace').strip()[-300:]}")
    finally:
        found.clear()
        found.ask("image", "rm", "--all", "--force")
        _gone(place)


@contextmanager
def docker() -> Iterator[Containers]:
    """A daemon of its own, which only root can start."""
    program("docker")
    daemon = program("dockerd")
    if os.geteuid() != 0:
        pytest.skip("only root can start a dockerd")
    busybox = _busybox()
    place = Path(tempfile.mkdtemp(prefix="mltui-docker-"))
    found = Containers("docker", {"DOCKER_HOST": f"unix://{place}/sock", "DOCKER_CONFIG": f"{place}/config"})
    argv = [daemon, "--data-root", f"{place}/data", "--exec-root", f"{place}/exec", "--pidfile", f"{place}/pid"]
    argv += ["--host", f"unix://{place}/sock", "--bridge=none", "--iptables=false", "--storage-driver=vfs"]
    argv += [f"--default-ulimit=nofile={_hard(resource.RLIMIT_NOFILE)}"]
    with (place / "log").open("wb") as log, subprocess.Popen(argv, stdout=log, stderr=log) as server:
        try:
            end = time.monotonic() + SECONDS
            while found.ask("version").returncode != 0:
                if server.poll() is not None or time.monotonic() > end:
                    pytest.skip(f"dockerd does not start here: {(place / 'log').read_text()[-300:]}")
                time.sleep(0.1)
            found.ask("import", "-", IMAGE, stdin=busybox)
            done = found.ask("run", "--rm", "--network=none", IMAGE, "/bin/sh", "-c", "echo lives")
            if b"lives" not in done.stdout:
                pytest.skip(f"docker runs no container here: {done.stderr.decode(errors='replace').strip()[-300:]}")
            yield found
        finally:
            found.clear()
            server.terminate()
            server.wait(SECONDS)
            _gone(place)


def _gone(place: Path) -> None:
    """The directory, with what an engine left mounted there."""
    mounted = [row.split()[1] for row in Path("/proc/mounts").read_text().splitlines() if f" {place}/" in row]
    for each in reversed(mounted):
        subprocess.run(("umount", "--lazy", each), check=False, capture_output=True)
    shutil.rmtree(place, ignore_errors=True)


def _busybox() -> bytes:
    """The image's files as a tar. A busybox that needs libraries is of no use in it."""
    for path in map(Path, SHELLS):
        if path.is_file() and b"/ld-linux" not in path.read_bytes()[:4096]:
            break
    else:
        pytest.skip("busybox-static is not installed (see tests/apt-packages.txt)")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.add(path, "bin/busybox")
        for name in APPLETS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    return out.getvalue()


def _hard(which: int) -> str:
    """A limit that nobody has to be allowed to raise."""
    hard = resource.getrlimit(which)[1]
    few = min(1024, hard) if hard > 0 else 1024
    return f"{few}:{few}"
