// SPDX-License-Identifier: Apache-2.0
//
// A folder of its own for each test: state, runtime and configuration of a daemon.

import Foundation

/// The directories of a daemon, removed with it.
final class Home {
    let path: String

    var state: String { path + "/state" }
    var runtime: String { path + "/run" }
    var configuration: String { path + "/etc" }
    var controlSocket: String { runtime + "/control.sock" }
    var errors: String { path + "/errors.log" }

    init(_ configuration: String = "") throws {
        var template = Array("/tmp/learnd-e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("mkdtemp: \(errno)") }
        path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
        try FileManager.default.createDirectory(
            atPath: self.configuration,
            withIntermediateDirectories: true
        )
        try configure(Home.ports + configuration)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Ports that the system chooses, and a learner that is quick to vote and to publish.
    static let ports = """
        versions.endpoint = "tcp://127.0.0.1:0"
        snapshots.endpoint = "tcp://127.0.0.1:0"
        events.endpoint = "tcp://127.0.0.1:0"

        """

    /// One sample socket on a port that the system chooses.
    static let sub = """
        [[samples]]
        endpoint = "tcp://127.0.0.1:0"

        """

    /// A learner that votes, publishes and is kept quickly.
    ///
    /// Its model is a plain one unless another is named, so that tests of all else are quick.
    static func quick(
        _ name: String = "default",
        model: String = "softmax",
        more: String = ""
    ) -> String {
        """
        [learner.\(name)]
        model = "\(model)"
        vote.samples = 20
        publish.first = 100
        publish.interval = "100ms"
        publish.move = 0
        \(more)

        """
    }

    /// Writes learnd.toml.
    func configure(_ text: String) throws {
        try text.write(toFile: configuration + "/learnd.toml", atomically: true, encoding: .utf8)
    }

    /// What the daemons of this folder wrote to standard error.
    var errorText: String {
        (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
    }

    /// Where a daemon of this folder looks.
    var arguments: [String] {
        ["--state", state, "--runtime", runtime, "--config", configuration]
    }
}
