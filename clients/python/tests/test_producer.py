# SPDX-License-Identifier: Apache-2.0
"""Samples on the wire: their bytes, and that none of them is lost."""

import json
import struct
import threading
import time
import unittest

import msgpack
import numpy as np
import zmq

import support  # noqa: F401  (puts the module on the path)
from learnd_client import Producer, crc32c, envelope, packed


class ByteTests(unittest.TestCase):
    def test_crc32c_of_known_texts(self) -> None:
        # RFC 3720, appendix B.4.
        self.assertEqual(crc32c(bytes(32)), 0x8A9136AA)
        self.assertEqual(crc32c(b"\xff" * 32), 0x62A8AB43)
        self.assertEqual(crc32c(bytes(range(32))), 0x46DD794E)
        self.assertEqual(crc32c(b"123456789"), 0xE3069283)

    def test_envelope(self) -> None:
        data = envelope("sensor1", 0x0102030405060708, 9, 256, sent=10, crc=0xAABBCCDD)
        self.assertEqual(
            data.hex(" ", 4),
            "4c454e31 00000000 73656e73 6f723100 08070605 04030201 "
            "09000000 00000000 0a000000 00000000 00010000 ddccbbaa",
        )

    def test_envelope_refuses_what_is_no_producer(self) -> None:
        for name in ("", "ninechars", "Sensor", "a b"):
            with self.assertRaisesRegex(ValueError, "producer"):
                envelope(name, 0, 0, 0)

    def test_packed(self) -> None:
        data = packed([[1, -2], [0.5, np.nan]], [1, 0], [1, 2], missing=True)
        self.assertEqual(
            data.hex(" ", 4),
            "4c504b31 02000000 02000000 07000000 "
            "0000803f 000000c0 0000003f 0000c07f 0000803f 00000000 0000803f 00000040",
        )

    def test_packed_without_labels(self) -> None:
        self.assertEqual(packed([[1.0]]), b"LPK1" + struct.pack("<IIIf", 1, 1, 0, 1.0))

    def test_packed_refuses_columns_of_another_length(self) -> None:
        with self.assertRaisesRegex(ValueError, "labels"):
            packed([[1.0], [2.0]], [1.0])
        with self.assertRaisesRegex(ValueError, "dimensions"):
            packed([1.0])


class Intake:
    """A bound SUB that takes everything, as learnd's does."""

    def __init__(self, port: int = 0, hwm: int = 1000) -> None:
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.SUB)
        self.socket.linger = 0
        self.socket.rcvhwm = hwm
        self.socket.subscribe("")
        if port:
            self.socket.bind(f"tcp://127.0.0.1:{port}")
        self.port = port or self.socket.bind_to_random_port("tcp://127.0.0.1")
        self.endpoint = f"tcp://127.0.0.1:{self.port}"

    def meet(self, producer: Producer) -> None:
        """Lets a socket that lives in this very thread take part in the greeting."""
        deadline = time.monotonic() + 10
        while True:
            self.socket.poll(5)
            try:
                return producer.wait(0.005)
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise

    def receive(self) -> tuple[str, tuple, bytes]:
        if not self.socket.poll(10_000):
            raise TimeoutError("no message within 10 s")
        topic, head, body = self.socket.recv_multipart()
        return topic.decode(), struct.unpack("<4sI8sQQQII", head), body

    def close(self) -> None:
        self.socket.close()
        self.context.term()


