# SPDX-License-Identifier: Apache-2.0
"""Features, made of samples as section 2.1 of docs/protocol.md says."""

import json
import math
import unittest
from typing import Any

import numpy as np
from safetensors.numpy import save

import support  # noqa: F401  (finds the client)
from learnd_client import Model
from learnd_features import murmur3, ngrams


def artifact(tensors: dict[str, Any], columns: list[dict[str, Any]] = [], **metadata: str) -> Model:
    """A model of the given tensors; its metadata are those of a regression unless said."""
    facts = {
        "learnd": "1", "model": "linear", "task": "regression", "incarnation": "1" * 32,
        "learner": "default", "version": "1", "clip": "5", "scaling": "none", "classes": "[]",
        "imputation": "mean", "interactions": "none", "shape": "named",
        "columns": json.dumps(columns), **metadata,
    }
    arrays = {name: np.asarray(tensor, np.float32) for name, tensor in tensors.items()}
    for name in ("mean", "deviation"):
        if name in arrays:
            arrays[name] = np.asarray(tensors[name], np.float64)
    return Model.from_bytes(save(arrays, facts))


class TokenTests(unittest.TestCase):
    # Tests/LearningTests/Golden/HashedTokens.swift has these and more, from scikit-learn.
    def test_murmur3(self) -> None:
        for token, expected in {
            "": 0, "a": 1009084850, "ab": -1681926305, "abc": -1277324294, "abcd": 1139631978,
            "site=north": -733113727, "größe": -472672705, "日本語": -1515949417,
        }.items():
            self.assertEqual(murmur3(token.encode()), expected, token)

    def test_words(self) -> None:
        self.assertEqual(
            ngrams("A good Movie, NOT_bad!", "word", 1, 2),
            ["good", "movie", "not_bad", "good movie", "movie not_bad"],
        )
        self.assertEqual(ngrams("İ x", "word", 1, 1), [])
        self.assertEqual(ngrams("", "word", 1, 1), [])

    def test_characters(self) -> None:
        self.assertEqual(ngrams("Ab  \tc", "character", 2, 2), ["ab", "b ", " c"])


class ColumnTests(unittest.TestCase):
    def test_indicators_and_last_values(self) -> None:
        columns = [{"name": name, "kind": kind} for name in "01" for kind in ["number"]]
        columns += [{"name": name, "kind": "missing"} for name in "01"]
        model = artifact(
            {"weights": [[1, 10, 100, 1000]], "bias": [0], "last": [7, math.nan, 0, 1]},
            columns, shape="positional", width="2", imputation="last",
        )
        self.assertEqual(model.predict([2, 3]), 32)
        self.assertEqual(model.predict([math.nan, 3]), 7 + 30 + 100)
        self.assertEqual(model.predict([2, None]), 2 + 1000)
        with self.assertRaisesRegex(ValueError, "4 features; this model has 2"):
            model.predict([1, 2, 3, 4])

    def test_zeros_for_missing_values_are_scaled(self) -> None:
        columns = [{"name": "a", "kind": "number"}]
        tensors = {"weights": [[1]], "bias": [0], "mean": [2], "deviation": [2]}
        self.assertEqual(artifact(tensors, columns, scaling="running").predict({}), 0)
        zero = artifact(tensors, columns, scaling="running", imputation="zero")
        self.assertEqual(zero.predict({}), -1)

    def test_products(self) -> None:
        columns = [{"name": name, "kind": "number"} for name in "ab"]
        model = artifact(
            {"weights": [[1, 10, 100, 1000, 10000]], "bias": [0]}, columns,
            interactions="quadratic",
        )
        root = math.sqrt(2)
        expected = 2 + 10 * 3 / root + 100 * 3 + 1000 * 6 + 10000 * 8 / root
        self.assertAlmostEqual(model.predict({"a": 2, "b": 3}), expected, places=6)

    def test_lags(self) -> None:
        columns = [{"kind": "lag", "lag": 1}, {"kind": "lag", "lag": 3}]
        model = artifact(
            {"weights": [[1, 10]], "bias": [0]}, columns, lags="[1, 3]", labels="[5.0, 6.0, 7.0]"
        )
        self.assertEqual(model.predict({}), 75)
        self.assertEqual(model.predict({}, labels=[1, 2]), 1)
        classes = [{"kind": "lag", "lag": 1, "value": label} for label in (1, True, "1")]
        chosen = artifact(
            {"weights": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "bias": [0, 0, 0]}, classes,
            model="softmax", task="classes", classes='[1, true, "1"]', lags="[1]", labels="[true]",
        )
        self.assertIs(chosen.predict({}), True)
        self.assertEqual(chosen.predict({}, labels=["1"]), "1")
        np.testing.assert_allclose(chosen.probabilities({}, labels=[]), [1 / 3] * 3)

    def test_texts_and_hashed_columns(self) -> None:
        text = {"name": "t", "kind": "text", "unit": "word", "ngrams": [1, 1], "buckets": 50}
        model = artifact({"weights": [range(50)], "bias": [0]}, [text])
        bucket = abs(murmur3(b"movie")) % 50
        sign = 1 if murmur3(b"movie") >= 0 else -1
        self.assertEqual(model.predict({"t": "movie movie"}), 2 * sign * bucket)
        with self.assertRaisesRegex(ValueError, "'t' is a text"):
            model.predict({"t": 3})
        hashed = artifact(
            {"weights": [range(8)], "bias": [0]}, [{"kind": "hash", "bits": 3}],
            hash_bits="3", hash_form="columns", identifiers="false",
        )
        # scikit-learn: buckets 1 and 7 with -1 and 20.5.
        self.assertEqual(
            hashed.predict({"temp": 21.5, "open": True, "site": "north"}), 7 * 20.5 - 1
        )


