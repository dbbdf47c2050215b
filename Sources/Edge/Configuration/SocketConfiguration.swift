// SPDX-License-Identifier: Apache-2.0
//
// One socket that samples come from.

/// What a sample socket is and where.
package struct SocketConfiguration: Sendable, Equatable {
    /// The kinds of socket.
    package enum Kind: String, Sendable, CaseIterable {
        /// Subscribes to everything: at most once, gaps are counted.
        case sub
        /// Pulls: a slow daemon slows its producers down.
        case pull
    }

    /// Which side waits for the other.
    package enum Mode: String, Sendable, CaseIterable {
        /// The daemon waits for its producers.
        case bind
        /// The daemon goes to its producer.
        case connect
    }

    /// The kind of socket.
    package let kind: Kind
    /// Which side waits for the other.
    package let mode: Mode
    /// Where it is.
    package let endpoint: Endpoint
    /// How many messages of one producer wait in memory.
    package let receiveHWM: Int
    /// The longest frame; a longer one disconnects its producer.
    package let frameLimitBytes: Int
    /// How many producers are expected, for the check at the start.
    package let producers: Int
    /// The permissions of a bound ipc socket's file.
    package let ipcMode: UInt32
    /// The group of a bound ipc socket's file; nil for the daemon's own.
    package let ipcGroup: String?

    init(_ values: ScopedValues) {
        kind = values.word("type")
        mode = values.word("mode")
        endpoint = values.endpoint("endpoint")
        receiveHWM = values.integer("receive_hwm")
        frameLimitBytes = values.size("frame_limit")
        producers = values.integer("producers")
        ipcMode = UInt32(values.text("ipc_mode"), radix: 8) ?? 0o660
        ipcGroup = values.text("ipc_group").isEmpty ? nil : values.text("ipc_group")
    }

    /// The memory that its messages can take at worst.
    package var worstBytes: Double {
        Double(producers) * Double(receiveHWM) * Double(frameLimitBytes)
    }
}
