# SPDX-License-Identifier: Apache-2.0
#
# Detectors written from their papers, as plainly as can be, for drift.py: those that the river
# package does not have, and what `reference=paper` does otherwise than river. Each has river's
# interface: update(value), drift_detected, warning_detected, and starts afresh after a drift.

import math
import random
import statistics


class Detector:
    """Starts afresh at the value after a drift, unless `forgets` is False."""

    forgets = True

    def __init__(self):
        self.drift_detected = self.warning_detected = False
        self.reset()

    def update(self, value):
        if self.drift_detected and self.forgets:
            self.reset()
        self.drift_detected = self.warning_detected = False
        self.take(value)

    def say(self, is_drift, is_warning):
        self.drift_detected = is_drift
        self.warning_detected = is_warning and not is_drift


class ADWIN(Detector):
    """Bifet and Gavalda 2007: what lies behind a cut stays; every split, its own sums."""

    forgets = False

    def __init__(self, delta=0.002, clock=32, max_buckets=5, min_window_length=5, grace_period=10):
        self.delta, self.clock, self.most = delta, clock, max_buckets
        self.least, self.grace = min_window_length, grace_period
        super().__init__()

    def reset(self):
        self.seen = 0
        self.buckets = []  # oldest first: how many values, their sum, their squared deviations

    def take(self, value):
        self.seen += 1
        self.buckets.append((1, value, 0.0))
        self.merge()
        if self.seen % self.clock == 0 and sum(b[0] for b in self.buckets) > self.grace:
            while self.has_change():
                self.buckets.pop(0)
                self.drift_detected = True

    def merge(self):
        size = 1
        while sum(b[0] == size for b in self.buckets) > self.most:
            first = next(i for i, b in enumerate(self.buckets) if b[0] == size)
            self.buckets[first : first + 2] = [joined(*self.buckets[first : first + 2])]
            size *= 2

    def has_change(self):
        n, total, squares = whole = self.buckets[0]
        for bucket in self.buckets[1:]:
            whole = joined(whole, bucket)
        n, total, squares = whole
        level = math.log(2 * math.log(n) / self.delta)
        n0 = u0 = 0
        for count, part, _ in self.buckets[:-1]:
            n0, u0 = n0 + count, u0 + part
            n1 = n - n0
            if min(n0, n1) >= self.least:
                m = 1 / n0 + 1 / n1
                limit = math.sqrt(2 * m * squares / n * level) + 2 / 3 * level * m
                if abs(u0 / n0 - (total - u0) / n1) > limit:
                    return True
        return False


def joined(a, b):
    off = a[1] / a[0] - b[1] / b[0]
    return a[0] + b[0], a[1] + b[1], a[2] + b[2] + a[0] * b[0] / (a[0] + b[0]) * off * off


class DDM(Detector):
    """Gama, Medas, Castillo and Rodrigues 2004: "at least" instead of "beyond"."""

    def __init__(self, warm_start=30, warning_threshold=2.0, drift_threshold=3.0):
        self.warm, self.warning, self.drift = warm_start, warning_threshold, drift_threshold
        super().__init__()

    def reset(self):
        self.n, self.p, self.least = 0, 0.0, None

    def take(self, value):
        self.n += 1
        self.p += (value - self.p) * (1 / self.n)
        if self.n <= self.warm:
            return
        s = math.sqrt(self.p * (1 - self.p) / self.n)
        if self.least is None or self.p + s <= sum(self.least):
            self.least = self.p, s
        p, deviation = self.least
        self.say(
            self.p + s >= p + self.drift * deviation, self.p + s >= p + self.warning * deviation
        )


class EDDM(Detector):
    """Baena-Garcia and others 2006: distances between errors, looked at after 30 errors."""

    def __init__(self, warm_start=30, alpha=0.95, beta=0.9):
        self.warm, self.alpha, self.beta = warm_start, alpha, beta
        super().__init__()

    def reset(self):
        self.n, self.places, self.largest, self.zone = 0, [], 0.0, (False, False)

    def take(self, value):
        self.n += 1
        if value == 1:
            self.places.append(self.n)
            if len(self.places) > self.warm:
                gaps = [b - a for a, b in zip(self.places, self.places[1:])]
                spread = statistics.stdev(gaps) if len(gaps) > 1 else 0.0
                level = statistics.fmean(gaps) + 2 * spread if gaps else 0.0
                self.largest = max(self.largest, level)
                self.zone = level < self.beta * self.largest, level < self.alpha * self.largest
        self.say(self.zone[0], self.zone[1])


class HDDMA(Detector):
    """Frias-Blanco and others 2015, A-test: ln(1/d) when one side is looked at."""

    def __init__(self, drift_confidence=0.001, warning_confidence=0.005, two_sided_test=False):
        self.drift, self.warning, self.two = drift_confidence, warning_confidence, two_sided_test
        super().__init__()

    def reset(self):
        self.n, self.total, self.low, self.high = 0, 0.0, None, None

    def take(self, value):
        self.n += 1
        self.total += value
        mean = self.total / self.n
        bound = math.sqrt(math.log(1 / self.drift) / (2 * self.n))
        if self.low is None or mean + bound <= self.low[2]:
            self.low = self.n, mean, mean + bound
        if self.high is None or mean - bound >= self.high[2]:
            self.high = self.n, mean, mean - bound
        gaps = [(mean - self.low[1], self.low[0])]
        if self.two:
            gaps.append((self.high[1] - mean, self.high[0]))
        self.say(self.beyond(gaps, self.drift), self.beyond(gaps, self.warning))

    def beyond(self, gaps, confidence):
        sides = 2 if self.two else 1
        return any(
            k < self.n
            and gap
            >= math.sqrt((self.n - k) / (2 * k * self.n) * math.log(sides / confidence))
            for gap, k in gaps
        )


