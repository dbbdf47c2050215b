#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes clients/python/tests/golden/pool-*: small artifacts of pools, and what they predict.

    swift build && .venv/bin/python scripts/golden/pools.py

A real learnd learns some rows with every kind of expert; beside each artifact stand rows and what
`learnctl predict --json` says of them, in both views. Only the artifact's format matters to the
client: they need not be made anew when experts learn otherwise, but when a kind is added.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/EndToEndPython"))

from daemon import Daemon  # noqa: E402
from learnd_client import ControlError, Producer, fetch, read_safetensors  # noqa: E402
from learnd_pool import EXPERTS  # noqa: E402
from test_client import predictions  # noqa: E402
from test_pool import FOR_BOTH, FOR_NUMBERS  # noqa: E402

FOLDER = ROOT / "clients/python/tests/golden"
ROWS, WIDTH, PROBES = 110, 3, 16
#: Kinds whose tensors are others for two classes than for three.
PAIR = [
    "quadratic", "arow_temporal", "last_label", "mlp", "leveraging_bagging", "forest",
    "forest_temporal", "knn_200",
]


def samples(classes: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of which some values are missing, and their labels."""
    random = np.random.default_rng(20 + classes)
    z = random.normal(size=(rows, WIDTH))
    score = z[:, 0] + z[:, 1] * z[:, 2]
    features = (z * [1, 100, 0.01] + [0, 5, 1]).astype(np.float32)
    features[random.random(features.shape) < 0.05] = np.nan
    if classes == 0:
        return features, np.round(100 + 10 * score, 2).astype(np.float32)
    return features, np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))


def learned(daemon: Daemon, features: np.ndarray, labels: np.ndarray) -> tuple[Any, bytes]:
    """The first version whose forests have grown."""
    with Producer("golden", daemon.endpoints["samples"]) as producer:
        producer.send_packed(features[:ROWS], labels[:ROWS], missing=True)
        for row in range(ROWS, len(features)):
            time.sleep(0.2)
            try:
                manifest, data = fetch(endpoint=daemon.endpoints["snapshots"])
                facts = json.loads(read_safetensors(data)[1]["pool"])
                if all(expert["facts"].get("trees", 1) for expert in facts["experts"]):
                    return manifest, data
            except ControlError:
                pass
            producer.send_packed(features[row : row + 1], labels[row : row + 1], missing=True)
    raise AssertionError("the forests do not grow")


def told(daemon: Daemon, version: int, rows: np.ndarray, view: str) -> list[dict[str, Any]]:
    lines = [",".join("" if np.isnan(x) else repr(float(x)) for x in row) for row in rows]
    done = daemon.learnctl(
        "predict", "-", "--version", str(version), "--view", view, "--json",
        text="\n".join(["a,b,c", *lines]) + "\n",
    )
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return list(predictions(done.stdout))


def write(name: str, classes: int, experts: list[str]) -> None:
    task = "classes" if classes else "regression"
    more = (
        f'[learner.default]\ntask = "{task}"\nmodel = "pool"\npool.rows = 100\n'
        f"pool.experts = {json.dumps(experts)}\npublish.first = 100\n"
        'publish.interval = "100ms"\npublish.samples = 1\npublish.move = 0\n'
    )
    features, labels = samples(classes, 300)
    probes, _ = samples(classes, PROBES)
    probes[:4] *= 7
    with Daemon(more) as daemon:
        manifest, data = learned(daemon, features, labels)
        expected: dict[str, Any] = {
            "rows": [[None if np.isnan(x) else float(x) for x in row] for row in probes]
        }
        for view in ("now", "all") if classes else ("now",):
            said = told(daemon, manifest["version"], probes, view)
            members = ["probabilities"] if classes else ["prediction", "low", "high"]
            expected[view] = {member: [one[member] for one in said] for member in members}
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.safetensors").write_bytes(data)
    (FOLDER / f"{name}.json").write_text(json.dumps(expected) + "\n")
    print(f"{name}: {len(data)} bytes, {manifest['samples']} samples")


if __name__ == "__main__":
    of_classes = [kind for kind in EXPERTS if kind not in FOR_NUMBERS]
    write("pool-classes", 3, of_classes)
    write("pool-pair", 2, PAIR)
    write("pool-numbers", 0, [kind for kind in EXPERTS if kind in FOR_NUMBERS | FOR_BOTH])
