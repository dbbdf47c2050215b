// SPDX-License-Identifier: Apache-2.0
//
// What one message may ask of the decoder. The length of a frame is bounded before, by the socket.

/// The limits on one message.
package struct DecodeLimits: Sendable, Equatable {
    /// The most features of a sample; more are refused as `too_wide`.
    package var featuresMax = 65_536
    /// The most samples of a message; a message with more is refused whole as `malformed`.
    package var rowsMax = 1 << 20
    /// The longest JSON or MessagePack body in bytes; a longer one is refused whole as `malformed`.
    ///
    /// Parsing takes up to 16 times as much memory, of MessagePack 40 times.
    package var jsonBytesMax = 16 << 20
    /// The longest feature name, category, text or text label in bytes.
    package var textBytesMax = 1024

    /// Makes the limits that hold unless configured otherwise.
    package init() {}
}
