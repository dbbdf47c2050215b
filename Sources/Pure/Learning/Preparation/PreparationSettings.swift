// SPDX-License-Identifier: Apache-2.0
//
// How raw rows become the input of a model.

package import Primitives

/// What brings columns to one scale.
package enum Scaling: UInt8, Sendable, CaseIterable {
    /// Running mean and deviation; see ``Standardiser``.
    case running = 0
    /// Mean and deviation of exactly the last rows; see ``WindowScaler``.
    case windowed = 1
    /// Nothing: the values go in as they are, and 0 where one is missing.
    case none = 2
    /// The model's own affair: the values go in as they are, and NaN where one is missing.
    case own = 3

    /// The name in configuration and artifacts.
    package var name: String {
        switch self {
        case .running: "running"
        case .windowed: "windowed"
        case .none: "none"
        case .own: "own"
        }
    }
}

/// What takes the place of a missing value.
package enum Imputation: UInt8, Sendable, CaseIterable {
    /// The mean of the column: 0 after scaling.
    case mean = 0
    /// The number 0, which counts in the column's statistics, too.
    case zero = 1
    /// The last value that the column had; the mean before there was one.
    ///
    /// It is filled in when a
    /// row is admitted, so that memory and consolidation see what the model saw.
    case last = 2

    /// The name in configuration and artifacts.
    package var name: String {
        switch self {
        case .mean: "mean"
        case .zero: "zero"
        case .last: "last"
        }
    }
}

/// Settings of a preparation.
package struct PreparationSettings: Sendable, Equatable {
    /// What brings columns to one scale.
    package var scaling = Scaling.running
    /// After how many values running statistics forget.
    package var memory = 2000
    /// How many rows a window has.
    package var window = 1000
    /// The largest size of a scaled value.
    package var clip: Float = 5
    /// What takes the place of a missing value.
    package var imputation = Imputation.mean
    /// Whether products of columns are features, too.
    package var hasInteractions = false

    /// Makes the defaults.
    package init() {}

    /// The longest window.
    package static let windowMax = 100_000

    /// How many features `width` columns become.
    package func featureWidth(of width: Int) -> Int {
        hasInteractions ? Interactions.featureWidth(of: width) : width
    }

    /// The most columns that become no more than `featuresMax` features.
    package func columnsMax(for featuresMax: Int) -> Int {
        hasInteractions ? Interactions.columnsMax(for: featuresMax) : featuresMax
    }

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        if !(1...1 << 40).contains(memory) {
            return "scaling memory is \(memory), it must be 1 to \(1 << 40)"
        }
        if !(clip > 0 && clip.isFinite) {
            return "scaling clip is \(clip), it must be above 0"
        }
        if !(2...PreparationSettings.windowMax).contains(window) {
            return "the scaling window is \(window), it must be 2 to "
                + "\(PreparationSettings.windowMax)"
        }
        return nil
    }
}

extension PreparationSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(scaling.rawValue)
        writer.write(Int64(memory))
        writer.write(Int64(window))
        writer.write(clip)
        writer.write(imputation.rawValue)
        writer.write(hasInteractions)
    }

    /// Reads every setting, and refuses those that no preparation could use.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let scaling = Scaling(rawValue: try reader.read()) else {
            throw .invalid("a preparation has an unknown scaling")
        }
        self.scaling = scaling
        memory = Int(try reader.read(Int64.self))
        window = Int(try reader.read(Int64.self))
        clip = try reader.readFloat()
        guard let imputation = Imputation(rawValue: try reader.read()) else {
            throw .invalid("a preparation has an unknown imputation")
        }
        self.imputation = imputation
        hasInteractions = try reader.readFlag()
        if let complaint { throw .invalid(complaint) }
    }
}
