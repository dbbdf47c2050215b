// SPDX-License-Identifier: Apache-2.0
//
// What was predicted of a sample that came without a label: news for whoever sent it.

package import Learning
import Primitives

/// The prediction of one sample, as an event tells it.
package struct ScoredSample: Sendable, Equatable {
    /// What its sender calls it.
    package var id: String
    /// Its place among the samples that were scored.
    package var sequence: UInt64
    /// The newest version when it came; 0: none yet.
    package var version: UInt64
    /// The task.
    package var task: Task
    /// The class that is most probable, if there is any.
    package var label: ClassLabel?
    /// Probabilities of the classes, or the number.
    package var values: [Float]

    /// How unusual it is, where that is asked for and known.
    package var anomaly: Anomaly?

    /// The fields of the event.
    var fields: [JSONValue.Member] {
        var fields: [JSONValue.Member] = [
            .init("event", "scored"), .init("id", .string(id)),
            .init("sequence", .int(Int64(clamping: sequence))),
            .init("version", version == 0 ? .null : .int(Int64(clamping: version))),
        ]
        switch task {
        case .classes:
            fields.append(.init("prediction", label?.json ?? .null))
            fields.append(.init("probabilities", .array(values.map { .number(Double($0)) })))
        case .regression, .unlabelled:
            fields.append(.init("prediction", values.first.map { .number(Double($0)) } ?? .null))
        }
        if let anomaly {
            fields.append(.init("anomaly", .number(Double(anomaly.score))))
            fields.append(.init("anomaly_rank", .number(Double(anomaly.rank))))
        }
        return fields
    }
}
