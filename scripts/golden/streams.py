#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/SamplesTests/Golden/streams.txt: what river 0.26.1 makes of features.

    python3 -m venv .venv && .venv/bin/pip install river==0.26.1
    .venv/bin/python scripts/golden/streams.py

A line is `kind parameters | features | labels`; numbers are hexadecimal floats where they have a
fraction. All features are single-precision numbers, as samples carry them.

  agrawal        nine features, and the labels of the ten functions
  agrawal-share  the function, and the share of class 1 in 100,000 samples
  stagger        three features, and the labels of the three functions
  sea            the variant, three features, the label
  friedman       ten features, and the values of our concepts 0 and 2 to 7, without noise
  hyperplane     the weights, the features, the label
  weights        the magnitude and the number of samples, the weights before, the weights after
  led            digit by digit, the seven segments
  led-places     first segment, first lamp, number of swaps, and where the 24 features then stand
  rbf            speed and steps, centre and direction before, centre after
"""

import itertools
import pathlib
import random
import struct

import river
from river.datasets import synth

assert river.__version__ == "0.26.1", river.__version__
rng = random.Random(11)
lines = []


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def text(x):
    return str(int(x)) if float(x).is_integer() else float(x).hex()


def line(kind, *parts):
    lines.append(kind + " " + " | ".join(" ".join(text(x) for x in part) for part in parts))


def agrawal():
    names = synth.Agrawal().feature_names
    rows = [[single(x[name]) for name in names] for x, _ in synth.Agrawal(seed=3).take(60)]
    # On and beside the edges of the functions.
    edges = [25000, 50000, 75000, 100000, 125000, 150000]
    loans = [75000, 100000, 200000, 300000, 400000, 499999]
    for index in range(40):
        salary = edges[index % 6]
        commission = 0 if salary >= 75000 else rng.choice([10000, 25000, 50000])
        rows.append([
            salary, commission, rng.choice([20, 39, 40, 59, 60, 80]), rng.randrange(5),
            rng.randrange(1, 21), rng.randrange(9), single(rng.uniform(1e5, 1e6)),
            rng.choice([1, 19, 20, 21, 30]), rng.choice(loans),
        ])
    for row in rows:
        labels = []
        for function in range(10):
            stream = synth.Agrawal(classification_function=function)
            values = [int(x) if index in (2, 3, 4, 5, 7) else x for index, x in enumerate(row)]
            labels.append(stream._classification_functions[function](*values))
        line("agrawal", row, labels)
    for function in range(10):
        count = 100_000
        ones = sum(y for _, y in synth.Agrawal(function, seed=function + 1).take(count))
        line("agrawal-share", [function], [ones / count])


def stagger():
    stream = synth.STAGGER()
    for row in itertools.product(range(3), repeat=3):
        line("stagger", row, [function(*row) for function in stream._functions])


def sea():
    for variant in range(4):
        for x, y in synth.SEA(variant=variant, seed=variant + 5).take(12):
            row = [single(x[index]) for index in range(3)]
            threshold = {0: 8, 1: 9, 2: 7, 3: 9.5}[variant]
            assert (row[0] + row[1] > threshold) == y
            line("sea", [variant], row, [y])


def friedman():
    stages = synth.FriedmanDrift("lea", (10, 20, 30))
    back = synth.FriedmanDrift("gra", (10, 20))
    slow = synth.FriedmanDrift("gsg", (10, 20), transition_window=1, seed=1)
    for index in range(48):
        low, high = (0, 0.35) if index % 3 == 1 else (0, 1)
        if index % 3 == 2:
            low, high = 0.65, 1
        row = [single(rng.uniform(low, high)) for _ in range(10)]
        if index % 2:
            # Into the corners of the two regions.
            row[3], row[4] = single(1 - row[3]), row[4] if index % 4 == 1 else single(1 - row[4])
        values = [stages._local_expanding_abrupt_gen(row, at) for at in (0, 15, 25, 35)]
        values.append(back._global_recurring_abrupt_gen(row, 15))
        values += [slow._y_maker(row, at) for at in (15, 25)]
        line("friedman", row, values)


def hyperplane():
    stream = synth.Hyperplane(seed=4, noise_percentage=0)
    samples = iter(stream)
    for index in range(12):
        x, y = next(samples)
        row, weights = [single(x[column]) for column in range(10)], list(stream._weights)
        margin = sum(w * (f - 0.5) for w, f in zip(weights, row))
        assert abs(margin) > 1e-5
        line("hyperplane", weights, row, [y])
    stream = synth.Hyperplane(seed=5, n_drift_features=3, mag_change=0.01, sigma=0)
    samples = iter(stream)
    next(samples)
    before = list(stream._weights)
    for _ in range(7):
        next(samples)
    line("weights", [0.01, 7], before, stream._weights)


def led():
    line("led", *synth.LED._ORIGINAL_INSTANCES)
    for seed in range(6):
        stream = synth.LEDDrift(seed, irrelevant_features=True, n_drift_features=seed + 2)
        next(iter(stream))
        draws = random.Random(seed)
        line("led-places", [draws.randint(0, 6), draws.randint(0, 16), seed + 2], stream._attr_idx)


def rbf():
    stream = synth.RandomRBFDrift(1, 2, n_features=4, n_centroids=3, change_speed=0.1,
                                  n_drift_centroids=3)
    samples = iter(stream)
    next(samples)
    centres = [list(centroid.centre) for centroid in stream.centroids]
    directions = [list(direction) for direction in stream.centroid_speed]
    for _ in range(40):
        next(samples)
    for index, centroid in enumerate(stream.centroids):
        line("rbf", [0.1, 40], centres[index], directions[index], centroid.centre)


for write in (agrawal, stagger, sea, friedman, hyperplane, led, rbf):
    write()
path = pathlib.Path(__file__).resolve().parents[2] / "Tests/SamplesTests/Golden/streams.txt"
path.parent.mkdir(exist_ok=True)
path.write_text("\n".join(lines) + "\n")
print(f"{len(lines)} lines, {path.stat().st_size} bytes")
