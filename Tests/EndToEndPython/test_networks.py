# SPDX-License-Identifier: Apache-2.0
"""The example networks through the real daemon: learned, published, and computed by the client."""

import json
import re
import unittest
from pathlib import Path

import numpy as np

from daemon import ROOT, Daemon
from learnd_client import Producer, subscribe
from test_client import predictions


class NetworkTests(unittest.TestCase):
    """The artifact, computed with numpy, predicts what `learnctl predict` predicts."""

    def expect_same(self, name: str, features: np.ndarray, labels: np.ndarray) -> None:
        text = (ROOT / f"config/examples/{name}.toml").read_text()
        learner = re.search(r"\[learner\.([a-z]+)\]", text).group(1)
        more = f"[learner.{learner}.publish]\nfirst = {len(labels) // 2}\n"
        with Daemon(text + more) as daemon:
            with Producer("rows", daemon.endpoints["samples"], learner=learner) as producer:
                for start in range(0, len(labels), 64):
                    part = slice(start, start + 64)
                    producer.send_packed(features[part], labels[part])
            status = daemon.learner_after(len(labels))
            self.assertEqual(status["model"], "network")
            self.assertEqual(status["refused"], {})
            figures = status["metrics"]["plasticity"]
            self.assertGreater(figures["mean_weight"], 0)
            versions = subscribe(
                daemon.endpoints["versions"], snapshots=daemon.endpoints["snapshots"], timeout=60,
                learner=learner,
            )
            manifest, model = next(versions)
            versions.close()
            self.assertEqual((model.kind, manifest["model"]), ("network", "network"))
            self.assertIn("layers", json.loads(model.metadata["architecture"]))
            header = ",".join(f"f{index}" for index in range(features.shape[1]))
            lines = [",".join(repr(float(value)) for value in row) for row in features[:50]]
            done = daemon.learnctl(
                "predict", "-", "--learner", learner, "--version", str(manifest["version"]),
                "--json", text="\n".join([header, *lines]) + "\n",
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            theirs = np.array([one["probabilities"] for one in predictions(done.stdout)])
            ours = model.probabilities(features[:50])
            self.assertGreater(np.ptp(ours), 0.1, "it has learned something")
            self.assertLess(np.abs(ours - theirs).max(), 1e-5)

    def patterns(self, name: str, width: int, rows: int) -> None:
        random = np.random.default_rng(6)
        patterns = random.uniform(-1, 1, size=(10, width))
        labels = random.integers(0, 10, size=rows)
        features = patterns[labels] + random.uniform(-1, 1, size=(rows, width))
        self.expect_same(name, features.astype(np.float32), labels.astype(np.float32))

    def test_mlp(self) -> None:
        self.patterns("network-mlp", 20, 2000)

    def test_cnn(self) -> None:
        self.patterns("network-cnn", 784, 1200)

    def test_residual(self) -> None:
        self.patterns("network-residual", 256, 600)

    def test_rnn(self) -> None:
        random = np.random.default_rng(7)
        features = random.uniform(-1, 1, size=(1500, 8, 10)).astype(np.float32)
        labels = (features[:, :4, 0].sum(axis=1) > features[:, 4:, 0].sum(axis=1))
        self.expect_same("network-rnn", features.reshape(1500, 80), labels.astype(np.float32))

    def test_transformer(self) -> None:
        random = np.random.default_rng(8)
        features = random.integers(0, 60, size=(2000, 12)).astype(np.float32)
        labels = (features == 1).any(axis=1) | (features[:, 0] > 30)
        self.expect_same("network-transformer", features, labels.astype(np.float32))

    def test_dead_units(self) -> None:
        """Units that answer to one spell of the stream only die in the other."""
        random = np.random.default_rng(9)
        labels = random.integers(0, 2, size=600)
        side = np.where(np.arange(600) < 300, 3.0, -3.0)
        features = side[:, None] + labels[:, None] * 0.5 + random.uniform(-1, 1, size=(600, 5))
        for rows, begins_anew in ((20, True), (0, False)):
            text = (
                "[learner.net]\nmodel = \"network\"\nstandardise.scaling = \"none\"\n"
                f"replace.dead_after = {rows}\n"
                "[[learner.net.layers]]\n"
                "kind = \"dense\"\nunits = 16\nactivation = \"relu\"\n"
            )
            with Daemon(text) as daemon:
                with Producer("rows", daemon.endpoints["samples"], learner="net") as producer:
                    producer.send_packed(features.astype(np.float32), labels.astype(np.float32))
                status = daemon.learner_after(600)
                figures = status["metrics"]["plasticity"]
                self.assertEqual(figures["replaced_units"] > 0, begins_anew, figures)


if __name__ == "__main__":
    unittest.main()
