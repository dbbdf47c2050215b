// SPDX-License-Identifier: Apache-2.0
//
// The sender of a round: it makes some bodies beforehand and sends them in turns as fast as the
// socket takes them, without loss (XPUB that waits, or PUSH).

import Decoding
import Linux
import Primitives
import ZeroMQ

/// Sends a case's samples.
struct TransportSender: ~Copyable {
    private let socket: Socket
    private let bodies: [[UInt8]]
    private let measured: TransportCase
    private let epoch: UInt64

    /// What goes before the measured samples, so that the vote is over and nothing is cold.
    let warmUpSamples: Int

    init(_ measured: TransportCase, to endpoint: String, context: Context) throws {
        let isPush = measured.transport.hasPrefix("pull")
        let socket = try Socket(isPush ? .push : .xpub, in: context)
        if !isPush { try socket.set(.xpubNoDrop, to: true) }
        try socket.set(.sendHighWaterMark, to: TransportRound.highWaterMark)
        try socket.set(.linger, to: .seconds(10))
        try socket.connect(endpoint)
        if !isPush {
            try socket.set(.receiveTimeout, to: .seconds(10))
            guard try socket.receiveFrames() != nil else {
                throw Child.Failure(description: "the receiver at \(endpoint) did not subscribe")
            }
        }
        self.socket = socket
        self.measured = measured
        epoch = UInt64(Clock.wallNanoseconds())
        warmUpSamples = 1024 / measured.perMessage * measured.perMessage
        var random = RandomSource(seed: 7)
        bodies = (0..<64).map { _ in TransportSender.body(measured, &random) }
    }

    func sendWarmUp() throws {
        for index in 0..<(warmUpSamples / measured.perMessage) {
            try send(bodies[index % bodies.count], sequence: index * measured.perMessage)
        }
    }

    func send() throws {
        let messages = measured.samples / measured.perMessage
        switch measured.frames {
        case .body:
            for index in 0..<messages { try socket.send(bodies[index % bodies.count]) }
        case .envelope:
            for index in 0..<messages {
                try send(
                    bodies[index % bodies.count],
                    sequence: warmUpSamples + index * measured.perMessage
                )
            }
        }
    }

    private func send(_ body: [UInt8], sequence: Int) throws {
        guard measured.frames == .envelope else {
            try socket.send(body)
            return
        }
        let envelope = Envelope(
            producer: "bench",
            epoch: epoch,
            sequence: UInt64(sequence),
            sent: 0,
            count: UInt32(measured.perMessage),
            checksum: 0
        )
        try socket.send([], more: true)
        try socket.send(envelope?.encode() ?? [], more: true)
        try socket.send(body)
    }

    private static func body(_ measured: TransportCase, _ random: inout RandomSource) -> [UInt8] {
        var features: [Float] = []
        var labels: [Float] = []
        for _ in 0..<measured.perMessage {
            var score = 0.0
            for column in 0..<measured.width {
                let value = random.normal()
                score += column % 2 == 0 ? value : -value
                features.append(Float(value))
            }
            labels.append(score + 2 * random.normal() > 0 ? 1 : 0)
        }
        if measured.body == "packed" {
            return PackedBody.encode(
                features: features,
                width: measured.width,
                labels: labels,
                weights: nil
            )
        }
        let samples = labels.indices.map { row -> JSONValue in
            let start = row * measured.width
            return [
                "x": .array(
                    features[start..<start + measured.width].map { .number(Double($0)) }
                ),
                "y": .int(Int64(labels[row])),
            ]
        }
        return JSONValue.array(samples).jsonBytes
    }
}
