# SPDX-License-Identifier: Apache-2.0
"""Artifacts, read and predicted with as section 2 of docs/protocol.md says."""

import math
import unittest

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load, save
import tempfile

from support import artifact, artifact_of_experts
from learnd_client import Model, read_safetensors


class HeaderTests(unittest.TestCase):
    def test_tensors_equal_those_of_the_real_package(self) -> None:
        data = artifact("softmax", classes=["a", "b", "c"], weights=range(6), deviation=[2, 3])
        tensors, _ = read_safetensors(data)
        expected = load(data)
        self.assertEqual(set(tensors), set(expected))
        for name, tensor in expected.items():
            np.testing.assert_array_equal(tensors[name], tensor)
            self.assertEqual(tensors[name].dtype, tensor.dtype)

    def test_metadata_equals_that_of_the_real_package(self) -> None:
        data = artifact(version=7)
        with tempfile.NamedTemporaryFile(suffix=".safetensors") as file:
            file.write(data)
            file.flush()
            with safe_open(file.name, "numpy") as opened:
                self.assertEqual(read_safetensors(data)[1], opened.metadata())

    def test_a_file_without_metadata_has_none(self) -> None:
        self.assertEqual(read_safetensors(save({"a": np.ones(2, np.float32)}))[1], {})

    def test_what_is_no_safetensors_file_is_refused(self) -> None:
        for data in (b"", b"1234567", b"\xff" * 16, artifact()[:20]):
            with self.assertRaises(ValueError):
                read_safetensors(data)

    def test_an_artifact_of_another_format_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "format"):
            Model.from_bytes(save({"a": np.ones(2, np.float32)}, {"learnd": "2"}))


