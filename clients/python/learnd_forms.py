# SPDX-License-Identifier: Apache-2.0
"""The forms of rows that the experts of a pool want, and the arithmetic that they share.

docs/protocol.md, section 2.2, has the formulas of the forms. All that experts compute is in single
precision, with sums in the order of learnd's kernels: scores may be large, and the last bits of a
large score decide what a probability is. So the functions below take and give float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

F32 = np.float32
#: The largest size of what is measured.
CLIP = 5.0
_LEAST_VARIANCE = 1e-12
_LARGEST = float(np.finfo(F32).max)


class Forms:
    """Rows in the forms that experts want, and the labelled rows before them.

    ``classes`` is the number of classes, 0 for numbers; ``last`` the number of the last known
    class, -1 where there is none. Numbers are measured by ``centre`` and ``spread``.
    """

    def __init__(
        self, rows: np.ndarray, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any],
        classes: int, last: int | None = None,
    ) -> None:
        count, mean, variance, slow_mean, slow_variance, level, change_mean, change_variance = (
            tensors[f"forms.{name}"] for name in (
                "count", "mean", "variance", "slow_mean", "slow_variance", "level",
                "change_mean", "change_variance",
            )
        )
        width = len(count)
        # What the pool has not met weighs nothing; nothing is missing but what a sample lacks.
        missing = max(0, width - rows.shape[1])
        rows = np.pad(rows[:, :width], ((0, 0), (0, missing)), constant_values=np.nan)
        there = np.isfinite(rows)
        x = np.where(there, rows, mean)
        change = np.where(there & (count > 0), np.clip(x - level, -_LARGEST, _LARGEST), 0.0)
        self.raw = x.astype(F32)
        self.change = change.astype(F32)
        self.scaled = _measured(x - mean, variance, there)
        self.slow = _measured(x - slow_mean, slow_variance, there)
        self.scaled_change = _measured(change - change_mean, change_variance, there)
        self.classes = classes
        self.outputs = max(1, classes)
        self.last = int(facts["last"]) if last is None else last
        if self.last >= classes:
            self.last = -1
        self.centre, self.spread = F32(facts["centre"]), F32(facts["spread"])
        empty = np.zeros(0, F32)
        self.history = tensors.get("history.scaled", np.zeros((0, width), F32))
        self.history_labels = tensors.get("history.labels", empty)
        self.history_weights = tensors.get("history.weights", empty)

    def __len__(self) -> int:
        return len(self.raw)

    def last_label(self) -> np.ndarray:
        """1 for the last known class and 0 for the others; all 0 where none is known."""
        ones = np.zeros((len(self), self.outputs), F32)
        if self.last >= 0:
            ones[:, self.last] = 1
        return ones

    def measured(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers in units of the spread, from the centre."""
        with np.errstate(over="ignore"):
            return np.clip((numbers - self.centre) / self.spread, F32(-CLIP), F32(CLIP))


def _measured(distance: np.ndarray, variance: np.ndarray, there: np.ndarray) -> np.ndarray:
    varies = variance > _LEAST_VARIANCE
    sizes = np.clip(distance / np.sqrt(np.where(varies, variance, 1.0)), -CLIP, CLIP)
    return np.where(there & varies, sizes, 0.0).astype(F32)


# -- Sums ----------------------------------------------------------------------------------------

def halves(lanes: np.ndarray) -> np.ndarray:
    """The sum over the last axis, of 4, 8 or 16 numbers, each half added to the other."""
    while lanes.shape[-1] > 2:
        half = lanes.shape[-1] // 2
        lanes = lanes[..., :half] + lanes[..., half:]
    return lanes[..., 0] + lanes[..., 1]


def in_lanes(x: np.ndarray, lanes: int) -> np.ndarray:
    """The last axis filled up with zeros, and parted into groups of ``lanes`` numbers."""
    groups = -(-x.shape[-1] // lanes)
    filled = np.zeros((*x.shape[:-1], groups * lanes), F32)
    filled[..., : x.shape[-1]] = x
    return filled.reshape(*x.shape[:-1], groups, lanes)


def dot(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Rows (rows × n) times rows of weights (models × n): rows × models."""
    x, weights = in_lanes(x, 16), in_lanes(weights, 16)
    sums = [np.zeros((len(x), len(weights), 16), F32) for _ in range(2)]
    for group in range(x.shape[1]):
        sums[group % 2] += x[:, None, group] * weights[None, :, group]
    return halves(sums[0] + sums[1])


def total(x: np.ndarray) -> np.ndarray:
    """The sum over the last axis, one number after the other."""
    if x.shape[-1] == 0:
        return np.zeros(x.shape[:-1], x.dtype)
    return np.add.accumulate(x, axis=-1)[..., -1]


# -- Functions -----------------------------------------------------------------------------------

def exponential(x: np.ndarray) -> np.ndarray:
    """e^x of numbers that are not positive; at least e^-87."""
    x = np.maximum(x, F32(-87))
    n = np.rint(x * F32(1.44269504))
    r = x - n * F32(0.693145752)
    square = r * r
    low = (F32(1) + r) + square * (F32(0.5) + F32(0.16666533) * r)
    high = (F32(0.041667242) + F32(0.0083675420) * r) + square * F32(0.0013863727)
    series = low + (square * square) * high
    return series * (np.ldexp(F32(1), n.astype(np.int32)) * (F32(1) - n * F32(1.42860677e-6)))


def logarithm(x: np.ndarray) -> np.ndarray:
    """The natural logarithm of positive, normal numbers."""
    bits = np.ascontiguousarray(x, F32).view(np.int32)
    n = (bits - np.int32(0x3F350000)) >> 23
    m = (bits - (n << 23)).view(F32)
    s = (m - F32(1)) / (m + F32(1))
    q = s * s
    inner = F32(0.2) + q * (F32(0.142857143) + q * F32(0.111111111))
    tail = q * (F32(0.333333333) + q * inner)
    n = n.astype(F32)
    return n * F32(0.693145752) + ((F32(2) * s + F32(2) * s * tail) + n * F32(1.42860677e-6))


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x)."""
    e = exponential(-np.abs(x))
    return np.where(x < 0, e, F32(1)) / (F32(1) + e)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Shares over the last axis."""
    powers = exponential(scores - scores.max(axis=-1, keepdims=True))
    return powers * (F32(1) / total(powers))[..., None]


def of_margins(scores: np.ndarray, classes: int) -> np.ndarray:
    """Probabilities of scores, of which there is one, the second class's, for two classes."""
    if classes == 1:
        return np.ones((len(scores), 1), F32)
    if scores.shape[1] == 1:
        second = sigmoid(scores)
        return np.concatenate([F32(1) - second, second], axis=1)
    return softmax(scores)
