# SPDX-License-Identifier: Apache-2.0
"""Tensors in fewer bytes, written by the real safetensors package, against section 2.3."""

import json
import unittest
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from support import artifact, artifact_of_experts
from learnd_client import Model, expanded, read_safetensors


def compressed(data: bytes, forms: dict[str, tuple[str, str]]) -> bytes:
    """The artifact with tensors in other forms: for each its numbers and its places."""
    tensors, metadata = load(data), read_safetensors(data)[1]
    entries: dict[str, Any] = {}
    for name, (numbers, places) in forms.items():
        whole = tensors.pop(name)
        entries[name] = {"shape": list(whole.shape), "numbers": numbers, "places": places}
        values = whole.reshape(-1)
        if numbers == "int8":
            largest = np.abs(whole.reshape(len(whole), -1)).max(axis=1)
            scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
            tensors[f"{name}.scale"] = scale
            steps = whole.reshape(len(whole), -1) / scale[:, None]
            values = np.rint(steps).astype(np.int8).reshape(-1)
        if numbers == "float16":
            values = values.astype(np.float16)
        kept = values != 0
        if places == "all":
            tensors[name] = values.reshape(whole.shape)
        else:
            tensors[f"{name}.values"] = values[kept]
        if places == "bitmap":
            tensors[f"{name}.bitmap"] = np.packbits(kept, bitorder="little")
        if places == "indices":
            tensors[f"{name}.indices"] = np.flatnonzero(kept).astype(np.int32)
    return save(tensors, {**metadata, "compression": json.dumps(entries)})


class ExpansionTests(unittest.TestCase):
    def setUp(self) -> None:
        random = np.random.default_rng(3)
        self.weights = random.normal(size=(3, 2)).astype(np.float32)
        self.weights[1, 0] = 0
        self.data = artifact("softmax", classes=["a", "b", "c"], weights=self.weights)
        self.rows = random.normal(size=(20, 2))

    def test_every_form_gives_the_weights_back(self) -> None:
        slack = {"float32": 0, "float16": 2e-3, "int8": np.abs(self.weights).max() / 254 * 1.001}
        plain = Model.from_bytes(self.data)
        for numbers, most in slack.items():
            for places in ("all", "bitmap", "indices"):
                with self.subTest(numbers=numbers, places=places):
                    data = compressed(self.data, {"weights": (numbers, places)})
                    whole = expanded(*read_safetensors(data))
                    self.assertEqual(set(whole), set(load(self.data)))
                    self.assertEqual(whole["weights"].dtype, np.float32)
                    np.testing.assert_allclose(whole["weights"], self.weights, rtol=0, atol=most)
                    self.assertEqual(whole["weights"][1, 0], 0)
                    model = Model.from_bytes(data)
                    np.testing.assert_allclose(
                        model.probabilities(self.rows), plain.probabilities(self.rows), atol=5e-3
                    )

    def test_a_row_without_any_number_is_zeros(self) -> None:
        data = artifact("softmax", classes=["a", "b"], weights=[0, 0, 1, 2])
        for places in ("all", "bitmap", "indices"):
            whole = expanded(*read_safetensors(compressed(data, {"weights": ("int8", places)})))
            np.testing.assert_allclose(whole["weights"], [[0, 0], [1, 2]], atol=1e-2)

    def test_the_bits_of_a_bitmap_start_with_the_lowest(self) -> None:
        tensors = {
            "w.bitmap": np.array([0b1000_0010, 0b0000_0001], np.uint8),
            "w.values": np.array([5, 6, 7], np.int8),
            "w.scale": np.array([1, 0.5, 2], np.float32),
        }
        entry = {"w": {"shape": [3, 3], "numbers": "int8", "places": "bitmap"}}
        whole = expanded(tensors, {"compression": json.dumps(entry)})
        np.testing.assert_array_equal(whole["w"], [[0, 5, 0], [0, 0, 0], [0, 12, 14]])
        self.assertEqual(set(whole), {"w"})

    def test_experts_are_expanded_once(self) -> None:
        words = [{"weights": [1, -2], "version": 4}, {"weights": [3, 0.5], "version": 4}]
        data = artifact_of_experts(
            "logistic", words, ensemble=[0.5, 0.5], contexts={"north": 1}
        )
        forms = {"experts.0.weights": ("int8", "bitmap"), "experts.1.weights": ("float16", "all")}
        plain, small = Model.from_bytes(data), Model.from_bytes(compressed(data, forms))
        for context in (None, "north"):
            np.testing.assert_allclose(
                small.probabilities(self.rows, context=context),
                plain.probabilities(self.rows, context=context), atol=5e-3,
            )

    def test_an_unknown_form_is_refused(self) -> None:
        for numbers, places in (("int4", "all"), ("float32", "runs")):
            entry = {"weights": {"shape": [3, 2], "numbers": numbers, "places": places}}
            with self.assertRaisesRegex(ValueError, "cannot read"):
                expanded(load(self.data), {"compression": json.dumps(entry)})

    def test_what_is_not_compressed_comes_back_as_it_is(self) -> None:
        tensors, metadata = read_safetensors(self.data)
        self.assertEqual(expanded(tensors, metadata), tensors)


if __name__ == "__main__":
    unittest.main()