class PredictionTests(unittest.TestCase):
    def test_linear(self) -> None:
        model = Model.from_bytes(
            artifact("linear", weights=[2, -1], bias=[0.5], mean=[1, 2], deviation=[2, 4])
        )
        # z = ((5 - 1) / 2, (4 - 2) / 4) = (2, 0.5)
        self.assertAlmostEqual(model.predict([5, 4]), 2 * 2 - 0.5 + 0.5)
        np.testing.assert_allclose(model.predict([[5, 4], [1, 2]]), [4.0, 0.5])
        with self.assertRaises(TypeError):
            model.probabilities([5, 4])

    def test_logistic(self) -> None:
        model = Model.from_bytes(artifact("logistic", weights=[1, 0], bias=[0]))
        second = 1 / (1 + math.exp(-2))
        np.testing.assert_allclose(model.probabilities([2, 0]), [1 - second, second])
        self.assertEqual(model.predict([2, 0]), "warm")
        self.assertEqual(model.predict([-2, 0]), "cold")
        # An even chance goes to the first class.
        self.assertEqual(model.predict([0, 0]), "cold")

    def test_logistic_far_out_neither_warns_nor_overflows(self) -> None:
        model = Model.from_bytes(artifact("logistic", weights=[1e6, 0]))
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            np.testing.assert_array_equal(model.probabilities([[-9, 0], [9, 0]]), [[1, 0], [0, 1]])

    def test_softmax(self) -> None:
        model = Model.from_bytes(
            artifact("softmax", classes=[1, "1", True], weights=[1, 0, 0, 1, 0, 0], bias=[0, 0, 1])
        )
        powers = np.exp([2.0, 3.0, 1.0])
        np.testing.assert_allclose(model.probabilities([2, 3]), powers / powers.sum())
        self.assertEqual(model.predict([2, 3]), "1")
        self.assertIs(model.predict([-3, -3]), True)
        self.assertEqual(model.predict([[3, 2], [2, 3]]), [1, "1"])

    def test_one_margin_is_that_of_the_second_class(self) -> None:
        for kind in ("svm", "arow", "passive_aggressive"):
            model = Model.from_bytes(artifact(kind, weights=[1, 0], bias=[0.5]))
            second = 1 / (1 + math.exp(-2 * 1.5))
            np.testing.assert_allclose(model.probabilities([1, 0]), [1 - second, second])
            self.assertEqual(model.predict([-1, 0]), "cold")
            self.assertEqual(model.predict([[1, 0], [-2, 0]]), ["warm", "cold"])

    def test_margins_of_more_classes_are_one_for_each(self) -> None:
        for kind in ("svm", "arow", "passive_aggressive"):
            model = Model.from_bytes(
                artifact(kind, classes=["a", "b", "c"], weights=[1, 0, 0, 1, 0, 0], bias=[0, 0, -1])
            )
            powers = np.exp([2.0, 3.0, -1.0])
            np.testing.assert_allclose(model.probabilities([2, 3]), powers / powers.sum())
            self.assertEqual(model.predict([2, 3]), "b")

    def test_numbers_without_gradients(self) -> None:
        model = Model.from_bytes(artifact("rls", weights=[2, -1], bias=[0.5]))
        self.assertAlmostEqual(model.predict([1, 3]), 2 - 3 + 0.5)
        model = Model.from_bytes(
            artifact("passive_aggressive", task="regression", weights=[2, -1], bias=[0.5])
        )
        self.assertAlmostEqual(model.predict([1, 3]), 2 - 3 + 0.5)

    def test_values_are_clipped_after_scaling(self) -> None:
        model = Model.from_bytes(artifact("linear", weights=[1, 1], clip=3.0))
        self.assertEqual(model.predict([1000, -1000]), 0.0)
        self.assertEqual(model.predict([1000, 0]), 3.0)

    def test_missing_values_and_constant_columns_weigh_nothing(self) -> None:
        model = Model.from_bytes(artifact("linear", mean=[7, 7], deviation=[1, 0], bias=[1]))
        for missing in (None, math.nan):
            self.assertEqual(model.predict([missing, 100]), 1.0)
        self.assertEqual(model.predict([8, 100]), 2.0)

    def test_scaling_is_done_in_double_precision(self) -> None:
        mean, deviation = 1e8 + 1 / 3, 1e-1
        model = Model.from_bytes(
            artifact("linear", weights=[1, 0], mean=[mean, 0], deviation=[deviation, 1], clip=1e9)
        )
        expected = (float(np.float32(1e8)) - mean) / deviation
        self.assertAlmostEqual(model.predict([1e8, 0]), expected, places=6)

    def test_wrong_shapes_are_refused_by_size(self) -> None:
        model = Model.from_bytes(artifact())
        with self.assertRaisesRegex(ValueError, "3 features; this model has 2"):
            model.predict([1, 2, 3])

    def test_what_learnd_refuses_is_refused(self) -> None:
        model = Model.from_bytes(artifact())
        for value in (math.inf, 1e308):
            with self.assertRaisesRegex(ValueError, "single precision"):
                model.predict([value, 0])


class NamedTests(unittest.TestCase):
    columns = [
        {"name": "temp", "kind": "number"},
        {"name": "open", "kind": "boolean"},
        {"name": "site", "kind": "category", "value": "north"},
        {"name": "site", "kind": "category", "value": "south"},
    ]

    def setUp(self) -> None:
        self.model = Model.from_bytes(
            artifact(
                "linear", columns=self.columns, weights=[1, 10, 100, 1000],
                mean=[20, 0.5, 0.25, 0.5], deviation=[2, 0.5, 0.5, 0.5],
            )
        )

    def test_each_kind(self) -> None:
        # z = ((22 - 20) / 2, (1 - .5) / .5, (1 - .25) / .5, (0 - .5) / .5)
        sample = {"temp": 22, "open": True, "site": "north"}
        self.assertAlmostEqual(self.model.predict(sample), 1 + 10 + 150 - 1000)
        numpys = {"temp": np.float32(22), "open": np.bool_(True), "site": "north"}
        self.assertAlmostEqual(self.model.predict(numpys), 1 + 10 + 150 - 1000)

    def test_an_unknown_category_is_none_of_the_known(self) -> None:
        self.assertAlmostEqual(self.model.predict({"site": "east"}), 100 * -0.5 + 1000 * -1)

    def test_absent_and_null_features_weigh_nothing(self) -> None:
        self.assertEqual(self.model.predict({}), 0.0)
        self.assertEqual(self.model.predict({"site": None, "temp": None, "new": 3}), 0.0)

    def test_many(self) -> None:
        values = self.model.predict([{"temp": 22}, {"temp": 24}, {}])
        np.testing.assert_allclose(values, [1, 2, 0])

    def test_another_kind_is_refused_by_name(self) -> None:
        for sample in ({"temp": "warm"}, {"temp": True}, {"open": 1}, {"site": 3}, {"temp": [1]}):
            with self.assertRaisesRegex(ValueError, next(iter(sample))):
                self.model.predict(sample)