class ProducerTests(unittest.TestCase):
    def setUp(self) -> None:
        self.intake = Intake()
        self.addCleanup(lambda: self.intake.close())

    def test_json(self) -> None:
        with Producer("one", self.intake.endpoint) as producer:
            self.intake.meet(producer)
            producer.send({"x": {"temp": np.float64(21.5), "open": True}, "y": "warm"})
            producer.send([{"x": np.arange(2), "y": None}] * 2, topic="default/night")
        topic, head, body = self.intake.receive()
        self.assertEqual(topic, "default")
        self.assertEqual(json.loads(body), [{"x": {"temp": 21.5, "open": True}, "y": "warm"}])
        self.assertEqual(head[0:3], (b"LEN1", 0, b"one\0\0\0\0\0"))
        self.assertEqual(head[3], producer.epoch)
        self.assertEqual((head[4], head[6], head[7]), (0, 1, 0))
        self.assertLess(abs(head[5] - time.time_ns()), 60e9)
        topic, head, body = self.intake.receive()
        self.assertEqual((topic, head[4], head[6]), ("default/night", 1, 2))
        self.assertEqual(json.loads(body), [{"x": [0, 1], "y": None}] * 2)

    def test_msgpack_says_what_json_says(self) -> None:
        samples = [{"x": {"temp": np.float64(21.5), "open": True}, "y": "warm", "id": 7},
                   {"x": [1, None], "y": None, "ctx": "night"}]
        row = np.array([0.5, -1.25], dtype=np.float32)
        with Producer("one", self.intake.endpoint, form="msgpack") as producer:
            self.intake.meet(producer)
            producer.send(samples)
            producer.send({"x": row})
        _, head, body = self.intake.receive()
        self.assertEqual(head[6], 2)
        self.assertEqual(msgpack.unpackb(body), json.loads(json.dumps(samples)))
        self.assertEqual(msgpack.unpackb(self.intake.receive()[2]), [{"x": row.tobytes()}])
        with self.assertRaisesRegex(ValueError, "neither"):
            Producer("one", self.intake.endpoint, form="xml")

    def test_a_label_names_its_sample(self) -> None:
        with Producer("one", self.intake.endpoint) as producer:
            self.intake.meet(producer)
            producer.send({"x": [1], "id": "a7"})
            producer.send_label("a7", "cold")
            producer.send_label(8, 0.5, weight=2, topic="other")
        self.intake.receive()
        _, head, body = self.intake.receive()
        self.assertEqual((head[4], head[6]), (1, 1))
        self.assertEqual(json.loads(body), [{"id": "a7", "y": "cold"}])
        topic, head, body = self.intake.receive()
        self.assertEqual((topic, head[4]), ("other", 0))
        self.assertEqual(json.loads(body), [{"id": 8, "y": 0.5, "w": 2}])

    def test_sequences_count_samples_for_each_learner(self) -> None:
        with Producer("one", self.intake.endpoint, batch=4) as producer:
            self.intake.meet(producer)
            producer.send_packed(np.ones((10, 3)), np.ones(10))
            producer.send([{"x": [1]}] * 5, topic="other")
            producer.send_packed(np.ones((1, 3)))
        seen = [(topic, head[4], head[6]) for topic, head, _ in
                (self.intake.receive() for _ in range(6))]
        self.assertEqual(
            seen,
            [("default", 0, 4), ("default", 4, 4), ("default", 8, 2), ("other", 0, 4),
             ("other", 4, 1), ("default", 10, 1)],
        )
        self.assertEqual(producer.sent, {"default": 11, "other": 5})

    def test_the_checksum_is_of_the_body(self) -> None:
        with Producer("one", self.intake.endpoint, checksum=True) as producer:
            self.intake.meet(producer)
            producer.send_packed([[1.0, 2.0]])
        _, head, body = self.intake.receive()
        self.assertEqual(body, packed([[1.0, 2.0]]))
        self.assertEqual(head[7], crc32c(body))

    def test_none_is_lost_to_a_receiver_that_is_slow(self) -> None:
        self.intake.close()
        self.intake = Intake(hwm=10)
        received = []

        def receive() -> None:
            while sum(received) < 40_000:
                received.append(self.intake.receive()[1][6])

        # The receiver starts only when the producer has filled every queue between them.
        with Producer("one", self.intake.endpoint, batch=1) as producer:
            self.intake.meet(producer)
            producer._socket.sndtimeo = 100
            rows = np.ones((1, 64))
            try:
                for _ in range(40_000):
                    producer.send_packed(rows)
            except TimeoutError:
                pass
            self.assertLess(producer.sent["default"], 40_000)
            producer._socket.sndtimeo = 10_000
            thread = threading.Thread(target=receive)
            thread.start()
            for _ in range(40_000 - producer.sent["default"]):
                producer.send_packed(rows)
            thread.join()
        self.assertEqual(sum(received), 40_000)

    def test_nobody_there_is_an_error_and_not_a_loss(self) -> None:
        endpoint = self.intake.endpoint
        self.intake.close()
        with Producer("one", endpoint, timeout=0.1) as producer:
            with self.assertRaisesRegex(TimeoutError, "is learnd running"):
                producer.send({"x": [1]})
            self.assertEqual(producer.sent, {})
            # It starts a little later, and is found.
            self.intake = Intake(self.intake.port)
            self.intake.meet(producer)
            producer.send({"x": [1]})
        self.assertEqual(self.intake.receive()[0], "default")

    def test_what_is_sent_while_the_daemon_restarts_arrives(self) -> None:
        with Producer("one", self.intake.endpoint) as producer:
            self.intake.meet(producer)
            producer.send({"x": [1]})
            self.assertEqual(self.intake.receive()[1][4], 0)
            self.intake.close()
            threading.Timer(0.3, self._restart).start()
            # Some of these may be lost in a socket that dies; the envelope's sequence says so.
            for _ in range(50):
                time.sleep(0.02)
                producer.send({"x": [1]})
            last = None
            while last != 50:
                last = self.intake.receive()[1][4]

    def _restart(self) -> None:
        self.intake = Intake(self.intake.port)

    def test_bad_names_and_topics_are_refused_at_once(self) -> None:
        with self.assertRaisesRegex(ValueError, "producer"):
            Producer("much too long", self.intake.endpoint)
        with Producer("one", self.intake.endpoint) as producer:
            with self.assertRaisesRegex(ValueError, "topic"):
                producer.send({"x": [1]}, topic="Default")
            with self.assertRaisesRegex(ValueError, "topic"):
                producer.send({"x": [1]}, context="North")
            with self.assertRaisesRegex(ValueError, "another"):
                producer.send({"x": [1]}, topic="default/north", context="south")


if __name__ == "__main__":
    unittest.main()
