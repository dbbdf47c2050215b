# SPDX-License-Identifier: Apache-2.0
"""What learnd tells as it happens: predictions of samples without labels, questions, drift.

    with scored() as answers:                       # listens from here on
        producer.send({"x": {"temp": 19.0}, "id": "a7"})
        for answer in answers:
            print(answer["id"], answer["prediction"])

    with queries() as questions:                    # samples whose label would teach the most
        for question in questions:
            producer.send_label(question["id"], ask_somebody(question["id"]))

Events are told once and to those who listen; what is missed is not told again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

#: The daemon's endpoint for events when nothing is configured.
EVENTS = "tcp://127.0.0.1:7715"


class Events:
    """An iterator over the events of some kinds, of one learner; connected when it is made.

    Ends with TimeoutError after ``timeout`` seconds without one; None waits for ever.
    """

    def __init__(
        self, kinds: list[str], endpoint: str = EVENTS, learner: str = "default", *,
        timeout: float | None = None,
    ) -> None:
        import zmq

        self._timeout = timeout
        self._endpoint = endpoint
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.linger = 0
        self._socket.rcvhwm = 100_000
        self._topics = [f"{learner}/{kind}".encode() for kind in kinds]
        for topic in self._topics:
            self._socket.subscribe(topic)
        self._socket.connect(endpoint)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self

    def __next__(self) -> dict[str, Any]:
        until = None if self._timeout is None else time.monotonic() + self._timeout
        while True:
            left = None if until is None else max(0, int((until - time.monotonic()) * 1000))
            if not self._socket.poll(left):
                raise TimeoutError(f"no event from {self._endpoint} for {self._timeout} s")
            topic, body = self._socket.recv_multipart()
            # A topic is a prefix of longer ones.
            if topic in self._topics:
                return json.loads(body)

    def close(self) -> None:
        """Stops listening."""
        self._socket.close()
        self._context.term()

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def scored(
    endpoint: str = EVENTS, learner: str = "default", *, timeout: float | None = None
) -> Events:
    """The predictions of samples that came with an ``id`` and without a label.

    Each has ``id``, ``prediction``, ``probabilities`` (classes only), ``sequence``, ``version``.
    """
    return Events(["scored"], endpoint, learner, timeout=timeout)


def queries(
    endpoint: str = EVENTS, learner: str = "default", *, timeout: float | None = None
) -> Events:
    """The samples whose labels learnd asks for: ``id``, ``why``, ``uncertainty``."""
    return Events(["query"], endpoint, learner, timeout=timeout)
