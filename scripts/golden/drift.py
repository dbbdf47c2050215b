#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Writes Tests/DriftTests/Golden/drift.txt: where the detectors of the river package raise alarms on
# series that the tests make again from the project's own generator.
#
#   pip install river==0.26.1 && scripts/golden/drift.py
#
# A line is `series detector index[:width] ... | last numbers as hexadecimal floats`.

import pathlib
import sys

import river
from river import drift

MASK = (1 << 64) - 1


class RandomSource:
    """xoshiro256** seeded by splitmix64, as Sources/Pure/Primitives/RandomSource.swift."""

    def __init__(self, seed):
        self.words = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            self.words.append(z ^ (z >> 31))

    def bits(self):
        a, b, c, d = self.words
        product = (b * 5) & MASK
        result = ((((product << 7) | (product >> 57)) & MASK) * 9) & MASK
        shifted = (b << 17) & MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = ((d << 45) | (d >> 19)) & MASK
        self.words = [a, b, c, d]
        return result

    def unit(self):
        return (self.bits() >> 11) * 2.0**-53

    def bell(self):
        """Nearly standard normal, from additions alone: the same bits on every machine."""
        total = 0.0
        for _ in range(12):
            total += self.unit()
        return total - 6.0


def bits(levels):
    def value(source, index):
        return 1.0 if source.unit() < levels[index // 2500] else 0.0

    return value


def bells(levels, spreads=(1.0,) * 4, scale=1.0):
    def value(source, index):
        return scale * (levels[index // 2500] + spreads[index // 2500] * source.bell())

    return value


SERIES = {
    "error-bits": bits((0.1, 0.3, 0.1, 0.5)),
    "normal-shift": bells((0.0, 0.5, 2.5, -1.0)),
    "downward": bits((0.5, 0.5, 0.2, 0.05)),
    "variance-only": bells((0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 2.0, 0.5)),
    "large": bells((0.0, 0.5, 0.5, 3.0), scale=1e9),
    "constant": lambda source, index: 0.7,
    "zero": lambda source, index: 0.0,
    "ramp": lambda source, index: 1.0 if source.unit() < 0.1 + 0.00004 * index else 0.0,
    "unit": lambda source, index: source.unit(),
}

DETECTORS = {
    "adwin": lambda: drift.ADWIN(),
    "adwin-daemon": lambda: drift.ADWIN(delta=0.05, clock=16),
    "adwin-every": lambda: drift.ADWIN(delta=0.05, clock=1),
    "adwin-loose": lambda: drift.ADWIN(delta=0.3, clock=1),
    "adwin-odd": lambda: drift.ADWIN(
        delta=0.01, clock=7, max_buckets=3, min_window_length=8, grace_period=50
    ),
    "page-hinkley": lambda: drift.PageHinkley(),
    "page-hinkley-up": lambda: drift.PageHinkley(mode="up"),
    "page-hinkley-down": lambda: drift.PageHinkley(mode="down"),
    "page-hinkley-low": lambda: drift.PageHinkley(threshold=15, mode="up", min_instances=100),
}


def alarms(detector, values):
    found = []
    for index, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            width = f":{int(detector.width)}" if hasattr(detector, "width") else ""
            found.append(f"{index}{width}")
    if isinstance(detector, drift.ADWIN):
        end = [detector.total, detector.variance]
    else:
        end = [detector._sum_increase, detector._sum_decrease]
    return " ".join(found) + " | " + " ".join(number.hex() for number in end)


def main():
    if river.__version__ != "0.26.1":
        sys.exit(f"river is {river.__version__}, the golden file is of 0.26.1")
    lines = []
    for seed, (name, value) in enumerate(SERIES.items(), start=1):
        source = RandomSource(seed)
        values = [value(source, index) for index in range(10_000)]
        for detector, make in DETECTORS.items():
            lines.append(f"{name} {detector} {alarms(make(), values)}")
    root = pathlib.Path(__file__).resolve().parents[2]
    (root / "Tests/DriftTests/Golden/drift.txt").write_text("\n".join(lines) + "\n")


main()
