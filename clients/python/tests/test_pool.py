# SPDX-License-Identifier: Apache-2.0
"""Pools: artifacts that learnd wrote, and small ones of which all can be worked out by hand.

scripts/golden/pools.py wrote those of the folder golden, with what `learnctl predict` says.
"""

from __future__ import annotations

import json
import math
import unittest
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from support import FIRST, artifact
from learnd_client import Model, read_safetensors
from learnd_pool import EXPERTS

GOLDEN = sorted((Path(__file__).resolve().parent / "golden").glob("pool-*.json"))
FORMS = ("count", "mean", "variance", "slow_mean", "slow_variance", "level", "change_mean",
         "change_variance")


class GoldenTests(unittest.TestCase):
    def models(self) -> Any:
        for path in GOLDEN:
            tensors, metadata = read_safetensors(path.with_suffix(".safetensors").read_bytes())
            with self.subTest(path.stem):
                yield Model(tensors, metadata), metadata, json.loads(path.read_text())

    def expect_close(self, ours: Any, theirs: Any) -> None:
        error = np.abs(ours - np.array(theirs)) / np.maximum(1, np.abs(theirs))
        # Both compute in single precision, in the same order.
        self.assertLess(error.max(), 1e-6)

    def test_predictions_are_those_of_learnd(self) -> None:
        for model, _, expected in self.models():
            rows, now = expected["rows"], expected["now"]
            if model.classes is None:
                self.expect_close(model.predict(rows), now["prediction"])
                low, high = model.interval(rows)
                self.expect_close(low, now["low"])
                self.expect_close(high, now["high"])
                continue
            self.expect_close(model.probabilities(rows), now["probabilities"])
            theirs = expected["all"]["probabilities"]
            self.expect_close(model.probabilities(rows, view="all"), theirs)
            best = [model.classes[int(np.argmax(one))] for one in theirs]
            self.assertEqual(model.predict(rows, view="all"), best)

    def test_every_kind_of_expert_is_among_them(self) -> None:
        kinds = {
            expert["kind"]
            for _, metadata, _ in self.models()
            for expert in json.loads(metadata["pool"])["experts"]
        }
        self.assertEqual(kinds, set(EXPERTS))

    def test_one_row_is_predicted_as_among_many(self) -> None:
        for model, _, expected in self.models():
            rows = expected["rows"]
            if model.classes is None:
                self.assertEqual(model.predict(rows[3]), model.predict(rows)[3])
                low, high = model.interval(rows)
                self.assertEqual(model.interval(rows[3]), (low[3], high[3]))
                continue
            for view in ("now", "all"):
                one = model.probabilities(rows[3], view=view)
                np.testing.assert_array_equal(one, model.probabilities(rows, view=view)[3])
            none = np.zeros((0, len(rows[0])))
            self.assertEqual(model.probabilities(none).shape, (0, len(model.classes)))


def pool(
    experts: list[dict[str, Any]], tensors: dict[str, Any] | None = None, *,
    classes: tuple[Any, ...] = ("a", "b"), last: int = -1, width: int = 1,
    metadata: dict[str, str] | None = None, **more: Any,
) -> Model:
    """A pool of experts that weigh alike, over columns of mean 0 and variance 1."""
    all_tensors: dict[str, Any] = {f"forms.{name}": np.zeros(width) for name in FORMS}
    for name in ("count", "variance", "slow_variance", "change_variance"):
        all_tensors[f"forms.{name}"] = np.ones(width)
    for name, tensor in (tensors or {}).items():
        all_tensors[name] = np.asarray(
            tensor, np.float64 if name.startswith("forms.") else np.float32
        )
    count = sum(len(expert["opinions"]) for expert in experts)
    for expert in experts:
        for opinion in expert["opinions"]:
            for name in ("share", "hedge", "stack"):
                opinion.setdefault(name, 1 / count)
    facts = {"last": last, "centre": 0.0, "spread": 1.0, "rules": [1, 0, 0], "reach": 1.0,
             "experts": experts, **more}
    columns = [{"name": str(column), "kind": "number"} for column in range(width)]
    texts = {
        "learnd": "1", "model": "pool", "task": "classes" if classes else "regression",
        "incarnation": FIRST, "learner": "default", "version": "1", "columns": json.dumps(columns),
        "classes": json.dumps(list(classes)), "clip": "5", "scaling": "own",
        "pool": json.dumps(facts), **(metadata or {}),
    }
    return Model(*read_safetensors(save(all_tensors, texts)))


