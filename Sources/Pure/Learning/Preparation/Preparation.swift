// SPDX-License-Identifier: Apache-2.0
//
// From raw rows to the input of a model:
//
//   1. fill    a missing value (NaN) becomes 0, if the imputation says so
//   2. scale   running, by a window, or not at all; what is still missing becomes 0
//   3. expand  products of columns, if they are wanted
//
// The columns of a row only ever become more, and the features of a new column come behind all
// others. So a model that grows keeps each weight where it was.

package import Primitives

/// What makes features of raw columns.
package struct Preparation: Sendable {
    /// The settings.
    package let settings: PreparationSettings
    /// The number of raw columns.
    package private(set) var width = 0
    // Only that of the settings' scaling has columns. They stand beside one another, because what
    // lies in an enumeration cannot be changed in place.
    private var running: Standardiser
    private var windowed: WindowScaler

    /// Makes a preparation without columns.
    ///
    /// - Precondition: The settings have no complaint.
    package init(_ settings: PreparationSettings = PreparationSettings()) {
        precondition(settings.complaint == nil, "settings are checked before they are used")
        self.settings = settings
        running = Standardiser(memory: settings.memory, clip: settings.clip)
        windowed = WindowScaler(window: settings.window, clip: settings.clip)
    }

    /// The number of features that the columns become.
    package var featureWidth: Int { settings.featureWidth(of: width) }

    /// Mean and deviation of each column; nil when nothing is scaled.
    package var statistics: (mean: [Double], deviation: [Double])? {
        switch settings.scaling {
        case .running: (running.mean, running.deviation)
        case .windowed: (windowed.mean, windowed.deviation)
        case .none, .own: nil
        }
    }

    /// Adds columns that have seen nothing, up to `width`.
    package mutating func grow(width: Int) {
        self.width = max(width, self.width)
        switch settings.scaling {
        case .running: running.grow(width: width)
        case .windowed: windowed.grow(width: width)
        case .none, .own: break
        }
    }

    /// Starts with means and deviations that others have measured, where the scaling runs.
    package mutating func start(mean: [Double], deviation: [Double]) {
        if settings.scaling == .running { running.start(mean: mean, deviation: deviation) }
    }

    /// Takes each row into the statistics, in order, and fills its features.
    package mutating func follow(_ block: inout Block) {
        fill(&block)
        switch settings.scaling {
        case .running: running.standardise(&block)
        case .windowed: windowed.follow(&block)
        case .none: copy(&block)
        case .own: share(&block)
        }
        finish(&block)
    }

    /// Fills the features of each row from the rows before it, then takes the row into the
    /// statistics if its place in `taken` is not 0.
    ///
    /// - Precondition: nothing is scaled by a window.
    mutating func follow(_ block: inout Block, taking taken: [UInt8]) {
        fill(&block)
        switch settings.scaling {
        case .running: running.standardise(&block, taking: taken)
        case .windowed: preconditionFailure("a window takes all rows, in their order")
        case .none: copy(&block)
        case .own: share(&block)
        }
        finish(&block)
    }

    /// Lets the statistics follow new rows as quickly as if they had seen no more than `most`.
    mutating func trust(atMost most: Int) { running.trust(atMost: most) }

    /// Fills the features of each row, and leaves the statistics as they are.
    package func apply(_ block: inout Block) {
        fill(&block)
        switch settings.scaling {
        case .running: running.apply(&block)
        case .windowed: windowed.apply(&block)
        case .none: copy(&block)
        case .own: share(&block)
        }
        finish(&block)
    }

    /// Puts rows without gaps in the place of the raw ones, until ``finish(_:)``.
    private func fill(_ block: inout Block) {
        guard settings.imputation == .zero else { return }
        block.fillSpare()
        swap(&block.raw, &block.spare)
    }

    /// Gives the raw rows back, and expands the features.
    private func finish(_ block: inout Block) {
        if settings.imputation == .zero { swap(&block.raw, &block.spare) }
        if settings.hasInteractions { Interactions.expand(&block) }
    }

    private func share(_ block: inout Block) {
        precondition(block.width == width, "a block must be as wide as its preparation")
        block.copyFeatures()
    }

    private func copy(_ block: inout Block) {
        precondition(block.width == width, "a block must be as wide as its preparation")
        block.fillFeatures()
    }
}

extension Preparation: ByteCodable {
    /// Appends the settings and what was seen.
    package func encode(into writer: inout ByteWriter) {
        settings.encode(into: &writer)
        switch settings.scaling {
        case .running: running.encode(into: &writer)
        case .windowed: windowed.encode(into: &writer)
        case .none, .own: writer.write(UInt32(width))
        }
    }

    /// Reads the settings and what was seen.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(try PreparationSettings(from: &reader))
        switch settings.scaling {
        case .running:
            running = try Standardiser(from: &reader)
            width = running.width
        case .windowed:
            windowed = try WindowScaler(from: &reader)
            width = windowed.width
        case .none, .own: width = Int(try reader.read(UInt32.self))
        }
        guard running.memory == settings.memory, running.clip == settings.clip,
            windowed.window == settings.window, windowed.clip == settings.clip
        else { throw .invalid("a scaling does not go with its settings") }
        guard width <= 1 << 22, !settings.hasInteractions || width <= 1 << 12 else {
            throw .invalid("a preparation has \(width) columns")
        }
    }
}
