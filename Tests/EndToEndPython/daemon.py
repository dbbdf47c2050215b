# SPDX-License-Identifier: Apache-2.0
"""A real learnd in a folder and on ports of its own, for as long as a test lasts."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "clients/python"))

#: Where the programs are; scripts/test builds them there.
PROGRAMS = Path(os.environ.get("LEARND_PROGRAMS", ROOT / ".build/debug"))


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses at the moment."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Daemon:
    """Starts learnd; ``more`` is added to its configuration."""

    def __init__(self, more: str = "") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="learnd-test-")
        folder = Path(self._folder.name)
        names = ["samples", "versions", "snapshots", "events"]
        self.endpoints = {
            name: f"tcp://127.0.0.1:{port}" for name, port in zip(names, free_ports(4))
        }
        self.environment = dict(os.environ)
        self.environment.pop("NOTIFY_SOCKET", None)
        for variable in ("STATE", "RUNTIME", "CONFIGURATION"):
            (folder / variable.lower()).mkdir()
            self.environment[f"{variable}_DIRECTORY"] = str(folder / variable.lower())
        text = f'[[samples]]\nendpoint = "{self.endpoints["samples"]}"\n'
        for name in names[1:]:
            text += f'[{name}]\nendpoint = "{self.endpoints[name]}"\n'
        (folder / "configuration/learnd.toml").write_text(text + more)
        self.control_path = str(folder / "runtime/control.sock")
        self.log = folder / "learnd.log"
        self.start()

    def start(self) -> None:
        """Starts the daemon and waits until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(PROGRAMS / "learnd")], env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 20
        while self.learnctl("status").returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"learnd did not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def learnctl(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess:
        """Runs a command of learnctl."""
        return subprocess.run(
            [str(PROGRAMS / "learnctl"), *arguments],
            env=self.environment, capture_output=True, text=True, input=text,
        )

    def read(self, *arguments: str) -> Any:
        """The JSON of a reading command."""
        done = self.learnctl(*arguments, "--json")
        if done.returncode != 0:
            raise AssertionError(f"learnctl {arguments}: {done.stderr}")
        return json.loads(done.stdout)

    def learner(self) -> dict[str, Any]:
        """The status of the default learner."""
        return self.read("status")["learners"][0]

    def learner_after(self, received: int) -> dict[str, Any]:
        """The same, once so many samples have been received and none of them waits."""
        deadline = time.monotonic() + 60
        while True:
            learner = self.learner()
            # One that is busy for long has nothing to tell.
            if learner.get("received", -1) >= received and learner["waiting"] == 0:
                return learner
            if time.monotonic() > deadline:
                raise AssertionError(f"{received} samples did not arrive: {learner}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Ends it without a word."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ends it as an operator would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"learnd did not stop:\n{self.log.read_text()}") from None

    def __enter__(self) -> Daemon:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()
        self._folder.cleanup()
