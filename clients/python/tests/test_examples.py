# SPDX-License-Identifier: Apache-2.0
"""The examples do what they say, as programs of their own."""

import subprocess
import sys
import unittest
from pathlib import Path

import zmq

from support import Outlet, version_frames

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def run(name: str, *arguments: str, source: str | None = None) -> subprocess.Popen:
    """Starts an example."""
    program = [sys.executable, "-c", source] if source else [sys.executable, str(EXAMPLES / name)]
    return subprocess.Popen([*program, *arguments], stdout=subprocess.PIPE, text=True)


class ExampleTests(unittest.TestCase):
    def expect_line(self, process: subprocess.Popen, wanted: str) -> None:
        assert process.stdout is not None
        self.assertIn(wanted, process.stdout.readline())

    def stop(self, process: subprocess.Popen) -> None:
        process.kill()
        process.communicate()

    def test_consume_needs_nothing_of_ours(self) -> None:
        with Outlet([version_frames(4)], subscriptions=1) as outlet:
            source = (EXAMPLES / "consume.py").read_text()
            self.assertNotIn("learnd_client", source)
            source = source.replace("tcp://127.0.0.1:7712", outlet.endpoint)
            process = run("consume.py", source=source)
            self.addCleanup(self.stop, process)
            # Zeros, and a bias of 4: the second class.
            self.expect_line(process, "4 warm")

    def test_subscribe(self) -> None:
        frames = version_frames(4)
        frames[1] = frames[1].replace(b"{", b'{"reason": "routine", "samples": 9, ', 1)
        with Outlet([frames], subscriptions=1) as outlet:
            process = run("subscribe.py", outlet.endpoint)
            self.addCleanup(self.stop, process)
            self.expect_line(process, "default version 4 (routine): logistic with 2 columns")

    def test_produce(self) -> None:
        with zmq.Context() as context, context.socket(zmq.SUB) as socket:
            socket.linger = 0
            socket.subscribe("")
            port = socket.bind_to_random_port("tcp://127.0.0.1")
            process = run("produce.py", "default", f"tcp://127.0.0.1:{port}")
            self.addCleanup(self.stop, process)
            count = 0
            while count < 10_000:
                self.assertTrue(socket.poll(10_000), "no message within 10 s")
                count += int.from_bytes(socket.recv_multipart()[1][40:44], "little")
            self.expect_line(process, "sent {'default': 10000}")
            self.assertEqual(process.wait(10), 0)


if __name__ == "__main__":
    unittest.main()