class SlotTests(unittest.TestCase):
    facts = {"hash_bits": "10", "hash_form": "slots", "identifiers": "false"}

    def test_what_is_not_met_weighs_nothing(self) -> None:
        # scikit-learn: temp falls into 407, site=north into 383 with a minus.
        model = artifact(
            {"buckets": [383, 407], "weights": [[10, 2]], "bias": [1]}, **self.facts
        )
        self.assertEqual(model.predict({"temp": 21.5, "site": "north", "new": 3}), 1 + 43 - 10)
        self.assertEqual(model.predict({"site": "south"}), 1)
        np.testing.assert_array_equal(model.predict([{}, {"temp": 1}]), [1, 3])

    def test_past_labels_are_tokens(self) -> None:
        bucket = abs(murmur3(b"label-1=1")) % 1024
        sign = 1 if murmur3(b"label-1=1") >= 0 else -1
        model = artifact(
            {"buckets": [bucket], "weights": [[4]], "bias": [0]}, model="logistic",
            task="classes", classes='["no", "yes"]', lags="[1]", labels='["yes"]', **self.facts,
        )
        second = 1 / (1 + math.exp(-4 * sign))
        self.assertAlmostEqual(model.probabilities({})[1], second)
        self.assertAlmostEqual(model.probabilities({}, labels=["no"])[1], 0.5)

    def test_identifiers_and_factors(self) -> None:
        buckets = [abs(murmur3(token)) % 1024 for token in (b"0=17", b"1=3")]
        signs = [1 if murmur3(token) >= 0 else -1 for token in (b"0=17", b"1=3")]
        order = np.argsort(buckets)
        model = artifact(
            {
                "buckets": np.array(buckets)[order], "weights": np.array([[1, 2]])[:, order],
                "factors": np.array([[1, 2], [3, 4]])[order], "bias": [10],
            },
            model="factorisation", shape="positional", width="2",
            **{**self.facts, "identifiers": "true"},
        )
        expected = 10 + signs[0] + 2 * signs[1] + signs[0] * signs[1] * (1 * 3 + 2 * 4)
        self.assertEqual(model.predict([17, 3]), expected)
        self.assertEqual(model.predict([17, math.nan]), 10 + signs[0])
        with self.assertRaisesRegex(ValueError, "no identifier"):
            model.predict([0.5, 3])


if __name__ == "__main__":
    unittest.main()
