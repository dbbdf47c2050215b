# SPDX-License-Identifier: Apache-2.0
"""The long checks of scripts/acceptance: each part runs a learnd of its own and adds lines to a
table of what was expected and what was found."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Callable

import numpy as np
import zmq

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/EndToEndPython"))

from daemon import Daemon  # noqa: E402
from learnd_client import Model, Producer, control, envelope, fetch, packed  # noqa: E402

WIDTH = 20
#: What is checked is the daemon, not the model: a plain one, that is quick.
PLAIN = '[learner.default]\nmodel = "softmax"\n'
QUICK = PLAIN + 'publish.interval = "100ms"\npublish.move = 0\n'


class Table:
    """What was expected, what was found, and whether that will do."""

    def __init__(self) -> None:
        self.failures = 0

    def add(self, what: str, expected: Any, found: Any, good: bool | None = None) -> None:
        good = expected == found if good is None else good
        self.failures += not good
        print(f"{'ok    ' if good else 'FAILED'}  {what:<58} {found!s:>24}"
              + ("" if good else f"  expected {expected}"), flush=True)


def samples(count: int, seed: int, kind: str = "softmax") -> tuple[np.ndarray, np.ndarray]:
    """Features, and labels that they decide: numbers, two classes, or four."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((count, WIDTH), dtype=np.float32)
    score = x[:, 0] - 2 * x[:, 1]
    if kind == "linear":
        return x, (score + 0.5).astype(np.float32)
    if kind == "logistic":
        return x, (score > 0).astype(np.float32)
    return x, ((score > 0) * 2 + (x[:, 2] > 0)).astype(np.float32)


def settled(daemon: Daemon, received: int) -> dict[str, Any]:
    """The learner's status once all has been received and nothing waits."""
    deadline = time.monotonic() + 120
    while True:
        learner = control(daemon.control_path, "status")["learners"][0]
        if learner["received"] >= received and learner["waiting"] == 0:
            return learner
        if time.monotonic() > deadline:
            return learner
        time.sleep(0.02)


def check_books(table: Table, what: str, sent: int, learner: dict[str, Any]) -> None:
    learned = sum(learner["learned"].values())
    refused = sum(learner["refused"].values())
    table.add(f"{what}: received", sent, learner["received"])
    table.add(f"{what}: learned + waiting + refused", sent, learned + learner["waiting"] + refused)
    table.add(f"{what}: gaps", 0, learner["gaps"])


# -- Accounting ----------------------------------------------------------------------------------

def python(table: Table) -> None:
    """A million packed and 200,000 JSON samples through the Python client."""
    x, y = samples(1_000_000, 1)
    for what, count, send in (
        ("python, packed", 1_000_000, lambda p, n: p.send_packed(x[:n], y[:n])),
        ("python, JSON", 200_000, lambda p, n: p.send(
            [{"x": row, "y": int(label)} for row, label in zip(x[:n].tolist(), y[:n].tolist())]
        )),
    ):
        with Daemon(PLAIN) as daemon:
            began = time.monotonic()
            with Producer("accept", daemon.endpoints["samples"]) as producer:
                send(producer, count)
            learner = settled(daemon, count)
            seconds = time.monotonic() - began
            check_books(table, what, count, learner)
            table.add(f"{what}: refused", {}, learner["refused"])
            table.add(f"{what}: stop", 0, daemon.stop())
            print(f"        ({count / seconds:,.0f} samples a second)")


def learnctl(table: Table) -> None:
    """The same through learnctl send, from CSV files."""
    for what, count, form in (
        ("learnctl, packed", 1_000_000, "packed"), ("learnctl, JSON", 200_000, "json"),
    ):
        x, y = samples(count, 2)
        with Daemon(PLAIN) as daemon, tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data.csv"
            header = ",".join([*(f"f{index}" for index in range(WIDTH)), "label"])
            np.savetxt(path, np.column_stack([x, y]), "%.5g", ",", header=header, comments="")
            done = daemon.learnctl("send", str(path), "--label", "label", "--format", form,
                                   "--batch", "256")
            table.add(f"{what}: exit code", 0, done.returncode)
            if done.returncode:
                print(done.stderr)
            check_books(table, what, count, settled(daemon, count))


