// SPDX-License-Identifier: Apache-2.0
//
// As much of a daemon as `send` needs: a sample socket that decodes what comes, and a control
// socket that answers `status` with the books. It lives on a thread of its own and ends with the
// test.

import Decoding
import Linux
import Primitives
import Samples
import ZeroMQ

@testable import Control

/// A daemon that learns nothing.
final class FakeDaemon: Sendable {
    /// What has arrived.
    struct Books: Sendable {
        var batch = MicroBatch()
        var topics: [String] = []
        var isStopping = false
        var isReady = false
    }

    let books = Lock(Books())
    let controlPath: String
    private let samples: String
    private let isPull: Bool
    /// Of so many samples, one is missing in the books.
    private let losesEvery: Int?

    init(in folder: Folder, isPull: Bool = false, losesEvery: Int? = nil) {
        controlPath = folder.path + "/control.sock"
        samples = "ipc://" + folder.path + "/samples.sock"
        self.isPull = isPull
        self.losesEvery = losesEvery
    }

    /// Runs `body` while the daemon is there.
    func whileRunning(_ body: () throws -> Void) throws {
        let thread = try Thread("fake-daemon") { [self] in
            do {
                try serve()
            } catch {
                books.withLock { $0.isReady = true }
            }
        }
        defer {
            books.withLock { $0.isStopping = true }
            thread.join()
        }
        while !books.withLock({ $0.isReady }) { Pause.wait(.milliseconds(2)) }
        try body()
    }

    private func serve() throws {
        let context = try Context()
        let receiver = try Socket(isPull ? .pull : .sub, in: context)
        if !isPull { try receiver.subscribe([]) }
        try receiver.bind(samples)
        let control = try Socket(.router, in: context)
        try control.bind("ipc://" + controlPath)
        books.withLock { $0.isReady = true }
        var decoder = Decoder()
        var poller = Poller(capacity: 2)
        poller.add(receiver)
        poller.add(control)
        while !books.withLock({ $0.isStopping }) {
            try poller.wait(timeout: .milliseconds(20))
            while let frames = try receiver.receiveFrames(dontWait: true) {
                books.withLock { books in
                    books.topics.append(String(decoding: frames[0], as: UTF8.self))
                    decoder.decode(frames[2], envelope: frames[1], into: &books.batch)
                }
            }
            while let frames = try control.receiveFrames(dontWait: true) {
                try control.send(frames: [frames[0], status.jsonBytes])
            }
        }
    }

    private var status: JSONValue {
        books.withLock { books in
            var refused: [JSONValue.Member] = []
            for refusal in books.batch.refusals {
                refused.append(.init(refusal.reason.name, .int(Int64(refusal.count))))
            }
            let all = books.batch.received
            let lost = losesEvery.map { all / $0 } ?? 0
            let learned = books.batch.rows.count - lost
            let producer: JSONValue = [
                "producer": .string(books.batch.producers.last ?? ""),
                "received": .int(Int64(all - lost)),
                "learned": ["trained": .int(Int64(learned)), "holdout": 0, "scored": 0],
                "waiting": 0, "refused": .object(refused), "gaps": .int(Int64(lost)),
            ]
            return [
                "ok": [
                    "daemon": ["endpoints": ["samples": [.string(samples)]]],
                    "learners": [["learner": "default", "producers": [producer]]],
                ]
            ]
        }
    }
}