class HDDMW(Detector):
    """Frias-Blanco and others 2015, W-test: a mean of one value has the weight 1."""

    def __init__(
        self,
        drift_confidence=0.001,
        warning_confidence=0.005,
        lambda_val=0.05,
        two_sided_test=False,
    ):
        self.drift, self.warning = drift_confidence, warning_confidence
        self.weight, self.two = lambda_val, two_sided_test
        super().__init__()

    def reset(self):
        self.all = None
        self.rise = [math.inf, None, None]
        self.fall = [math.inf, None, None]

    def add(self, mean, value):
        if mean is None:
            return value, 1.0
        w = self.weight
        return w * value + (1 - w) * mean[0], w * w + (1 - w) ** 2 * mean[1]

    def take(self, value):
        self.all = self.add(self.all, value)
        bound = math.sqrt(self.all[1] * math.log(1 / self.drift) / 2)
        gaps = []
        # A fall is a rise of the negated mean.
        for side, sign in ((self.rise, 1), (self.fall, -1)):
            if sign * self.all[0] + bound < side[0]:
                side[:] = [sign * self.all[0] + bound, self.all, None]
            else:
                side[2] = self.add(side[2], value)
            if side[2] and (sign == 1 or self.two):
                gaps.append((sign * (side[2][0] - side[1][0]), side[1][1] + side[2][1]))
        self.say(self.beyond(gaps, self.drift), self.beyond(gaps, self.warning))

    @staticmethod
    def beyond(gaps, confidence):
        return any(gap > math.sqrt(d * math.log(1 / confidence) / 2) for gap, d in gaps)


class KSWIN(Detector):
    """Raab, Heusinger and Schleif 2020: the limit of their text, and the present stays."""

    forgets = False

    def __init__(self, alpha=0.005, window_size=100, stat_size=30, seed=None):
        self.size, self.recent = window_size, stat_size
        self.limit = math.sqrt(-math.log(alpha) / stat_size)
        self.random = random.Random(seed)
        super().__init__()

    def reset(self):
        self.window = []

    def take(self, value):
        self.window = [*self.window[-self.size + 1 :], value]
        if len(self.window) < self.size:
            return
        older = self.size - self.recent
        past = [self.window[i] for i in self.random.sample(range(older), self.recent)]
        present = self.window[older:]
        apart = max(
            abs(sum(a <= x for a in past) - sum(b <= x for b in present)) for x in past + present
        )
        if apart / self.recent > self.limit:
            self.drift_detected = True
            self.window = present


class CUSUM(Detector):
    """Page 1954, for a rate of errors; an unknown one is estimated while the sums are 0."""

    def __init__(
        self,
        p0=None,
        p1=None,
        shift=0.1,
        threshold=math.log(10_000),
        warning_threshold=math.log(10_000) / 2,
        warm_start=200,
        two_sided_test=False,
    ):
        self.known, self.warm, self.two = p0, warm_start, two_sided_test
        self.shift = shift if p1 is None else p1 - p0
        self.drift, self.warning = threshold, warning_threshold
        super().__init__()

    def reset(self):
        self.n, self.errors, self.p0, self.sums = 0, 0.0, self.known, [0.0, 0.0]

    def ratio(self, value, after):
        if not 0 < after < 1:
            return 0.0
        p0 = self.p0
        return value * math.log(after / p0) + (1 - value) * math.log((1 - after) / (1 - p0))

    def take(self, value):
        self.n += 1
        self.errors += value
        if self.known is not None or self.n > self.warm:
            for side, shift in enumerate([self.shift, -self.shift][: 1 + self.two]):
                self.sums[side] = max(0, self.sums[side] + self.ratio(value, self.p0 + shift))
        if self.known is None and self.n >= self.warm and max(self.sums) == 0:
            self.p0 = (self.errors + 0.5) / (self.n + 1)
        self.say(max(self.sums) > self.drift, max(self.sums) > self.warning)


class GLR(Detector):
    """The likelihood ratio of two rates against one, at every border between sums of values."""

    def __init__(self, threshold=10.0, warning_threshold=5.0, max_buckets=5, two_sided_test=True):
        self.drift, self.warning = threshold, warning_threshold
        self.most, self.two = max_buckets, two_sided_test
        super().__init__()

    def reset(self):
        self.sizes = [[]]  # sums of 1, of 2, of 4 ... values, oldest first

    def take(self, value):
        self.sizes[0].append(value)
        for row, sums in enumerate(self.sizes):
            if len(sums) > self.most:
                if row + 1 == len(self.sizes):
                    self.sizes.append([])
                self.sizes[row + 1].append(sums.pop(0) + sums.pop(0))
        largest = self.largest()
        self.say(largest > self.drift, largest > self.warning)

    def largest(self):
        parts = [(2**row, s) for row, sums in enumerate(self.sizes) for s in reversed(sums)]
        n, s = sum(p[0] for p in parts), sum(p[1] for p in parts)
        n1 = s1 = largest = 0.0
        for count, part in reversed(parts[1:]):
            n1, s1 = n1 + count, s1 + part
            n2, s2 = n - n1, s - s1
            if self.two or s1 / n1 < s2 / n2:
                ratio = n1 * divergence(s1 / n1, s / n) + n2 * divergence(s2 / n2, s / n)
                largest = max(largest, ratio)
        return largest


def divergence(a, b):
    """Kullback and Leibler's, of one rate of errors from another."""
    found = 0.0
    for x, y in ((a, b), (1 - a, 1 - b)):
        if x > 1e-15:
            found += x * math.log(x / y)
    return found
