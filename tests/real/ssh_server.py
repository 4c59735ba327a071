"""An sshd of the tests' own: a loopback port, its own host key, one authorized key, the present user, ended by pid."""

from __future__ import annotations

import getpass
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.ports import free_port
from tests.real.database_servers import answers, program

SECONDS = 600
#: What a host of this server is called in the `ssh_config` beside it.
HOST = "box"


class SshServer:
    """`config` is a configuration for ssh in which `HOST` is this server. `stop` ends its sessions too."""

    def __init__(self, place: Path, environment: Mapping[str, str]) -> None:
        self.place = place
        self.port = free_port()
        self.config = place / "ssh_config"
        self._environment = environment
        self._daemon: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Keys and configurations of both sides. The server's key is known to the client, as after a first visit."""
        keygen = program("ssh-keygen")
        for name in ("host_key", "user_key"):
            argv = [keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(self.place / name)]
            subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
        public = (self.place / "user_key.pub").read_text()
        (self.place / "authorized_keys").write_text(public)
        host_key = " ".join((self.place / "host_key.pub").read_text().split()[:2])
        (self.place / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host_key}\n")
        self.config.write_text(
            f"Host {HOST}\n  HostName 127.0.0.1\n  Port {self.port}\n  User {getpass.getuser()}\n"
            f"  IdentityFile {self.place}/user_key\n  IdentitiesOnly yes\n"
            f"  UserKnownHostsFile {self.place}/known_hosts\n  GlobalKnownHostsFile /dev/null\n"
            "  StrictHostKeyChecking yes\n"
        )
        variables = " ".join(f'"{name}={value}"' for name, value in self._environment.items())
        (self.place / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.place}/host_key\n"
            f"AuthorizedKeysFile {self.place}/authorized_keys\nPidFile {self.place}/pid\n"
            "StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            f"PermitRootLogin yes\nMaxStartups 100\nPrintMotd no\n{f'SetEnv {variables}' if variables else ''}\n"
        )

    def start(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd of root locks itself in
        argv = [program("sshd"), "-D", "-e", "-f", str(self.place / "sshd_config")]
        with (self.place / "sshd.out").open("ab") as output:
            self._daemon = subprocess.Popen(argv, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        deadline = time.monotonic() + SECONDS
        while not answers(self.port):
            assert self._daemon.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)

    def stop(self) -> None:
        """Nobody answers any more, and those who talked are cut off. What they started in sessions of its own stays."""
        if self._daemon is None:
            return
        for child in _children(self._daemon.pid):
            for grandchild in _children(child):  # of an unprivileged session
                _signal(grandchild)
            _signal(child)
        self._daemon.terminate()
        self._daemon.wait(SECONDS)
        self._daemon = None

    def said(self) -> str:
        return (self.place / "sshd.out").read_text(errors="replace")[-3000:]


def _children(pid: int) -> list[int]:
    """Those children of a process that are sshd's own."""
    found = []
    with suppress(OSError):
        for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(OSError):  # one that ends just now hides none of the others
                if Path(f"/proc/{each}/comm").read_text().strip().startswith("sshd"):
                    found.append(int(each))
    return found


def _signal(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


@contextmanager
def ssh_server(environment: Mapping[str, str]) -> Iterator[SshServer]:
    """A server that answers; who logs in has `environment` besides. Skips where openssh-server is not installed."""
    for name in ("sshd", "ssh", "ssh-keygen"):
        program(name)
    with tempfile.TemporaryDirectory(prefix="mltui-sshd-", ignore_cleanup_errors=True) as name:
        server = SshServer(Path(name), environment)
        server.prepare()
        server.start()
        try:
            yield server
        finally:
            server.stop()
