# SPDX-License-Identifier: Apache-2.0
"""Tensors that were published in fewer bytes, as they are: section 2.3 of docs/protocol.md.

    tensors, metadata = read_safetensors(data)
    tensors = expanded(tensors, metadata)       # as if nothing had been compressed

Needs numpy and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np


def expanded(
    tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]
) -> dict[str, np.ndarray]:
    """The tensors with each compressed one whole, in float32, under its own name.

    What it was made of is left out; an artifact that is not compressed comes back as it is.
    """
    whole = dict(tensors)
    for name, entry in json.loads(metadata.get("compression", "{}")).items():
        tensor = _expanded(name, entry, tensors)
        for part in ("", ".bitmap", ".indices", ".values", ".scale"):
            whole.pop(name + part, None)
        whole[name] = tensor
    return whole


def _expanded(
    name: str, entry: Mapping[str, Any], tensors: Mapping[str, np.ndarray]
) -> np.ndarray:
    shape = entry["shape"]
    count = int(np.prod(shape))
    places = _places(name, entry["places"], count, tensors)
    values = tensors[name if places is None else f"{name}.values"].astype(np.float32).reshape(-1)
    if entry["numbers"] == "int8":
        # One scale for each row of the matrix: for each output.
        rows = np.arange(count) if places is None else places
        values = values * tensors[f"{name}.scale"][rows // max(1, count // max(1, shape[0]))]
    elif entry["numbers"] not in ("float16", "float32"):
        raise ValueError(f"tensor {name} is of {entry['numbers']!r}, which this cannot read")
    if places is None:
        return values.reshape(shape)
    whole = np.zeros(count, np.float32)
    whole[places] = values
    return whole.reshape(shape)


def _places(
    name: str, form: str, count: int, tensors: Mapping[str, np.ndarray]
) -> np.ndarray | None:
    """The places that have a number, ascending; None where all have one."""
    if form == "all":
        return None
    if form == "bitmap":
        bits = np.unpackbits(tensors[f"{name}.bitmap"], count=count, bitorder="little")
        return np.flatnonzero(bits)
    if form == "indices":
        return tensors[f"{name}.indices"].astype(np.int64)
    raise ValueError(f"tensor {name} has its places as {form!r}, which this cannot read")
