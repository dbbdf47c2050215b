// SPDX-License-Identifier: Apache-2.0
//
// Experts of contexts are made smaller one by one.

package import Networks
package import Primitives

extension ContextExperts {
    /// Whether every expert can.
    package var canShrink: Bool { experts.allSatisfy { $0.learner.canShrink } }

    /// Does it to each expert; heads go on sharing the layers of the first.
    package mutating func shrink(to share: Float, noise: Float, random: inout RandomSource) {
        for place in experts.indices {
            experts[place].learner.shrink(to: share, noise: noise, random: &random)
        }
        guard isolation.sharesLayers else { return }
        let first = experts[0].learner
        for place in experts.indices.dropFirst() { experts[place].learner.takeLayers(of: first) }
    }

    /// That of the shared expert.
    package func plasticity(of block: inout Block, rows: Int) -> Plasticity? {
        experts[0].learner.plasticity(of: &block, rows: rows)
    }

    /// A row is learned by the shared expert and its own.
    package var rowWork: Int { 2 * experts[0].learner.rowWork }

    /// As one expert has it.
    package var rowsTogether: Int { experts[0].learner.rowsTogether }
}
