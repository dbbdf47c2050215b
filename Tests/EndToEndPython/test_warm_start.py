# SPDX-License-Identifier: Apache-2.0
"""A learner that starts with a file that the safetensors package has written."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
from safetensors.numpy import load, save_file

from daemon import Daemon
from learnd_client import Producer, fetch


class WarmStartTests(unittest.TestCase):
    """Names and shapes are those of PyTorch: a row of weights for each output."""

    def test_a_network_goes_on_from_a_file_with_another_last_layer(self) -> None:
        random = np.random.default_rng(5)
        weight = random.normal(size=(8, 4)).astype(np.float16)
        bias = random.normal(size=8).astype(np.float32)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "start.safetensors"
            save_file(
                {
                    "layers.0.weight": weight,
                    "layers.0.bias": bias,
                    "output.weight": np.ones((5, 8)),
                    "output.bias": np.zeros(5),
                },
                path,
                metadata={"format": "pt"},
            )
            more = f"""
[learner.default]
task = "classes"
model = "network"
width = 4
classes = [0, 1]
vote.samples = 20
publish.first = 100
publish.interval = "100ms"
publish.move = 0
warm_start = "{path}"
warm_start_head = "fresh"
frozen = ["layers.0"]
[[learner.default.layers]]
kind = "dense"
units = 8
activation = "relu"
"""
            with Daemon(more) as daemon:
                rows = 2000
                features = random.normal(size=(rows, 4)).astype(np.float32)
                labels = (features[:, 0] > 0).astype(np.float32)
                with Producer("warm", daemon.endpoints["samples"], checksum=False) as producer:
                    producer.send_packed(features, labels)
                daemon.learner_after(rows)
                _, artifact = fetch("default", endpoint=daemon.endpoints["snapshots"])
                tensors = load(artifact)
                np.testing.assert_array_equal(
                    tensors["layers.0.weight"], weight.astype(np.float32)
                )
                np.testing.assert_array_equal(tensors["layers.0.bias"], bias)
                self.assertEqual(tensors["output.weight"].shape, (2, 8))
                self.assertTrue(np.any(tensors["output.weight"] != 0))
                self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
