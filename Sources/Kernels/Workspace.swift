// SPDX-License-Identifier: Apache-2.0
//
// The room in which a network works: its parameters on loan, their gradient, and the values of the
// layers between input and output. An address names a place in one of the three; each operation
// checks all the places it was given, once, and then runs one loop in C.
//
// A workspace holds no state: whatever was in it may be thrown away between two passes. It grows to
// what the largest pass has asked for, and from then on nothing is allocated.

import CKernels

/// A place in a workspace.
package struct Address: Sendable, BitwiseCopyable {
    enum Room: UInt8, BitwiseCopyable { case parameters, gradient, values }

    let room: Room
    let at: Int

    /// A place among the parameters, which are only read.
    package static func parameters(_ at: Int) -> Address { Address(room: .parameters, at: at) }
    /// A place in the gradient of the parameters.
    package static func gradient(_ at: Int) -> Address { Address(room: .gradient, at: at) }
    /// A place among the values of the layers.
    package static func values(_ at: Int) -> Address { Address(room: .values, at: at) }

    /// The place `count` numbers further on.
    package static func + (address: Address, count: Int) -> Address {
        Address(room: address.room, at: address.at + count)
    }
}

/// Room for the passes of a network; reused, and without content of its own.
package struct Workspace: Sendable {
    /// The parameters of the network that is at work; empty between passes.
    package var parameters: [Float] = []
    /// The gradient of the parameters.
    package var gradient: [Float] = []
    /// What the layers hold.
    package private(set) var values: [Float] = []

    /// Makes an empty workspace.
    package init() {}

    /// Makes room for the values of a pass; what was there is of no account.
    package mutating func reserve(values count: Int) {
        guard values.count < count else { return }
        // In this order, so that the old room is given back before the new one is taken.
        values = []
        values = [Float](repeating: 0, count: count)
    }

    /// Makes the gradient as long as the parameters, and all of it 0.
    package mutating func clearGradient(_ count: Int) {
        guard gradient.count == count else {
            gradient = [Float](repeating: 0, count: count)
            return
        }
        zero(.gradient(0), count)
    }

    /// Sets `count` numbers to 0.
    package mutating func zero(_ at: Address, _ count: Int) {
        withRooms { $0.write(at, count).update(repeating: 0, count: count) }
    }

    /// Copies `count` numbers to another place.
    package mutating func copy(_ from: Address, to: Address, _ count: Int) {
        withRooms { $0.write(to, count).update(from: $0.read(from, count), count: count) }
    }

    /// Copies rows that lie apart.
    package mutating func copyRows(
        _ from: Address,
        stride fromStride: Int,
        to: Address,
        stride toStride: Int,
        rows: Int,
        count: Int,
        adds: Bool = false
    ) {
        withRooms { rooms in
            for row in 0..<rows {
                let target = rooms.write(to + row * toStride, count)
                let source = rooms.read(from + row * fromStride, count)
                if adds {
                    learnd_add(source, target, count)
                } else {
                    target.update(from: source, count: count)
                }
            }
        }
    }

    /// Copies numbers in; not a number becomes 0, and none is further from 0 than `limit`.
    package mutating func fill(
        _ to: Address,
        from numbers: Span<Float>,
        at: Int,
        count: Int,
        limit: Float
    ) {
        checkRange(at, count, numbers.count)
        withRooms { rooms in
            let target = rooms.write(to, count)
            numbers.withUnsafeBufferPointer { learnd_bound(start($0) + at, target, count, limit) }
        }
    }

    /// Copies values out.
    package func read(_ from: Address, count: Int, to numbers: inout MutableSpan<Float>, at: Int) {
        checkRange(at, count, numbers.count)
        precondition(from.room == .values, "only values are read out")
        checkRange(from.at, count, values.count)
        values.withUnsafeBufferPointer { values in
            numbers.withUnsafeMutableBufferPointer { numbers in
                (start(numbers) + at).update(from: start(values) + from.at, count: count)
            }
        }
    }

    /// Calls `body` with the three rooms.
    mutating func withRooms(_ body: (Rooms) -> Void) {
        parameters.withUnsafeBufferPointer { parameters in
            gradient.withUnsafeMutableBufferPointer { gradient in
                values.withUnsafeMutableBufferPointer { values in
                    body(Rooms(parameters: parameters, gradient: gradient, values: values))
                }
            }
        }
    }
}

/// The three rooms as memory, for as long as an operation lasts.
struct Rooms {
    let parameters: UnsafeBufferPointer<Float>
    let gradient: UnsafeMutableBufferPointer<Float>
    let values: UnsafeMutableBufferPointer<Float>

    /// The memory of `count` numbers that are to be read.
    func read(_ address: Address, _ count: Int) -> UnsafePointer<Float> {
        switch address.room {
        case .parameters:
            checkRange(address.at, count, parameters.count)
            return start(parameters) + address.at
        case .gradient, .values:
            return UnsafePointer(write(address, count))
        }
    }

    /// The memory of `count` numbers that are to be written.
    func write(_ address: Address, _ count: Int) -> UnsafeMutablePointer<Float> {
        let room = address.room == .gradient ? gradient : values
        precondition(address.room != .parameters, "a pass does not write parameters")
        checkRange(address.at, count, room.count)
        return start(room) + address.at
    }
}
