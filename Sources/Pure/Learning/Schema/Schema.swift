// SPDX-License-Identifier: Apache-2.0
//
// How samples become columns of numbers. Named features get a column for each number or boolean,
// one for each category when it first appears, and as many as there are buckets for a text; arrays
// have a fixed number of columns. Beside them there may be indicators of what is missing and labels
// of some time ago; and all features may be hashed, into columns or into slots.
//
// In columns a row is one number for each. In slots it is a list: bucket, value, bucket, value ...
// in the order of the buckets, with NaN in the slots that it does not need. Both are rows of fixed
// width, so whatever keeps, copies or replays rows need not know which they are.
//
// Columns, slots and classes are only ever added, so an older state of the same learner is always a
// prefix of a newer one.

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

/// Columns, classes and task of a learner.
package struct Schema: Sendable {
    /// A named feature and where its columns are.
    struct Feature: Sendable {
        var name: String
        /// The kind in which its values come.
        var kind: FeatureKind
        /// How its texts are cut, if they are.
        var ngrams: NGrams?
        /// Where its columns are; the first of several buckets.
        var places: [Int32] = []
        /// How many buckets it has for itself.
        var buckets = 0
        /// Where its indicator is, or -1.
        var indicator: Int32 = -1
        var categories: [String: Int32] = [:]
    }

    /// What is predicted.
    package let task: Task
    /// Arrays or named features.
    package let shape: Shape
    /// The bounds of growth.
    package let limits: SchemaLimits
    /// What is made of features.
    package let settings: FeatureSettings
    /// The numbers of an array; 0 for named features.
    package let sampleWidth: Int
    /// The columns in order; none when features go into slots.
    package private(set) var columns: [Column] = []
    /// The slots of a row; 0 when features go into columns.
    package private(set) var slots = 0
    /// The classes in order; none for regression.
    package private(set) var classes = ClassTable()
    private(set) var features: [Feature] = []
    /// Where the labels of some time ago are: for each class (or once) the place of each lag.
    private(set) var lagPlaces: [[Int32]] = []
    private var featureNumbers: [String: Int32] = [:]
    private var columnWidth = 0

    /// Makes the schema of a positional learner of fixed width.
    package init(
        task: Task,
        width: Int,
        limits: SchemaLimits,
        classes: [ClassLabel] = [],
        settings: FeatureSettings = FeatureSettings()
    ) {
        self.init(task, .positional, width, limits, settings)
        layOut(classes)
    }

    /// Makes the schema of a named learner that has seen no feature yet.
    package init(
        named task: Task,
        limits: SchemaLimits,
        classes: [ClassLabel] = [],
        settings: FeatureSettings = FeatureSettings()
    ) {
        self.init(task, .named, 0, limits, settings)
        layOut(classes)
    }

    /// A schema without columns; only what was declared is in the table of features.
    private init(
        _ task: Task,
        _ shape: Shape,
        _ width: Int,
        _ limits: SchemaLimits,
        _ settings: FeatureSettings
    ) {
        precondition(settings.complaint == nil, "settings are checked before they are used")
        self.task = task
        self.shape = shape
        self.limits = limits
        self.settings = settings
        sampleWidth = width
        guard shape == .named else { return }
        if let text = settings.text { _ = addToTable(Feature(name: text, kind: .category)) }
        for declared in settings.declared { declare(declared) }
    }

    /// The name of the one feature of a learner that reads texts; such a learner has no columns.
    package var text: String? { settings.text }

    /// The features as they stand in a manifest.
    package var featuresJSON: JSONValue {
        if let text { return [["name": .string(text), "kind": "text"]] }
        return .array(columns.map(\.json))
    }

    /// The numbers of a row.
    package var width: Int { isSparse ? 2 * slots : columnWidth }

    /// Whether features go into slots.
    package var isSparse: Bool { settings.hashing?.form == .slots }

    /// Whether arrays are rows as they come.
    package var isPlain: Bool { shape == .positional && settings.isPlain }

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

    /// How many columns a new class brings.
    var columnsOfClass: Int { isSparse || task != .classes ? 0 : settings.labelLags.count }

    /// The number of the named feature, or nil when it is new.
    func feature(_ name: String) -> Int32? { featureNumbers[name] }

    /// The kind in which values of the named feature come, or nil when it is new.
    package func kind(of name: String) -> FeatureKind? {
        feature(name).map { features[Int($0)].kind }
    }

    /// The names of the features that the learner knows, the first first.
    package func knownFeatures(_ most: Int) -> [String] { features.prefix(most).map(\.name) }

    /// Whether a state of `older` schema can go on under this one by adding columns and classes.
    package func extends(_ older: Schema) -> Bool {
        task == older.task && shape == older.shape && settings == older.settings
            && sampleWidth == older.sampleWidth && slots >= older.slots
            && columns.prefix(older.columns.count).elementsEqual(older.columns)
            && classes.labels.prefix(older.classes.count).elementsEqual(older.classes.labels)
    }
}

