// SPDX-License-Identifier: Apache-2.0
//
// A whole network as it is configured: what a row is, the layers, and whether units that have
// become useless are replaced. The output layer is not among the layers: whoever uses the network
// says how many outputs there are, and they may grow.

/// Replacement of useless units; see ``ContinualBackprop``.
package struct ReplacementSettings: Sendable, Equatable {
    /// The share of the mature units of a layer that is replaced by each step; 0: none.
    package var rate: Float
    /// How many steps a unit lives before it may be replaced.
    package var maturity: Int
    /// After how many learned rows in a row for which it gave 0 a unit is begun anew; 0: never; see
    /// ``DeadUnits``.
    package var deadAfter: Int

    /// Makes settings.
    package init(rate: Float = 0, maturity: Int = 100, deadAfter: Int = 0) {
        self.rate = rate
        self.maturity = maturity
        self.deadAfter = deadAfter
    }

    /// What a network has unless it is told otherwise.
    package static let usual = ReplacementSettings(deadAfter: 250)
}

/// What a network is made of.
package struct NetworkSettings: Sendable, Equatable {
    /// The shape of a row: one number for a plain row or a row of ids, two for a sequence (steps,
    /// numbers in a step), three for an image (channels, height, width); empty: a plain row of any
    /// width, which may grow.
    package var inputShape: [Int]
    /// The layers between input and output.
    package var layers: [LayerSettings]
    /// Replacement of useless units.
    package var replacement: ReplacementSettings

    /// Makes settings.
    package init(
        inputShape: [Int] = [],
        layers: [LayerSettings],
        replacement: ReplacementSettings = ReplacementSettings()
    ) {
        self.inputShape = inputShape
        self.layers = layers
        self.replacement = replacement
    }

    /// How many numbers a row must have; nil when any number will do.
    package var inputs: Int? { inputShape.isEmpty ? nil : inputShape.reduce(1, *) }

    /// Whether any of the layers drops a share of its input.
    static func drop(_ layers: [LayerSettings]) -> Bool {
        layers.contains { layer in
            switch layer.kind {
            case .dropout(let share): share > 0
            case .residual(let inner): drop(inner)
            default: false
            }
        }
    }

    /// Whether the numbers of a row are ids, which must not be scaled.
    package var readsIds: Bool {
        if case .embedding = layers.first?.kind { return true }
        return false
    }
}
