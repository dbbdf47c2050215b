#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/LearningTests/Golden/HashedTokens.swift: the buckets of scikit-learn.

    python3 -m venv .venv && .venv/bin/pip install scikit-learn numpy
    .venv/bin/python scripts/golden/hashing.py

FeatureHasher and HashingVectorizer with their defaults, but without normalisation of rows.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils import murmurhash3_32

TOKENS = [
    "", "a", "ab", "abc", "abcd", "abcde", "temp", "site=north", "größe", "日本語", "x" * 37, "0",
    "17", "3=170", "label-1", "good movie",
]
SAMPLES = [
    {"temp": 21.5, "open": True, "site": "north"},
    {"temp": -0.25, "open": False, "site": "süd", "count": 3},
    {f"f{i}": i / 4 for i in range(40)},
    {"user": "u17", "item": "i99", "hour": 23.0},
]
TEXTS = [
    "The quick brown fox, the lazy dog.",
    "A good movie! NOT a bad movie... 10/10, would_watch again",
    "Größe  zählt\tnicht;\n\nÉtude — naïve façade",
    "日本語 テキスト 123 ½ x² a b c",
    "",
    "ÀÉÎ àéî İstanbul",
]


def swift(value):
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(swift(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def rows(matrix):
    """Bucket and value of each row, in the order of the buckets, without zeros."""
    result = []
    for row in matrix:
        row = row.tocsr()
        row.sum_duplicates()
        pairs = sorted((int(i), float(v)) for i, v in zip(row.indices, row.data) if v)
        result.append(pairs)
    return result


def table(name, doc, type_name, lines):
    body = "\n".join(f"        {line}," for line in lines)
    return f"    /// {doc}\n    static let {name}: {type_name} = [\n{body}\n    ]\n"


def pairs(row):
    return "[" + ", ".join(f"({i}, {v!r})" for i, v in row) + "]"


parts = [
    table("tokens", "Tokens and their MurmurHash3_x86_32.", "[(String, Int32)]",
          [f"({swift(t)}, {murmurhash3_32(t.encode(), seed=0, positive=False)})" for t in TOKENS]),
]
for bits in (3, 10):
    hashed = rows(FeatureHasher(2**bits, input_type="dict").transform(SAMPLES))
    parts.append(table(f"samples{bits}", f"FeatureHasher of the samples into 2^{bits} buckets.",
                       "[[(Int, Float)]]", [pairs(row) for row in hashed]))
parts.append(table("texts", "Texts.", "[String]", [swift(text) for text in TEXTS]))
CUTS = (("words", "word", (1, 2), 50), ("characters", "char", (2, 3), 64))
for name, unit, ngrams, buckets in CUTS:
    vectorizer = HashingVectorizer(
        n_features=buckets, analyzer=unit, ngram_range=ngrams, norm=None, dtype=np.float64)
    # Each code point is lowered by itself.
    lowered = [text.replace("İ", "i̇") for text in TEXTS]
    hashed = rows(vectorizer.transform(lowered))
    parts.append(table(name, f"HashingVectorizer, {unit} {ngrams}, {buckets} buckets.",
                       "[[(Int, Float)]]", [pairs(row) for row in hashed]))

target = pathlib.Path(__file__).resolve().parents[2] / "Tests/LearningTests/Golden"
target.joinpath("HashedTokens.swift").write_text(
    "// SPDX-License-Identifier: Apache-2.0\n//\n"
    f"// Made by scripts/golden/hashing.py with scikit-learn {sklearn.__version__}.\n\n"
    "/// Buckets and values as scikit-learn has them.\nenum HashedTokens {\n"
    + "\n".join(parts) + "}\n"
)
