# SPDX-License-Identifier: Apache-2.0
"""Listening to events."""

import json
import unittest

import zmq

import support  # noqa: F401  (puts the module on the path)
from learnd_events import Events, queries, scored


class Teller:
    """A PUB that tells what it is given, once somebody listens."""

    def __init__(self, subscriptions: int) -> None:
        self.context = zmq.Context()
        # An XPUB sees who subscribes, and is a PUB otherwise.
        self.socket = self.context.socket(zmq.XPUB)
        self.socket.linger = 0
        self.endpoint = f"tcp://127.0.0.1:{self.socket.bind_to_random_port('tcp://127.0.0.1')}"
        self.subscriptions = subscriptions

    def tell(self, topic: str, event: dict) -> None:
        while self.subscriptions > 0:
            if not self.socket.poll(10_000):
                raise TimeoutError("nobody subscribes")
            self.socket.recv()
            self.subscriptions -= 1
        self.socket.send_multipart([topic.encode(), json.dumps(event).encode()])

    def close(self) -> None:
        self.socket.close()
        self.context.term()


class EventTests(unittest.TestCase):
    def teller(self, subscriptions: int = 1) -> Teller:
        teller = Teller(subscriptions)
        self.addCleanup(teller.close)
        return teller

    def test_scored_are_those_of_one_learner(self) -> None:
        teller = self.teller()
        with scored(teller.endpoint, timeout=10) as answers:
            teller.tell("other/scored", {"id": "x"})
            teller.tell("default/scored", {"id": "a", "prediction": 1})
            teller.tell("default/scored-not", {"id": "b"})
            teller.tell("default/scored", {"id": "c", "prediction": 0})
            self.assertEqual([next(answers)["id"], next(answers)["id"]], ["a", "c"])

    def test_queries(self) -> None:
        teller = self.teller()
        with queries(teller.endpoint, "meters", timeout=10) as questions:
            teller.tell("meters/query", {"id": "a", "why": "uncertain", "uncertainty": 0.5})
            self.assertEqual(next(questions)["why"], "uncertain")

    def test_several_kinds(self) -> None:
        teller = self.teller(2)
        with Events(["drift", "refused"], teller.endpoint, timeout=10) as events:
            teller.tell("default/drift", {"event": "drift"})
            teller.tell("default/version", {"event": "version"})
            teller.tell("default/refused", {"event": "gap"})
            self.assertEqual([next(events)["event"] for _ in range(2)], ["drift", "gap"])

    def test_silence_is_an_error_when_it_lasts(self) -> None:
        with scored(self.teller().endpoint, timeout=0.05) as answers:
            with self.assertRaisesRegex(TimeoutError, "no event"):
                next(answers)


if __name__ == "__main__":
    unittest.main()
