# SPDX-License-Identifier: Apache-2.0
"""Pools through the real daemon: the client predicts what learnctl predicts, with every expert."""

from __future__ import annotations

import json
import time
import unittest
from typing import Any

import numpy as np

from daemon import Daemon
from learnd_client import ControlError, Model, Producer, fetch, read_safetensors
from learnd_pool import EXPERTS
from test_client import predictions

ROWS, PROBES, WIDTH = 600, 60, 4
FOR_NUMBERS = {
    "knn_numbers", "mean_number", "last_number", "nlms_slow", "nlms_fast", "rls", "rls_forgetting",
    "wide_mlp", "wide_mlp_replay", "boosted_trees", "forest_numbers",
}
FOR_BOTH = {
    "mlp", "mlp_replay", "hoeffding_tree", "adaptive_tree", "leveraging_bagging", "adaptive_forest",
}


def samples(classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of which some values are missing, and labels that go in runs."""
    random = np.random.default_rng(classes)
    rows = ROWS + PROBES
    z = random.normal(size=(rows, WIDTH))
    score = z[:, 0] + z[:, 1] * z[:, 2] + 0.3 * random.normal(size=rows)
    features = (z * [1, 100, 1, 0.01] + [0, 5, 1000, 0]).astype(np.float32)
    features[random.random(features.shape) < 0.03] = np.nan
    if classes == 0:
        return features, (1000 + 50 * score).astype(np.float32)
    limits = np.quantile(score, np.arange(1, classes) / classes)
    labels = np.digitize(score, limits)
    for row in np.flatnonzero(random.random(rows) < 0.3):
        labels[row] = labels[max(0, row - 1)]
    return features, labels.astype(np.float32)


class PoolTests(unittest.TestCase):
    def expect_same(
        self, classes: int, pools: dict[str, list[str] | None], more: str = ""
    ) -> None:
        """Pools of the experts of each name; None: the usual ones. ``more`` is set for each."""
        text = ""
        for name, experts in pools.items():
            text += f'[learner.{name}]\nmodel = "pool"\n'
            text += f'task = "{"classes" if classes else "regression"}"\n'
            if experts is not None:
                text += f"pool.experts = {json.dumps(experts)}\n"
            text += f'publish.first = {ROWS // 2}\npublish.interval = "500ms"\n'
            text += "publish.move = 0\n" + more
        features, labels = samples(classes)
        with Daemon(text) as daemon:
            for name in pools:
                with Producer("rows", daemon.endpoints["samples"], learner=name) as producer:
                    producer.send_packed(features[:ROWS], labels[:ROWS], missing=True)
            for name, experts in pools.items():
                manifest, data = self.newest(daemon, name, features, labels)
                with self.subTest(name):
                    self.compare(daemon, manifest, data, experts, features[ROWS:])
            self.assertEqual(daemon.stop(), 0)

    def newest(
        self, daemon: Daemon, name: str, features: np.ndarray, labels: np.ndarray
    ) -> tuple[dict[str, Any], bytes]:
        """A version whose forests, if it has some, have grown."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                manifest, data = fetch(name, endpoint=daemon.endpoints["snapshots"])
            except ControlError:
                manifest, data = {}, b""
            if data:
                facts = json.loads(read_safetensors(data)[1]["pool"])
                if all(expert["facts"].get("trees", 1) for expert in facts["experts"]):
                    return manifest, data
                # Versions follow samples.
                with Producer("more", daemon.endpoints["samples"], learner=name) as producer:
                    producer.send_packed(features[:100], labels[:100], missing=True)
            time.sleep(0.1)
        raise AssertionError(f"{name} has no version with all its experts")

    def compare(
        self, daemon: Daemon, manifest: dict[str, Any], data: bytes, experts: list[str] | None,
        rows: np.ndarray,
    ) -> None:
        tensors, metadata = read_safetensors(data)
        model = Model(tensors, metadata)
        self.assertEqual((model.kind, manifest["model"]), ("pool", "pool"))
        if experts is not None:
            kinds = [expert["kind"] for expert in json.loads(metadata["pool"])["experts"]]
            self.assertEqual(kinds, experts)
        theirs = self.told(daemon, manifest, rows)
        if model.classes is None:
            self.expect_close(model.predict(rows), theirs, "prediction")
            low, high = model.interval(rows)
            self.expect_close(low, theirs, "low")
            self.expect_close(high, theirs, "high")
            return
        self.expect_close(model.probabilities(rows), theirs, "probabilities")
        theirs = self.told(daemon, manifest, rows, "--view", "all")
        self.expect_close(model.probabilities(rows, view="all"), theirs, "probabilities")

    def told(
        self, daemon: Daemon, manifest: dict[str, Any], rows: np.ndarray, *more: str
    ) -> list[dict[str, Any]]:
        """What learnctl predicts."""
        lines = [",".join("" if np.isnan(x) else repr(float(x)) for x in row) for row in rows]
        header = ",".join(f"f{column}" for column in range(rows.shape[1]))
        done = daemon.learnctl(
            "predict", "-", "--learner", manifest["learner"], "--json", *more,
            "--version", str(manifest["version"]), text="\n".join([header, *lines]) + "\n",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return list(predictions(done.stdout))

    def expect_close(self, ours: Any, told: list[dict[str, Any]], member: str) -> None:
        theirs = np.array([one[member] for one in told])
        error = np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))
        self.assertLess(error.max(), 1e-5, member)

    def test_every_expert_for_classes(self) -> None:
        kinds = [kind for kind in EXPERTS if kind not in FOR_NUMBERS]
        for classes in (2, 3):
            self.expect_same(classes, {"usual": None, **{kind: [kind] for kind in kinds}})

    def test_every_expert_for_numbers(self) -> None:
        kinds = [kind for kind in EXPERTS if kind in FOR_NUMBERS | FOR_BOTH]
        self.expect_same(0, {"usual": None, **{kind: [kind] for kind in kinds}})

    def test_products_and_zeros_come_before_a_pool(self) -> None:
        more = 'interactions = true\nfeatures_max = 20\nimputation = "zero"\n'
        self.expect_same(3, {"lda": ["lda"]}, more)
        self.expect_same(0, {"rls": ["rls"]}, more)


if __name__ == "__main__":
    unittest.main()
