// SPDX-License-Identifier: Apache-2.0
//
// All that is watched beside a learner's own errors and losses. Who is watched and who is not is
// decided once, from the settings and the task.

package import Primitives

/// What is watched beside errors and losses.
package struct BesideWatch: Sendable {
    /// The columns of features.
    package var features: ColumnWatch?
    /// The numbers to be predicted, as one column.
    package var targets: ColumnWatch?
    /// The frequencies of classes.
    package var classes: ClassWatch?
    /// The errors of each context.
    package var contexts: ContextWatch?
    /// The errors of each producer.
    package var producers: ProducerWatch?

    /// Makes a watch that has seen nothing.
    ///
    /// - Parameters:
    ///   - settings: What is watched.
    ///   - hasClasses: Whether labels are classes.
    ///   - hasTargets: Whether labels are numbers.
    package init(_ settings: DriftSettings, hasClasses: Bool, hasTargets: Bool) {
        guard settings.isEnabled else { return }
        let beside = settings.beside
        if beside.features != .off {
            features = ColumnWatch(delta: beside.delta, comparesBins: true)
        }
        if beside.labels != .off, hasClasses { classes = ClassWatch(delta: beside.delta) }
        if beside.labels != .off, hasTargets {
            targets = ColumnWatch(delta: beside.delta, comparesBins: false)
            targets?.append(place: 0)
        }
        guard hasClasses || hasTargets else { return }
        if beside.contexts != .off { contexts = ContextWatch(delta: beside.delta) }
        if beside.producers { producers = ProducerWatch(delta: beside.delta) }
    }
}

extension BesideWatch: ByteCodable {
    /// Appends every part.
    package func encode(into writer: inout ByteWriter) {
        writer.write(optional: features)
        writer.write(optional: targets)
        writer.write(optional: classes)
        writer.write(optional: contexts)
        writer.write(optional: producers)
    }

    /// Reads every part.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        features = try reader.readOptional()
        targets = try reader.readOptional()
        classes = try reader.readOptional()
        contexts = try reader.readOptional()
        producers = try reader.readOptional()
        if let targets, targets.places.places != [0] {
            throw .invalid("the numbers to be predicted are one column")
        }
    }
}