def expert(kind: str, temperature: float = 1, **facts: Any) -> dict[str, Any]:
    return {"kind": kind, "facts": facts, "opinions": [{"name": kind, "temperature": temperature}]}


class MixTests(unittest.TestCase):
    table = {"label_table.counts": [[9.5, 0], [0, 0]]}

    def test_the_first_rule_is_a_mean_of_calibrated_opinions(self) -> None:
        # (9.5 + 0.25) / 10 = 0.975 for the first class.
        model = pool([expert("label_table", 0.5)], self.table, last=0)
        odds = math.sqrt(0.975 / 0.025)
        first = odds / (1 + odds)
        np.testing.assert_allclose(model.probabilities([0]), [first, 1 - first], atol=1e-6)
        # Beside one who knows nothing.
        both = [expert("label_table", 0.5), expert("last_label")]
        model = pool(both, {**self.table, "last_label.counts": [0, 0]}, last=0)
        first = (first + 0.5) / 2
        np.testing.assert_allclose(model.probabilities([0]), [first, 1 - first], atol=1e-6)

    def test_the_third_rule_stacks_logarithms(self) -> None:
        one = expert("label_table")
        one["opinions"][0]["stack"] = -2
        model = pool([one], self.table, last=0, rules=[0, 0, 1])
        odds = (0.975 / 0.025) ** -2
        first = odds / (1 + odds)
        np.testing.assert_allclose(model.probabilities([0]), [first, 1 - first], atol=1e-6)

    def test_the_last_label_is_the_versions_or_one_that_is_known_better(self) -> None:
        model = pool([expert("label_table")], self.table, last=0)
        self.assertEqual(model.predict([0]), "a")
        even = model.probabilities([0], labels=["b"])
        np.testing.assert_allclose(even, [0.5, 0.5])
        np.testing.assert_array_equal(model.probabilities([0], labels=["never seen"]), even)
        np.testing.assert_array_equal(
            model.probabilities([0], labels=["a"]), model.probabilities([0])
        )

    def test_the_only_class_is_certain(self) -> None:
        kinds = [expert("linear_slow"), expert("last_label"), expert("naive_bayes")]
        tensors = {
            "linear_slow.weights": [[1, 2]], "last_label.counts": [3, 1],
            "naive_bayes.frequencies": [4], "naive_bayes.means": [[1]],
            "naive_bayes.variances": [[1]],
        }
        model = pool(kinds, tensors, classes=("a",), last=0)
        np.testing.assert_array_equal(model.probabilities([[0], [1e9]]), [[1], [1]])

    def test_numbers_are_measured_by_centre_and_spread(self) -> None:
        numbers = [
            expert("last_number"),
            {**expert("rls", features="plain"), "opinions": [
                {"name": "rls", "temperature": 1, "share": 0.25}]},
        ]
        numbers[0]["opinions"][0]["share"] = 0.75
        tensors = {
            "last_number.number": [130], "last_number.rows": [1], "rls.weights": [0.5, 2],
        }
        model = pool(numbers, tensors, classes=(), centre=100.0, spread=10.0, reach=0.5)
        # 3 spreads, and 0.5 + 2 * 1 of them.
        said = 0.75 * 3 + 0.25 * 2.5
        self.assertAlmostEqual(model.predict([1]), 100 + 10 * said, places=4)
        low, high = model.interval([1])
        self.assertAlmostEqual(low, 100 + 10 * (said - 0.5), places=4)
        self.assertAlmostEqual(high, 100 + 10 * (said + 0.5), places=4)


