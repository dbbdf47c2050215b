# SPDX-License-Identifier: Apache-2.0
"""A network of an artifact, computed with numpy: what section 2 of docs/protocol.md specifies.

    network = Network(json.loads(metadata["architecture"]), tensors)
    scores = network.scores(rows)

A layer takes an array with a row for each sample and returns one. Tensors are looked up by the name
of the layer: `layers.0.weight`, inside of a residual block `layers.2.layers.1.weight`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Layer = Mapping[str, Any]


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x), without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def softmax(x: np.ndarray) -> np.ndarray:
    """Shares over the last dimension."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": sigmoid,
}


class Network:
    """Layers and their tensors."""

    def __init__(self, architecture: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> None:
        self.inputs: int = architecture["inputs"]
        self.shape: list[int] = architecture["input_shape"]
        self.layers: Sequence[Layer] = architecture["layers"]
        self._tensors = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}
        self._kinds: dict[str, Callable[[np.ndarray, Layer, str], np.ndarray]] = {
            "dense": self._dense,
            "conv2d": self._conv2d,
            "max_pool": self._max_pool,
            "flatten": lambda x, layer, name: x.reshape(len(x), -1),
            "dropout": lambda x, layer, name: x,
            "softmax": lambda x, layer, name: softmax(x),
            "rnn": self._rnn,
            "gru": self._gru,
            "embedding": self._embedding,
            "position": lambda x, layer, name: x + self._tensors[f"{name}.weight"],
            "residual": self._residual,
            "layer_norm": self._layer_norm,
            "attention": self._attention,
            **{
                kind: (lambda x, layer, name, function=function: function(x))
                for kind, function in ACTIVATIONS.items()
            },
        }

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """The scores of prepared rows, before softmax."""
        missing = self.inputs - rows.shape[1]
        if missing > 0:
            rows = np.pad(rows, ((0, 0), (0, missing)))
        limit = 1e30 if self.layers[0]["kind"] == "embedding" else 1e6
        x = np.clip(rows[:, : self.inputs], -limit, limit).reshape(len(rows), *self.shape)
        x = self._run(x, self.layers, "layers")
        x = x.reshape(len(x), -1)
        return x @ self._tensors["output.weight"].T + self._tensors["output.bias"]

    def _run(self, x: np.ndarray, layers: Sequence[Layer], prefix: str) -> np.ndarray:
        for number, layer in enumerate(layers):
            kind = layer["kind"]
            if kind not in self._kinds:
                raise ValueError(f"no such layer: {kind!r}; this knows {', '.join(self._kinds)}")
            x = self._kinds[kind](x, layer, f"{prefix}.{number}")
            if "activation" in layer:
                x = ACTIVATIONS[layer["activation"]](x)
        return x

    def _pair(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        return self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]

    def _dense(self, x: np.ndarray, layer: Layer, name: str) -> np.ndarray:
        weight, bias = self._pair(name)
        return x @ weight.T + bias

    def _conv2d(self, x: np.ndarray, layer: Layer, name: str) -> np.ndarray:
        weight, bias = self._pair(name)
        return convolve(x, weight, bias, layer["stride"], layer["padding"])

    def _max_pool(self, x: np.ndarray, layer: Layer, name: str) -> np.ndarray:
        return windows(x, layer["kernel"], layer["stride"]).max(axis=(-2, -1))

    def _recurrent(self, name: str) -> list[np.ndarray]:
        return [
            self._tensors[f"{name}.{part}"]
            for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        ]

    def _rnn(self, x: np.ndarray, layer: Layer, name: str) -> np.ndarray:
        w_ih, w_hh, b_ih, b_hh = self._recurrent(name)
        state = np.zeros((len(x), layer["units"]))
        states = []
        for step in range(x.shape[1]):
            state = np.tanh(x[:, step] @ w_ih.T + b_ih + state @ w_hh.T + b_hh)
            states.append(state)
        return np.stack(states, axis=1) if layer["returns"] == "all" else state

    def _gru(self, x: np.ndarray, layer: Layer, name: str) -> np.ndarray:
        w_ih, w_hh, b_ih, b_hh = self._recurrent(name)
        units = layer["units"]
        state = np.zeros((len(x), units))
        states = []
        for step in range(x.shape[1]):
            new = np.split(x[:, step] @ w_ih.T + b_ih, 3, axis=1)
            old = np.split(state @ w_hh.T + b_hh, 3, axis=1)
            reset, update = sigmoid(new[0] + old[0]), sigmoid(new[1] + old[1])
            state = (1 - update) * np.tanh(new[2] + reset * old[2]) + update * state
            states.append(state)
        return np.stack(states, axis=1) if layer["returns"] == "all" else state

    def _embedding(self, x: np.ndarray, layer: Layer, name: str) -> np.ndarray:
        words = layer["words"]
        known = (x >= 0) & (x < words) & (x == np.floor(x))
        return self._tensors[f"{name}.weight"][np.where(known, x, words).astype(int)]

    def _residual(self, x: np.ndarray, layer: Layer, name: str) -> np.ndarray:
        through = self._run(x, layer["layers"], f"{name}.layers")
        if f"{name}.shortcut.weight" in self._tensors:
            weight, bias = self._pair(f"{name}.shortcut")
            if x.ndim == 4:
                stride = -(-x.shape[2] // through.shape[2])
                x = convolve(x, weight, bias, stride, 0)
            else:
                x = x @ weight.T + bias
        return through + x

    def _layer_norm(self, x: np.ndarray, layer: Layer, name: str) -> np.ndarray:
        axes = (-1,) if x.ndim < 4 else (1, 2, 3)
        mean = x.mean(axis=axes, keepdims=True)
        variance = x.var(axis=axes, keepdims=True)
        normal = (x - mean) / np.sqrt(variance + 1e-5)
        return normal * self._tensors[f"{name}.gain"] + self._tensors[f"{name}.shift"]

    def _attention(self, x: np.ndarray, layer: Layer, name: str) -> np.ndarray:
        parts = x @ self._tensors[f"{name}.in_weight"].T + self._tensors[f"{name}.in_bias"]
        query, key, value = np.split(parts, 3, axis=-1)
        shares = softmax(query @ key.transpose(0, 2, 1) / np.sqrt(x.shape[-1]))
        out_weight, out_bias = (self._tensors[f"{name}.out_{part}"] for part in ("weight", "bias"))
        return shares @ value @ out_weight.T + out_bias


def windows(x: np.ndarray, kernel: int, stride: int) -> np.ndarray:
    """What a window sees at each place: samples, channels, places down, places across, window."""
    seen = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(2, 3))
    return seen[:, :, ::stride, ::stride]


def convolve(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: int, padding: int
) -> np.ndarray:
    """Filters that slide over images."""
    edge = (padding, padding)
    seen = windows(np.pad(x, ((0, 0), (0, 0), edge, edge)), weight.shape[2], stride)
    return np.einsum("ncyxij,fcij->nfyx", seen, weight, optimize=True) + bias[:, None, None]
