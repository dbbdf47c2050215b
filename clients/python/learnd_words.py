# SPDX-License-Identifier: Apache-2.0
"""Word vectors of a version: what :func:`learnd_client.Model.from_bytes` gives for an embedding.

    vectors = Model.from_bytes(artifact)
    vectors.vector("cat")                  # float32, the same bits as in learnd
    vectors.neighbours("cat", 5)           # [("dog", 0.93), ...]

Needs numpy and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


class WordVectors:
    """The words of one version with their vectors; immutable.

    Words are as the learner keeps them: with ``tokens`` "words" in small letters.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> None:
        if metadata.get("learnd") != "1":
            raise ValueError(f"an artifact of format {metadata.get('learnd')!r}; this reads '1'")
        if metadata["model"] != "embedding":
            raise ValueError(f"a model of the kind {metadata['model']!r} has no word vectors")
        self.metadata = dict(metadata)
        self.kind = metadata["model"]
        self.task = metadata["task"]
        self.learner = metadata["learner"]
        self.incarnation = metadata["incarnation"]
        self.version = int(metadata["version"])
        #: How a text becomes words: "words" or "spaces".
        self.tokens = metadata["tokens"]
        # Not splitlines: a word may contain what else Unicode calls a line's end.
        self.words: list[str] = tensors["words"].tobytes().decode().split("\n")[:-1]
        #: The vectors, a row for each word.
        self.vectors = tensors["vectors"]
        #: How often each word was seen.
        self.counts = tensors["counts"]
        if not len(self.words) == len(self.vectors) == len(self.counts):
            raise ValueError(
                f"{len(self.words)} words, {len(self.vectors)} vectors, {len(self.counts)} counts"
            )
        self._rows = {word: row for row, word in enumerate(self.words)}
        numbers = self.vectors.astype(np.float64)
        lengths = np.linalg.norm(numbers, axis=1, keepdims=True)
        # A vector without a length points nowhere: its cosine with any other is 0.
        self._units = np.divide(numbers, lengths, out=np.zeros_like(numbers), where=lengths > 0)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self._rows

    def vector(self, word: str) -> np.ndarray:
        """The vector of a word, float32; KeyError when the version does not have the word."""
        return self.vectors[self._rows[word]]

    def count(self, word: str) -> float:
        """How often a word was seen."""
        return float(self.counts[self._rows[word]])

    def similarity(self, one: str, other: str) -> float:
        """The cosine of the angle between two words."""
        return float(self._units[self._rows[one]] @ self._units[self._rows[other]])

    def neighbours(self, word: str, count: int = 10) -> list[tuple[str, float]]:
        """The nearest words with their cosines; of equals, the first of the file.

        Also for a vector in the place of the word, such as a sum of vectors.
        """
        if isinstance(word, str):
            own: int | None = self._rows[word]
            unit = self._units[own]
        else:
            own, vector = None, np.asarray(word, dtype=np.float64)
            length = np.linalg.norm(vector)
            unit = vector / length if length > 0 else vector
        cosines = self._units @ unit
        order = [row for row in np.argsort(-cosines, kind="stable") if row != own]
        return [(self.words[row], float(cosines[row])) for row in order[:count]]
