"""A Slurm cluster of the tests' own: one node, its own munge, its own ports, in a temporary directory, ended by pid."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.ports import free_port
from tests.real.database_servers import program

SECONDS = 600
#: How long a command waits for the controller (s): as long as a busy machine needs, and hardly while it is down.
PATIENT, DOWN = 100, 3
#: Four cores, whatever the box has, and no memory to share out: jobs of a test run side by side.
CONFIGURATION = """\
ClusterName=mltui
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={place}/munge.sock
CryptoType=crypto/munge
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
SchedulerParameters=sched_interval=1,batch_sched_delay=0,defer
KillWait=2
MinJobAge=3600
MessageTimeout={timeout}
TCPTimeout=30
BatchStartTimeout=600
UnkillableStepTimeout=600
SlurmdParameters=config_overrides
Prolog={place}/prolog
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=500 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=60 State=UP
"""


class Cluster:
    """One node. `stop` and `start` are of its controller: jobs go on meanwhile, as on a real one."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.environment = {"SLURM_CONF": str(place / "slurm.conf")}
        self._ports = (free_port(), free_port())
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}

    def up(self) -> None:
        """Everything, from nothing."""
        munged, slurmd = program("munged"), program("slurmd")
        program("sbatch")
        for name in ("state", "spool", "munge"):
            (self.place / name).mkdir(mode=0o700)
        (self.place / "munge/key").write_bytes(secrets.token_bytes(128))
        (self.place / "munge/key").chmod(0o400)
        self._configure(PATIENT)
        prolog = self.place / "prolog"
        prolog.write_text(f"#!/bin/sh\nwhile [ -e {self.place}/slow ]; do sleep 0.1; done\n")
        prolog.chmod(0o700)
        munge = [munged, "--foreground", "--num-threads=1", f"--key-file={self.place}/munge/key"]
        munge += [f"--socket={self.place}/munge.sock", f"--pid-file={self.place}/munge/pid"]
        munge += [f"--log-file={self.place}/munge/log", f"--seed-file={self.place}/munge/seed"]
        self._begin("munged", munge)
        self._wait((self.place / "munge.sock").exists)
        self._begin("slurmctld", [program("slurmctld"), "-D", "-c"])
        self._begin("slurmd", [slurmd, "-D"])
        self._wait(self.is_ready)

    def stop(self) -> None:
        """The controller goes; what runs goes on."""
        self._end("slurmctld", signal.SIGTERM)
        self._configure(DOWN)

    def start(self) -> None:
        """The controller comes again, and knows what it knew."""
        self._configure(PATIENT)
        self._begin("slurmctld", [program("slurmctld"), "-D"])
        self._wait(lambda: bool(self.ask("sinfo", "-h")))

    def down(self) -> None:
        """All of it, and what jobs still run. A dead controller is not asked: each question would take minutes."""
        if "slurmctld" in self._daemons and all(each.poll() is None for each in self._daemons.values()):
            self.clear()
        for name in ("slurmd", "slurmctld", "munged"):
            self._end(name, signal.SIGTERM)

    def clear(self) -> None:
        """No job is left, and no process of one."""
        self.ask("scancel", "--full", "--signal=KILL", f"--user={os.geteuid()}")
        self.ask("scancel", f"--user={os.geteuid()}")
        self._wait(lambda: not self.ask("squeue", "-h", "-o", "%i").strip())

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """As long as it is so, the node prepares jobs and begins none."""
        (self.place / "slow").touch()
        try:
            yield
        finally:
            (self.place / "slow").unlink()

    def ask(self, *argv: str) -> str:
        """What a command of Slurm's answers."""
        environment = {**os.environ, **self.environment}
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
        return done.stdout if done.returncode == 0 else ""

    def is_ready(self) -> bool:
        return self.ask("sinfo", "-h", "-o", "%T").strip() in ("idle", "mixed", "allocated")

    def said(self) -> str:
        """The last of what the daemons printed, for a test that fails."""
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in sorted(self.place.glob("*.out")))

    def _configure(self, timeout: int) -> None:
        """Write slurm.conf, which every command reads anew."""
        host = socket.gethostname().partition(".")[0]
        user = "root" if os.geteuid() == 0 else os.environ.get("USER", "")
        text = CONFIGURATION.format(host=host, ports=self._ports, place=self.place, user=user, timeout=timeout)
        (self.place / "slurm.conf.new").write_text(text)
        (self.place / "slurm.conf.new").replace(self.place / "slurm.conf")

    def _begin(self, name: str, argv: Sequence[str]) -> None:
        with (self.place / f"{name}.out").open("ab") as output:
            environment = {**os.environ, **self.environment}
            self._daemons[name] = subprocess.Popen(
                argv, env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def _end(self, name: str, number: signal.Signals) -> None:
        daemon = self._daemons.pop(name, None)
        if daemon is None:
            return
        daemon.send_signal(number)
        try:
            daemon.wait(SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def _wait(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not done():
            assert all(each.poll() is None for each in self._daemons.values()), self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)


@contextmanager
def slurm_cluster() -> Iterator[Cluster]:
    """A cluster that is up; the test is skipped where Slurm is not installed, or can't run so."""
    for name in ("munged", "slurmctld", "slurmd", "sbatch", "squeue"):
        program(name)
    if os.geteuid() != 0 and not os.environ.get("USER"):
        pytest.skip("Slurm needs to know who runs it: $USER is not set")
    # a short name: sockets have 108 letters
    with tempfile.TemporaryDirectory(prefix="mltui-slurm-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)  # munge refuses a socket that not everybody could reach
        cluster = Cluster(Path(name))
        try:
            cluster.up()
            yield cluster
        finally:
            cluster.down()