class ContextTests(unittest.TestCase):
    """Models whose contexts own experts: each its own scaling, the rest weighed."""

    def test_a_context_is_predicted_by_its_expert(self) -> None:
        parts = [
            {"weights": [1, 0], "bias": [1], "mean": [1, 2], "deviation": [2, 4]},
            {"weights": [-1, 2], "bias": [0], "mean": [0, 0], "deviation": [1, 2]},
        ]
        model = Model.from_bytes(
            artifact_of_experts(
                "linear", parts, ensemble=[0.25, 0.75], contexts={"north": 1, "lost": None}
            )
        )
        alone = [Model.from_bytes(artifact("linear", **part)) for part in parts]
        shared, north = (one.predict([3.0, 4.0]) for one in alone)
        self.assertEqual(model.predict([3.0, 4.0], context="north"), north)
        for context in (None, "lost", "unheard-of"):
            mixed = model.predict([3.0, 4.0], context=context)
            self.assertAlmostEqual(mixed, 0.25 * shared + 0.75 * north, places=6)
        several = model.predict([[3.0, 4.0]] * 3, context=["north", None, "north"])
        self.assertEqual([several[0], several[2]], [north, north])
        self.assertNotEqual(several[1], north)
        with self.assertRaisesRegex(ValueError, "contexts"):
            model.predict([[3.0, 4.0]], context=["north", "north"])

    def test_probabilities_are_mixed_not_scores(self) -> None:
        parts = [
            {"classes": ["a", "b", "c"], "weights": range(6)},
            {"classes": ["a", "b", "c"], "weights": range(6, 0, -1)},
            {"classes": ["a", "b", "c"], "weights": [0, 3, 0, -3, 0, 1]},
        ]
        model = Model.from_bytes(
            artifact_of_experts(
                "softmax", parts, ensemble=[0.5, 0.3, 0.2], contexts={"x": 1, "y": 2, "z": 2}
            )
        )
        alone = [Model.from_bytes(artifact("softmax", **part)) for part in parts]
        each = [one.probabilities([0.3, -1.2]) for one in alone]
        np.testing.assert_allclose(
            model.probabilities([0.3, -1.2]), 0.5 * each[0] + 0.3 * each[1] + 0.2 * each[2],
            atol=1e-6,
        )
        for name, number in (("x", 1), ("y", 2), ("z", 2)):
            np.testing.assert_array_equal(
                model.probabilities([0.3, -1.2], context=name), each[number]
            )
            best = alone[number].predict([0.3, -1.2])
            self.assertEqual(model.predict([0.3, -1.2], context=name), best)

    def test_what_an_expert_lacks_is_that_of_the_first(self) -> None:
        parts = [
            {"weights": [1, 0], "bias": [1], "mean": [1, 2], "deviation": [2, 4]},
            {"weights": [-1, 2], "bias": [5], "mean": [1, 2], "deviation": [2, 4]},
        ]
        tensors, metadata = read_safetensors(
            artifact_of_experts("linear", parts, ensemble=[0.5, 0.5], contexts={"north": 1})
        )
        whole = Model(tensors, metadata).predict([3.0, 4.0], context="north")
        for name in ("mean", "deviation"):
            del tensors[f"experts.1.{name}"]
        head = Model(tensors, metadata).predict([3.0, 4.0], context="north")
        self.assertEqual(head, whole)

    def test_a_model_without_experts_is_the_same_in_every_context(self) -> None:
        model = Model.from_bytes(artifact())
        self.assertEqual(model.contexts, {})
        np.testing.assert_array_equal(
            model.probabilities([1, 2]), model.probabilities([1, 2], context="north")
        )


if __name__ == "__main__":
    unittest.main()