BAD: list[tuple[str, Callable[[], bytes]]] = [
    ("not_finite", lambda: packed(np.full((1, WIDTH), np.nan), [1])),
    ("not_finite", lambda: json.dumps({"x": [float("nan")] * WIDTH, "y": 1}).encode()),
    ("not_finite", lambda: json.dumps({"x": [1e300] * WIDTH, "y": 1}).encode()),
    ("width", lambda: packed(np.ones((1, WIDTH + 1)), [1])),
    ("width", lambda: json.dumps({"x": [1.0], "y": 1}).encode()),
    ("field", lambda: json.dumps({"x": [1.0] * WIDTH, "lable": 1}).encode()),
    ("features", lambda: json.dumps({"y": 1}).encode()),
    ("value", lambda: json.dumps({"x": ["one"] * WIDTH, "y": 1}).encode()),
    ("late_label", lambda: json.dumps({"id": "a", "y": 1}).encode()),
    ("shape", lambda: json.dumps({"x": {"a": 1}, "y": 1}).encode()),
    ("weight", lambda: json.dumps({"x": [1.0] * WIDTH, "y": 1, "w": -1}).encode()),
    ("context", lambda: json.dumps({"x": [1.0] * WIDTH, "y": 1, "ctx": "A B"}).encode()),
    ("malformed", lambda: b"garbage"),
]


def bad(table: Table) -> None:
    """100,000 samples, one bad in a hundred, by reason; and what no learner answers for."""
    x, y = samples(99, 3)
    expected: dict[str, int] = {}
    with Daemon(PLAIN) as daemon, zmq.Context() as context, context.socket(zmq.XPUB) as socket:
        socket.setsockopt(zmq.XPUB_NODROP, 1)
        socket.linger = 10_000
        socket.connect(daemon.endpoints["samples"])
        if not socket.poll(10_000):
            raise TimeoutError("learnd does not subscribe")
        sequence = 0

        def send(body: bytes, count: int, crc: int = 0) -> None:
            nonlocal sequence
            head = envelope("mixed", 1, sequence, count, crc=crc)
            socket.send_multipart([b"default", head, body])
            sequence += count

        good = packed(x, y)
        first = packed(*samples(256, 4))
        send(first, 256)
        for number in range(1000):
            send(good, 99)
            reason, body = BAD[number % len(BAD)]
            send(body(), 1)
            expected[reason] = expected.get(reason, 0) + 1
        send(good, 99, crc=1)
        expected["checksum"] = 99
        socket.send_multipart([b"", b"no envelope", good])
        send(good, 98)
        expected["envelope"] = 1 + 98
        socket.send_multipart([b"default", envelope("mixed", 1, 0, 256), first])
        expected["duplicate"] = 256
        socket.send_multipart([b"nobody", envelope("mixed", 1, 0, 99), good])
        socket.send_multipart([b"No Topic", good])
        socket.send_multipart([b"", b"", b"", good])
        sent = 256 + 99 * 1000 + sum(expected.values())
        learner = settled(daemon, sent)
        check_books(table, "1 % bad rows", sent, learner)
        for reason in sorted(expected.keys() | learner["refused"].keys()):
            table.add(f"1 % bad rows: refused, {reason}", expected.get(reason, 0),
                      learner["refused"].get(reason, 0))
        refused = control(daemon.control_path, "status")["daemon"]["refused"]
        for reason, count in (("unknown_learner", 99), ("topic", 1), ("frames", 1)):
            table.add(f"the daemon's own: {reason}", count, refused.get(reason, 0))


# -- Predictions ---------------------------------------------------------------------------------

