// SPDX-License-Identifier: Apache-2.0
//
// The classes of a learner, by number in the order of their first sample. Numbers are what packed
// streams send, so a few of them are found without hashing.

package import Primitives

/// Classes in the order in which they appeared.
package struct ClassTable: Sendable, Equatable {
    /// The labels; a class's number is its place here.
    package private(set) var labels: [ClassLabel] = []
    private var numbers: [Double] = []
    private var numberClasses: [Int32] = []
    private var byLabel: [ClassLabel: Int32] = [:]

    /// More numeric classes than this are found by hashing.
    private static let scanMax = 12

    /// Makes a table of the labels, which must differ.
    package init(_ labels: [ClassLabel] = []) {
        for label in labels { add(label) }
    }

    /// The number of classes.
    package var count: Int { labels.count }

    /// The number of the class called `number`, or -1.
    package func index(ofNumber number: Double) -> Int32 {
        guard numbers.count <= ClassTable.scanMax else {
            return byLabel[.number(number)] ?? -1
        }
        for place in numbers.indices where numbers[place] == number {
            return numberClasses[place]
        }
        return -1
    }

    /// The number of the class called `label`, or -1.
    package func index(of label: ClassLabel) -> Int32 {
        byLabel[label] ?? -1
    }

    /// Adds a class that is not there yet and gives its number.
    @discardableResult
    package mutating func add(_ label: ClassLabel) -> Int32 {
        precondition(byLabel[label] == nil, "a class is added once")
        let index = Int32(labels.count)
        labels.append(label)
        byLabel[label] = index
        if case .number(let number) = label {
            numbers.append(number)
            numberClasses.append(index)
        }
        return index
    }

    /// Tables are equal when their labels are.
    package static func == (left: ClassTable, right: ClassTable) -> Bool {
        left.labels == right.labels
    }
}

extension ClassTable: ByteCodable {
    /// Appends the labels.
    package func encode(into writer: inout ByteWriter) {
        writer.write(items: labels)
    }

    /// Reads the labels.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let labels = try reader.readItems(of: ClassLabel.self)
        guard Set(labels).count == labels.count else { throw .invalid("a class stands twice") }
        self.init(labels)
    }
}
