// SPDX-License-Identifier: Apache-2.0
//
// Rows by hand, for whoever feeds an engine without a socket.

package import Samples

extension MicroBatch {
    /// Appends a sample with an array of features and a number for its label.
    package mutating func append(
        features: [Float],
        label: Double?,
        weight: Float = 1,
        producer: UInt16 = 0
    ) {
        rows.append(
            Row(
                label: label ?? 0,
                labelKind: label == nil ? .none : .number,
                start: values.count,
                count: features.count,
                weight: weight,
                producer: producer,
                shape: .positional
            )
        )
        values.append(contentsOf: features)
    }

    /// Appends a sample with an array of features whose label will come later.
    package mutating func append(features: [Float], id: String, producer: UInt16 = 0) {
        append(features: features, label: nil, producer: producer)
        rows[rows.count - 1].id = ids.intern(id) + 1
    }

    /// Appends the label of a sample that came before.
    package mutating func append(
        label: Double,
        for id: String,
        weight: Float = .nan,
        producer: UInt16 = 0
    ) {
        labels.append(
            LateLabel(
                id: ids.intern(id),
                label: label,
                labelKind: .number,
                producer: producer,
                weight: weight,
                row: rows.count
            )
        )
    }

    /// Appends a sample with an array of features and a text for its label.
    package mutating func append(features: [Float], label: String, producer: UInt16 = 0) {
        let number = strings.intern(label)
        rows.append(
            Row(
                label: Double(number),
                labelKind: .text,
                start: values.count,
                count: features.count,
                weight: 1,
                producer: producer,
                shape: .positional
            )
        )
        values.append(contentsOf: features)
    }
}
