// SPDX-License-Identifier: Apache-2.0
//
// How samples become columns of numbers. A positional learner has a fixed number of columns; a
// named one gets a column for each number or boolean, and one for each category of a categorical
// feature, when they first appear. Columns and classes are only ever added, so an older state of
// the same learner is always a prefix of a newer one.

package import Primitives
package import Samples

/// The bounds within which a learner may grow.
package struct SchemaLimits: Sendable, Equatable, ByteCodable {
    /// The most classes.
    package var classesMax: Int
    /// The most columns.
    package var columnsMax: Int

    /// Makes limits.
    package init(classesMax: Int = 1000, columnsMax: Int = 4096) {
        self.classesMax = classesMax
        self.columnsMax = columnsMax
    }

    /// Appends both numbers.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(classesMax))
        writer.write(UInt32(columnsMax))
    }

    /// Reads both numbers.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        classesMax = Int(try reader.read(UInt32.self))
        columnsMax = Int(try reader.read(UInt32.self))
    }
}

/// One column of a learner's input.
package struct Column: Sendable, Hashable {
    /// The feature's name; its index for positional learners.
    package var name: String
    /// What the feature's values are.
    package var kind: FeatureKind
    /// The category that this column stands for, if the feature is categorical.
    package var category: String?

    /// The column as it stands in a manifest.
    package var json: JSONValue {
        switch kind {
        case .number: ["name": .string(name), "kind": "number"]
        case .boolean: ["name": .string(name), "kind": "boolean"]
        case .category:
            ["name": .string(name), "kind": "category", "value": .string(category ?? "")]
        }
    }
}

/// Columns, classes and task of a learner.
package struct Schema: Sendable {
    /// A named feature and where its columns are.
    struct Feature: Sendable {
        var name: String
        var kind: FeatureKind
        var columns: [Int32]
        var categories: [String: Int32]
    }

    /// What is predicted.
    package let task: Task
    /// Arrays or named features.
    package let shape: Shape
    /// The bounds of growth.
    package let limits: SchemaLimits
    /// The columns in order.
    package private(set) var columns: [Column]
    /// The classes in order; none for regression.
    package private(set) var classes: ClassTable
    private(set) var features: [Feature] = []
    private var featureNumbers: [String: Int32] = [:]

    /// Makes the schema of a positional learner of fixed width.
    package init(task: Task, width: Int, limits: SchemaLimits, classes: [ClassLabel] = []) {
        self.task = task
        shape = .positional
        self.limits = limits
        columns = (0..<width).map { Column(name: String($0), kind: .number) }
        self.classes = ClassTable(classes)
    }

    /// Makes the schema of a named learner that has seen no feature yet.
    package init(named task: Task, limits: SchemaLimits, classes: [ClassLabel] = []) {
        self.task = task
        shape = .named
        self.limits = limits
        columns = []
        self.classes = ClassTable(classes)
    }

    /// The number of columns.
    package var width: Int { columns.count }

    /// The number of values that a prediction has: one for each class, or one for a number.
    ///
    /// Without labels there are two: the loss, and the trivial one.
    package var outputs: Int {
        switch task {
        case .regression: 1
        case .classes: classes.count
        case .unlabelled: 2
        }
    }

    /// Adds a class.
    package mutating func addClass(_ label: ClassLabel) -> Int32 {
        classes.add(label)
    }

    /// The number of the named feature, or nil when it is new.
    func feature(_ name: String) -> Int32? { featureNumbers[name] }

    /// Adds a named feature without columns of its own kind yet, and gives its number.
    mutating func addFeature(_ name: String, kind: FeatureKind) -> Int32 {
        let number = Int32(features.count)
        features.append(Feature(name: name, kind: kind, columns: [], categories: [:]))
        featureNumbers[name] = number
        if kind != .category { addColumn(to: number, category: nil) }
        return number
    }

    /// Adds a column for a category that is new to the feature.
    mutating func addCategory(_ category: String, to feature: Int32) {
        addColumn(to: feature, category: category)
    }

    private mutating func addColumn(to number: Int32, category: String?) {
        let place = Int(number)
        let index = Int32(columns.count)
        columns.append(
            Column(name: features[place].name, kind: features[place].kind, category: category)
        )
        features[place].columns.append(index)
        if let category { features[place].categories[category] = index }
    }

    /// Whether a state of `older` schema can go on under this one by adding columns and classes.
    package func extends(_ older: Schema) -> Bool {
        task == older.task && shape == older.shape
            && columns.prefix(older.columns.count).elementsEqual(older.columns)
            && classes.labels.prefix(older.classes.count).elementsEqual(older.classes.labels)
    }
}

extension Schema: Equatable {
    /// Schemas are equal when their task, shape, columns and classes are.
    package static func == (left: Schema, right: Schema) -> Bool {
        left.task == right.task && left.shape == right.shape && left.limits == right.limits
            && left.columns == right.columns && left.classes == right.classes
    }
}

extension Schema: ByteCodable {
    /// Appends task, shape, limits, columns and classes.
    package func encode(into writer: inout ByteWriter) {
        writer.write(task.rawValue)
        writer.write(shape.rawValue)
        limits.encode(into: &writer)
        writer.write(UInt32(columns.count))
        if shape == .named {
            for column in columns {
                writer.write(column.name)
                writer.write(column.kind.rawValue)
                if column.kind == .category { writer.write(column.category ?? "") }
            }
        }
        classes.encode(into: &writer)
    }

    /// Reads task, shape, limits, columns and classes.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let task = Task(rawValue: try reader.read()),
            let shape = Shape(rawValue: try reader.read())
        else { throw .invalid("a schema has an unknown task or shape") }
        let limits = try SchemaLimits(from: &reader)
        let width = Int(try reader.read(UInt32.self))
        guard width <= (shape == .positional ? 1 << 20 : limits.columnsMax) else {
            throw .invalid("a schema has \(width) columns, more than its limit")
        }
        switch shape {
        case .positional:
            self.init(task: task, width: width, limits: limits)
        case .named:
            self.init(named: task, limits: limits)
            for _ in 0..<width {
                let name = try reader.readText()
                guard let kind = FeatureKind(rawValue: try reader.read()) else {
                    throw .invalid("a column has an unknown kind")
                }
                let category = kind == .category ? try reader.readText() : nil
                let number = feature(name) ?? addFeature(name, kind: kind)
                if let category { addCategory(category, to: number) }
            }
        }
        classes = try ClassTable(from: &reader)
    }
}
