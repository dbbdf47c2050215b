// SPDX-License-Identifier: Apache-2.0
//
// The books: received = learned + waiting + refused, for the learner and for each producer, after
// every step. Learned has three parts: trained on, set aside for the holdout, and only scored.

package import Primitives
package import Samples

/// What became of samples.
package struct Tally: Sendable, Equatable {
    /// All that arrived.
    package var received: UInt64 = 0
    /// Learned from.
    package var trained: UInt64 = 0
    /// Tested and set aside.
    package var holdout: UInt64 = 0
    /// Without label or weight, or while learning was held: only scored.
    package var scored: UInt64 = 0
    /// Not yet stepped.
    package var waiting: UInt64 = 0
    /// Labels that came without their samples.
    package var labels = LabelTally()
    /// Refused, by the reason's number.
    package var refused = [UInt64](repeating: 0, count: RefusalReason.allCases.count)

    /// Makes an empty tally.
    package init() {}

    /// All that was stepped.
    package var learned: UInt64 { trained + holdout + scored }
    /// All that was refused.
    package var refusedTotal: UInt64 { refused.reduce(0, +) }
    /// Whether nothing is unaccounted for.
    package var balances: Bool {
        received == learned + waiting + refusedTotal && labels.balances
    }

    /// Adds another tally, part by part.
    mutating func add(_ other: Tally) {
        received += other.received
        trained += other.trained
        holdout += other.holdout
        scored += other.scored
        waiting += other.waiting
        labels.add(other.labels)
        for index in refused.indices { refused[index] += other.refused[index] }
    }

    /// The fields as they stand in a status.
    package var json: [JSONValue.Member] {
        var reasons: [JSONValue.Member] = []
        for reason in RefusalReason.allCases where refused[Int(reason.rawValue)] > 0 {
            reasons.append(.init(reason.name, .int(Int64(refused[Int(reason.rawValue)]))))
        }
        return [
            .init("received", .int(Int64(received))),
            .init(
                "learned",
                [
                    "trained": .int(Int64(trained)), "holdout": .int(Int64(holdout)),
                    "scored": .int(Int64(scored)),
                ]
            ),
            .init("waiting", .int(Int64(waiting))),
            .init("refused", .object(reasons)),
            .init("labels", labels.json),
        ]
    }
}

extension Tally: ByteCodable {
    /// Appends the numbers.
    package func encode(into writer: inout ByteWriter) {
        for number in [received, trained, holdout, scored, waiting] { writer.write(number) }
        labels.encode(into: &writer)
        writer.write(numbers: refused)
    }

    /// Reads the numbers.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        received = try reader.readCounter()
        trained = try reader.readCounter()
        holdout = try reader.readCounter()
        scored = try reader.readCounter()
        waiting = try reader.readCounter()
        labels = try LabelTally(from: &reader)
        let counts = try reader.readNumbers(of: UInt64.self)
        guard counts.count <= refused.count else {
            throw .invalid("a tally knows more reasons than this version")
        }
        for (index, count) in counts.enumerated() {
            guard count < 1 << 56 else { throw .invalid("\(count) refused samples") }
            refused[index] = count
        }
    }
}

/// The tallies of a learner and of its producers.
package struct Accounts: Sendable {
    /// One producer's books.
    package struct Producer: Sendable, Equatable {
        /// The name from the envelope.
        package var name: String
        /// What became of its samples.
        package var tally = Tally()
        /// Where it stands, if it sends envelopes.
        package var position: ProducerPosition?
    }

    /// The learner's own tally.
    package private(set) var total = Tally()
    /// The producers in the order of their first sample.
    package private(set) var producers: [Producer] = []
    private var numbers: [String: Int] = [:]

    /// The most producers; the rest share one account.
    package static let producersMax = 256
    /// The account of the rest.
    package static let otherProducer = "other"

    /// Makes empty books.
    package init() {}

    /// Samples that producers said they sent and that never arrived.
    package var gaps: UInt64 { producers.reduce(0) { $0 + ($1.position?.missing ?? 0) } }

    /// The account of the producer called `name`.
    package mutating func number(of name: String) -> Int {
        if let number = numbers[name] { return number }
        guard producers.count < Accounts.producersMax || name == Accounts.otherProducer else {
            return number(of: Accounts.otherProducer)
        }
        producers.append(Producer(name: name))
        numbers[name] = producers.count - 1
        return producers.count - 1
    }

    /// The account that the producer called `name` has, its own or that of the rest.
    func knownNumber(of name: String) -> Int? {
        numbers[name] ?? numbers[Accounts.otherProducer]
    }

    /// Judges an envelope by the producer's position.
    package mutating func arrive(
        _ message: MicroBatch.Message,
        account: Int
    ) -> Arrival {
        guard producers[account].name != Accounts.otherProducer else { return .fresh(gap: 0) }
        var position = producers[account].position ?? ProducerPosition()
        let arrival = position.arrive(
            epoch: message.epoch,
            sequence: message.sequence,
            count: UInt64(message.count)
        )
        producers[account].position = position
        return arrival
    }

    /// Changes the learner's tally and the producer's in the same way.
    package mutating func count(_ account: Int, _ change: (inout Tally) -> Void) {
        change(&total)
        change(&producers[account].tally)
    }

    /// Whether every tally balances and the producers add up to the learner.
    package var balance: Bool {
        var sum = Tally()
        for producer in producers {
            guard producer.tally.balances else { return false }
            sum.add(producer.tally)
        }
        return sum == total && total.balances
    }
}

extension Accounts: ByteCodable {
    /// Appends the books.
    package func encode(into writer: inout ByteWriter) {
        total.encode(into: &writer)
        writer.write(UInt32(producers.count))
        for producer in producers {
            writer.write(producer.name)
            producer.tally.encode(into: &writer)
            writer.write(optional: producer.position)
        }
    }

    /// Reads the books.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        total = try Tally(from: &reader)
        let count = Int(try reader.read(UInt32.self))
        guard count <= Accounts.producersMax + 1 else {
            throw .invalid("books of \(count) producers")
        }
        for number in 0..<count {
            var producer = Producer(name: try reader.readText())
            guard numbers[producer.name] == nil else {
                throw .invalid("a producer has two accounts")
            }
            producer.tally = try Tally(from: &reader)
            producer.position = try reader.readOptional()
            producers.append(producer)
            numbers[producer.name] = number
        }
    }
}
