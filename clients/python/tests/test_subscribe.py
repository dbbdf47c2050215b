# SPDX-License-Identifier: Apache-2.0
"""Versions as they arrive, lost, late, stale, torn, or from another incarnation."""

import unittest
import tempfile
from pathlib import Path

from support import FIRST, SECOND, Answerer, Outlet, notice_frames, version_frames
from learnd_client import ControlError, control, fetch, subscribe


def versions(messages, learner="default", snapshots=None):
    """What a subscriber yields of these messages, as pairs of incarnation and version."""
    seen = []
    with Outlet(messages, subscriptions=1 if learner is None else 2) as outlet:
        try:
            for manifest, model in subscribe(
                outlet.endpoint, learner, snapshots=snapshots, timeout=0.5
            ):
                assert model.version == manifest["version"]
                seen.append((manifest["incarnation"][0], manifest["version"]))
        except TimeoutError:
            return seen


class SubscribeTests(unittest.TestCase):
    def test_each_version_once_and_in_order(self) -> None:
        messages = [version_frames(3, suffix="late/1"), version_frames(4), version_frames(5)]
        self.assertEqual(versions(messages), [("1", 3), ("1", 4), ("1", 5)])

    def test_stale_and_repeated_versions_are_ignored(self) -> None:
        messages = [version_frames(number) for number in (3, 3, 2, 4)]
        self.assertEqual(versions(messages), [("1", 3), ("1", 4)])

    def test_a_new_incarnation_starts_afresh(self) -> None:
        messages = [version_frames(9), version_frames(1, incarnation=SECOND),
                    version_frames(2, incarnation=SECOND)]
        self.assertEqual(versions(messages), [("1", 9), ("2", 1), ("2", 2)])

    def test_learners_are_counted_apart(self) -> None:
        messages = [version_frames(5), version_frames(2, learner="other"), version_frames(6)]
        self.assertEqual(versions(messages, learner=None), [("1", 5), ("1", 2), ("1", 6)])

    def test_other_bytes_than_the_manifest_says_are_never_yielded(self) -> None:
        torn = version_frames(2)
        torn[2] = torn[2][:-1] + bytes([torn[2][-1] ^ 1])
        with self.assertLogs("learnd_client", "WARNING") as logs:
            self.assertEqual(versions([version_frames(1), torn, version_frames(3)]),
                             [("1", 1), ("1", 3)])
        self.assertIn("SHA-256", logs.output[0])

    def test_garbage_is_survived(self) -> None:
        garbage = [b"default/version/safetensors/live", b"[]", b""]
        with self.assertLogs("learnd_client", "WARNING"):
            self.assertEqual(versions([garbage, version_frames(1)]), [("1", 1)])

    def test_a_notice_of_a_lost_version_asks_the_snapshot_socket(self) -> None:
        with Answerer(lambda _: version_frames(7)[1:]) as answerer:
            messages = [version_frames(6), notice_frames(6), notice_frames(7), notice_frames(7)]
            self.assertEqual(versions(messages, snapshots=answerer.endpoint),
                             [("1", 6), ("1", 7)])
            self.assertEqual(answerer.requests, [{"learner": "default"}])

    def test_a_notice_of_another_incarnation_asks_as_well(self) -> None:
        with Answerer(lambda _: version_frames(1, incarnation=SECOND)[1:]) as answerer:
            messages = [version_frames(6), notice_frames(1, incarnation=SECOND)]
            self.assertEqual(versions(messages, snapshots=answerer.endpoint),
                             [("1", 6), ("2", 1)])

    def test_a_refusing_snapshot_socket_is_survived(self) -> None:
        with Answerer(lambda _: [b'{"error": {"message": "no"}}']) as answerer:
            with self.assertLogs("learnd_client", "WARNING"):
                messages = [notice_frames(7), version_frames(8)]
                self.assertEqual(versions(messages, snapshots=answerer.endpoint), [("1", 8)])


class FetchTests(unittest.TestCase):
    def test_a_version_by_number(self) -> None:
        with Answerer(lambda asked: version_frames(asked["version"])[1:]) as answerer:
            manifest, artifact = fetch(version=4, endpoint=answerer.endpoint)
        self.assertEqual((manifest["incarnation"], manifest["version"]), (FIRST, 4))
        self.assertEqual(len(artifact), manifest["bytes"])

    def test_a_refusal_is_an_error(self) -> None:
        with Answerer(lambda _: [b'{"error": {"message": "no version 4"}}']) as answerer:
            with self.assertRaisesRegex(ControlError, "no version 4"):
                fetch(version=4, endpoint=answerer.endpoint)


class ControlTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "control.sock")

    def test_a_command_and_its_answer(self) -> None:
        with Answerer(lambda _: [b'{"ok": {"version": 8}}'], f"ipc://{self.path}") as answerer:
            answer = control(self.path, "rollback", learner="default", version=3)
        self.assertEqual(answer, {"version": 8})
        self.assertEqual(answerer.requests,
                         [{"command": "rollback", "learner": "default", "version": 3}])

    def test_get_comes_with_the_artifact(self) -> None:
        with Answerer(lambda _: [b'{"ok": {}}', b"bytes"], f"ipc://{self.path}"):
            self.assertEqual(control(self.path, "get", version=3), ({}, b"bytes"))

    def test_a_refusal_says_why_and_what_to_do(self) -> None:
        refusal = b'{"error": {"message": "no version 3", "remedy": "learnctl versions"}}'
        with Answerer(lambda _: [refusal], f"ipc://{self.path}"):
            with self.assertRaises(ControlError) as caught:
                control(self.path, "rollback", version=3)
        self.assertEqual(caught.exception.message, "no version 3")
        self.assertEqual(caught.exception.remedy, "learnctl versions")

    def test_without_a_daemon_the_error_says_so(self) -> None:
        with self.assertRaisesRegex(ControlError, "start learnd"):
            control(self.path, "status")


if __name__ == "__main__":
    unittest.main()
