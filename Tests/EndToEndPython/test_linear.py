# SPDX-License-Identifier: Apache-2.0
"""A real daemon learns each linear model, loss and optimiser; the client predicts what it predicts."""

import unittest

import numpy as np

import test_client
from daemon import Daemon
from learnd_client import Producer, subscribe


class LinearTests(unittest.TestCase):
    """Trains until it is clearly better than chance, then compares every prediction."""

    def expect_learned(self, settings: str, kind: str, classes: int) -> None:
        random = np.random.default_rng(7)
        features = random.normal(size=(3000, 4)).astype(np.float32) * [1, 10, 100, 1e6]
        scores = features[:, 0] - features[:, 1] / 10
        labels = 5 * scores + 2 if classes == 0 else (scores > 0) + (classes > 2) * (scores > 1.5)
        with Daemon(f"[learner.default]\n{settings}\n") as daemon:
            with Producer("rows", daemon.endpoints["samples"]) as producer:
                producer.send_packed(features, labels)
            metrics = daemon.learner_after(len(labels))["metrics"]
            if classes:
                self.assertGreater(metrics["accuracy_recent"], 0.8, settings)
            else:
                self.assertGreater(metrics["r2"], 0.5, settings)
            versions = subscribe(
                daemon.endpoints["versions"], snapshots=daemon.endpoints["snapshots"], timeout=20
            )
            manifest, model = next(versions)
            versions.close()
            self.assertEqual((model.kind, manifest["model"]), (kind, kind))
            test_client.PredictionTests.compare(self, daemon, manifest, model, features[:500])
            self.assertEqual(daemon.stop(), 0)

    def test_margins(self) -> None:
        self.expect_learned('model = "svm"\nl2 = 1e-4', "svm", 2)
        self.expect_learned('model = "svm"', "svm", 3)

    def test_arow(self) -> None:
        self.expect_learned('model = "arow"', "arow", 2)
        self.expect_learned('model = "arow"\narow.full_width = 0', "arow", 3)

    def test_passive_aggressive(self) -> None:
        self.expect_learned('model = "passive_aggressive"', "passive_aggressive", 2)
        self.expect_learned(
            'model = "passive_aggressive"\npassive_aggressive.variant = "second"',
            "passive_aggressive", 3,
        )
        self.expect_learned(
            'model = "passive_aggressive"\ntask = "regression"', "passive_aggressive", 0
        )

    def test_least_squares(self) -> None:
        self.expect_learned('model = "rls"', "rls", 0)

    def test_losses_of_numbers(self) -> None:
        self.expect_learned('loss = "quantile"\ntau = 0.5\nrate = 0.5', "linear", 0)
        self.expect_learned('loss = "expectile"\ntau = 0.6', "linear", 0)

    def test_optimisers(self) -> None:
        for words in (
            'optimiser = "ftrl"', 'optimiser = "rmsprop"', 'optimiser = "adamw"',
            'optimiser = "adagrad"\nadagrad_keep = 0.99',
            'rate_schedule = "decay"', 'rate_adaptation = "hypergradient"',
        ):
            self.expect_learned('model = "softmax"\n' + words, "softmax", 3)


if __name__ == "__main__":
    unittest.main()
