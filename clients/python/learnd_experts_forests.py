# SPDX-License-Identifier: Apache-2.0
"""Experts of a pool that are forests, made anew from time to time; docs/experts-forests.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from learnd_forms import CLIP, F32, Forms

Tensors = Mapping[str, np.ndarray]
Facts = Mapping[str, Any]
_TRUST = F32(0.98)


def _inputs(facts: Facts, forms: Forms) -> np.ndarray:
    if facts["inputs"] == "columns":
        return forms.raw
    return np.concatenate([forms.raw, forms.change, forms.last_label()], axis=1)


def _leaf_values(tensors: Tensors, x: np.ndarray) -> np.ndarray:
    """What the leaf of each tree says of each row: trees × rows."""
    features, limits = tensors["features"].astype(int), tensors["values"]
    ends = np.cumsum(tensors["sizes"].astype(int))
    starts = np.concatenate([[0], ends[:-1]])
    # The children of the n-th inner node of a tree are its nodes 2 n + 1 and 2 n + 2.
    inner = np.cumsum(features > 0)
    before = np.concatenate([[0], inner])[starts]
    left = 2 * inner - 1 + np.repeat(starts - 2 * before, ends - starts)
    nodes = np.repeat(starts[:, None], len(x), axis=1)
    rows = np.arange(len(x))
    while (walking := features[nodes] > 0).any():
        right = x[rows, features[nodes] - 1] > limits[nodes]
        nodes = np.where(walking, left[nodes] + right, nodes)
    return limits[nodes]


def _add_leaves(tensors: Tensors, values: np.ndarray, sums: np.ndarray) -> None:
    """Adds what one tree says of more than two classes."""
    rows = np.arange(len(values))
    alone = values < 0
    sums[rows[alone], (-1 - values[alone]).astype(int)] += F32(1)
    rows, leaves = rows[~alone], values[~alone].astype(int)
    starts = tensors["leaf_starts"].astype(int)
    places, ends = starts[leaves], starts[leaves + 1]
    classes, shares = tensors["leaf_classes"].astype(int), tensors["leaf_shares"]
    while (left := places < ends).any():
        rows, places, ends = rows[left], places[left], ends[left]
        sums[rows, classes[places]] += shares[places]
        places = places + 1


def forest_classes(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    classes = forms.outputs
    if facts["trees"] == 0:
        counts = tensors["counts"]
        all_counts = np.add.accumulate(counts)[-1]
        trust = float(_TRUST) if all_counts > 0 else 0.0
        shares = counts / all_counts if all_counts > 0 else np.zeros(classes)
        shares = trust * shares + (1 - trust) / classes
        return np.broadcast_to(shares.astype(F32), (1, len(forms), classes))
    said = _leaf_values(tensors, _inputs(facts, forms))
    sums = np.zeros((len(forms), classes), F32)
    for values in said:
        if facts["classes_known"] > 2:
            _add_leaves(tensors, values, sums)
        else:
            sums[:, 1] += values
    if facts["classes_known"] <= 2:
        sums[:, 0] = F32(len(said)) - sums[:, 1]
    share, floor = _TRUST / F32(len(said)), (F32(1) - _TRUST) / F32(classes)
    return (share * sums + floor)[None]


def forest_numbers(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    if facts["trees"] == 0:
        return np.zeros((1, len(forms), 1), F32)
    sums = np.zeros(len(forms), F32)
    for values in _leaf_values(tensors, _inputs(facts, forms)):
        sums += values
    centre, slope = tensors["measure"]
    numbers = centre + slope * sums.astype(np.float64)
    measured = (numbers - float(forms.centre)) / float(forms.spread)
    return np.clip(measured, -CLIP, CLIP).astype(F32)[None, :, None]


EXPERTS = {
    "forest": forest_classes,
    "forest_temporal": forest_classes,
    "boosted_trees": forest_numbers,
    "forest_numbers": forest_numbers,
}
