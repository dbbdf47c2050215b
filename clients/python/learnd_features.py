# SPDX-License-Identifier: Apache-2.0
"""From samples to the input of a model, as section 2.1 of docs/protocol.md says.

:class:`Inlet` makes raw rows of samples (columns, categories, indicators, hashed features, n-grams,
past labels); :class:`Preparation` makes features of raw rows (filled, scaled, multiplied).
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Union

import numpy as np


#: A row for each sample: raw columns, or pairs of bucket and value.
Rows = Union[np.ndarray, list[dict[int, float]]]


class Inlet:
    """From samples to raw rows, or to pairs of bucket and value: what a schema does."""

    def __init__(
        self, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str],
        classes: list[Any] | None,
    ) -> None:
        self.columns: list[dict[str, Any]] = json.loads(metadata["columns"])
        self.is_sparse = metadata.get("hash_form") == "slots"
        bits = metadata.get("hash_bits")
        self._buckets = None if bits is None else 1 << int(bits)
        self._has_identifiers = metadata.get("identifiers") == "true"
        self._declared = {f["name"]: f for f in json.loads(metadata.get("declared", "[]"))}
        self._lags: list[int] = json.loads(metadata.get("lags", "[]"))
        self._labels: list[Any] = json.loads(metadata.get("labels", "[]"))
        self._classes = classes
        self._last = tensors["last"].astype(np.float64) if "last" in tensors else None
        self._width = int(metadata["width"]) if "width" in metadata else len(self.columns)
        self._is_named = metadata.get("shape") == "named"
        # Where each column begins, and which of them a named feature feeds.
        self._starts: list[int] = []
        self._features: dict[str, list[int]] = {}
        self._row_width = 0
        for index, column in enumerate(self.columns):
            self._starts.append(self._row_width)
            self._row_width += _width_of(column)
            if "name" in column:
                self._features.setdefault(column["name"], []).append(index)

    def rows(self, x: Any, labels: Sequence[Any] | None = None) -> tuple[Rows, bool]:
        """A row for each sample, and whether there was one sample that was no list.

        Rows are raw columns, NaN where one is missing, or pairs of bucket and value. Without
        ``labels`` past labels are those that were known when the version was made.
        """
        samples, single = self._samples(x)
        if self.is_sparse:
            return [self._pairs(sample, labels) for sample in samples], single
        return self._columns(samples, labels), single

    def _samples(self, x: Any) -> tuple[Sequence[Any], bool]:
        """The samples, and whether there was one that was no list."""
        single = isinstance(x, Mapping)
        if single or isinstance(x, Sequence) and x and isinstance(x[0], Mapping):
            return ([x] if single else x), single
        rows = np.asarray(x, dtype=np.float64)
        single = rows.ndim == 1
        rows = np.atleast_2d(rows)
        if self._is_named or rows.shape[1] != self._width:
            takes = "takes named features" if self._is_named else f"has {self._width}"
            raise ValueError(f"{rows.shape[1]} features; this model {takes}")
        return [_single(row) for row in rows], single

    def _columns(self, samples: Sequence[Any], labels: Sequence[Any] | None) -> np.ndarray:
        """The raw value of each column, a row for each sample; NaN where it is missing."""
        rows = np.full((len(samples), self._row_width), np.nan)
        for row, sample in zip(rows, samples):
            if self._buckets is not None:
                row[: self._buckets] = 0
                for bucket, value in self._pairs(sample, labels).items():
                    row[bucket] = value
            if isinstance(sample, Mapping):
                self._put_named(row, sample)
            elif self._buckets is None:
                row[: self._width] = sample
            self._put_missing(row, sample)
            if self._last is not None:
                row[:] = np.where(np.isnan(row), self._last, row)
            self._put_lags(row, labels)
        return _single(rows)

    def _put_named(self, row: np.ndarray, sample: Mapping[str, Any]) -> None:
        for name, given in sample.items():
            value = _plain_value(given)
            columns = self._features.get(name)
            if columns is None or value is None:
                continue  # A feature that the model has not seen weighs nothing.
            kinds = [self.columns[index]["kind"] for index in columns]
            kind = next((kind for kind in kinds if kind != "missing"), "category")
            _check_kind(name, value, kind)
            for index in columns:
                column, start = self.columns[index], self._starts[index]
                if column["kind"] == "category":
                    # An unknown category is none of the known: that is something to know.
                    row[start] = column["value"] == value
                elif column["kind"] == "text":
                    buckets = column["buckets"]
                    row[start : start + buckets] = 0
                    for token in ngrams(value, column["unit"], *column["ngrams"]):
                        bucket, sign = _bucket(token, buckets)
                        row[start + bucket] += sign
                elif column["kind"] != "missing":
                    row[start] = value

    def _put_missing(self, row: np.ndarray, sample: Any) -> None:
        for column, start in zip(self.columns, self._starts):
            if column["kind"] != "missing":
                continue
            if isinstance(sample, Mapping):
                row[start] = _plain_value(sample.get(column["name"])) is None
            else:
                row[start] = np.isnan(sample[int(column["name"])])

    def _put_lags(self, row: np.ndarray, labels: Sequence[Any] | None) -> None:
        for column, start in zip(self.columns, self._starts):
            if column["kind"] == "lag":
                label = self._label(column["lag"], labels)
                if label is not None and "value" in column:
                    row[start] = _is_same(label, column["value"])
                elif label is not None:
                    row[start] = label

    def _label(self, lag: int, labels: Sequence[Any] | None) -> Any:
        known = self._labels if labels is None else labels
        return _plain_value(known[lag - 1]) if lag <= len(known) else None

    def class_number(self, label: Any) -> int:
        """The number of a class; -1 of a label that is none."""
        label = _plain_value(label)
        own = enumerate(self._classes or ())
        return next((number for number, known in own if _is_same(known, label)), -1)

    def _pairs(self, sample: Any, labels: Sequence[Any] | None) -> dict[int, float]:
        """The hashed features of a sample: bucket and value."""
        assert self._buckets is not None
        pairs: dict[int, float] = {}
        for token, value in self._tokens(sample):
            self._add(pairs, token, value)
        for lag in self._lags if self.is_sparse else ():
            label = self._label(lag, labels)
            if label is None:
                continue
            if self._classes is None:
                self._add(pairs, f"label-{lag}", float(np.float32(label)))
            else:
                number = self.class_number(label)
                if number >= 0:
                    self._add(pairs, f"label-{lag}={number}", 1.0)
        return pairs

    def _add(self, pairs: dict[int, float], token: str, value: float) -> None:
        bucket, sign = _bucket(token, self._buckets or 1)
        pairs[bucket] = pairs.get(bucket, 0.0) + sign * value

    def _tokens(self, sample: Any) -> Iterator[tuple[str, float]]:
        if isinstance(sample, Mapping):
            for name, given in sample.items():
                value = _plain_value(given)
                declared = self._declared.get(name)
                if value is None or declared and declared.get("buckets"):
                    continue  # A text with buckets of its own is no part of the shared ones.
                if declared:
                    _check_kind(name, value, declared["kind"])
                if declared and declared["kind"] == "text":
                    for token in ngrams(value, declared["unit"], *declared["ngrams"]):
                        yield f"{name}={token}", 1.0
                elif isinstance(value, str):
                    yield f"{name}={value}", 1.0
                else:
                    yield name, float(_single(np.float64(value)))
            return
        for index, value in enumerate(sample):
            if np.isnan(value):
                continue
            if not self._has_identifiers:
                yield str(index), float(value)
            elif value != int(value) or not 0 <= value < 1 << 24:
                raise ValueError(f"{value} at {index} is no identifier; learnd refuses it")
            else:
                yield f"{index}={int(value)}", 1.0


class Preparation:
    """From raw rows to the input of the model: fill, scale, multiply."""

    def __init__(self, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> None:
        self._clip = float(metadata["clip"])
        self._fills_zero = metadata.get("imputation") == "zero"
        self._multiplies = metadata.get("interactions") == "quadratic"
        self._is_raw = metadata.get("scaling") == "own"
        self._mean = self._deviation = None
        if metadata.get("scaling", "running") not in ("none", "own"):
            self._mean = tensors["mean"].astype(np.float64)
            self._deviation = tensors["deviation"].astype(np.float64)

    def features(self, rows: np.ndarray) -> np.ndarray:
        """The features of raw rows."""
        if self._fills_zero:
            rows = np.where(np.isnan(rows), 0.0, rows)
        if self._is_raw:
            return _products(rows) if self._multiplies else rows
        missing = np.isnan(rows)
        if self._mean is None:
            z = np.where(missing, 0.0, rows)
        else:
            with np.errstate(divide="ignore", invalid="ignore"):
                z = np.clip((rows - self._mean) / self._deviation, -self._clip, self._clip)
            z[missing | (self._deviation == 0)] = 0
        if not self._multiplies:
            return z
        parts = []
        for j in range(z.shape[1]):
            own = z[:, j : j + 1]
            parts += [own, z[:, :j] * own, (own**2 - 1) / math.sqrt(2)]
        return np.concatenate(parts, axis=1) if parts else z


def _products(rows: np.ndarray) -> np.ndarray:
    """Columns and their products in single precision; what is missing stays so."""
    z = rows.astype(np.float32)
    limit, half = np.float32(1e30), np.float32(0.70710678)
    parts = []
    with np.errstate(over="ignore"):
        for j in range(z.shape[1]):
            own = z[:, j : j + 1]
            products = [z[:, :j] * own, (own * own - np.float32(1)) * half]
            parts += [own, *(np.clip(part, -limit, limit) for part in products)]
    return np.concatenate(parts, axis=1).astype(np.float64) if parts else rows


def _width_of(column: Mapping[str, Any]) -> int:
    if column["kind"] == "text":
        return column["buckets"]
    return 1 << column["bits"] if column["kind"] == "hash" else 1


def _single(numbers: Any) -> Any:
    """Features travel and are learned in single precision, so that is what they are here."""
    with np.errstate(over="ignore"):
        rounded = np.asarray(numbers).astype(np.float32).astype(np.float64)
    if np.isinf(rounded).any():
        raise ValueError("a feature is infinite or beyond single precision; learnd refuses it")
    return rounded


def _plain_value(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and math.isnan(value) else value


def _is_same(left: Any, right: Any) -> bool:
    """Whether two labels are the same class: true is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _check_kind(name: str, value: Any, kind: str) -> None:
    wanted = "category" if kind == "text" else kind
    if wanted != _kind_of(value):
        raise ValueError(f"feature {name!r} is a {kind}; {value!r} is none")


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "category" if isinstance(value, str) else type(value).__name__


