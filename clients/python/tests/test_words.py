# SPDX-License-Identifier: Apache-2.0
"""Word vectors, read as section 2 of docs/protocol.md says."""

import json
import unittest

import numpy as np
from safetensors.numpy import save

from support import FIRST, artifact
from learnd_client import Model, WordVectors

WORDS = ["cat", "dog", "ärger", "a\u2028b", "nowhere"]
VECTORS = np.array([[1, 0], [0.8, 0.6], [0, 1], [-1, 0], [0, 0]], np.float32)


def words(text: str | None = None, **changes: str) -> bytes:
    """An artifact of an embedding, by the real safetensors package."""
    metadata = {
        "learnd": "1", "model": "embedding", "task": "unlabelled", "incarnation": FIRST,
        "learner": "words", "version": "7", "clip": "5", "tokens": "words", "words": "5",
        "dimension": "2", "columns": json.dumps([{"name": "text", "kind": "text"}]),
        "classes": "[]",
    } | changes
    text = "".join(word + "\n" for word in WORDS) if text is None else text
    tensors = {
        "vectors": VECTORS, "counts": np.arange(5, 0, -1.0),
        "words": np.frombuffer(text.encode(), np.uint8),
    }
    return save(tensors, metadata)


class WordTests(unittest.TestCase):
    def setUp(self) -> None:
        self.vectors = Model.from_bytes(words())

    def test_an_embedding_becomes_word_vectors(self) -> None:
        self.assertIsInstance(self.vectors, WordVectors)
        self.assertEqual((self.vectors.learner, self.vectors.version), ("words", 7))
        self.assertEqual(self.vectors.words, WORDS)
        self.assertEqual(len(self.vectors), 5)
        self.assertIn("ärger", self.vectors)
        self.assertNotIn("Cat", self.vectors)

    def test_vectors_have_the_same_bits(self) -> None:
        self.assertEqual(self.vectors.vector("dog").tobytes(), VECTORS[1].tobytes())
        self.assertEqual(self.vectors.vector("dog").dtype, np.float32)
        self.assertEqual(self.vectors.count("cat"), 5)
        with self.assertRaises(KeyError):
            self.vectors.vector("mouse")

    def test_neighbours_come_nearest_first(self) -> None:
        found = self.vectors.neighbours("cat", 3)
        self.assertEqual([word for word, _ in found], ["dog", "ärger", "nowhere"])
        np.testing.assert_allclose([cosine for _, cosine in found], [0.8, 0, 0], atol=1e-7)
        self.assertEqual(len(self.vectors.neighbours("cat", 99)), 4)
        self.assertAlmostEqual(self.vectors.similarity("cat", "a\u2028b"), -1)
        nearest, cosine = self.vectors.neighbours(self.vectors.vector("dog") * 3, 1)[0]
        self.assertEqual(nearest, "dog")
        self.assertAlmostEqual(cosine, 1)

    def test_what_does_not_fit_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "4 words, 5 vectors"):
            Model.from_bytes(words("a\nb\nc\nd\n"))
        with self.assertRaisesRegex(ValueError, "format"):
            Model.from_bytes(words(learnd="2"))
        with self.assertRaisesRegex(ValueError, "linear"):
            WordVectors({}, Model.from_bytes(artifact("linear")).metadata)


if __name__ == "__main__":
    unittest.main()
