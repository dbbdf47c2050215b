# SPDX-License-Identifier: Apache-2.0
"""Experts of a pool with one layer of weights, or with moments of classes; docs/experts-lines.md.

Those for numbers stand in docs/experts-numbers.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from learnd_forms import CLIP, F32, Forms, dot, halves, in_lanes, logarithm, of_margins, softmax

Tensors = Mapping[str, np.ndarray]
Facts = Mapping[str, Any]
Expert = Callable[[Tensors, Facts, Forms], np.ndarray]


# -- Features ------------------------------------------------------------------------------------

def plain(forms: Forms) -> np.ndarray:
    """1, then the scaled columns."""
    return np.concatenate([np.ones((len(forms), 1), F32), forms.scaled], axis=1)


def quadratic(forms: Forms) -> np.ndarray:
    """1, then for each column itself, its square, and its products with those before it."""
    z = forms.scaled
    parts = [np.ones((len(forms), 1), F32)]
    for j in range(z.shape[1]):
        own = z[:, j : j + 1]
        parts += [own, F32(0.7) * (own * own - F32(1)), z[:, :j] * own]
    return np.concatenate(parts, axis=1)


def temporal(forms: Forms) -> np.ndarray:
    """1, the scaled columns, their scaled changes, and 1 for the last known label."""
    return np.concatenate([plain(forms), forms.scaled_change, forms.last_label()], axis=1)


# -- Classes -------------------------------------------------------------------------------------

def softmax_line(features: Callable[[Forms], np.ndarray], scale: float = 1) -> Expert:
    """Softmax of sums of features; of two classes one margin."""

    def predict(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
        scores = F32(scale) * dot(features(forms), tensors["weights"])
        return of_margins(scores, forms.outputs)[None]

    return predict


def naive_bayes(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    variances = tensors["variances"] + F32(0.01)
    logs, inverses = in_lanes(logarithm(variances), 16), in_lanes(F32(1) / variances, 16)
    means, x = in_lanes(tensors["means"], 16), in_lanes(forms.slow, 16)
    scores = np.zeros((len(forms), forms.outputs), F32)
    for k in range(forms.outputs):
        heights, squares = np.zeros(16, F32), np.zeros((len(forms), 16), F32)
        for group in range(x.shape[1]):
            heights += logs[k, group]
            distance = x[:, group] - means[k, group]
            squares += (distance * distance) * inverses[k, group]
        scores[:, k] = F32(-0.5) * halves(heights) - F32(0.5) * halves(squares)
    frequencies = (tensors["frequencies"] + 0.1).astype(F32)
    return softmax(scores + logarithm(frequencies))[None]


def discriminants(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    scores = tensors["offsets"] + dot(forms.scaled, tensors["weights"])
    return softmax(scores + logarithm(tensors["frequencies"] + F32(0.1)))[None]


# -- Numbers -------------------------------------------------------------------------------------

def _number_features(facts: Facts, forms: Forms) -> np.ndarray:
    return quadratic(forms) if facts["features"] == "quadratic" else plain(forms)


def gradient_line(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    numbers = dot(_number_features(facts, forms), tensors["weights"][None])
    return np.clip(numbers, F32(-CLIP), F32(CLIP))[None]


def least_squares_line(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    numbers = _number_features(facts, forms).astype(np.float64) @ tensors["weights"]
    return np.clip(numbers, -CLIP, CLIP).astype(F32)[None, :, None]


EXPERTS = {
    "linear_slow": softmax_line(plain),
    "linear_fast": softmax_line(plain),
    "quadratic": softmax_line(quadratic),
    "arow_temporal": softmax_line(temporal, scale=2),
    "arow_quadratic": softmax_line(quadratic, scale=2),
    "naive_bayes": naive_bayes,
    "naive_bayes_fading": naive_bayes,
    "lda": discriminants,
    "nlms_slow": gradient_line,
    "nlms_fast": gradient_line,
    "rls": least_squares_line,
    "rls_forgetting": least_squares_line,
}
