// SPDX-License-Identifier: Apache-2.0
//
// How long labels were under way: measures of a stream whose labels are late say what was predicted
// then, and this says how long ago then was.

import Learning
package import Primitives

/// The delay of the labels that joined their samples.
package struct LabelDelay: Sendable {
    /// How many labels joined.
    package private(set) var count: UInt64 = 0
    private var samples = 0.0
    private var seconds = 0.0
    private var recentSamples = SlidingMean(size: LabelDelay.window)
    private var recentSeconds = SlidingMean(size: LabelDelay.window)

    private static let window = 1000

    /// Makes a measure of nothing.
    package init() {}

    /// Takes the delay of one label: the samples that came in between, and the time.
    mutating func add(samples: UInt64, time: Duration) {
        count += 1
        self.samples += Double(samples)
        seconds += time.inSeconds
        recentSamples.add(Float(samples))
        recentSeconds.add(Float(time.inSeconds))
    }

    /// The mean number of samples between a sample and its label; NaN when there is none.
    package var meanSamples: Double { count == 0 ? .nan : samples / Double(count) }

    /// Means over all and over the last thousand, as they stand beside the measures.
    package var json: JSONValue {
        guard count > 0 else { return .null }
        return [
            "count": .int(Int64(count)),
            "samples": .number(meanSamples),
            "recent_samples": .number(recentSamples.mean),
            "seconds": .number(seconds / Double(count)),
            "recent_seconds": .number(recentSeconds.mean),
        ]
    }
}

extension LabelDelay: ByteCodable {
    /// Appends sums and windows.
    package func encode(into writer: inout ByteWriter) {
        writer.write(count)
        writer.write(samples)
        writer.write(seconds)
        recentSamples.encode(into: &writer)
        recentSeconds.encode(into: &writer)
    }

    /// Reads sums and windows.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        count = try reader.readCounter()
        samples = try reader.readDouble()
        seconds = try reader.readDouble()
        recentSamples = try SlidingMean(from: &reader)
        recentSeconds = try SlidingMean(from: &reader)
    }
}
