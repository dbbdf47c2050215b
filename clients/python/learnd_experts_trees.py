# SPDX-License-Identifier: Apache-2.0
"""Experts of a pool that are trees, grown with the stream; docs/experts-trees.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from learnd_forms import CLIP, F32, Forms, halves, in_lanes, total

Tensors = Mapping[str, np.ndarray]
Facts = Mapping[str, Any]
_LEAST_QUALITY = F32(0.01)
#: Centres and spreads beyond make no difference.
_MOST_MEASURE = F32(1e18)


def _binary_logarithm(x: np.ndarray) -> np.ndarray:
    """The binary logarithm of numbers that are not negative; -127 of 0."""
    bits = np.ascontiguousarray(x, F32).view(np.int32)
    t = ((bits & 0x007FFFFF) | 0x3F800000).astype(np.int32).view(F32) - F32(1)
    square = t * t
    low = F32(1.44269347) + t * F32(-0.721179783)
    middle = F32(0.477905095) + t * F32(-0.340097368)
    high = (F32(0.217226684) + t * F32(-0.0975221470)) + square * F32(0.0209755767)
    series = (low + square * middle) + (square * square) * high
    return ((bits >> 23) - 127).astype(F32) + t * series


def _binary_power(x: np.ndarray) -> np.ndarray:
    """2^x of numbers between -126 and 126."""
    n = np.rint(x)
    r = x - n
    square = r * r
    low = F32(1) + r * F32(0.693147242)
    middle = F32(0.240221068) + r * F32(0.0555029735)
    high = F32(0.00967603642) + r * F32(0.00134100043)
    series = (low + square * middle) + (square * square) * high
    return series * np.ldexp(F32(1), n.astype(np.int32))


def _leaves(tensors: Tensors, forms: Forms, root: int) -> np.ndarray:
    """The leaf that each row falls into."""
    columns, limits = tensors["columns"].astype(int), tensors["limits"]
    equals, children = tensors["equals"] == 1, tensors["children"].astype(int)
    nodes = np.full(len(forms), root)
    while (walking := np.flatnonzero(columns[nodes] >= 0)).size:
        at = nodes[walking]
        slow, raw = (form[walking, columns[at]] for form in (forms.slow, forms.raw))
        first = np.where(equals[at], raw == limits[at], slow <= limits[at])
        nodes[walking] = children[at] + ~first
    return children[nodes]


def _shares_in_leaves(tensors: Tensors, x: np.ndarray, leaves: np.ndarray) -> np.ndarray:
    """What the leaf of each row says of the classes."""
    counts = tensors["counts"][leaves]
    classes = counts.shape[1]
    scale = F32(1) / (total(counts) + F32(1))[:, None]
    shares = counts * scale + scale / F32(classes)
    by_bayes = tensors["is_bayes"][leaves] == 1
    if by_bayes.any():
        shares[by_bayes] = _bayes(tensors, x[by_bayes], leaves[by_bayes])
    return shares


def _bayes(tensors: Tensors, x: np.ndarray, leaves: np.ndarray) -> np.ndarray:
    counts = tensors["counts"][leaves]
    scores = _binary_logarithm(counts)
    x = in_lanes(x, 8)
    for k in range(counts.shape[1]):
        means = in_lanes(tensors["means"][leaves, k], 8)
        inverses = in_lanes(tensors["inverses"][leaves, k], 8)
        squares = np.zeros((len(x), 8), F32)
        for group in range(x.shape[1]):
            off = x[:, group] - means[:, group]
            squares += (off * off) * inverses[:, group]
        # 1 / (2 ln 2): squares are natural, scores binary.
        more = tensors["norms"][leaves, k] - F32(0.721347520) * halves(squares)
        scores[:, k] += np.where(counts[:, k] > 0, more, F32(0))
    scores -= scores.max(axis=1, keepdims=True)
    powers = _binary_power(np.clip(scores, F32(-126), F32(0)))
    lanes = in_lanes(powers, 8)
    sums = np.zeros((len(x), 8), F32)
    for group in range(lanes.shape[1]):
        sums += lanes[:, group]
    return powers * (F32(1) / halves(sums))[:, None]


def tree_classes(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    votes, says = np.zeros((len(forms), forms.outputs), F32), F32(0)
    for root, quality in zip(tensors["roots"].astype(int), tensors["qualities"]):
        say = np.maximum(quality, _LEAST_QUALITY) ** 2
        votes += say * _shares_in_leaves(tensors, forms.slow, _leaves(tensors, forms, root))
        says += say
    return (votes / says)[None]


def tree_numbers(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    votes, says = np.zeros(len(forms), F32), F32(0)
    x = in_lanes(forms.slow, 8)
    own_centre = np.clip(forms.centre, -_MOST_MEASURE, _MOST_MEASURE)
    own_spread = np.clip(forms.spread, F32(1) / _MOST_MEASURE, _MOST_MEASURE)
    for tree, root in enumerate(tensors["roots"].astype(int)):
        leaves = _leaves(tensors, forms, root)
        weights = in_lanes(tensors["lines"][leaves, :-1], 8)
        sums = np.zeros((len(forms), 8), F32)
        for group in range(x.shape[1]):
            sums += x[:, group] * weights[:, group]
        lines = halves(sums) + tensors["lines"][leaves, -1]
        numbers = np.where(tensors["is_line"][leaves] == 1, lines, tensors["means"][leaves])
        # From the measure of the tree to that of the rows.
        centre, spread = tensors["centres"][tree], tensors["spreads"][tree]
        scale, shift = own_spread / spread, (own_centre - centre) / spread
        say = F32(1) / (tensors["qualities"][tree] + _LEAST_QUALITY)
        votes += say * np.clip((numbers - shift) / scale, F32(-CLIP), F32(CLIP))
        says += say
    return (votes / says)[None, :, None]


def trees(tensors: Tensors, facts: Facts, forms: Forms) -> np.ndarray:
    return (tree_numbers if forms.classes == 0 else tree_classes)(tensors, facts, forms)


EXPERTS = {
    "hoeffding_tree": trees,
    "adaptive_tree": trees,
    "leveraging_bagging": trees,
    "adaptive_forest": trees,
}
