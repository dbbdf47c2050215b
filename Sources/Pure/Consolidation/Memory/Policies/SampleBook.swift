// SPDX-License-Identifier: Apache-2.0
//
// The books that there are, as a closed type: what a memory's policy chooses between. Rows pass
// through the book itself, which the sample takes out of here on loan.

import Primitives

/// The book of a memory's long part.
enum SampleBook: Sendable {
    /// No row is kept.
    case none
    /// Rows are kept by groups.
    case groups(GroupBook)
    /// Rows are kept by loss.
    case losses(LossBook)

    /// Makes the book of a policy.
    init(_ policy: MemoryPolicy) {
        if policy == .loss {
            self = .losses(LossBook())
        } else {
            self = SampleBook.grouping(policy).map { .groups(GroupBook(by: $0)) } ?? .none
        }
    }

    private static func grouping(_ policy: MemoryPolicy) -> GroupBook.Grouping? {
        switch policy {
        case .reservoir: .all
        case .balanced: .classes
        case .contexts: .contexts
        case .recent, .loss: nil
        }
    }

    /// The slots in the book's own order.
    var order: [Int] {
        switch self {
        case .none: []
        case .groups(let book): book.order
        case .losses(let book): book.order
        }
    }

    /// How likely each row was to be kept, slot by slot; empty where that is of no account.
    var inclusions: [Float] {
        switch self {
        case .none: []
        case .groups(let book): book.inclusions
        case .losses(let book): book.inclusions
        }
    }

    /// Takes rows out of the book until `capacity` are left.
    mutating func shrink(from taken: Int, to capacity: Int, random: inout RandomSource) {
        switch self {
        case .none: break
        case .groups(var book):
            book.shrink(from: taken, to: capacity, random: &random)
            self = .groups(book)
        case .losses(var book):
            book.shrink(from: taken, to: capacity, random: &random)
            self = .losses(book)
        }
    }

    /// Keeps the rows of which `isKept` says so, and tells how many are left.
    mutating func keep(where isKept: (Int) -> Bool) -> Int {
        switch self {
        case .none: return 0
        case .groups(var book):
            defer { self = .groups(book) }
            return book.keep(where: isKept)
        case .losses(var book):
            defer { self = .losses(book) }
            return book.keep(where: isKept)
        }
    }

    /// Numbers the slots from 0 on, in the book's own order.
    mutating func renumber() {
        switch self {
        case .none: break
        case .groups(var book):
            book.renumber()
            self = .groups(book)
        case .losses(var book):
            book.renumber()
            self = .losses(book)
        }
    }
}

extension SampleBook {
    /// Appends the book; the rows must follow in its own order.
    func encode(into writer: inout ByteWriter) {
        switch self {
        case .none: break
        case .groups(let book): book.encode(into: &writer)
        case .losses(let book): book.encode(into: &writer)
        }
    }

    /// Reads the book of a policy; ``take(_:)`` must give it the rows.
    init(from reader: inout ByteReader, _ policy: MemoryPolicy) throws(DecodeError) {
        if policy == .loss {
            self = .losses(try LossBook(from: &reader))
        } else if let grouping = SampleBook.grouping(policy) {
            self = .groups(try GroupBook(from: &reader, by: grouping))
        } else {
            self = .none
        }
    }

    /// Enters the rows that were read, which lie in slots 0, 1, 2 ...
    mutating func take(_ headers: [MemoryHeader]) throws(DecodeError) {
        switch self {
        case .none:
            if !headers.isEmpty { throw .invalid("a memory has rows that it does not keep") }
        case .groups(var book):
            try book.take(headers)
            self = .groups(book)
        case .losses(var book):
            try book.take(headers)
            self = .losses(book)
        }
    }
}
