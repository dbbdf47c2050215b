# SPDX-License-Identifier: Apache-2.0
"""The demo's stage: learnd, one who sends, one who subscribes, and a line for all that happens."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parent.parent
#: The daemon's endpoints, by the configuration's name for them.
PORTS = {"samples": 7711, "versions": 7712, "snapshots": 7714, "events": 7715}
CONCEPTS = 4
COLORS = {"drift": 33, "consolidation": 36, "version": 32, "bad": 31, "dim": 2, "bold": 1}

Json = dict[str, Any]


class Screen:
    """Lines of the form: seconds since the start, what it is about, text."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._colored = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._lock = threading.Lock()

    def say(self, about: str, text: str) -> None:
        """Prints one line."""
        seconds = time.monotonic() - self._start
        with self._lock:
            head = self._paint(f"{about:>13}", about)
            print(f"{seconds:6.1f} s {head}  {text}", flush=True)

    def title(self, text: str) -> None:
        """Prints a heading."""
        print(f"\n{self._paint(text, 'bold')}", flush=True)

    def _paint(self, text: str, color: str) -> str:
        if not self._colored or color not in COLORS:
            return text
        return f"\x1b[{COLORS[color]}m{text}\x1b[0m"


class Stage:
    """The processes, and what they said."""

    def __init__(self, programs: Path, folder: Path, screen: Screen) -> None:
        self.programs = programs
        self.screen = screen
        self.folder = folder
        self.versions: list[str] = []
        self.drifts = 0
        self._processes: list[subprocess.Popen] = []
        self._threads: list[threading.Thread] = []
        places = {}
        for variable in ("STATE", "RUNTIME", "CONFIGURATION"):
            path = folder / variable.lower()
            path.mkdir()
            places[f"{variable}_DIRECTORY"] = str(path)
        self.environment = {**os.environ, **places}
        self.environment.pop("NOTIFY_SOCKET", None)
        self.endpoints = self._endpoints()

    def _endpoints(self) -> dict[str, str]:
        """The default ports, and no configuration; other ports only where those are taken."""
        if all(is_free(port) for port in PORTS.values()):
            return {name: f"tcp://127.0.0.1:{port}" for name, port in PORTS.items()}
        chosen = {name: f"tcp://127.0.0.1:{free_port()}" for name in PORTS}
        text = f'[[samples]]\nendpoint = "{chosen["samples"]}"\n'
        for name in ("versions", "snapshots", "events"):
            text += f'[{name}]\nendpoint = "{chosen[name]}"\n'
        (self.folder / "configuration" / "learnd.toml").write_text(text)
        self.screen.say("ports", "the default ones are taken, so this learnd gets others")
        return chosen

    def start(self, name: str, *command: str, heed: Any = None, **options: Any) -> subprocess.Popen:
        """Starts a process whose lines of output go to ``heed``, or to a file."""
        log: Any = subprocess.PIPE if heed else open(self.folder / f"{name}.log", "wb")
        process = subprocess.Popen(
            command, env=self.environment, stdout=log, text=True,
            stderr=subprocess.DEVNULL if heed else subprocess.STDOUT, **options,
        )
        self._processes.append(process)
        if heed:
            thread = threading.Thread(target=self._heed, args=(process.stdout, heed), daemon=True)
            thread.start()
            self._threads.append(thread)
        else:
            log.close()
        return process

    @staticmethod
    def _heed(output: TextIO, heed: Any) -> None:
        for line in output:
            heed(line.rstrip("\n"))

    def learnctl(self, *arguments: str) -> Any:
        """The answer of a reading command."""
        command = [str(self.programs / "learnctl"), *arguments, "--json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"learnctl {' '.join(arguments)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def wait_until_ready(self, daemon: subprocess.Popen) -> None:
        """Waits until the daemon answers; 20 s are plenty."""
        deadline = time.monotonic() + 20
        while True:
            try:
                self.learnctl("status")
                return
            except (RuntimeError, ValueError) as error:
                if daemon.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder / "learnd.log").read_text()
                    raise SystemExit(f"learnd did not start: {error}\n{log}") from None
                time.sleep(0.05)

    def heed_version(self, line: str) -> None:
        """A line of the independent subscriber."""
        self.versions.append(line)
        self.screen.say("version", f"at the subscriber: {line}")

    def heed_event(self, line: str) -> None:
        """A line of `learnctl watch --json`."""
        try:
            event = json.loads(line)
        except ValueError:
            return
        kind = event.get("event")
        if kind == "drift":
            # Warnings are many, and ask for nothing; `learnctl watch` shows them.
            if event.get("level") == "warning":
                return
            self.drifts += 1
            self.screen.say(
                "drift",
                f"{event.get('level')} by {event.get('detector')} on {event.get('signal')} "
                f"at sample {event.get('sample'):,}",
            )
        elif kind == "consolidation":
            verdict = event.get("verdict") or event.get("phase")
            who = event.get("challenger")
            self.screen.say(
                "consolidation", f"{verdict}{f' {who}' if who else ''}: {event.get('reason')}"
            )
        elif kind not in ("version", None):
            told = event.get("reason") or event.get("what") or ""
            self.screen.say(str(kind), f"{told} {event.get('detail', '')}".strip())

    def stop(self, process: subprocess.Popen) -> int:
        """Ends a process as an operator would."""
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def close(self) -> None:
        """Ends whatever still runs, the last one first."""
        for process in reversed(self._processes):
            self.stop(process)
        for thread in self._threads:
            thread.join(2)


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def show(stage: Stage, learner: Json) -> None:
    """One line of figures."""
    metrics = learner.get("metrics") or {}
    baselines = metrics.get("baselines") or {}
    stage.screen.say(
        "status",
        f"{learner['received']:>8,} samples   accuracy {percent(metrics.get('accuracy_recent'))} "
        f"lately, {percent(metrics.get('accuracy'))} in all   majority "
        f"{percent(baselines.get('majority'))}   no change {percent(baselines.get('no_change'))}   "
        f"version {learner.get('version') or '-'}",
    )


def percent(value: float | None) -> str:
    """A share as a percentage."""
    return "   -  " if value is None else f"{100 * value:4.1f} %"


def follow(stage: Stage, sender: subprocess.Popen) -> None:
    """Prints the figures every three seconds until all has been sent."""
    while True:
        try:
            sender.wait(3)
            return
        except subprocess.TimeoutExpired:
            show(stage, stage.learnctl("status")["learners"][0])


def settled(stage: Stage) -> Json:
    """The learner's status once nothing waits and no consolidation is at work."""
    deadline = time.monotonic() + 10
    while True:
        learner = stage.learnctl("status")["learners"][0]
        state = (learner.get("consolidation") or {}).get("state", "idle")
        # A race that has not ended will not: no more samples come.
        idle = learner["waiting"] == 0 and state != "running"
        if idle or time.monotonic() > deadline:
            return learner
        time.sleep(0.2)


def summary(stage: Stage, rows: int, learner: Json) -> bool:
    """What came of it; whether it is what was promised."""
    learned, refused = sum(learner["learned"].values()), sum(learner["refused"].values())
    verdicts = [item for item in stage.learnctl("consolidations") if item.get("verdict")]
    adopted = [item for item in verdicts if item["verdict"] == "adopted"]
    adds_up = rows == learner["received"] == learned + learner["waiting"] + refused
    stage.screen.title("Summary")
    print(f"  sent {rows:,} = received {learner['received']:,} = learned {learned:,} "
          f"+ waiting {learner['waiting']:,} + refused {refused:,}: {'yes' if adds_up else 'NO'}")
    metrics = learner["metrics"]
    print(f"  accuracy {percent(metrics['accuracy'])} in all, over {CONCEPTS} worlds; no change "
          f"{percent(metrics['baselines']['no_change'])}; the best possible is 95 %")
    experts = sorted(metrics["experts"], key=lambda one: -one["weight"])
    print(f"  believed most, of {len(experts)} experts: " + ", ".join(
        f"{one['name']} {percent(one['weight']).strip()}" for one in experts[:4]
    ))
    print(f"  versions at the independent subscriber: {len(stage.versions)}")
    print(f"  drifts detected: {stage.drifts}")
    print(f"  consolidations: {len(adopted)} adopted, {len(verdicts) - len(adopted)} not")
    for item in verdicts:
        print(f"    {item['verdict']}: {item.get('challenger') or 'no challenger'}: "
              f"{item.get('reason')}")
    return adds_up and len(stage.versions) >= 3 and stage.drifts > 0 and bool(verdicts)


def play(stage: Stage, rows: int, rate: int) -> bool:
    """The demo itself; whether all went as promised."""
    stage.screen.title("learnd starts with no configuration, and somebody subscribes")
    daemon = stage.start("learnd", str(stage.programs / "learnd"))
    stage.wait_until_ready(daemon)
    example = ROOT / "clients/python/examples/subscribe.py"
    stage.start(
        "subscriber", sys.executable, str(example), stage.endpoints["versions"],
        stage.endpoints["snapshots"], heed=stage.heed_version,
    )
    learnctl = str(stage.programs / "learnctl")
    stage.start("watch", learnctl, "watch", "--json", heed=stage.heed_event)
    stage.screen.title(
        f"{rows:,} samples at {rate:,} a second; the world turns every {rows // CONCEPTS:,}"
    )
    sender = stage.start(
        "send", learnctl, "send", "--synthetic", "abrupt", "--rows", str(rows), "--seed", "7",
        "--rate", str(rate)
    )
    follow(stage, sender)
    if sender.returncode != 0:
        print((stage.folder / "send.log").read_text(), file=sys.stderr)
        raise SystemExit(f"learnctl send ended with {sender.returncode}")
    learner = settled(stage)
    show(stage, learner)
    good = summary(stage, rows, learner)
    code = stage.stop(daemon)
    print(f"  learnd stopped with exit code {code}")
    return good and code == 0


def main() -> int:
    """Reads the options and plays the demo in a folder that is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True, help="where learnd is")
    parser.add_argument("--seconds", type=int, default=50, help="how long to send")
    parser.add_argument("--rate", type=int, default=2000, help="samples a second")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="learnd-demo-") as folder:
        stage = Stage(options.programs, Path(folder), Screen())
        try:
            good = play(stage, options.seconds * options.rate, options.rate)
        except KeyboardInterrupt:
            return 130
        finally:
            stage.close()
    if not good:
        print("something above is not as promised", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    # SIGTERM ends it as Ctrl-C does: with the processes that it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
