#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/NetworksTests/Golden/torch.txt: what PyTorch learns, step by step.

    python3 -m venv .venv && .venv/bin/pip install torch numpy
    .venv/bin/python scripts/golden/networks.py

It runs where PyTorch can be installed; the test suite needs only the file. Weights, rows and labels
come from a formula (splitmix64) that the tests have too, so nothing large is written: for each
network the loss before each of 100 Adam steps, then about fifty parameters after the last.

PyTorch computes in double precision here, so that what differs is our rounding alone. The bias of
the keys of an attention is left out: its gradient is 0 but for rounding, and Adam makes steps of
full length of that.
"""

import pathlib

import torch
from torch import nn

STEPS, ROWS, BATCHES, CLASSES = 100, 12, 4, 3
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def draw(seed: int, place: int) -> float:
    """A number in -0.5 ..< 0.5 of 24 bits."""
    mask = (1 << 64) - 1
    z = (seed * 0x100000001B3 + (place + 1) * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    z ^= z >> 31
    return (z >> 40) / (1 << 24) - 0.5


class Steps(nn.Module):
    """A recurrent layer that gives on its last state or all."""

    def __init__(self, cell, returns_all):
        super().__init__()
        self.cell, self.returns_all = cell, returns_all

    def forward(self, x):
        out, _ = self.cell(x)
        return out if self.returns_all else out[:, -1]


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner = nn.MultiheadAttention(width, 1, batch_first=True)

    def forward(self, x):
        return self.inner(x, x, x, need_weights=False)[0]


class Position(nn.Module):
    def __init__(self, steps, width):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(steps, width))

    def forward(self, x):
        return x + self.shift


class Residual(nn.Module):
    def __init__(self, inner, shortcut=None):
        super().__init__()
        self.inner, self.shortcut = inner, shortcut

    def forward(self, x):
        return self.inner(x) + (x if self.shortcut is None else self.shortcut(x))


class Embedding(nn.Module):
    """Ids beyond the words have the last row."""

    def __init__(self, words, width):
        super().__init__()
        self.words, self.table = words, nn.Parameter(torch.zeros(words + 1, width))

    def forward(self, x):
        known = (x >= 0) & (x < self.words)
        return self.table[torch.where(known, x, torch.full_like(x, self.words)).long()]


def seq(*layers):
    return nn.Sequential(*layers)


NETWORKS = {
    "mlp": ((6,), lambda: seq(
        nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 7), nn.Tanh(), nn.Linear(7, 5), nn.Sigmoid(),
        nn.Linear(5, 4), nn.Softmax(-1), nn.Linear(4, CLASSES))),
    "cnn": ((2, 8, 8), lambda: seq(
        nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 5, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(20, CLASSES))),
    "rnn": ((5, 4), lambda: seq(
        Steps(nn.RNN(4, 6, batch_first=True), True), Steps(nn.RNN(6, 5, batch_first=True), False),
        nn.Linear(5, CLASSES))),
    "gru": ((5, 4), lambda: seq(
        Steps(nn.GRU(4, 6, batch_first=True), True), Steps(nn.GRU(6, 5, batch_first=True), False),
        nn.Linear(5, CLASSES))),
    "residual": ((2, 6, 6), lambda: seq(
        Residual(seq(nn.Conv2d(2, 2, 3, padding=1), nn.ReLU(), nn.Conv2d(2, 2, 3, padding=1))),
        nn.ReLU(),
        Residual(nn.Conv2d(2, 3, 3, stride=2, padding=1), nn.Conv2d(2, 3, 1, stride=2)),
        nn.LayerNorm([3, 3, 3]), nn.Flatten(), nn.Linear(27, CLASSES))),
    "transformer": ((5,), lambda: seq(
        Embedding(6, 8), Position(5, 8), Residual(seq(nn.LayerNorm(8), Attention(8))),
        Residual(seq(nn.LayerNorm(8), nn.Linear(8, 10), nn.ReLU(), nn.Linear(10, 8))),
        nn.Flatten(), nn.Linear(40, CLASSES))),
}


def parameters_in_order(network):
    """As the tensors of the same network lie with us: those of a shortcut after its block."""
    for module in network:
        if isinstance(module, Residual):
            inner = module.inner if isinstance(module.inner, nn.Sequential) else [module.inner]
            yield from parameters_in_order(inner)
            if module.shortcut is not None:
                yield from parameters_in_order([module.shortcut])
        else:
            is_norm = isinstance(module, nn.LayerNorm)
            for place, parameter in enumerate(module.parameters()):
                has_key_bias = isinstance(module, Attention) and place == 1
                yield parameter, is_norm and place == 0, has_key_bias


def main():
    lines = []
    for name, (shape, make) in NETWORKS.items():
        torch.manual_seed(0)
        network = make()
        width = int(torch.tensor(shape).prod())
        place, tensors = 0, list(parameters_in_order(network))
        with torch.no_grad():
            for parameter, is_gain, _ in tensors:
                flat = parameter.view(-1)
                for index in range(flat.numel()):
                    number = draw(1, place)
                    start = torch.tensor(1 + number / 4 if is_gain else number)
                    # As single precision has it.
                    flat[index] = start.float().double()
                    place += 1
        count = BATCHES * ROWS
        numbers = [draw(2, index) for index in range(count * width)]
        if name == "transformer":
            rows = torch.tensor([float(int((number + 0.5) * 8) - 1) for number in numbers])
        else:
            rows = torch.tensor([4 * number for number in numbers])
        rows = rows.reshape(count, *shape)
        labels = torch.tensor([int((draw(3, index) + 0.5) * CLASSES) for index in range(count)])
        optimiser = torch.optim.Adam(network.parameters(), lr=0.002, betas=(0.9, 0.999), eps=1e-6)
        losses = []
        for step in range(STEPS):
            batch = slice(step % BATCHES * ROWS, (step % BATCHES + 1) * ROWS)
            loss = nn.functional.cross_entropy(network(rows[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        flat, usable = [], []
        for parameter, _, has_key_bias in tensors:
            values = parameter.detach().view(-1).tolist()
            third = len(values) // 3
            usable += [not (has_key_bias and third <= i < 2 * third) for i in range(len(values))]
            flat += values
        chosen = [i for i in range(0, len(flat), max(1, len(flat) // 50)) if usable[i]]
        lines.append(f"network {name} {len(flat)}")
        lines += [f"loss {loss:.9f}" for loss in losses]
        lines += [f"parameter {index} {flat[index]:.9f}" for index in chosen]
        print(name, len(flat), "parameters, loss", losses[0], "to", losses[-1])
    root = pathlib.Path(__file__).resolve().parents[2]
    target = root / "Tests/NetworksTests/Golden/torch.txt"
    target.write_text(f"# torch {torch.__version__.split('+')[0]}\n" + "\n".join(lines) + "\n")


main()
