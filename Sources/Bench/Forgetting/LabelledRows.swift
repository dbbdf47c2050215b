// SPDX-License-Identifier: Apache-2.0
//
// A table of numbers with a class at the end of each line, as the comparison of what is forgotten
// reads it: a heading, then lines of comma-separated numbers, the last of which is a whole number
// from 0 on. The order of the lines is the order of the stream.

import Storage

/// Labelled rows in order.
package struct LabelledRows: Sendable {
    /// The number of features of each row.
    package let width: Int
    /// The features, row after row.
    package let features: [Float]
    /// The class of each row.
    package let labels: [Int32]

    /// The number of rows.
    package var count: Int { labels.count }
    /// The number of classes.
    package var classes: Int { Int(labels.max() ?? -1) + 1 }

    /// Makes rows.
    ///
    /// - Precondition: there are `width` features for each label.
    package init(width: Int, features: [Float], labels: [Int32]) {
        precondition(features.count == width * labels.count, "each label has its features")
        self.width = width
        self.features = features
        self.labels = labels
    }

    /// Reads a file; a message when it cannot be read.
    static func read(_ path: String) -> Result<LabelledRows, TableError> {
        let bytes: [UInt8]?
        do {
            bytes = try SystemFileSystem().contents(of: path, limit: 1 << 28)
        } catch {
            return .failure(TableError("\(path) cannot be read: \(error)"))
        }
        guard let bytes else { return .failure(TableError("there is no file \(path)")) }
        var width = -1
        var features: [Float] = []
        var labels: [Int32] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n")).dropFirst()
        for (place, line) in lines.enumerated() {
            let cells = line.split(separator: UInt8(ascii: ","))
                .map { String(decoding: $0, as: UTF8.self) }
            let numbers = cells.dropLast().compactMap { Float($0) }
            guard let label = cells.last.flatMap({ Int32($0) }), (0..<1000).contains(label),
                numbers.count == cells.count - 1, numbers.allSatisfy(\.isFinite),
                width < 0 || numbers.count == width
            else {
                return .failure(
                    TableError("\(path):\(place + 2): want as many numbers as above, and a class")
                )
            }
            width = numbers.count
            features += numbers
            labels.append(label)
        }
        guard !labels.isEmpty else { return .failure(TableError("\(path) has no rows")) }
        return .success(LabelledRows(width: width, features: features, labels: labels))
    }
}

/// Why a table cannot be used.
struct TableError: Error {
    let text: String
    init(_ text: String) { self.text = text }
}
