// SPDX-License-Identifier: Apache-2.0
//
// A CSV file as rows of numbers in memory, for who goes through the same stream several times: a
// header, features that are numbers or missing, and a number for a label in the last column.

/// The rows of a table of numbers, in order.
package struct NumberTable: Sendable {
    /// The number of features of each row.
    package let width: Int
    /// The features, row after row; NaN where one is missing.
    package private(set) var features: [Float] = []
    /// The label of each row.
    package private(set) var labels: [Double] = []

    /// The number of rows.
    package var count: Int { labels.count }
    /// Whether the labels are no classes: one of them has a fraction.
    package var hasFractions: Bool { labels.contains { $0 != $0.rounded() } }
    /// How many labels there are of which no two are equal.
    package var distinctLabels: Int { Set(labels).count }

    /// Makes a table.
    ///
    /// - Precondition: There are `width` features for each label.
    package init(width: Int, features: [Float], labels: [Double]) {
        precondition(features.count == width * labels.count, "each label has its features")
        self.width = width
        self.features = features
        self.labels = labels
    }

    /// Reads the first rows of a file.
    ///
    /// - Throws: What cannot be read, with its line.
    package static func read(
        _ path: String,
        rowsMax: Int = .max
    ) throws(UnusableFile) -> NumberTable {
        do throws(Failure) {
            return try NumberTable(ByteSource(path), rowsMax: rowsMax)
        } catch {
            throw UnusableFile(text: error.description)
        }
    }

    private init(_ source: consuming ByteSource, rowsMax: Int) throws(Failure) {
        var file = try TableFile.open(source, label: nil, rowsMax: rowsMax)
        let columns = file.layout.names.count
        width = columns - 1
        let name = file.reader.name
        guard width > 0 else {
            throw .data("\(name) has one column", remedy: "features stand before the label")
        }
        if let column = (0..<columns).first(where: { file.layout.isText[$0] }) {
            let text = file.layout.firstText[column] ?? "text"
            throw .data("\(name): \(file.layout.names[column]) holds \(text), not numbers alone")
        }
        features.reserveCapacity(file.layout.rows * width)
        labels.reserveCapacity(file.layout.rows)
        var skipped: Int?
        while count < rowsMax, try file.next(skipped: &skipped) {
            for column in 0..<width {
                if case .number(let number) = file.reader.value(column) {
                    features.append(Float(number))
                } else {
                    features.append(.nan)
                }
            }
            guard case .number(let label) = file.reader.value(width), label.isFinite else {
                throw .data("\(name), line \(file.reader.line): the last column is no label")
            }
            labels.append(label)
        }
        guard count > 0 else { throw .data("\(name) has no rows") }
    }
}

/// Why a file cannot be used.
package struct UnusableFile: Error, Equatable {
    /// What is wrong with it, and what to do.
    package let text: String

    /// Says why.
    package init(text: String) { self.text = text }
}
