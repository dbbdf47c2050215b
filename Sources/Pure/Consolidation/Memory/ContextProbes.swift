// SPDX-License-Identifier: Apache-2.0
//
// Rows of each context on which the model is examined: rows that were set aside, of which no model
// learns anything, as many of each context, and of one context every one with the same probability.
// They stay while a context is away for however long, which the holdout of recent rows does not.
//
// Bounds: 2,048 rows, and a sixteenth of what the memory may take, up to 4 MiB; with wide rows
// there are fewer. Contexts 0 to 255.

package import Learning
package import Primitives

/// Held out rows by context.
package struct ContextProbes: Sendable {
    private var sample: Reservoir
    private let bytesMax: Int

    private static let rowsMost = 2048

    /// Makes probes of nothing.
    ///
    /// - Parameters:
    ///   - settings: Those of the memory beside which they lie.
    ///   - seed: Decides which rows stay.
    package init(beside settings: MemorySettings, seed: UInt64) {
        bytesMax = ContextProbes.bytesMax(settings)
        sample = Reservoir(
            .contexts,
            capacity: ContextProbes.rowsMost,
            random: RandomSource(seed: seed ^ 0x7072_6F62_6573)  // "probes"
        )
    }

    private static func bytesMax(_ settings: MemorySettings) -> Int {
        min(4 << 20, settings.bytesMax / 16)
    }

    /// The number of features of a row.
    package var width: Int { sample.pages.width }

    /// How many rows there are.
    package var count: Int { sample.pages.count }

    /// What the rows take.
    package var bytes: Int { sample.pages.bytes }

    private func capacity(stride: Int) -> Int {
        min(ContextProbes.rowsMost, bytesMax / MemoryPages.rowBytes(stride: stride))
    }

    /// Makes room for rows of `width` features; the new ones are missing in the old rows.
    package mutating func grow(width: Int) {
        guard width > self.width else { return }
        let stride = MemoryPages.stride(for: width, from: sample.pages.stride)
        sample.grow(width: width, capacity: capacity(stride: stride))
    }

    /// Takes the features from `width` on away from every row, as when an older schema comes back.
    package mutating func shrink(width: Int) {
        guard width < self.width else { return }
        sample.shrink(width: width, capacity: capacity(stride: width))
    }

    /// Forgets the rows whose sample number is `index` or above.
    package mutating func drop(from index: UInt64) { sample.keep(0..<index) }

    /// Takes the labelled rows of a block that were set aside and have a context; the first
    /// labelled row has the number `first`.
    package mutating func take(_ block: Block, from first: UInt64) {
        guard sample.capacity > 0 else { return }
        var index = first
        for row in 0..<block.rows where !block.losses[row].isNaN {
            if block.uses[row] == .holdout, block.weights[row] > 0, block.contexts[row] >= 0,
                block.contexts[row] < ContextExams.contextsMost
            {
                let features = block.raw.span.extracting(
                    row * block.width..<(row + 1) * block.width
                )
                sample.insert(block.header(of: row, at: index), features)
            }
            index += 1
        }
    }

    /// Copies rows of a context.
    package func rows(of context: Int32, most: Int) -> MemoryRows {
        var rows = MemoryRows(width: width)
        let pages = sample.pages
        for slot in 0..<pages.count where pages.header(slot).context == context {
            pages.copy(slot, to: &rows)
            if rows.count == most { break }
        }
        return rows
    }
}

extension ContextProbes {
    /// Appends the state of the draws and all rows.
    package func encode(into writer: inout ByteWriter) { sample.encode(into: &writer) }

    /// Reads the state of the draws and all rows.
    package init(
        from reader: inout ByteReader,
        beside settings: MemorySettings
    ) throws(DecodeError) {
        bytesMax = ContextProbes.bytesMax(settings)
        sample = try Reservoir(from: &reader, .contexts, capacity: ContextProbes.rowsMost)
        let (width, stride) = (sample.pages.width, sample.pages.stride)
        let capacity = width == 0 ? ContextProbes.rowsMost : capacity(stride: stride)
        guard count <= capacity else {
            throw .invalid("there are more rows to examine contexts on than their bytes allow")
        }
        sample.grow(width: width, capacity: capacity)
    }
}