class FormTests(unittest.TestCase):
    def test_columns_are_measured_in_several_ways(self) -> None:
        tensors = {
            "forms.mean": [10], "forms.variance": [4], "forms.level": [11],
            "forms.change_mean": [0.5], "forms.change_variance": [0.25],
            # 1, scaled, scaled change, two labels: a logarithm of odds of half of each.
            "arow_temporal.weights": [[0, 0.5, 0.25, 0, 0]],
        }
        model = pool([expert("arow_temporal")], tensors)

        def expected(scaled: float, change: float) -> float:
            return 1 / (1 + math.exp(-2 * (0.5 * scaled + 0.25 * change)))

        for x, scaled, change in ((12, 1, 1), (11, 0.5, -1), (1e6, 5, 5), (None, 0, 0)):
            self.assertAlmostEqual(
                model.probabilities([x])[1], max(0.001, expected(scaled, change)), places=3
            )

    def test_what_never_varied_weighs_nothing(self) -> None:
        tensors = {"forms.variance": [0], "linear_slow.weights": [[0, 3]]}
        model = pool([expert("linear_slow")], tensors)
        np.testing.assert_allclose(model.probabilities([17]), [0.5, 0.5])

    def test_nobody_measures_before_a_pool_but_products_are_made(self) -> None:
        # A row (x, y) becomes x, (x^2 - 1) / root of 2, y, x y, and the same of y.
        weights = np.zeros(6)
        weights[4] = 0.3
        metadata = {"interactions": "quadratic", "columns": json.dumps(
            [{"name": "0", "kind": "number"}, {"name": "1", "kind": "number"}])}
        model = pool([expert("linear_slow")], {"linear_slow.weights": [weights]}, width=5,
                     metadata=metadata)
        for row, z in (([1, 2], 2), ([None, 2], 0), ([-1, 2], -2), ([10, 10], 5)):
            second = model.probabilities(row)[1]
            self.assertAlmostEqual(second, 1 / (1 + math.exp(-0.3 * z)), places=5)

    def test_imputation_by_zero_leaves_nothing_missing(self) -> None:
        tensors = {"forms.mean": [10], "forms.variance": [100], "linear_slow.weights": [[0, 1]]}
        model = pool([expert("linear_slow")], tensors, metadata={"imputation": "zero"})
        np.testing.assert_array_equal(model.probabilities([None]), model.probabilities([0]))
        self.assertLess(model.probabilities([None])[1], 0.3)


class NeighbourTests(unittest.TestCase):
    def test_of_equally_far_rows_the_newer_is_nearer(self) -> None:
        tensors = {
            "history.scaled": [[1], [1], [1], [-1]], "history.labels": [0, 0, 1, 0],
            "history.weights": [1, 1, 1, 1],
        }
        model = pool([expert("knn_200", window=3, neighbours=[1])], tensors)
        # The row of class 1 is the newest of those at 1; the newest of all is at -1.
        self.assertEqual(model.predict([[1], [-1]]), ["b", "a"])
        np.testing.assert_allclose(model.probabilities([1])[1], (1 + 0.15) / 1.3, atol=1e-6)

    def test_a_history_may_be_shorter_than_a_window_or_none(self) -> None:
        tensors = {
            "history.scaled": [[1]], "history.labels": [1], "history.weights": [2],
        }
        model = pool([expert("knn_200", window=200, neighbours=[3])], tensors)
        np.testing.assert_allclose(model.probabilities([0])[1], (1 + 0.15) / 1.3, atol=1e-6)
        model = pool([expert("knn_200", window=200, neighbours=[3])])
        np.testing.assert_allclose(model.probabilities([0]), [0.5, 0.5])
        model = pool([expert("knn_numbers", window=5000, neighbours=10)], classes=(), centre=3.0)
        self.assertEqual(model.predict([0]), 3)


class RefusalTests(unittest.TestCase):
    def test_what_is_not_there_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "crystal_ball.*label_table"):
            pool([expert("crystal_ball")])
        model = pool([expert("last_label")], {"last_label.counts": [1, 1]})
        with self.assertRaisesRegex(ValueError, "view of all classes"):
            model.predict([0], view="all")
        with self.assertRaisesRegex(ValueError, "yesterday"):
            model.predict([0], view="yesterday")
        with self.assertRaisesRegex(TypeError, "intervals"):
            model.interval([0])
        with self.assertRaisesRegex(ValueError, "only a pool"):
            Model.from_bytes(artifact()).predict([0, 0], view="all")


if __name__ == "__main__":
    unittest.main()
