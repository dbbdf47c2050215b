# SPDX-License-Identifier: Apache-2.0
"""Experts of a pool with hidden layers; docs/experts-networks.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from learnd_forms import CLIP, F32, Forms, halves, in_lanes, softmax

Tensors = Mapping[str, np.ndarray]
Facts = Mapping[str, Any]


def _hidden(x: np.ndarray, weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """Units that are not negative: sums of every fourth input, the bias being the last one."""
    x = np.concatenate([x, np.ones((len(x), 1), F32)], axis=1)
    weights = np.concatenate([weights, biases[None]])
    sums = [np.zeros((len(x), len(biases)), F32) for _ in range(4)]
    fours = len(weights) // 4 * 4
    for j, row in enumerate(weights):
        sums[j % 4 if j < fours else 0] += x[:, j : j + 1] * row
    return np.maximum((sums[0] + sums[2]) + (sums[1] + sums[3]), F32(0))


def _scores(units: np.ndarray, weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
    units, weights = in_lanes(units, 16), in_lanes(weights, 16)
    sums = np.zeros((len(units), len(weights), 16), F32)
    for group in range(units.shape[1]):
        sums += weights[None, :, group] * units[:, None, group]
    return halves(sums) + biases


def small_network(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    layers = 3 if "weights3" in tensors else 2
    x = forms.scaled
    for layer in range(1, layers):
        x = _hidden(x, tensors[f"weights{layer}"], tensors[f"biases{layer}"])
    scores = _scores(x, tensors[f"weights{layers}"], tensors[f"biases{layers}"])
    if forms.classes == 0:
        return np.clip(scores, F32(-CLIP), F32(CLIP))[None]
    return softmax(scores)[None]


EXPERTS = {
    "mlp": small_network,
    "mlp_replay": small_network,
    "wide_mlp": small_network,
    "wide_mlp_replay": small_network,
}