extension Schema {
    /// Adds a class, and the columns for its having been the label some time ago.
    package mutating func addClass(_ label: ClassLabel) -> Int32 {
        let number = classes.add(label)
        guard columnsOfClass > 0 else { return number }
        for lag in settings.labelLags { append(Column("", .lag(lag, label))) }
        return number
    }

    /// Gives a row room for so many buckets, and some more.
    mutating func addSlots(for buckets: Int) {
        guard let most = settings.hashing?.slotsMax, buckets > slots else { return }
        var room = max(4, slots)
        while room < buckets { room *= 2 }
        slots = min(room, most)
    }

    /// Adds a named feature with what columns it has from the start, and gives its number.
    mutating func addFeature(_ name: String, kind: FeatureKind) -> Int32 {
        let number = addToTable(Feature(name: name, kind: kind))
        addColumns(of: number)
        return number
    }

    /// Adds a column for a category that is new to the feature, and gives its place.
    @discardableResult
    mutating func addCategory(_ category: String, to feature: Int32) -> Int32 {
        append(Column(features[Int(feature)].name, .category(category)))
        return Int32(columnWidth - 1)
    }

    private mutating func addToTable(_ feature: Feature) -> Int32 {
        let number = Int32(features.count)
        features.append(feature)
        featureNumbers[feature.name] = number
        return number
    }

    private mutating func declare(_ declared: DeclaredFeature) {
        var feature = Feature(name: declared.name, kind: .category)
        switch declared.kind {
        case .number: feature.kind = .number
        case .boolean: feature.kind = .boolean
        case .category: break
        case .text(let ngrams, let buckets):
            feature.ngrams = ngrams
            feature.buckets = buckets ?? 0
        }
        _ = addToTable(feature)
    }

    /// Adds the columns that there are before the first sample.
    private mutating func layOut(_ labels: [ClassLabel]) {
        if !isSparse { layOutColumns() }
        if task == .regression, !isSparse {
            for lag in settings.labelLags { append(Column("", .lag(lag, nil))) }
        }
        for label in labels { _ = addClass(label) }
    }

    private mutating func layOutColumns() {
        if let hashing = settings.hashing { append(Column("", .hash(bits: hashing.bits))) }
        for number in features.indices { addColumns(of: Int32(number)) }
        guard settings.hashing == nil else { return }
        for index in 0..<sampleWidth { append(Column(String(index), .number)) }
        guard settings.hasIndicators else { return }
        for index in 0..<sampleWidth { append(Column(String(index), .missing)) }
    }

    private mutating func addColumns(of number: Int32) {
        let feature = features[Int(number)]
        if let ngrams = feature.ngrams, feature.buckets > 0 {
            append(Column(feature.name, .text(ngrams, buckets: feature.buckets)))
        }
        guard settings.hashing == nil else { return }
        switch feature.kind {
        case .number: append(Column(feature.name, .number))
        case .boolean: append(Column(feature.name, .boolean))
        case .category: break
        }
        if settings.hasIndicators { append(Column(feature.name, .missing)) }
    }

    /// Adds a column and notes its place where it will be looked for.
    private mutating func append(_ column: Column) {
        let place = Int32(columnWidth)
        columns.append(column)
        columnWidth += column.width
        switch column.role {
        case .hash: break
        case .lag(let lag, let label):
            let row = label.map { Int(classes.index(of: $0)) } ?? 0
            while lagPlaces.count <= row { lagPlaces.append([]) }
            if lagPlaces[row].isEmpty {
                lagPlaces[row] = [Int32](repeating: -1, count: settings.labelLags.count)
            }
            for (index, own) in settings.labelLags.enumerated() where own == lag {
                lagPlaces[row][index] = place
            }
        case .number, .boolean, .category, .missing, .text:
            guard shape == .named, let number = feature(column.name) else { return }
            switch column.role {
            case .missing: features[Int(number)].indicator = place
            case .category(let category): features[Int(number)].categories[category] = place
            default: break
            }
            if column.role != .missing { features[Int(number)].places.append(place) }
        }
    }
}

