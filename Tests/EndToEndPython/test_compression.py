# SPDX-License-Identifier: Apache-2.0
"""Versions in fewer bytes through the real daemon: what consumers read is what was scored."""

import re
import unittest

import numpy as np

from daemon import ROOT, Daemon
from learnd_client import Producer, fetch, read_safetensors, subscribe
from test_client import predictions


class CompressionTests(unittest.TestCase):
    """The compressed artifact, expanded with numpy, predicts what `learnctl predict` predicts."""

    def setUp(self) -> None:
        random = np.random.default_rng(6)
        patterns = random.uniform(-1, 1, size=(10, 20))
        self.labels = random.integers(0, 10, size=2000).astype(np.float32)
        noise = random.uniform(-0.8, 0.8, size=(2000, 20))
        self.features = (patterns[self.labels.astype(int)] + noise).astype(np.float32)

    def published(self, daemon: Daemon) -> tuple[dict, object, bytes]:
        """The first version, after the whole stream."""
        with Producer("rows", daemon.endpoints["samples"], learner="digits") as producer:
            for start in range(0, len(self.labels), 64):
                part = slice(start, start + 64)
                producer.send_packed(self.features[part], self.labels[part])
        daemon.learner_after(len(self.labels))
        versions = subscribe(
            daemon.endpoints["versions"], snapshots=daemon.endpoints["snapshots"], timeout=60,
            learner="digits",
        )
        manifest, model = next(versions)
        versions.close()
        data = fetch("digits", manifest["version"], endpoint=daemon.endpoints["snapshots"])[1]
        return manifest, model, data

    def learnctl_predictions(self, daemon: Daemon, version: int) -> np.ndarray:
        header = ",".join(f"f{index}" for index in range(20))
        lines = [",".join(repr(float(value)) for value in row) for row in self.features[:50]]
        done = daemon.learnctl(
            "predict", "-", "--learner", "digits", "--version", str(version), "--json",
            text="\n".join([header, *lines]) + "\n",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return np.array([one["probabilities"] for one in predictions(done.stdout)])

    def test_int8_and_pruned(self) -> None:
        text = (ROOT / "config/examples/compressed-network.toml").read_text()
        # All zeros at once, whatever they cost.
        text = re.sub("keep_pruned = .*", "", text)
        text = re.sub("tolerance = .*", "tolerance = 10\nfirst = 1800", text)
        with Daemon(text) as daemon:
            manifest, model, data = self.published(daemon)
            compression = manifest["compression"]
            self.assertIsNone(compression["refused"])
            self.assertEqual(compression["weights"], "int8")
            self.assertLess(compression["bytes_after"], 0.25 * compression["bytes_before"])
            self.assertAlmostEqual(compression["sparsity"], 0.5, delta=0.05)
            tensors, metadata = read_safetensors(data)
            self.assertIn("compression", metadata)
            self.assertEqual(tensors["layers.1.weight.values"].dtype, np.int8)
            self.assertEqual(tensors["layers.1.weight.bitmap"].dtype, np.uint8)
            ours = model.probabilities(self.features[:50])
            theirs = self.learnctl_predictions(daemon, manifest["version"])
            self.assertGreater(np.ptp(ours), 0.1, "it has learned something")
            self.assertLess(np.abs(ours - theirs).max(), 1e-5)
            shown = daemon.learnctl("show", str(manifest["version"]), "--learner", "digits").stdout
            self.assertRegex(shown, r"compression +int8, (4[89]|5[012]) % zeros")
            listed = daemon.learnctl("versions", "--learner", "digits").stdout
            self.assertRegex(listed, r"int8, (4[89]|5[012]) % zeros")
            self.assertEqual(daemon.stop(), 0)

    def test_what_would_be_worse_goes_out_as_it_is(self) -> None:
        text = (ROOT / "config/examples/compressed-network.toml").read_text()
        text = re.sub("prune = .*", "prune = 0.95", text).replace('"int8"', '"float32"')
        text = re.sub("keep_pruned = .*", "", text)
        text = re.sub("tolerance = .*", "tolerance = 0.0\nfirst = 1800", text)
        with Daemon(text) as daemon:
            manifest, model, data = self.published(daemon)
            compression = manifest["compression"]
            self.assertIn("is allowed", compression["refused"])
            self.assertEqual((compression["prune"], compression["weights"]), (0, "float32"))
            self.assertEqual(compression["asked"]["prune"], 0.95)
            tensors, metadata = read_safetensors(data)
            self.assertNotIn("compression", metadata)
            self.assertEqual(tensors["layers.1.weight"].dtype, np.float32)
            ours = model.probabilities(self.features[:50])
            theirs = self.learnctl_predictions(daemon, manifest["version"])
            self.assertLess(np.abs(ours - theirs).max(), 1e-5)
            shown = daemon.learnctl("show", str(manifest["version"]), "--learner", "digits").stdout
            self.assertRegex(shown, r"refused +its loss on")


if __name__ == "__main__":
    unittest.main()