def predictions(table: Table) -> None:
    """The Python module beside learnctl predict, on 1,000 samples of each kind of model."""
    for kind in ("linear", "logistic", "softmax", "named"):
        model_kind = "softmax" if kind == "named" else kind
        more = f'[learner.default]\nmodel = "{model_kind}"\n'
        x, y = samples(5000, 5, model_kind)
        fresh, _ = samples(1000, 6)
        if kind == "named":
            train, probe = named(x), named(fresh)
        else:
            train, probe = x.tolist(), fresh.tolist()
        with Daemon(more) as daemon:
            with Producer("accept", daemon.endpoints["samples"]) as producer:
                producer.send([{"x": a, "y": b} for a, b in zip(train, y.tolist())])
            settled(daemon, 5000)
            deadline = time.monotonic() + 20
            while not control(daemon.control_path, "versions") and time.monotonic() < deadline:
                time.sleep(0.05)
            manifest, artifact = fetch(endpoint=daemon.endpoints["snapshots"])
            text = "\n".join(json.dumps({"x": row}) for row in probe)
            with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
                file.write(text + "\n")
                file.flush()
                done = daemon.learnctl("predict", file.name, "--json",
                                       "--version", str(manifest["version"]))
            table.add(f"predictions, {kind}: exit code", 0, done.returncode)
            if done.returncode:
                print(done.stderr)
                continue
            compare(table, kind, Model.from_bytes(artifact), probe,
                    [json.loads(line) for line in done.stdout.splitlines()])


def named(x: np.ndarray) -> list[dict[str, Any]]:
    """Numbers, booleans and categories by name; now and then one is missing."""
    rows = []
    for number, row in enumerate(x.tolist()):
        features: dict[str, Any] = {f"f{index}": value for index, value in enumerate(row)}
        features["open"] = row[3] > 0
        features["site"] = ("north", "south", "west")[number % 3]
        if number % 7 == 0:
            del features["f4"]
        if number % 11 == 0:
            features["site"] = None
        rows.append(features)
    return rows


def compare(table: Table, kind: str, model: Model, probe: list, lines: list[dict]) -> None:
    table.add(f"predictions, {kind}: lines", len(probe), len(lines))
    if kind == "linear":
        ours, theirs = model.predict(probe), np.array([line["prediction"] for line in lines])
    else:
        ours = model.probabilities(probe)
        theirs = np.array([line["probabilities"] for line in lines])
        # Where two classes are as good as equal, either may be named.
        clear = np.partition(ours, -2)[:, -1] - np.partition(ours, -2)[:, -2] > 1e-5
        same = [a == line["prediction"] for a, line in zip(model.predict(probe), lines)]
        table.add(f"predictions, {kind}: classes that differ", 0,
                  int(np.sum(clear & ~np.array(same))))
    worst = float(np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))))
    table.add(f"predictions, {kind}: largest relative difference", "< 1e-5", f"{worst:.1e}",
              worst < 1e-5)


# -- Crashes -------------------------------------------------------------------------------------