extension Schema: Equatable {
    /// Schemas are equal when their task, shape, settings, columns, slots and classes are.
    package static func == (left: Schema, right: Schema) -> Bool {
        left.task == right.task && left.shape == right.shape && left.limits == right.limits
            && left.settings == right.settings && left.sampleWidth == right.sampleWidth
            && left.columns == right.columns && left.slots == right.slots
            && left.classes == right.classes
    }
}

extension Schema: ByteCodable {
    /// Appends task, shape, limits, settings and classes, and what cannot be told from these.
    package func encode(into writer: inout ByteWriter) {
        writer.write(task.rawValue)
        writer.write(shape.rawValue)
        limits.encode(into: &writer)
        settings.encode(into: &writer)
        writer.write(UInt32(sampleWidth))
        writer.write(UInt32(slots))
        classes.encode(into: &writer)
        if growsByFeatures { writer.write(items: columns) }
    }

    /// Reads what was written, and lays out the columns.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let task = Task(rawValue: try reader.read()),
            let shape = Shape(rawValue: try reader.read())
        else { throw .invalid("a schema has an unknown task or shape") }
        let limits = try SchemaLimits(from: &reader)
        let settings = try FeatureSettings(from: &reader)
        let width = Int(try reader.read(UInt32.self))
        guard width <= (shape == .positional ? 1 << 20 : 0) else {
            throw .invalid("a schema has \(width) columns, more than its limit")
        }
        guard settings.text == nil || task == .unlabelled && shape == .named else {
            throw .invalid("a schema of texts has columns or labels")
        }
        self.init(task, shape, width, limits, settings)
        let slots = Int(try reader.read(UInt32.self))
        guard slots <= (isSparse ? settings.hashing?.slotsMax ?? 0 : 0) else {
            throw .invalid("a schema has \(slots) slots, more than its limit")
        }
        self.slots = slots
        let classes = try ClassTable(from: &reader)
        guard growsByFeatures else {
            guard classes.count * settings.labelLags.count <= 1 << 22 else {
                throw .invalid("a schema has \(classes.count) classes and their lags")
            }
            layOut(classes.labels)
            return
        }
        self.classes = classes
        guard settings.text == nil || classes.count == 0 else {
            throw .invalid("a schema of texts has classes")
        }
        for column in try reader.readItems(of: Column.self) { try restore(column) }
        guard columnWidth <= 1 << 22,
            lagPlaces.count == lagRows,
            lagPlaces.allSatisfy({ !$0.contains(-1) }), features.allSatisfy(hasItsColumns)
        else { throw .invalid("a schema has not the columns of its settings") }
    }

    /// Whether columns come with features, so that their order is history.
    private var growsByFeatures: Bool { shape == .named && settings.hashing == nil }

    private var lagRows: Int {
        settings.labelLags.isEmpty || task == .unlabelled ? 0 : outputs
    }

    private func hasItsColumns(_ feature: Feature) -> Bool {
        let hasPlace = feature.kind == .category && feature.buckets == 0 || !feature.places.isEmpty
        return hasPlace && (feature.indicator >= 0) == settings.hasIndicators
    }

    /// Adds a column that was read, if it can stand behind those before it.
    private mutating func restore(_ column: Column) throws(DecodeError) {
        let known = feature(column.name).map { features[Int($0)] }
        var isGood: Bool
        switch column.role {
        case .hash: isGood = false
        case .number, .boolean:
            let kind: FeatureKind = column.role == .number ? .number : .boolean
            isGood = known.map { $0.kind == kind && $0.places.isEmpty } ?? true
            if isGood, known == nil {
                _ = addToTable(Feature(name: column.name, kind: kind))
            }
        case .category(let category):
            isGood =
                known.map { feature in
                    feature.kind == .category && feature.ngrams == nil
                        && feature.categories[category] == nil
                } ?? true
            if isGood, known == nil {
                _ = addToTable(Feature(name: column.name, kind: .category))
            }
        case .missing:
            isGood = settings.hasIndicators && (known.map { $0.indicator < 0 } ?? true)
            // The indicator of a category stands before its first column.
            if isGood, known == nil {
                _ = addToTable(Feature(name: column.name, kind: .category))
            }
        case .text(let ngrams, let buckets):
            isGood =
                known.map {
                    $0.ngrams == ngrams && $0.buckets == buckets && $0.places.isEmpty
                } ?? false
        case .lag(let lag, let label):
            isGood =
                settings.labelLags.contains(lag) && (label == nil) == (task == .regression)
                && (label.map { classes.index(of: $0) >= 0 } ?? true)
        }
        guard isGood else { throw .invalid("a schema has a column in the wrong place") }
        append(column)
    }
}
