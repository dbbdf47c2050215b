#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the area under the ROC curve of river's half-space trees on planted anomalies.

Usage: scripts/golden/anomaly.py    (needs river 0.26.1)

The stream is the one of Tests/LearningTests/AnomalyTests.swift, made by the same generator:
ordinary rows lie around one of two centres, one row in fifty lies anywhere. The first window is not
judged.
"""

from river import anomaly, compose, preprocessing

ROWS, WIDTH, WINDOW = 3000, 4, 250
MASK = (1 << 64) - 1


class Generator:
    """Knuth's linear congruential generator: the same numbers in any language."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def unit(self) -> float:
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        return (self.state >> 33) / (1 << 31)

    def bell(self) -> float:
        """Nearly normal: twelve uniform numbers."""
        total = 0.0
        for _ in range(12):
            total += self.unit()
        return total - 6


def rows(seed: int):
    """Rows, and whether each was planted."""
    made = Generator(seed)
    for _ in range(ROWS):
        planted = made.unit() < 0.02
        centre = 2.0 if made.unit() < 0.5 else -2.0
        if planted:
            yield [made.unit() * 16 - 8 for _ in range(WIDTH)], True
        else:
            yield [centre + made.bell() for _ in range(WIDTH)], False


def area(scores: list[float], planted: list[bool]) -> float:
    """The share of pairs that are in the right order."""
    positive = [score for score, is_planted in zip(scores, planted) if is_planted]
    negative = [score for score, is_planted in zip(scores, planted) if not is_planted]
    right = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return right / (len(positive) * len(negative))


def main() -> None:
    for seed in range(1, 6):
        trees = anomaly.HalfSpaceTrees(n_trees=25, height=8, window_size=WINDOW, seed=seed)
        model = compose.Pipeline(preprocessing.MinMaxScaler(), trees)
        scores, planted = [], []
        for number, (row, is_planted) in enumerate(rows(seed)):
            x = dict(enumerate(row))
            score = model.score_one(x)
            model.learn_one(x)
            if number >= WINDOW:
                scores.append(score)
                planted.append(is_planted)
        print(f"seed {seed}: {area(scores, planted):.4f}")


if __name__ == "__main__":
    main()
