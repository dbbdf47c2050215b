# SPDX-License-Identifier: Apache-2.0
"""A pool of experts of an artifact, computed with numpy: section 2.2 of docs/protocol.md.

    pool = Pool(tensors, json.loads(metadata["pool"]), classes=2)
    pool.probabilities(rows)               # of the view `now`: what comes next
    pool.all_classes(rows)                 # of the view `all`: which of all classes that ever were
    Pool(tensors, facts, classes=0).numbers(rows)     # with the ends of an interval

Rows are raw columns, NaN where one is missing. Each kind of expert is a function in one of the
modules learnd_experts_*; what they say goes through the mix below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import learnd_experts_forests
import learnd_experts_lines
import learnd_experts_networks
import learnd_experts_trees
import learnd_experts_windows
from learnd_forms import F32, Forms, exponential, halves, in_lanes, softmax, total

Tensors = Mapping[str, np.ndarray]

#: What computes each kind of expert: (opinions, rows, outputs).
EXPERTS: dict[str, Callable[[Tensors, Mapping[str, Any], Forms], np.ndarray]] = {
    **learnd_experts_windows.EXPERTS,
    **learnd_experts_lines.EXPERTS,
    **learnd_experts_networks.EXPERTS,
    **learnd_experts_trees.EXPERTS,
    **learnd_experts_forests.EXPERTS,
}


class Pool:
    """The experts of one version and what weighs them."""

    def __init__(self, tensors: Tensors, facts: Mapping[str, Any], classes: int) -> None:
        self._tensors = tensors
        self._facts = facts
        self._classes = classes
        self._experts: list[tuple[str, Tensors, Mapping[str, Any]]] = []
        for expert in facts["experts"]:
            kind = expert["kind"]
            if kind not in EXPERTS:
                raise ValueError(f"no such expert: {kind!r}; this knows {', '.join(EXPERTS)}")
            prefix = f"{kind}."
            own = {
                name[len(prefix):]: tensor
                for name, tensor in tensors.items()
                if name.startswith(prefix)
            }
            self._experts.append((kind, own, expert["facts"]))
        opinions = [opinion for expert in facts["experts"] for opinion in expert["opinions"]]
        self._temperature, self._share, self._hedge, self._stack = (
            np.array([opinion[name] for opinion in opinions], F32)
            for name in ("temperature", "share", "hedge", "stack")
        )
        self._rules = np.array(facts["rules"], F32)
        self._view = _ClassView(tensors) if "all.weights" in tensors else None

    def probabilities(self, rows: np.ndarray, last: int | None = None) -> np.ndarray:
        """The probability of each class; ``last`` is the last known label, by its number."""
        opinions = self._opinions(rows, last)
        centred = _less_mean(_logarithm(np.maximum(opinions, F32(1e-3))))
        scores = centred * self._temperature[:, None, None]
        scores -= scores.max(axis=2, keepdims=True)
        powers = exponential(scores)
        sums = total(powers)[..., None]
        calibrated = powers * (F32(1) / sums)
        logs = _less_mean(np.maximum(scores - _logarithm(sums), F32(-6.90775528)))
        third = np.clip(_weighed(self._stack, logs), F32(-1e4), F32(1e4))
        said = self._rules[0] * _weighed(self._share, calibrated)
        said = said + self._rules[1] * _weighed(self._hedge, calibrated)
        said = said + self._rules[2] * softmax(third)
        return said * (F32(1) / total(said))[:, None]

    def numbers(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The number of each row, and both ends of the interval that holds nine of ten."""
        opinions = self._opinions(rows, None)
        said = np.zeros((len(rows), 1), F32)
        for rule, weights in zip(self._rules, (self._share, self._hedge, self._stack)):
            said = said + rule * np.clip(_weighed(weights, opinions), F32(-100), F32(100))
        centre, spread = F32(self._facts["centre"]), F32(self._facts["spread"])
        reach = F32(self._facts["reach"])
        said = said[:, 0]
        return (
            centre + spread * said, centre + spread * (said - reach),
            centre + spread * (said + reach),
        )

    def all_classes(self, rows: np.ndarray) -> np.ndarray:
        """The probability of each class, each of which counts alike, however old."""
        if self._view is None:
            raise ValueError("this version has no view of all classes: it has seen fewer than two")
        return self._view.probabilities(rows)

    def _opinions(self, rows: np.ndarray, last: int | None) -> np.ndarray:
        """What every expert says: opinions × rows × outputs."""
        forms = Forms(rows, self._tensors, self._facts, self._classes, last)
        with np.errstate(over="ignore", under="ignore"):
            said = [EXPERTS[kind](own, facts, forms) for kind, own, facts in self._experts]
        return np.concatenate(said)


