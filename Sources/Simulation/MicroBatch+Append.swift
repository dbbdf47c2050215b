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
