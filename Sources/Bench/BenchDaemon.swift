// SPDX-License-Identifier: Apache-2.0
//
// A daemon for a benchmark: started in a folder of its own on free ports, asked through its control
// socket, stopped with the value.

import Decoding
import Glibc
import Linux
import Primitives
import ZeroMQ

/// A running learnd.
struct BenchDaemon: ~Copyable {
    let child: Child
    let context: Context
    /// Where samples go.
    let samples: String
    private let control: Socket

    init(
        _ program: String,
        folder: String,
        samples endpoint: String,
        isPull: Bool,
        learner: String = "model = \"logistic\""
    ) throws {
        let settings = """
            log.level = "warning"
            versions.endpoint = "tcp://127.0.0.1:0"
            events.endpoint = "tcp://127.0.0.1:0"
            snapshots.endpoint = "tcp://127.0.0.1:0"
            [[samples]]
            type = "\(isPull ? "pull" : "sub")"
            endpoint = "\(endpoint)"
            receive_hwm = \(TransportRound.highWaterMark)
            [learner.default]
            \(learner)
            """
        try BenchDaemon.write(settings, to: folder + "/learnd.toml")
        let child = try Child(
            program,
            ["--state", folder + "/state", "--runtime", folder, "--config", folder]
        )
        let context = try Context()
        let control = try Socket(.dealer, in: context)
        try control.set(.linger, to: .zero)
        try control.set(.receiveTimeout, to: .seconds(20))
        try control.connect("ipc://\(folder)/control.sock")
        let status = try BenchDaemon.status(control)
        guard let address = status["daemon"]?["endpoints"]?["samples"]?.items.first?.text else {
            throw Child.Failure(description: "the daemon does not say where samples go")
        }
        self.child = child
        self.context = context
        self.control = control
        samples = address
    }

    /// Waits until the learner has stepped so many samples.
    func waitUntil(received samples: Int) throws {
        let deadline = Clock.monotonicNanoseconds() + 120_000_000_000
        while Clock.monotonicNanoseconds() < deadline {
            let learner = try BenchDaemon.status(control)["learners"]?.items.first
            let received = Int(learner?["received"]?.integer ?? 0)
            if received >= samples, learner?["waiting"]?.integer == 0 { return }
            // The daemon answers between micro-batches; asking again at once would slow it down.
            _ = Signals.wait(for: [.user1], timeout: .milliseconds(20))
        }
        throw Child.Failure(description: "the daemon did not learn \(samples) samples in 120 s")
    }

    private static func status(_ control: borrowing Socket) throws -> JSONValue {
        try control.send("{\"command\":\"status\"}")
        guard let frames = try control.receiveFrames(), let answer = frames.first else {
            throw Child.Failure(description: "the daemon did not answer within 20 s")
        }
        return try parseJSON(answer)["ok"] ?? .null
    }

    private static func write(_ text: String, to path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, mode_t(0o600))
        guard file >= 0 else {
            throw Child.Failure(description: "\(path): \(SystemError(rawValue: errno))")
        }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count else {
            throw Child.Failure(description: "\(path): \(SystemError(rawValue: errno))")
        }
    }
}