class Watcher(threading.Thread):
    """Collects the hash of every version that is heard of, over all lives of a daemon."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(daemon=True)
        self.hashes: dict[tuple[str, int], set[str]] = {}
        self.order: list[int] = []
        self._endpoint = endpoint
        self._ended = threading.Event()

    def run(self) -> None:
        with zmq.Context() as context, context.socket(zmq.SUB) as socket:
            socket.linger, socket.reconnect_ivl = 0, 10
            socket.subscribe("default/version/")
            socket.connect(self._endpoint)
            while not self._ended.is_set():
                if not socket.poll(50):
                    continue
                _, manifest, artifact = socket.recv_multipart()
                said = json.loads(manifest)
                digest = hashlib.sha256(artifact).hexdigest()
                key = (said["incarnation"], said["version"])
                self.hashes.setdefault(key, set()).update([digest, said["sha256"]])
                self.order.append(said["version"])

    def stop(self) -> None:
        self._ended.set()
        self.join()


def kills(table: Table) -> None:
    """Ten kills at random moments under load."""
    x, y = samples(256, 7)
    stop = threading.Event()
    with Daemon('[checkpoint]\ninterval = "200ms"\n' + QUICK) as daemon:
        address = daemon.endpoints["samples"]
        watcher = Watcher(daemon.endpoints["versions"])
        watcher.start()

        def load() -> None:
            with zmq.Context() as context, context.socket(zmq.PUB) as socket:
                socket.linger, socket.reconnect_ivl = 0, 10
                socket.connect(address)
                sequence = 0
                while not stop.is_set():
                    head = envelope("load", 1, sequence, 256)
                    socket.send_multipart([b"default", head, packed(x, y)])
                    sequence += 256
                    time.sleep(0.0005)

        sender = threading.Thread(target=load, daemon=True)
        sender.start()
        slowest, received, lost = 0.0, 0, 0
        for _ in range(10):
            time.sleep(random.uniform(0.2, 1.5))
            before = control(daemon.control_path, "status")["learners"][0]
            daemon.kill()
            began = time.monotonic()
            daemon.start()
            slowest = max(slowest, time.monotonic() - began)
            after = control(daemon.control_path, "status")["learners"][0]
            books = (sum(after["learned"].values()) + after["waiting"]
                     + sum(after["refused"].values()))
            lost += after["received"] != books
            received += after["received"] > 0 or before["received"] == 0
        stop.set()
        sender.join()
        watcher.stop()
        state = Path(daemon.environment["STATE_DIRECTORY"])
        table.add("kills: slowest return, seconds", "< 2", f"{slowest:.2f}", slowest < 2)
        table.add("kills: returns with a learner that remembers", 10, received)
        table.add("kills: books that did not balance", 0, lost)
        # Not before the daemon has stopped: it removes the files of old versions as new ones come.
        table.add("kills: stop afterwards", 0, daemon.stop())
        compare_hashes(table, watcher, state)


def compare_hashes(table: Table, watcher: Watcher, state: Path) -> None:
    with sqlite3.connect(f"file:{state}/registry.sqlite?mode=ro", uri=True) as registry:
        rows = registry.execute(
            "SELECT incarnation, version, sha256, artifact_file FROM versions "
            "WHERE sha256 IS NOT NULL"
        ).fetchall()
    for incarnation, version, digest, file in rows:
        known = watcher.hashes.setdefault((incarnation, version), set())
        known.add(digest)
        if file:
            known.add(hashlib.sha256((state / file).read_bytes()).hexdigest())
    twice = [key for key, digests in watcher.hashes.items() if len(digests) > 1]
    table.add("kills: versions with two hashes", [], twice)
    table.add("kills: versions seen", "> 10", len(watcher.hashes), len(watcher.hashes) > 10)
    falling = sum(b < a for a, b in zip(watcher.order, watcher.order[1:]))
    table.add("kills: versions that came after a higher one", 0, falling)


# -- Memory --------------------------------------------------------------------------------------

def memory(table: Table) -> None:
    """Resident memory after ten million samples beside that after two."""
    x, y = samples(1_000_000, 8)
    resident = {}
    with Daemon(PLAIN) as daemon:
        with Producer("accept", daemon.endpoints["samples"]) as producer:
            for million in range(1, 11):
                producer.send_packed(x, y)
                if million in (2, 10):
                    learner = settled(daemon, million * 1_000_000)
                    table.add(f"memory: received after {million},000,000",
                              million * 1_000_000, learner["received"])
                    status = control(daemon.control_path, "status")
                    resident[million] = status["daemon"]["resident_bytes"]
    growth = resident[10] / resident[2] - 1
    table.add("memory: after 2,000,000, MiB", "", f"{resident[2] / 2**20:.1f}", True)
    table.add("memory: after 10,000,000, MiB", "", f"{resident[10] / 2**20:.1f}", True)
    table.add("memory: growth", "within 5 %", f"{100 * growth:+.1f} %", abs(growth) <= 0.05)


def main() -> int:
    parts = {part.__name__: part for part in (python, learnctl, bad, predictions, kills, memory)}
    wanted = sys.argv[1:] or list(parts)
    unknown = [name for name in wanted if name not in parts]
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(parts)}")
        return 2
    table = Table()
    for name in wanted:
        parts[name](table)
    print(f"\n{table.failures} failed" if table.failures else "\nall is as it must be")
    return 1 if table.failures else 0


sys.exit(main())
