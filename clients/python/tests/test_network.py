# SPDX-License-Identifier: Apache-2.0
"""Every kind of layer beside PyTorch, whose losses stand in a file of the Swift tests.

The file has the loss of each network before its first step; weights and rows follow from a formula
(scripts/golden/networks.py), so the loss can be computed here from nothing.
"""

import unittest
from pathlib import Path
from typing import Any

import numpy as np

import support  # noqa: F401  (finds the client)
from learnd_network import Network, softmax

GOLDEN = Path(__file__).resolve().parents[3] / "Tests/NetworksTests/Golden/torch.txt"
ROWS, CLASSES = 12, 3


def draw(seed: int, place: int) -> float:
    """The formula: splitmix64 of seed and place, 24 bits of it."""
    mask = (1 << 64) - 1
    z = (seed * 0x100000001B3 + (place + 1) * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    z ^= z >> 31
    return (z >> 40) / (1 << 24) - 0.5


def dense(units: int, **more: Any) -> dict[str, Any]:
    return {"kind": "dense", "units": units, **more}


def conv(filters: int, stride: int = 1, **more: Any) -> dict[str, Any]:
    sizes = {"filters": filters, "kernel": 3, "stride": stride, "padding": 1}
    return {"kind": "conv2d", **sizes, **more}


def recurrent(kind: str, units: int, returns: str) -> dict[str, Any]:
    return {"kind": kind, "units": units, "returns": returns}


def recurrent_shapes(prefix: str, gates: int, units: int, width: int) -> dict[str, tuple[int, ...]]:
    rows = gates * units
    return {
        f"{prefix}.weight_ih": (rows, width), f"{prefix}.weight_hh": (rows, units),
        f"{prefix}.bias_ih": (rows,), f"{prefix}.bias_hh": (rows,),
    }


def pair(prefix: str, *shape: int) -> dict[str, tuple[int, ...]]:
    return {f"{prefix}.weight": shape, f"{prefix}.bias": shape[:1]}


def norm(prefix: str, *shape: int) -> dict[str, tuple[int, ...]]:
    return {f"{prefix}.gain": shape, f"{prefix}.shift": shape}


#: Name: shape of a row, layers, tensors in the order in which they lie.
NETWORKS: dict[str, tuple[list[int], list[dict[str, Any]], dict[str, tuple[int, ...]]]] = {
    "mlp": (
        [6],
        [
            dense(8, activation="relu"), dense(7, activation="tanh"), dense(5),
            {"kind": "sigmoid"}, dense(4), {"kind": "softmax"}, {"kind": "dropout", "share": 0.5},
        ],
        {
            **pair("layers.0", 8, 6), **pair("layers.1", 7, 8), **pair("layers.2", 5, 7),
            **pair("layers.4", 4, 5), **pair("output", 3, 4),
        },
    ),
    "cnn": (
        [2, 8, 8],
        [
            conv(4, activation="relu"), {"kind": "max_pool", "kernel": 2, "stride": 2},
            conv(5, stride=2), {"kind": "relu"}, {"kind": "flatten"},
        ],
        {**pair("layers.0", 4, 2, 3, 3), **pair("layers.2", 5, 4, 3, 3), **pair("output", 3, 20)},
    ),
    "rnn": (
        [5, 4],
        [recurrent("rnn", 6, "all"), recurrent("rnn", 5, "last")],
        {
            **recurrent_shapes("layers.0", 1, 6, 4), **recurrent_shapes("layers.1", 1, 5, 6),
            **pair("output", 3, 5),
        },
    ),
    "gru": (
        [5, 4],
        [recurrent("gru", 6, "all"), recurrent("gru", 5, "last")],
        {
            **recurrent_shapes("layers.0", 3, 6, 4), **recurrent_shapes("layers.1", 3, 5, 6),
            **pair("output", 3, 5),
        },
    ),
    "residual": (
        [2, 6, 6],
        [
            {"kind": "residual", "layers": [conv(2, activation="relu"), conv(2)],
             "activation": "relu"},
            {"kind": "residual", "layers": [conv(3, stride=2)]}, {"kind": "layer_norm"},
        ],
        {
            **pair("layers.0.layers.0", 2, 2, 3, 3), **pair("layers.0.layers.1", 2, 2, 3, 3),
            **pair("layers.1.layers.0", 3, 2, 3, 3), **pair("layers.1.shortcut", 3, 2, 1, 1),
            **norm("layers.2", 3, 3, 3), **pair("output", 3, 27),
        },
    ),
    "transformer": (
        [5],
        [
            {"kind": "embedding", "words": 6, "vector": 8}, {"kind": "position"},
            {"kind": "residual", "layers": [{"kind": "layer_norm"}, {"kind": "attention"}]},
            {"kind": "residual", "layers": [
                {"kind": "layer_norm"}, dense(10, activation="relu"), dense(8)]},
        ],
        {
            "layers.0.weight": (7, 8), "layers.1.weight": (5, 8),
            **norm("layers.2.layers.0", 8),
            "layers.2.layers.1.in_weight": (24, 8), "layers.2.layers.1.in_bias": (24,),
            "layers.2.layers.1.out_weight": (8, 8), "layers.2.layers.1.out_bias": (8,),
            **norm("layers.3.layers.0", 8), **pair("layers.3.layers.1", 10, 8),
            **pair("layers.3.layers.2", 8, 10), **pair("output", 3, 40),
        },
    ),
}


def golden() -> dict[str, tuple[int, float]]:
    """The number of parameters and the first loss of each network."""
    found: dict[str, tuple[int, float]] = {}
    name = ""
    for line in GOLDEN.read_text().splitlines():
        words = line.split()
        if words[0] == "network":
            name, count = words[1], int(words[2])
        elif words[0] == "loss" and name not in found:
            found[name] = (count, float(words[1]))
    return found


class LayerTests(unittest.TestCase):
    def test_every_layer_computes_what_torch_does(self) -> None:
        expected = golden()
        self.assertEqual(set(expected), set(NETWORKS))
        for name, (shape, layers, shapes) in NETWORKS.items():
            with self.subTest(name):
                place = 0
                tensors = {}
                for tensor, sizes in shapes.items():
                    numbers = []
                    for _ in range(int(np.prod(sizes))):
                        number = draw(1, place)
                        numbers.append(1 + number / 4 if tensor.endswith(".gain") else number)
                        place += 1
                    tensors[tensor] = np.array(numbers, np.float32).reshape(sizes)
                count, loss = expected[name]
                self.assertEqual(place, count)
                width = int(np.prod(shape))
                drawn = np.array([draw(2, index) for index in range(ROWS * width)])
                rows = np.floor((drawn + 0.5) * 8) - 1 if name == "transformer" else 4 * drawn
                network = Network(
                    {"inputs": width, "input_shape": shape, "layers": layers, "outputs": CLASSES},
                    tensors,
                )
                shares = softmax(network.scores(rows.reshape(ROWS, width)))
                labels = [int((draw(3, index) + 0.5) * CLASSES) for index in range(ROWS)]
                ours = -np.log(shares[range(ROWS), labels]).mean()
                self.assertAlmostEqual(ours, loss, delta=1e-7)

    def test_rows_are_cut_or_filled_to_the_input(self) -> None:
        network = Network(
            {"inputs": 2, "input_shape": [2], "layers": [dense(1)], "outputs": 1},
            {"layers.0.weight": np.array([[1, 10]], np.float32), "layers.0.bias": np.zeros(1),
             "output.weight": np.ones((1, 1)), "output.bias": np.zeros(1)},
        )
        self.assertEqual(network.scores(np.array([[1.0, 2, 3]]))[0, 0], 21)
        self.assertEqual(network.scores(np.array([[1.0]]))[0, 0], 1)

    def test_an_unknown_layer_is_refused(self) -> None:
        layers = [{"kind": "flatten"}, {"kind": "capsule"}]
        network = Network({"inputs": 1, "input_shape": [1], "layers": layers}, {})
        with self.assertRaisesRegex(ValueError, "capsule"):
            network.scores(np.zeros((1, 1)))


if __name__ == "__main__":
    unittest.main()
