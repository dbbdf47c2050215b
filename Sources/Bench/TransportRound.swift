// SPDX-License-Identifier: Apache-2.0
//
// One round: a receiver in a process of its own, a sender here, and the time until the receiver has
// everything.

import Decoding
import Glibc
import Linux
import Primitives
import ZeroMQ

/// What one round came to.
struct TransportRound {
    var rate: Double
    var senderRate: Double
    var cpuNanoseconds: Double

    /// The high-water mark of the daemon's default configuration, for both receivers.
    static let highWaterMark = 1000

    /// A round with the receiver that only counts.
    static func counting(
        _ measured: TransportCase,
        program: String
    ) throws -> TransportRound {
        let folder = try temporaryFolder()
        defer { remove(folder) }
        let samples = endpoint(measured, folder)
        let report = "ipc://\(folder)/report.sock"
        let context = try Context()
        let reports = try Socket(.pull, in: context)
        try reports.set(.receiveTimeout, to: .seconds(60))
        try reports.bind(report)
        let child = try Child(
            program,
            [
                "count-receiver", measured.transport, samples, report, String(measured.samples),
                String(measured.perMessage),
            ]
        )
        guard let hello = try reports.receiveFrames()?.first else {
            throw Child.Failure(description: "the counting receiver did not start")
        }
        let sender = try TransportSender(
            measured,
            to: String(decoding: hello, as: UTF8.self),
            context: context
        )
        let before = child.cpuNanoseconds
        let began = Clock.monotonicNanoseconds()
        try sender.send()
        let sent = Clock.monotonicNanoseconds()
        guard try reports.receiveFrames() != nil else {
            throw Child.Failure(description: "the counting receiver did not get every sample")
        }
        let ended = Clock.monotonicNanoseconds()
        let used = child.cpuNanoseconds - before
        child.stop()
        return TransportRound(measured, began: began, sent: sent, ended: ended, cpu: used)
    }

    /// A round with the daemon.
    static func learning(_ measured: TransportCase, daemon: String) throws -> TransportRound {
        let folder = try temporaryFolder()
        defer { remove(folder) }
        let server = try BenchDaemon(
            daemon,
            folder: folder,
            samples: endpoint(measured, folder),
            isPull: measured.transport.hasPrefix("pull")
        )
        let sender = try TransportSender(measured, to: server.samples, context: server.context)
        try sender.sendWarmUp()
        try server.waitUntil(received: sender.warmUpSamples)
        let before = server.child.cpuNanoseconds
        let began = Clock.monotonicNanoseconds()
        try sender.send()
        let sent = Clock.monotonicNanoseconds()
        try server.waitUntil(received: sender.warmUpSamples + measured.samples)
        let ended = Clock.monotonicNanoseconds()
        let used = server.child.cpuNanoseconds - before
        server.child.stop()
        return TransportRound(measured, began: began, sent: sent, ended: ended, cpu: used)
    }

    private init(
        _ measured: TransportCase,
        began: Int64,
        sent: Int64,
        ended: Int64,
        cpu: Double
    ) {
        let samples = Double(measured.samples)
        rate = samples * 1e9 / Double(ended - began)
        senderRate = samples * 1e9 / Double(sent - began)
        cpuNanoseconds = cpu / samples
    }

    private static func endpoint(_ measured: TransportCase, _ folder: String) -> String {
        measured.transport.hasSuffix("ipc")
            ? "ipc://\(folder)/samples.sock" : "tcp://127.0.0.1:0"
    }

    /// A folder for one round.
    static func temporaryFolder() throws -> String {
        var name = Array("/tmp/learnd-bench-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&name) != nil else {
            throw Child.Failure(description: "no temporary folder: \(SystemError(rawValue: errno))")
        }
        return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a round's folder.
    static func remove(_ folder: String) {
        guard let child = try? Child("/bin/rm", ["-rf", folder]) else { return }
        child.wait()
    }
}
