#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/LearningTests/Golden/WordSeries.swift: word vectors learned in numpy, text by text.

    python3 -m venv .venv && .venv/bin/pip install numpy gensim
    .venv/bin/python scripts/golden/embedding.py

The whole of the algorithm once more, from the papers that Sources/Pure/Learning/Embedding names and
with the draws in the same order: Space-Saving over the words (Metwally et al., 2005), the adaptive
unigram table (Kaji and Kobayashi, 2017), skip-gram with negative sampling (Mikolov et al., 2013).
Arithmetic is in single precision, as there; the sums of a dot product are in another order, which
is what the test allows for.

With `--gensim` it writes nothing, but learns a corpus with planted clusters both with this
reference and with gensim's Word2Vec, and prints how many of each word's nearest neighbours are of
its own cluster: an outside check that the algorithm is what it is said to be.
"""

import math
import pathlib
import sys

import numpy as np

MASK = (1 << 64) - 1


class RandomSource:
    """xoshiro256**, seeded by splitmix64, with Lemire's bounded draws."""

    def __init__(self, seed=None, words=None):
        if words is not None:
            self.words = list(words)
            return
        state, self.words = seed, []
        for _ in range(4):
            state = (state + 0x9E3779B97F4A7C15) & MASK
            z = state
            z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
            self.words.append(z ^ z >> 31)

    def copy(self):
        return RandomSource(words=self.words)

    def bits(self):
        w = self.words
        product = w[1] * 5 & MASK
        result = ((product << 7 | product >> 57) & MASK) * 9 & MASK
        shifted = w[1] << 17 & MASK
        w[2] ^= w[0]
        w[3] ^= w[1]
        w[1] ^= w[2]
        w[0] ^= w[3]
        w[2] ^= shifted
        w[3] = (w[3] << 45 | w[3] >> 19) & MASK
        return result

    def below(self, bound):
        product = self.bits() * bound
        low = product & MASK
        if low < bound:
            threshold = (1 << 64) % bound
            while low < threshold:
                product = self.bits() * bound
                low = product & MASK
        return product >> 64

    def unit(self):
        return (self.bits() >> 11) * 2.0**-53

    def chance(self, probability):
        return self.unit() < probability


class Embedding:
    def __init__(self, *, dimension, window, negatives, subsample, vocabulary, memory, rate,
                 rate_words=0, rate_min=0.0001, seed=1):
        self.dimension, self.window, self.negatives = dimension, window, negatives
        self.subsample, self.capacity, self.memory = subsample, vocabulary, memory
        self.rate, self.rate_words, self.rate_min = rate, rate_words, rate_min
        self.random = RandomSource(seed)
        self.slots, self.words, self.counts, self.since = {}, [], [], []
        self.clock = self.total = self.counted = self.evictions = 0
        self.table, self.size, self.mass = [], max(1024, 8 * vocabulary), 0.0
        self.vectors = np.zeros((vocabulary, dimension), np.float32)
        self.contexts = np.zeros((vocabulary, dimension), np.float32)

    def fresh(self):
        half = np.float32(0.5)
        return [
            (np.float32(self.random.unit()) - half) / np.float32(self.dimension)
            for _ in range(self.dimension)
        ]

    def count(self, word):
        """Counts a word; the vectors of a new one are drawn after its noise."""
        slot, is_new = self.slots.get(word), False
        if slot is None:
            is_new = True
            if len(self.words) < self.capacity:
                slot = len(self.words)
                self.words.append(word)
                self.counts.append(0)
                self.since.append(0)
            else:
                slot = min(range(self.capacity), key=lambda s: (self.counts[s], self.since[s]))
                del self.slots[self.words[slot]]
                self.words[slot] = word
                self.evictions += 1
            self.slots[word] = slot
        self.clock += 1
        self.counts[slot] += 1
        self.since[slot] = self.clock
        self.total += 1
        self.raise_noise(slot, self.counts[slot])
        if self.memory and self.total >= self.memory:
            # The order within a count stays: by the old count, then by how long.
            order = sorted(range(len(self.words)), key=lambda s: (self.counts[s], self.since[s]))
            self.counts = [(count + 1) // 2 for count in self.counts]
            for place, one in enumerate(order):
                self.since[one] = place - len(order)
            self.total = sum(self.counts)
            self.mass = sum(self.share(count) for count in self.counts)
        self.counted += 1
        if is_new:
            self.vectors[slot] = self.fresh()
            self.contexts[slot] = 0
        return slot

    @staticmethod
    def share(count):
        root = math.sqrt(count)
        return root * math.sqrt(root)

    def rounded(self, number):
        whole = math.floor(min(number, 64))
        return whole + self.random.chance(number - whole)

    def raise_noise(self, slot, count):
        share = self.share(count) - self.share(count - 1)
        self.mass += share
        if len(self.table) < self.size:
            for _ in range(self.rounded(share)):
                if len(self.table) < self.size:
                    self.table.append(slot)
            return
        for _ in range(self.rounded(share * self.size / self.mass)):
            self.table[self.random.below(self.size)] = slot

    def noise(self, random):
        return [self.table[random.below(len(self.table))] for _ in range(self.negatives)]

    @staticmethod
    def sigmoid(score):
        return np.float32(1 / (1 + math.exp(-float(score))))

    def loss(self, words):
        """The loss of a text before it is learned; None when it has fewer than two known words."""
        slots = [self.slots[word] for word in words if word in self.slots]
        if len(slots) < 2:
            return None
        draws, total = self.random.copy(), 0.0
        for place, slot in enumerate(slots):
            low = max(0, place - self.window)
            high = min(len(slots) - 1, place + self.window)
            other = low + draws.below(high - low)
            other += other >= place
            context = slots[other]
            vector = self.vectors[slot]
            total -= math.log(self.sigmoid(vector @ self.contexts[context]))
            for noise in self.noise(draws):
                if noise != context:
                    total -= math.log(self.sigmoid(-(vector @ self.contexts[noise])))
        return total / len(slots)

    def step(self):
        if not self.rate_words or self.rate <= self.rate_min:
            return np.float32(self.rate)
        done = np.float32(min(1, self.counted / self.rate_words))
        start, end = np.float32(self.rate), np.float32(self.rate_min)
        return start - (start - end) * done

    def learn(self, words):
        before = self.evictions
        slots = [self.count(word) for word in words]
        if self.evictions > before:
            slots = [self.slots[word] for word in words if word in self.slots]
        if self.subsample:
            kept = []
            for slot in slots:
                share = self.subsample * self.total / self.counts[slot]
                chance = math.sqrt(share) + share
                if chance >= 1 or self.random.chance(chance):
                    kept.append(slot)
            slots = kept
        rate = self.step()
        if len(slots) < 2:
            return
        for place, slot in enumerate(slots):
            reach = 1 + self.random.below(self.window)
            around = range(max(0, place - reach), min(len(slots) - 1, place + reach) + 1)
            pairs = [
                [slots[other], *self.noise(self.random)] for other in around if other != place
            ]
            for context, *noise in pairs:
                gradient = np.zeros(self.dimension, np.float32)
                for target in [context] + [one for one in noise if one != context]:
                    wanted = np.float32(target == context)
                    score = self.vectors[slot] @ self.contexts[target]
                    g = rate * (wanted - self.sigmoid(score))
                    gradient += g * self.contexts[target]
                    self.contexts[target] += g * self.vectors[slot]
                self.vectors[slot] += gradient


def golden():
    random = np.random.default_rng(5)
    names = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("a", "e", "i", "o")][:40]
    weights = 1 / np.arange(1, len(names) + 1)
    texts = [
        " ".join(random.choice(names, size=random.integers(1, 9), p=weights / weights.sum()))
        for _ in range(80)
    ]
    learner = Embedding(
        dimension=12, window=3, negatives=2, subsample=0.05, vocabulary=24, memory=150, rate=0.3,
        rate_words=300, rate_min=0.05, seed=7,
    )
    losses = []
    for text in texts:
        words = text.split()
        losses.append(learner.loss(words))
        learner.learn(words)
    assert learner.evictions > 20 and learner.counted > 320
    write(texts, losses, learner)