def murmur3(data: bytes) -> int:
    """MurmurHash3_x86_32 with the seed 0, as a signed number."""
    mask, hash_ = 0xFFFFFFFF, 0

    def mixed(word: int) -> int:
        word = word * 0xCC9E2D51 & mask
        return (word << 15 | word >> 17) * 0x1B873593 & mask

    end = len(data) // 4 * 4
    for start in range(0, end, 4):
        hash_ ^= mixed(int.from_bytes(data[start : start + 4], "little"))
        hash_ = (hash_ << 13 | hash_ >> 19) & mask
        hash_ = hash_ * 5 + 0xE6546B64 & mask
    if end < len(data):
        hash_ ^= mixed(int.from_bytes(data[end:], "little"))
    hash_ ^= len(data)
    hash_ = (hash_ ^ hash_ >> 16) * 0x85EBCA6B & mask
    hash_ = (hash_ ^ hash_ >> 13) * 0xC2B2AE35 & mask
    hash_ ^= hash_ >> 16
    return hash_ - (1 << 32) if hash_ >> 31 else hash_


def _bucket(token: str, buckets: int) -> tuple[int, int]:
    hash_ = murmur3(token.encode())
    return abs(hash_) % buckets, 1 if hash_ >= 0 else -1


_BLANKS = {*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F,
           0x205F, 0x3000}


def ngrams(text: str, unit: str, least: int, most: int) -> list[str]:
    """The n-grams of a text, by the rule in docs/features.md."""
    lowered = "".join(character.lower() for character in text)
    units: list[str] = []
    if unit == "word":
        word = ""
        for character in [*lowered, " "]:
            if character == "_" or unicodedata.category(character)[0] in "LN":
                word += character
                continue
            if len(word) > 1:
                units.append(word)
            word = ""
    else:
        run = 0
        for character in lowered:
            run = run + 1 if ord(character) in _BLANKS else 0
            if run < 2:
                units.append(character)
            else:
                units[-1] = " "
    joint = " " if unit == "word" else ""
    return [
        joint.join(units[start : start + length])
        for length in range(least, most + 1)
        for start in range(len(units) - length + 1)
    ]
