# SPDX-License-Identifier: Apache-2.0
"""The Python client against the real daemon: books, predictions, versions, restarts."""

import json
import tempfile
import time
import unittest
from collections.abc import Iterator
from typing import Any

import numpy as np

from daemon import Daemon
from learnd_client import Model, Producer, control, fetch, subscribe
from learnd_events import queries, scored


#: Where the model is not the point: one that is quick.
PLAIN = '[learner.default]\nmodel = "softmax"\n'


def learned(learner: dict[str, Any]) -> int:
    """All that was learned, in whichever way."""
    return sum(learner["learned"].values())


class AccountTests(unittest.TestCase):
    """sent = received = learned + waiting + refused, to the sample."""

    def expect_books(self, learner: dict[str, Any], sent: int, refused: dict[str, int]) -> None:
        self.assertEqual(learner["received"], sent)
        self.assertEqual(learner["refused"], refused)
        self.assertEqual(learned(learner) + learner["waiting"], sent - sum(refused.values()))
        self.assertEqual(learner["gaps"], 0)

    def test_packed_rows_with_one_bad_in_a_hundred(self) -> None:
        rows = 100_000
        random = np.random.default_rng(1)
        features = random.normal(size=(rows, 10)).astype(np.float32)
        labels = (features[:, 0] > 0).astype(np.float32)
        features[99::200, 3] = np.nan
        features[199::200, 4] = np.inf
        with Daemon(PLAIN) as daemon:
            with Producer("packed", daemon.endpoints["samples"], checksum=False) as producer:
                producer.send_packed(features, labels)
            self.expect_books(daemon.learner_after(rows), rows, {"not_finite": rows // 100})
            self.assertEqual(daemon.stop(), 0)

    def test_json_with_one_bad_in_a_hundred(self) -> None:
        rows = 20_000
        random = np.random.default_rng(2)
        samples = [
            {"x": {"a": float(a), "b": bool(b > 0), "c": "odd" if index % 2 else "even"},
             "y": "up" if a > 0 else "down"}
            for index, (a, b) in enumerate(random.normal(size=(rows, 2)))
        ]
        for index in range(199, rows, 400):
            samples[index]["x"]["a"] = float("nan")
            samples[index + 200]["label"] = samples[index + 200].pop("y")
        with Daemon(PLAIN) as daemon:
            with Producer("json", daemon.endpoints["samples"], checksum=True) as producer:
                producer.send(samples)
            expected = {"not_finite": rows // 400, "field": rows // 400}
            self.expect_books(daemon.learner_after(rows), rows, expected)

    def test_the_control_socket_says_what_learnctl_says(self) -> None:
        with Daemon() as daemon:
            status = control(daemon.control_path, "status")
            self.assertEqual([one["learner"] for one in status["learners"]], ["default"])
            incarnation = daemon.read("status")["daemon"]["incarnation"]
            self.assertEqual(status["daemon"]["incarnation"], incarnation)


class PredictionTests(unittest.TestCase):
    """The artifact, read by the client, predicts what `learnctl predict` predicts."""

    def expect_same(self, labels: np.ndarray, kind: str) -> None:
        random = np.random.default_rng(3)
        features = (random.normal(size=(len(labels), 4)) * [1, 10, 100, 1e6]).astype(np.float32)
        features += labels.reshape(-1, 1).astype(np.float32) * [1, 10, 100, 1e6]
        # Two classes would be voted softmax; the kind is the point here.
        with Daemon(f'[learner.default]\nmodel = "{kind}"\n') as daemon:
            with Producer("rows", daemon.endpoints["samples"]) as producer:
                producer.send_packed(features, labels)
            daemon.learner_after(len(labels))
            versions = subscribe(
                daemon.endpoints["versions"], snapshots=daemon.endpoints["snapshots"], timeout=20
            )
            manifest, model = next(versions)
            versions.close()
            self.assertEqual((model.kind, manifest["model"]), (kind, kind))
            self.compare(daemon, manifest, model, features[:1000])

    def compare(
        self, daemon: Daemon, manifest: dict[str, Any], model: Model, features: np.ndarray,
        context: str | None = None,
    ) -> None:
        header = ",".join(f"f{index}" for index in range(features.shape[1]))
        lines = [",".join(repr(float(value)) for value in row) for row in features]
        done = daemon.learnctl(
            "predict", "-", "--version", str(manifest["version"]), "--json",
            *(["--context", context] if context else []),
            text="\n".join([header, *lines]) + "\n",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        theirs = list(predictions(done.stdout))
        self.assertEqual(len(theirs), len(features))
        if model.classes is None:
            ours = model.predict(features, context=context)
            error = np.abs(ours - np.array([one["prediction"] for one in theirs]))
            self.assertLess((error / np.maximum(1, np.abs(ours))).max(), 1e-5)
            return
        ours = model.probabilities(features, context=context)
        error = np.abs(ours - np.array([one["probabilities"] for one in theirs]))
        self.assertLess(error.max(), 1e-5)

    def test_logistic(self) -> None:
        self.expect_same(np.arange(3000) % 2, "logistic")

    def test_softmax(self) -> None:
        self.expect_same(np.arange(3000) % 3, "softmax")

    def test_contexts(self) -> None:
        """Experts, each with its own scaling, and their ensemble; classes and numbers."""
        random = np.random.default_rng(6)
        for task in ("classes", "regression"):
            with Daemon(f'[learner.default]\ntask = "{task}"\nisolation = "experts"\n') as daemon:
                with Producer("rows", daemon.endpoints["samples"]) as producer:
                    for turn in range(12):
                        name, sign, level = [("north", 1, 0), ("south", -1, 40)][turn % 2]
                        rows = random.normal(size=(250, 4)).astype(np.float32)
                        labels = sign * (rows[:, 0] - rows[:, 1])
                        if task == "classes":
                            labels = (labels > 0) + (labels > 1)
                        producer.send_packed(rows + level, labels, context=name)
                daemon.learner_after(3000)
                versions = subscribe(
                    daemon.endpoints["versions"], snapshots=daemon.endpoints["snapshots"],
                    timeout=20,
                )
                manifest, model = next(versions)
                versions.close()
                self.assertEqual((model.kind, manifest["model"]), ("experts", "experts"))
                self.assertEqual(set(model.contexts), {"north", "south"})
                probes = random.normal(size=(300, 4)).astype(np.float32) * 3 + 20
                for context in ("north", "south", None):
                    self.compare(daemon, manifest, model, probes, context)
                done = daemon.learnctl("predict", "-", "--context", "west", text="a\n1\n")
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("west", done.stderr)

    def test_heads(self) -> None:
        """Contexts with opposite rules on the shared layers of one network."""
        random = np.random.default_rng(7)
        network = (
            '[learner.default]\ntask = "classes"\nmodel = "network"\noptimiser = "adam"\n'
            'isolation = "heads"\n[[learner.default.layers]]\nkind = "dense"\nunits = 8\n'
            'activation = "tanh"\n'
        )
        with Daemon(network) as daemon:
            with Producer("rows", daemon.endpoints["samples"]) as producer:
                for turn in range(12):
                    name, sign = [("north", 1), ("south", -1)][turn % 2]
                    rows = random.normal(size=(250, 4)).astype(np.float32)
                    labels = sign * (rows[:, 0] - rows[:, 1]) > 0
                    producer.send_packed(rows, labels, context=name)
            daemon.learner_after(3000)
            versions = subscribe(
                daemon.endpoints["versions"], snapshots=daemon.endpoints["snapshots"], timeout=20
            )
            manifest, model = next(versions)
            versions.close()
            probes = random.normal(size=(300, 4)).astype(np.float32)
            for context in ("north", "south", None):
                self.compare(daemon, manifest, model, probes, context)

    def test_linear(self) -> None:
        self.expect_same(np.random.default_rng(4).normal(size=3000), "linear")


class LateLabelTests(unittest.TestCase):
    """Samples first, labels later, from a real producer through a real daemon."""

    def test_samples_are_scored_wait_and_are_learned_with_their_labels(self) -> None:
        rows = 600
        random = np.random.default_rng(7)
        features = random.normal(size=(rows, 3)).astype(np.float32)
        labels = (features[:, 0] > 0).astype(int)
        more = PLAIN + "labels.wait_rows = 250\n"
        with Daemon(more) as daemon:
            with Producer("late", daemon.endpoints["samples"], form="msgpack") as producer:
                producer.send_packed(features[:300], labels[:300])
                daemon.learner_after(300)
                with scored(daemon.endpoints["events"], timeout=20) as answers:
                    # Whoever subscribes late misses the first answers: ask until one comes.
                    first = self.first_answer(producer, answers)
                    self.assertEqual(first["event"], "scored")
                    producer.send([{"x": row, "id": f"s{index}"}
                                   for index, row in enumerate(features[300:], 300)])
                    told = {}
                    while "s599" not in told:
                        answer = next(answers)
                        told[answer["id"]] = answer
                right = sum(told[f"s{index}"]["prediction"] == labels[index]
                            for index in range(300, rows))
                self.assertGreater(right, 240)
                probabilities = told["s599"]["probabilities"]
                self.assertAlmostEqual(sum(probabilities), 1, places=4)
                self.wait(daemon, lambda one: one["waiting"] == 250)
                for index in range(300, rows):
                    producer.send_label(f"s{index}", int(labels[index]))
                producer.send_label("nobody", 1)
                learner = self.wait(daemon, lambda one: one["labels"]["received"] == 301)
            counts = learner["labels"]
            self.assertEqual((counts["joined"], counts["unmatched"]), (250, 1))
            self.assertEqual(counts["late"], 50)
            self.assertEqual(
                learner["received"],
                learned(learner) + learner["waiting"] + sum(learner["refused"].values()),
            )
            delay = learner["metrics"]["label_delay"]
            self.assertGreater(delay["samples"], 0)
            self.assertGreater(delay["seconds"], 0)

    def test_questions_are_answered_within_the_budget(self) -> None:
        more = (
            PLAIN + "classes = [0, 1]\nwidth = 2\nvote.samples = 1\n"
            "query.budget = 0.2\nanomaly.enabled = true\n"
        )
        random = np.random.default_rng(8)
        with Daemon(more) as daemon:
            with Producer("asked", daemon.endpoints["samples"]) as producer:
                with queries(daemon.endpoints["events"], timeout=0.2) as questions:
                    answered = 0
                    answers = {}
                    for start in range(0, 2000, 100):
                        rows = random.normal(size=(100, 2))
                        for index, row in enumerate(rows):
                            answers[f"{start + index}"] = int(row[0] > row[1])
                        producer.send([{"x": list(row), "id": f"{start + index}"}
                                       for index, row in enumerate(rows)])
                        try:
                            while True:
                                question = next(questions)
                                producer.send_label(question["id"], answers[question["id"]])
                                answered += 1
                        except TimeoutError:
                            continue
            learner = self.wait(daemon, lambda one: one["labels"]["joined"] == answered)
            asked = learner["waiting_room"]["queries"]
            self.assertGreater(answered, 100)
            self.assertLessEqual(asked["asked"], 0.2 * asked["candidates"])
            self.assertGreater(learner["metrics"]["anomaly"]["count"], 1000)
            seen = daemon.learnctl("watch", "--for", "1")
            self.assertEqual(seen.returncode, 0, seen.stderr)
            self.assertIn("waiting room", daemon.learnctl("status").stdout)

    def first_answer(self, producer: Producer, answers: Any) -> dict[str, Any]:
        for number in range(200):
            producer.send({"x": [0, 0, 0], "id": f"probe{number}"})
            answers._timeout = 0.1
            try:
                return next(answers)
            except TimeoutError:
                continue
            finally:
                answers._timeout = 20
        raise AssertionError("nothing was scored")

    def wait(self, daemon: Daemon, isDone: Any) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while not isDone(learner := daemon.learner()):
            if time.monotonic() > deadline:
                raise AssertionError(f"it does not come: {learner}")
            time.sleep(0.05)
        return learner

    def test_a_restart_keeps_who_waits(self) -> None:
        more = PLAIN + "width = 1\nvote.samples = 1\n"
        with Daemon(more) as daemon:
            with Producer("late", daemon.endpoints["samples"]) as producer:
                producer.send([{"x": [1], "id": number} for number in range(20)])
            self.wait(daemon, lambda one: one["waiting"] == 20)
            self.assertEqual(daemon.stop(), 0)
            daemon.start()
            self.assertEqual(daemon.learner()["waiting_room"]["rows"], 20)
            with Producer("later", daemon.endpoints["samples"]) as producer:
                for number in range(20):
                    producer.send_label(number, number % 2)
            learner = self.wait(daemon, lambda one: one["labels"]["joined"] == 20)
            self.assertEqual(learned(learner), 20)


def predictions(text: str) -> Iterator[dict[str, Any]]:
    """What `learnctl predict --json` prints: one array, or one object a line."""
    if text.lstrip().startswith("["):
        yield from json.loads(text)
    else:
        yield from (json.loads(line) for line in text.splitlines() if line)


class VersionTests(unittest.TestCase):
    def feed(self, daemon: Daemon, name: str, rows: int) -> None:
        random = np.random.default_rng(5)
        features = random.normal(size=(rows, 3)).astype(np.float32)
        with Producer(name, daemon.endpoints["samples"]) as producer:
            producer.send_packed(features, (features[:, 0] > 0).astype(np.float32))

    def newest(self, daemon: Daemon) -> tuple[str, int]:
        versions = subscribe(
            daemon.endpoints["versions"], snapshots=daemon.endpoints["snapshots"], timeout=20
        )
        manifest, _ = next(versions)
        versions.close()
        return manifest["incarnation"], manifest["version"]

    def test_each_late_subscriber_gets_the_newest(self) -> None:
        with Daemon(PLAIN) as daemon:
            self.feed(daemon, "feed", 2000)
            daemon.learner_after(2000)
            first = self.newest(daemon)
            self.assertEqual([self.newest(daemon) for _ in range(4)], [first] * 4)

    def test_a_kept_version_is_fetched_by_its_number(self) -> None:
        with Daemon(PLAIN) as daemon:
            self.feed(daemon, "feed", 2000)
            daemon.learner_after(2000)
            incarnation, number = self.newest(daemon)
            manifest, artifact = fetch(version=number, endpoint=daemon.endpoints["snapshots"])
            self.assertEqual(manifest["incarnation"], incarnation)
            model = Model.from_bytes(artifact)
            self.assertEqual((model.incarnation, model.version), (incarnation, number))

    def test_a_subscriber_lives_through_a_restart(self) -> None:
        with Daemon(PLAIN) as daemon:
            self.feed(daemon, "before", 2000)
            daemon.learner_after(2000)
            versions = subscribe(
                daemon.endpoints["versions"], snapshots=daemon.endpoints["snapshots"], timeout=30
            )
            before, _ = next(versions)
            self.assertEqual(daemon.stop(), 0)
            daemon.start()
            self.assertEqual(daemon.learner()["received"], 2000)
            self.feed(daemon, "after", 2000)
            after, _ = next(versions)
            versions.close()
            self.assertEqual(after["incarnation"], before["incarnation"])
            self.assertGreater(after["version"], before["version"])


class WordTests(unittest.TestCase):
    """Texts in, word vectors out: learnctl, the client and word2vec's format say the same."""

    configuration = """
        [learner.default]
        model = "embedding"
        rate = 0.1
        [learner.default.embedding]
        dimension = 16
        subsample = 0.0
        vocabulary_max = 200
    """
    kinds = [["cat", "dog", "cow", "hen", "pig"], ["iron", "gold", "zinc", "tin", "lead"]]

    def feed(self, daemon: Daemon, name: str, count: int) -> None:
        random = np.random.default_rng(6)
        texts = [" ".join(random.choice(self.kinds[random.integers(2)], 6)) for _ in range(count)]
        with Producer(name, daemon.endpoints["samples"]) as producer:
            producer.send([{"x": {"text": text}} for text in texts])

    def test_neighbours_agree_and_live_through_a_restart(self) -> None:
        with Daemon(self.configuration) as daemon:
            self.feed(daemon, "texts", 3000)
            learner = daemon.learner_after(3000)
            self.assertEqual(learner["task"], "unlabelled")
            self.assertEqual(learner["learned"]["trained"], 3000)
            metrics = learner["metrics"]
            self.assertEqual(metrics["vocabulary"], 10)
            self.assertLess(metrics["loss_recent"], metrics["baselines"]["trivial"]["loss"])
            number = learner["version"]
            manifest, artifact = fetch(version=number, endpoint=daemon.endpoints["snapshots"])
            self.assertEqual(manifest["features"], [{"name": "text", "kind": "text"}])
            vectors = Model.from_bytes(artifact)
            self.compare(daemon, vectors, number)
            self.expect_refusals(daemon)

            self.assertEqual(daemon.stop(), 0)
            daemon.start()
            again = daemon.learner()
            for key in ("vocabulary", "evictions", "words_counted", "loss"):
                self.assertEqual(again["metrics"][key], metrics[key])
            self.compare(daemon, vectors, number)
            # What was learned before goes on: the same words, with higher counts.
            self.feed(daemon, "more", 500)
            later = daemon.learner_after(again["received"] + 500)["metrics"]
            self.assertEqual(later["vocabulary"], 10)
            self.assertEqual(later["words_counted"], metrics["words_counted"] + 3000)

    def compare(self, daemon: Daemon, vectors: Any, number: int) -> None:
        for kind in self.kinds:
            asked = daemon.read("neighbours", kind[0], "--count", "4", "--version", str(number))
            ours = vectors.neighbours(kind[0], 4)
            words = [one["word"] for one in asked["neighbours"]]
            self.assertEqual(words, [word for word, _ in ours])
            self.assertEqual({word for word, _ in ours}, set(kind[1:]))
            for one, (_, cosine) in zip(asked["neighbours"], ours):
                self.assertAlmostEqual(one["cosine"], cosine, places=12)
                self.assertEqual(one["count"], vectors.count(one["word"]))
        done = daemon.learnctl("get", str(number), "--format", "word2vec", "-o", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        read = word2vec(done.stdout)
        self.assertEqual(set(read), set(vectors.words))
        for word, vector in read.items():
            self.assertEqual(vector.tobytes(), vectors.vector(word).tobytes())

    def expect_refusals(self, daemon: Daemon) -> None:
        done = daemon.learnctl("neighbours", "golt")
        self.assertEqual(done.returncode, 1)
        self.assertIn('did you mean "gold"?', done.stderr)
        done = daemon.learnctl("consolidate")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no recipe", done.stderr)
        with Producer("bad", daemon.endpoints["samples"]) as producer:
            producer.send([{"x": {"txt": "a b"}}, {"x": [1, 2]}, {"x": {"text": "x" * 70_000}}])
        learner = daemon.learner_after(3003)
        self.assertEqual(learner["refused"], {"features": 1, "shape": 1, "value": 1})
        losses = daemon.learnctl("predict", "-", text='{"x": {"text": "cat dog cow"}}\n')
        self.assertEqual(losses.returncode, 0, losses.stderr)
        self.assertGreater(float(losses.stdout), 0)


def word2vec(text: str) -> dict[str, np.ndarray]:
    """The text format of word2vec; by gensim as well, where it is installed."""
    head, *lines = text.splitlines()
    count, dimension = map(int, head.split())
    vectors = {}
    for line in lines:
        word, *numbers = line.split(" ")
        vectors[word] = np.array(numbers, dtype=np.float32)
        assert len(numbers) == dimension
    assert len(vectors) == count
    try:
        from gensim.models import KeyedVectors
    except ImportError:
        return vectors
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(text)
        file.flush()
        loaded = KeyedVectors.load_word2vec_format(file.name, binary=False)
    for word, vector in vectors.items():
        assert loaded[word].tobytes() == vector.tobytes()
    return vectors


if __name__ == "__main__":
    unittest.main()
