# SPDX-License-Identifier: Apache-2.0
"""Experts of a pool that look at the rows or the labels just before; docs/experts-windows.md.

Those for numbers stand in docs/experts-numbers.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from learnd_forms import CLIP, F32, Forms, total

Tensors = Mapping[str, np.ndarray]
Facts = Mapping[str, Any]
_MOST_WEIGHT, _CLOSEST, _PRIOR = F32(1e6), F32(1e-3), F32(0.3)
#: How many rows are compared with the history at a time.
_ROWS = 64


def label_table(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    classes = forms.outputs
    share = np.full(classes, F32(1) / F32(classes))
    if forms.last >= 0:
        counts = tensors["counts"][forms.last]
        all_counts = total(np.concatenate([np.array([0.5], F32), counts]))
        share = (counts + F32(0.5) / F32(classes)) / all_counts
    return _alike(share, forms)


def last_label(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    classes = forms.outputs
    even = F32(1) / F32(classes)
    share = np.full(classes, even)
    if forms.last >= 0 and classes > 1:
        hits, misses = tensors["counts"]
        hit = (hits + even) / (hits + misses + F32(1))
        share[:] = (F32(1) - hit) / F32(classes - 1)
        share[forms.last] = hit
    return _alike(share, forms)


def _alike(share: np.ndarray, forms: Forms) -> np.ndarray:
    return np.broadcast_to(share.astype(F32), (1, len(forms), len(share)))


def nearest(window: int, most: int, forms: Forms) -> tuple[np.ndarray, np.ndarray]:
    """The places in the window of the nearest rows, and their distances, the nearest first."""
    history = forms.history[-window:]
    most = min(most, len(history))
    places = np.zeros((len(forms), most), int)
    distances = np.zeros((len(forms), most), F32)
    # Of rows that are equally far the newer one is nearer.
    newest_first = np.ascontiguousarray(history[::-1].T)
    for start in range(0, len(forms) if most else 0, _ROWS):
        rows = forms.scaled[start : start + _ROWS]
        squares = np.zeros((len(rows), len(history)), F32)
        for column, own in enumerate(newest_first):
            difference = own[None, :] - rows[:, column, None]
            squares += difference * difference
        order = np.argsort(squares, axis=1, kind="stable")[:, :most]
        places[start : start + _ROWS] = len(history) - 1 - order
        roots = np.sqrt(np.take_along_axis(squares, order, axis=1))
        distances[start : start + _ROWS] = roots
    return places, distances


def nearest_neighbours(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    window, counts = facts["window"], facts["neighbours"]
    places, distances = nearest(window, max(counts), forms)
    labels = forms.history_labels[-window:][places].astype(int)
    weights = np.minimum(forms.history_weights[-window:][places], _MOST_WEIGHT)
    votes = weights / (distances + _CLOSEST)
    return np.stack([_shares(votes[:, :k], labels[:, :k], forms) for k in counts])


def _shares(votes: np.ndarray, labels: np.ndarray, forms: Forms) -> np.ndarray:
    rows, neighbours = votes.shape
    shares = np.zeros((rows, forms.outputs), F32)
    sums = np.zeros((rows, 1), F32)
    for place in range(neighbours):
        shares[np.arange(rows), labels[:, place]] += votes[:, place]
        sums[:, 0] += votes[:, place]
    trust = np.where(sums > 0, F32(neighbours), F32(0))
    scale = np.where(sums > 0, trust / np.where(sums > 0, sums, F32(1)), F32(0))
    return (shares * scale + _PRIOR / F32(forms.outputs)) * (F32(1) / (trust + _PRIOR))


def nearest_numbers(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    window = facts["window"]
    places, distances = nearest(window, facts["neighbours"], forms)
    numbers = forms.measured(forms.history_labels[-window:][places])
    weights = np.minimum(forms.history_weights[-window:][places], _MOST_WEIGHT)
    weights = weights / (distances + _CLOSEST)
    if not weights.shape[1]:
        return np.zeros((1, len(forms), 1), F32)
    return (total(weights * numbers) / total(weights))[None, :, None]


def recent_number(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    number = 0.0
    if tensors["rows"][0] > 0:
        distance = (tensors["number"][0] - float(forms.centre)) / float(forms.spread)
        number = min(max(distance, -CLIP), CLIP)
    return np.full((1, len(forms), 1), number, F32)


EXPERTS = {
    "label_table": label_table,
    "last_label": last_label,
    "knn_200": nearest_neighbours,
    "knn_1000": nearest_neighbours,
    "knn_5000": nearest_neighbours,
    "knn_numbers": nearest_numbers,
    "mean_number": recent_number,
    "last_number": recent_number,
}
