#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Writes two files beside Tests/DriftTests about series that the tests make again from the project's
# own generator.
#
#   pip install river==0.26.1 && scripts/golden/drift.py
#
# Golden/drift.txt: where ADWIN and Page-Hinkley of the river package raise alarms, and what they
# hold in the end. A line is `series detector index[:width] ... | last numbers as hexadecimal
# floats`.
#
# Golden/detectors.txt: where every detector warns and alarms. Those that river has are river's;
# CUSUM, the GLR test and what `reference=paper` switches are in drift_references.py, written from
# the papers. A line is `series detector parameters | warnings | drifts`, where `4-7` are all from 4
# to 7, and `-` stands for nothing.

import pathlib
import sys

import drift_references as references
import river
from river import drift
from river.drift import binary

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


def clipped(levels, spreads=(0.1,) * 4):
    """Errors that are not bits: a bell curve, cut off at 0 and at 1."""
    value = bells(levels, spreads)
    return lambda source, index: min(1.0, max(0.0, value(source, index)))


# Series of errors for all, which the detectors of errors take too; seeds go on from 10.
ERRORS = {
    "one": lambda source, index: 1.0,
    "few-errors": bits((0.01, 0.04, 0.0, 0.02)),
    "many-errors": bits((0.8, 0.9, 0.6, 0.95)),
    "better-and-better": bits((0.4, 0.3, 0.2, 0.1)),
    "small-steps": bits((0.2, 0.25, 0.3, 0.35)),
    "graded": clipped((0.3, 0.4, 0.2, 0.6)),
    "graded-variance": clipped((0.5, 0.5, 0.5, 0.5), (0.05, 0.05, 0.2, 0.02)),
}
BITS = ["error-bits", "downward", "zero", "ramp", "one", *list(ERRORS)[1:5], "short"]
FRACTIONS = [*BITS, "constant", "unit", "graded", "graded-variance"]
GAUSSIAN = [*FRACTIONS, "normal-shift", "variance-only"]
NUMBERS = [*GAUSSIAN, "large"]

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


# Detectors and parameters as learnctl takes them, the series they take, and who knows the answer.
CHECKED = [
    ("adwin", "", NUMBERS, drift.ADWIN),
    ("adwin", "reference=paper,delta=0.01,clock=4", NUMBERS, references.ADWIN),
    ("page-hinkley", "", NUMBERS, drift.PageHinkley),
    ("page-hinkley", "mode=up,threshold=15,delta=0.01", NUMBERS, drift.PageHinkley),
    ("ddm", "", FRACTIONS, binary.DDM),
    ("ddm", "warm_start=100,warning_threshold=1.5,drift_threshold=2.5", FRACTIONS, binary.DDM),
    ("ddm", "reference=paper", FRACTIONS, references.DDM),
    ("eddm", "", BITS, binary.EDDM),
    ("eddm", "alpha=0.8,beta=0.75,warm_start=50", BITS, binary.EDDM),
    ("eddm", "reference=paper", BITS, references.EDDM),
    ("hddm-a", "", GAUSSIAN, binary.HDDMA),
    (
        "hddm-a",
        "two_sided_test=true,drift_confidence=0.01,warning_confidence=0.05",
        GAUSSIAN,
        binary.HDDMA,
    ),
    ("hddm-a", "reference=paper", GAUSSIAN, references.HDDMA),
    ("hddm-w", "", GAUSSIAN, binary.HDDMW),
    ("hddm-w", "two_sided_test=true,lambda_val=0.02", GAUSSIAN, binary.HDDMW),
    ("hddm-w", "reference=paper,two_sided_test=true", GAUSSIAN, references.HDDMW),
    ("kswin", "seed=42", NUMBERS, drift.KSWIN),
    ("kswin", "seed=7,alpha=0.001,window_size=200,stat_size=50", NUMBERS, drift.KSWIN),
    ("kswin", "seed=1099511627779,alpha=0.01,window_size=60,stat_size=5", NUMBERS, drift.KSWIN),
    ("kswin", "reference=paper,seed=1", NUMBERS, references.KSWIN),
    ("cusum", "", FRACTIONS, references.CUSUM),
    ("cusum", "p0=0.1,p1=0.3,threshold=5,warning_threshold=2", FRACTIONS, references.CUSUM),
    ("cusum", "two_sided_test=true,shift=0.05,warm_start=500", FRACTIONS, references.CUSUM),
    ("glr", "", FRACTIONS, references.GLR),
    ("glr", "threshold=7.5,two_sided_test=false,max_buckets=3", FRACTIONS, references.GLR),
]


def parameter(text):
    """A parameter's value from what learnctl takes."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return {"true": True, "false": False}.get(text, text)


def made(make, parameters):
    told = dict(word.split("=") for word in parameters.split(",") if word)
    told.pop("reference", None)
    return make(**{name: parameter(text) for name, text in told.items()})


def runs(indices):
    """`4-7 9` for 4, 5, 6, 7 and 9."""
    parts = []
    for index in indices:
        if parts and parts[-1][1] == index - 1:
            parts[-1][1] = index
        else:
            parts.append([index, index])
    words = [str(first) if first == last else f"{first}-{last}" for first, last in parts]
    return " ".join(words) or "-"


def verdicts(detector, values):
    """Where a detector warns, and where it alarms; an alarm is no warning too."""
    warnings, drifts = [], []
    for index, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            drifts.append(index)
        elif getattr(detector, "warning_detected", False):
            warnings.append(index)
    return f"{runs(warnings)} | {runs(drifts)}"


def main():
    if river.__version__ != "0.26.1":
        sys.exit(f"river is {river.__version__}, the golden file is of 0.26.1")
    series = {}
    for seed, (name, value) in enumerate((SERIES | ERRORS).items(), start=1):
        source = RandomSource(seed)
        series[name] = [value(source, index) for index in range(10_000)]
    series["short"] = series["error-bits"][:25]
    lines = []
    for name in SERIES:
        for detector, make in DETECTORS.items():
            lines.append(f"{name} {detector} {alarms(make(), series[name])}")
    folder = pathlib.Path(__file__).resolve().parents[2] / "Tests/DriftTests/Golden"
    (folder / "drift.txt").write_text("\n".join(lines) + "\n")
    lines = []
    for detector, parameters, names, make in CHECKED:
        for name in names:
            # The first two changes are at 2500 and 5000; KSWIN is slow.
            values = series[name][: 3_000 if detector == "kswin" else 6_000]
            found = verdicts(made(make, parameters), values)
            lines.append(f"{name} {detector} {parameters or '-'} | {found}")
    (folder / "detectors.txt").write_text("\n".join(lines) + "\n")


main()