def write(texts, losses, learner):
    def numbers(name, kind, values, convert):
        lines, line = [], " " * 7
        for value in values:
            item = f" {convert(value)},"
            if len(line) + len(item) > 100:
                lines.append(line)
                line = " " * 7
            line += item
        return (
            f"    static let {name}: [{kind}] = [\n" + "\n".join(lines + [line]) + "\n    ]\n"
        )

    def number(value):
        return ".nan" if value is None else f"{value:.9g}"

    def quoted(word):
        return f'"{word}"'

    text = "".join([
        "// SPDX-License-Identifier: Apache-2.0\n//\n",
        "// Written by scripts/golden/embedding.py; do not edit by hand.\n\n",
        "// swift-format-ignore-file\n\n",
        "/// Texts, and what the reference in numpy makes of them.\n",
        "enum WordSeries {\n",
        "    /// The texts, in order.\n", numbers("texts", "String", texts, quoted),
        "    /// The loss of each text before it is learned.\n",
        numbers("losses", "Float", losses, number),
        "    /// The words at the end, slot by slot.\n",
        numbers("words", "String", learner.words, quoted),
        "    /// Their counts.\n", numbers("counts", "Double", learner.counts, number),
        "    /// Their vectors of 12 numbers.\n",
        numbers("vectors", "Float", learner.vectors.flatten(), number),
        "    /// How many words had to give way.\n",
        f"    static let evictions = {learner.evictions}\n", "}\n",
    ])
    root = pathlib.Path(__file__).parents[2]
    (root / "Tests/LearningTests/Golden/WordSeries.swift").write_text(text)


def purity(words, vectors, cluster, count=9):
    """The share of the nearest neighbours that are of a word's own cluster."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    near = unit @ unit.T
    np.fill_diagonal(near, -2)
    own = [
        cluster[words[row]] == cluster[words[column]]
        for row in range(len(words)) for column in np.argsort(-near[row])[:count]
    ]
    return float(np.mean(own))


def beside_gensim():
    from gensim.models import Word2Vec

    random = np.random.default_rng(3)
    cluster = {f"c{group}w{word}": group for group in range(8) for word in range(10)}
    texts = [
        [f"c{group}w{random.integers(10)}" if random.random() < 0.8 else
         f"c{random.integers(8)}w{random.integers(10)}" for _ in range(8)]
        for group in random.integers(8, size=4000)
    ]
    learner = Embedding(
        dimension=24, window=5, negatives=5, subsample=0, vocabulary=200, memory=0, rate=0.05,
    )
    for text in texts:
        learner.learn(text)
    ours = purity(learner.words, learner.vectors[: len(learner.words)], cluster)
    model = Word2Vec(
        texts, vector_size=24, window=5, negative=5, sample=0, min_count=1, sg=1, epochs=1,
        alpha=0.05, min_alpha=0.05, workers=1, seed=1,
    )
    theirs = purity(model.wv.index_to_key, model.wv.vectors, cluster)
    print(f"own cluster among the 9 nearest: reference {ours:.3f}, gensim {theirs:.3f}, "
          f"chance {9 / 79:.3f}")


if __name__ == "__main__":
    beside_gensim() if "--gensim" in sys.argv else golden()
