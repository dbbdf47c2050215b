// SPDX-License-Identifier: Apache-2.0
//
// What a learner knows of its stream beside the row at hand: the last value of each column and the
// last labels. Both are facts, not learned: they are the same for every model, go on while learning
// is paused, and what is made of them stands in the row when it is admitted, so that memory,
// holdout and races see what the champion saw.
//
// A label is taken after its row has been written, so no row ever sees its own.

package import Primitives

/// The last values and labels.
package struct Recollection: Sendable {
    /// The last value of each column; NaN where there was none; empty when they are not needed.
    package private(set) var values: [Float] = []
    /// The last labels as a ring: numbers, or numbers of classes.
    private var ring: [Float] = []
    private var next = 0
    private let keepsValues: Bool
    /// How many labels are remembered.
    package let depth: Int

    /// Makes a recollection of nothing, as the settings need it.
    package init(_ settings: FeatureSettings) {
        keepsValues = settings.fillsWithLast
        depth = settings.lagDepth
    }

    /// The last labels, the newest first.
    package var labels: [Float] {
        (0..<ring.count).map { label($0 + 1) }
    }

    /// The label so many labels ago; NaN when there was none.
    func label(_ lag: Int) -> Float {
        guard lag <= ring.count else { return .nan }
        let place = next - lag
        return ring[place < 0 ? place + ring.count : place]
    }

    /// Takes a label that has become known: a number, or the number of a class.
    package mutating func note(label: Float) {
        guard depth > 0 else { return }
        if ring.count < depth {
            ring.append(label)
            next = ring.count == depth ? 0 : ring.count
        } else {
            ring[next] = label
            next = next + 1 == depth ? 0 : next + 1
        }
    }

    /// Adds columns that have had no value.
    package mutating func grow(width: Int) {
        guard keepsValues, width > values.count else { return }
        values.append(contentsOf: repeatElement(.nan, count: width - values.count))
    }

    /// Forgets columns and classes from the given ones on, as when an older schema comes back.
    package mutating func shrink(width: Int, classes: Int) {
        if values.count > width { values.removeLast(values.count - width) }
        for place in ring.indices where classes > 0 && ring[place] >= Float(classes) {
            ring[place] = .nan
        }
    }

    /// Fills what is missing in a row with the last values, and takes those that it has.
    mutating func fill(_ row: Range<Int>, of raw: inout [Float]) {
        guard keepsValues else { return }
        for (index, place) in row.enumerated() {
            if raw[place].isNaN {
                raw[place] = values[index]
            } else {
                values[index] = raw[place]
            }
        }
    }
}

extension Recollection: ByteCodable {
    /// Appends values and labels.
    package func encode(into writer: inout ByteWriter) {
        writer.write(keepsValues)
        writer.write(UInt32(depth))
        writer.write(values)
        writer.write(labels)
    }

    /// Reads values and labels.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        keepsValues = try reader.readFlag()
        depth = Int(try reader.read(UInt32.self))
        values = try reader.readFloats()
        let labels = try reader.readFloats()
        guard depth <= FeatureSettings.lagMax, labels.count <= depth,
            keepsValues || values.isEmpty,
            values.allSatisfy({ !$0.isInfinite }), labels.allSatisfy({ !$0.isInfinite })
        else { throw .invalid("a recollection is not that of numbers") }
        for label in labels.reversed() { note(label: label) }
    }

    /// Whether this is what a learner of the schema remembers.
    package func fits(_ schema: Schema) -> Bool {
        depth == schema.settings.lagDepth && keepsValues == schema.settings.fillsWithLast
            && values.count == (keepsValues ? schema.width : 0)
            && (schema.task == .regression
                || ring.allSatisfy {
                    $0.isNaN || ($0 >= 0 && $0 < Float(schema.classes.count) && $0 == $0.rounded())
                })
    }
}
