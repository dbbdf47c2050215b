// SPDX-License-Identifier: Apache-2.0
//
// The contexts of a learner by number, in the order in which they were first learned from. A number
// stays what it is for the learner's life, so that rows in memory can carry it. Bounded: a context
// beyond the limit is unknown, like no context at all; the first time is told.

package import Primitives

/// Numbers the contexts that a learner tells apart.
package struct ContextTable: Sendable, Equatable {
    /// The number of a sample without a context, or with one that has no number.
    package static let unknown: Int32 = -1

    /// The contexts by number.
    package private(set) var names: [String] = []
    /// The most contexts; those that are there stay when it falls.
    package var limit: Int
    /// Whether a context has been met that had no room any more.
    package private(set) var isOverflowing = false
    private var numbers: [String: Int32] = [:]

    /// Makes a table without contexts.
    package init(limit: Int) {
        self.limit = limit
    }

    /// The number of contexts.
    package var count: Int { names.count }

    /// The number of the context, or ``unknown``; changes nothing.
    package func number(of name: String) -> Int32 { numbers[name] ?? ContextTable.unknown }

    /// The name of a context; empty for a number that none has.
    package func name(of number: Int32) -> String {
        names.indices.contains(Int(number)) ? names[Int(number)] : ""
    }

    /// Makes a table of the contexts that an earlier state knew.
    package init(limit: Int, names: [String]) {
        self.init(limit: limit)
        for name in names {
            numbers[name] = Int32(self.names.count)
            self.names.append(name)
        }
    }

    /// Whether this table numbers the contexts of an earlier state as that did.
    package func extends(_ earlier: [String]) -> Bool { names.starts(with: earlier) }

    /// The number of the context, which gets one when there is room.
    ///
    /// A context without a name is one of too many that came in one micro-batch.
    package mutating func intern(_ name: String) -> Int32 {
        if let number = numbers[name] { return number }
        guard names.count < limit, !name.isEmpty else {
            isOverflowing = true
            return ContextTable.unknown
        }
        let number = Int32(names.count)
        names.append(name)
        numbers[name] = number
        return number
    }
}

extension ContextTable: ByteCodable {
    /// Appends limit and names.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(limit))
        writer.write(isOverflowing)
        writer.write(UInt32(names.count))
        for name in names { writer.write(name) }
    }

    /// Reads limit and names.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        limit = Int(try reader.read(UInt32.self))
        isOverflowing = try reader.readFlag()
        for number in 0..<(try reader.read(UInt32.self)) {
            let name = try reader.readText()
            guard Name.isValid(name.utf8), numbers[name] == nil else {
                throw .invalid("a context has no name of its own")
            }
            names.append(name)
            numbers[name] = Int32(number)
        }
    }
}
