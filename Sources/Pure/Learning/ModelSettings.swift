// SPDX-License-Identifier: Apache-2.0
//
// What belongs to one kind of model alone, a small structure for each, so that a kind that is added
// changes no other. All have defaults, and only those of the chosen model are used.

package import Primitives

/// The settings of the models that have some of their own.
package struct ModelSettings: Sendable, Equatable {
    /// Those of recursive least squares.
    package var rls = LeastSquaresSettings()
    /// Those of AROW.
    package var arow = AdaptiveRegularisationSettings()
    /// Those of passive-aggressive learning.
    package var passiveAggressive = PassiveAggressiveSettings()

    /// Makes the defaults.
    package init() {}

    /// Why the settings of a model cannot be used, in words; nil when they can.
    func problem(of model: ModelKind) -> String? {
        switch model {
        case .rls: rls.problem
        case .arow: arow.problem
        case .passiveAggressive: passiveAggressive.problem
        default: nil
        }
    }
}

extension ModelSettings: ByteCodable {
    /// Appends the settings of every model.
    package func encode(into writer: inout ByteWriter) {
        rls.encode(into: &writer)
        arow.encode(into: &writer)
        passiveAggressive.encode(into: &writer)
    }

    /// Reads the settings of every model.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        rls = try LeastSquaresSettings(from: &reader)
        arow = try AdaptiveRegularisationSettings(from: &reader)
        passiveAggressive = try PassiveAggressiveSettings(from: &reader)
    }
}
