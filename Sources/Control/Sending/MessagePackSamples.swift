// SPDX-License-Identifier: Apache-2.0
//
// Samples of any source as MessagePack: the source writes JSON lines, which are written anew.

import Decoding

/// The samples of another source, in MessagePack.
struct MessagePackSamples<Source: MessageSource & ~Copyable>: ~Copyable, MessageSource {
    private var source: Source
    private var transcoder = MessagePackTranscoder()
    private var lines: [UInt8] = []

    init(_ source: consuming Source) {
        self.source = source
    }

    var progress: Double? { source.progress }

    var skipped: Int { source.skipped }

    mutating func next(_ samples: Int, into body: inout [UInt8]) throws(Failure) -> Int {
        let count = try source.next(samples, into: &lines)
        guard count > 0 else { return 0 }
        if let problem = transcoder.transcode(lines: lines, into: &body) {
            throw .data(
                "a sample cannot be sent as MessagePack: \(problem)",
                remedy: "mend the line, or leave --format away: JSON goes out as it is"
            )
        }
        return count
    }
}