class _ClassView:
    """Which of all classes that ever were a row is: discriminants times the nearest of a memory."""

    def __init__(self, tensors: Tensors) -> None:
        self._weights, self._offsets, self._known, self._scales, self._fill, self._rows = (
            tensors[f"all.{name}"].astype(np.float64)
            for name in ("weights", "offsets", "known", "scales", "fill", "rows")
        )
        self._labels = tensors["all.labels"].astype(int)

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        width = len(self._fill)
        rows = np.pad(rows[:, :width], ((0, 0), (0, max(0, width - rows.shape[1]))),
                      constant_values=np.nan)
        rows = np.where(np.isfinite(rows), rows, self._fill)
        products = self._discriminants(rows) * self._neighbours(rows)
        return products / products.sum(axis=1, keepdims=True)

    def _discriminants(self, rows: np.ndarray) -> np.ndarray:
        offsets = np.where(self._known == 1, self._offsets, -np.inf)
        scores = np.repeat(offsets[None], len(rows), axis=0)
        # Scores may be large, and near each other: so one column after the other.
        for column, weights in enumerate(self._weights.T):
            scores += rows[:, column, None] * weights
        below = scores - scores.max(axis=1, keepdims=True)
        # No class is ruled out by its discriminant alone.
        likely = np.maximum(np.exp(np.maximum(below, -700)), 1e-30)
        return np.where(self._known == 1, likely / likely.sum(axis=1, keepdims=True), 0)

    def _neighbours(self, rows: np.ndarray) -> np.ndarray:
        classes = len(self._offsets)
        shares = np.full((len(rows), classes), 0.3 / classes)
        for place, row in enumerate(rows):
            # Rows may be equally far, so sums run over the columns in learnd's order.
            squares = ((self._rows - row) / self._scales) ** 2
            distances = np.sqrt(total(squares))
            nearest = np.argsort(distances, kind="stable")[:3]
            weights = 1 / (distances[nearest] + 1e-3)
            np.add.at(shares[place], self._labels[nearest], 3 * weights / weights.sum())
        return shares / 3.3


def _weighed(weights: np.ndarray, opinions: np.ndarray) -> np.ndarray:
    """The sum over opinions, each by its weight: rows × outputs."""
    lanes = in_lanes(np.moveaxis(opinions * weights[:, None, None], 0, -1), 16)
    sums = np.zeros(lanes.shape[:-2] + (16,), F32)
    for group in range(lanes.shape[-2]):
        sums += lanes[..., group, :]
    return halves(sums)


def _less_mean(logs: np.ndarray) -> np.ndarray:
    """Less their mean over the last axis."""
    return logs - (total(logs) * (F32(1) / F32(logs.shape[-1])))[..., None]


def _logarithm(x: np.ndarray) -> np.ndarray:
    """The natural logarithm of positive, normal numbers, as the mix takes it."""
    bits = np.ascontiguousarray(x, F32).view(np.int32)
    n = (bits - np.int32(0x3F3504F3)) >> 23
    m = (bits - (n << 23)).view(F32)
    s = (m - F32(1)) / (m + F32(1))
    square = s * s
    inner = F32(0.2) + square * (F32(0.14285714) + square * F32(0.11111111))
    series = F32(1) + square * (F32(0.33333333) + square * inner)
    n = n.astype(F32)
    return n * F32(1.42860677e-6) + F32(2) * s * series + n * F32(0.693145752)
