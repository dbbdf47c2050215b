# SPDX-License-Identifier: Apache-2.0
"""Features of every kind, from a configuration and samples to a consumer's predictions."""

import json
import time
import unittest
from typing import Any

import numpy as np

from daemon import Daemon
from learnd_client import ControlError, Model, Producer, fetch


class FeatureTests(unittest.TestCase):
    """What is learned from the socket is predicted alike by learnctl and by the Python client."""

    def run_learner(
        self, configuration: str, samples: list[dict[str, Any]], probes: list[Any],
        refused: dict[str, int] | None = None,
    ) -> tuple[Model, dict[str, Any]]:
        """Learns the samples, compares the predictions of the probes, gives model and status."""
        head = "[learner.default]\npublish.first = 100\npublish.interval = \"100ms\"\n"
        with Daemon(head + configuration) as daemon:
            file = daemon.log.parent / "configuration/learnd.toml"
            check = daemon.learnctl("check", str(file))
            self.assertEqual(check.returncode, 0, check.stdout + check.stderr)
            with Producer("features", daemon.endpoints["samples"]) as producer:
                producer.send(samples)
            learner = daemon.learner_after(len(samples))
            self.assertEqual(learner["refused"], refused or {})
            manifest, artifact = self.newest(daemon)
            model = Model.from_bytes(artifact)
            self.compare(daemon, manifest, model, probes)
            # The state survives a stop, and the same version predicts the same.
            self.assertEqual(daemon.stop(), 0)
            daemon.start()
            self.compare(daemon, manifest, model, probes)
            return model, learner

    def newest(self, daemon: Daemon) -> tuple[dict[str, Any], bytes]:
        """The newest version, once there is one."""
        deadline = time.monotonic() + 20
        while True:
            try:
                return fetch(endpoint=daemon.endpoints["snapshots"])
            except ControlError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def compare(
        self, daemon: Daemon, manifest: dict[str, Any], model: Model, probes: list[Any]
    ) -> None:
        done = daemon.learnctl(
            "predict", "-", "--version", str(manifest["version"]), "--json",
            text="".join(json.dumps({"x": probe}) + "\n" for probe in probes),
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        text = done.stdout
        theirs = (
            json.loads(text) if text.lstrip().startswith("[")
            else [json.loads(line) for line in text.splitlines() if line.strip()]
        )
        self.assertEqual(len(theirs), len(probes))
        for probe, their in zip(probes, theirs):
            if model.classes is None:
                ours, wanted = np.array([model.predict(probe)]), [their["prediction"]]
            else:
                ours, wanted = model.probabilities(probe), their["probabilities"]
            error = np.abs(ours - np.array(wanted)) / np.maximum(1, np.abs(ours))
            self.assertLess(error.max(), 1e-5, f"{probe}: {ours} and {wanted}")

    def test_hashed_features_by_ftrl(self) -> None:
        random = np.random.default_rng(1)

        def sample() -> dict[str, Any]:
            site = int(random.integers(40))
            x = {"site": f"s{site}", "user": f"u{random.integers(5000)}", "hour": site % 24 / 24,
                 "new": bool(site % 2), "weight": float(random.normal())}
            return {"x": x, "y": int(site % 3 == 0)}

        samples = [sample() for _ in range(4000)]
        probes = [sample()["x"] for _ in range(200)] + [{"never": "seen"}, {"site": None}]
        model, learner = self.run_learner(
            'model = "logistic"\nclasses = [0, 1]\noptimiser = "ftrl"\nrate = 0.5\nl1 = 0.05\n'
            "hash_bits = 18\nhash_slots = 16\n",
            samples, probes,
        )
        self.assertEqual(model.kind, "logistic")
        self.assertGreater(learner["metrics"]["accuracy_recent"], 0.95)

    def test_pairs_by_a_factorisation_machine(self) -> None:
        random = np.random.default_rng(2)

        def sample() -> dict[str, Any]:
            user, item = (int(number) for number in random.integers(12, size=2))
            # Whether it is liked is known by neither of them alone.
            return {"x": [user, item], "y": 4.0 if user % 2 == item % 2 else 2.0}

        samples = [sample() for _ in range(6000)]
        probes = [sample()["x"] for _ in range(100)] + [[99, 3], [None, 4]]
        _, learner = self.run_learner(
            'task = "regression"\nmodel = "factorisation"\noptimiser = "adagrad"\nrate = 0.1\n'
            "factors = 4\nhash_bits = 16\nhash_slots = 4\nidentifiers = true\n",
            samples, probes,
        )
        self.assertLess(learner["metrics"]["mae_recent"], 0.2)

    def test_text_in_a_closed_schema(self) -> None:
        random = np.random.default_rng(3)
        good, bad = ["good", "fine", "Größe", "wonderful"], ["bad", "awful", "broken", "ÉTUDE"]
        common = ["the", "movie", "was", "not", "shop", "very"]

        def sample() -> dict[str, Any]:
            label = int(random.integers(2))
            words = [str(random.choice(common)) for _ in range(6)]
            words[int(random.integers(6))] = str(random.choice((bad, good)[label]))
            x = {"stars": float(random.normal()), "verified": bool(random.integers(2)),
                 "shop": f"s{random.integers(4)}", "review": ", ".join(words) + "!"}
            return {"x": x, "y": ("bad", "good")[label]}

        samples = [sample() for _ in range(3000)]
        for index in range(99, 3000, 100):
            samples[index]["x"]["stasr"] = 1.0
        for index in range(50, 3000, 100):
            samples[index]["x"]["stars"] = "five"
        probes = [sample()["x"] for _ in range(100)] + [{"review": ""}, {"shop": "never seen"}]
        model, learner = self.run_learner(
            'model = "softmax"\nschema = "closed"\nclasses = ["bad", "good"]\n'
            "[learner.default.features]\n"
            'stars = "number"\nverified = "boolean"\nshop = "category"\n'
            'review = { kind = "text", ngrams = [1, 2], buckets = 256 }\n',
            samples, probes, {"features": 30, "kind": 30},
        )
        self.assertEqual([c["kind"] for c in model.columns][:4],
                         ["number", "boolean", "text", "category"])
        self.assertGreater(learner["metrics"]["accuracy_recent"], 0.9)

    def test_long_texts_in_slots(self) -> None:
        random = np.random.default_rng(7)

        def sample() -> dict[str, Any]:
            label = int(random.integers(2))
            words = [f"w{random.integers(400)}" for _ in range(300)]
            words[int(random.integers(300))] = ("spam", "ham")[label]
            return {"x": {"body": " ".join(words)}, "y": ("spam", "ham")[label]}

        samples = [sample() for _ in range(1500)]
        self.assertGreater(len(samples[0]["x"]["body"]), 1024)
        self.run_learner(
            'model = "logistic"\nclasses = ["spam", "ham"]\noptimiser = "ftrl"\nhash_bits = 16\n'
            "hash_slots = 512\n"
            '[learner.default.features]\nbody = "text"\n',
            samples, [sample()["x"] for _ in range(20)],
        )

    def test_labels_of_some_time_ago(self) -> None:
        random = np.random.default_rng(4)
        labels = [0.0, 1.0]
        for _ in range(3000):
            labels.append(1.6 * labels[-1] - 0.8 * labels[-2] + float(random.normal()) / 20 + 1)
        samples = [{"x": [float(random.normal())], "y": label} for label in labels]
        model, learner = self.run_learner(
            'model = "linear"\nlabel_lags = [1, 2]\n', samples, [[0.5], [-1.0], [None]]
        )
        self.assertEqual(len(json.loads(model.metadata["labels"])), 2)
        baseline = learner["metrics"]["baselines"]["last_value"]["mae"]
        # The noise alone has a mean error of 0.04.
        self.assertLess(learner["metrics"]["mae_recent"], min(0.05, 0.7 * baseline))
        self.assertNotEqual(model.predict([0.5]), model.predict([0.5], labels=[3.0, 2.0]))

    def test_classes_of_some_time_ago(self) -> None:
        samples = [{"x": {"a": float(n % 5)}, "y": "xyz"[n // 2 % 3]} for n in range(2000)]
        _, learner = self.run_learner(
            'model = "softmax"\nlabel_lags = [1, 2]\n',
            samples, [{"a": 1.0}, {"a": None}, {"b": 3.0}],
        )
        self.assertGreater(learner["metrics"]["accuracy_recent"], 0.95)

    def test_interactions_windows_and_missing_values(self) -> None:
        random = np.random.default_rng(5)

        def sample() -> dict[str, Any]:
            a, b = (float(number) for number in random.normal(size=2))
            x = {"a": a, "b": b, "silent": 3.0 if random.random() < 0.2 else None}
            return {"x": x, "y": a * b}

        samples = [sample() for _ in range(4000)]
        probes = [sample()["x"] for _ in range(100)] + [{}]
        model, learner = self.run_learner(
            'model = "linear"\ninteractions = true\nimputation = "last"\nindicators = true\n'
            '[learner.default.standardise]\nscaling = "windowed"\nwindow = 300\n',
            samples, probes,
        )
        self.assertEqual(model.metadata["interactions"], "quadratic")
        self.assertLess(learner["metrics"]["mae_recent"], 0.15)

    def test_hashed_columns_and_zeros(self) -> None:
        random = np.random.default_rng(6)

        def sample() -> dict[str, Any]:
            color = str(random.choice(["red", "green", "blue"]))
            return {"x": {"color": color, "size": float(random.normal())},
                    "y": "warm" if color == "red" else "cold"}

        samples = [sample() for _ in range(2000)]
        _, learner = self.run_learner(
            'model = "softmax"\nhash_bits = 6\nimputation = "zero"\n',
            samples, [sample()["x"] for _ in range(50)],
        )
        self.assertGreater(learner["metrics"]["accuracy_recent"], 0.95)

    def test_a_configuration_that_cannot_be_is_refused_with_line_and_remedy(self) -> None:
        with Daemon() as daemon:
            path = daemon.log.parent / "wrong.toml"
            path.write_text(
                "[learner.a]\nhash_bits = 20\n[learner.b]\nmodel = \"factorisation\"\n"
                "[learner.b.features]\ntemp = \"nubmer\"\n"
            )
            done = daemon.learnctl("check", str(path))
            self.assertNotEqual(done.returncode, 0)
            text = done.stdout + done.stderr
            self.assertIn("wrong.toml:2", text)
            self.assertIn("set hash_bits = 12 or less", text)
            self.assertIn("wrong.toml:4", text)
            self.assertIn('did you mean "number"?', text)
            self.assertIn("wrong.toml:6", text)


if __name__ == "__main__":
    unittest.main()
