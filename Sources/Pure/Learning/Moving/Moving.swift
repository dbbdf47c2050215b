// SPDX-License-Identifier: Apache-2.0
//
// Parameters moved as a whole, apart from learning: towards where they started (shrink and
// perturb), and towards those of another moment (averages). Each kind of learner says which of both
// have a meaning for it:
//
//     linear family, networks      both
//     slots, factorisation,        shrinking; an average would have to touch every bucket that was
//     PA, RLS, AROW                ever met, or parameters that belong to a state of certainty
//     experts of contexts          shrinking, each expert for itself; experts come and go, so there
//                                  is no average
//     word vectors, pools          neither

enum Moving {
    /// `numbers += share (others - numbers)`; exactly the others with a share of 1.
    static func approach(_ numbers: inout [Float], _ others: [Float], share: Float) {
        precondition(numbers.count == others.count, "parameters approach those of their own shape")
        if share == 1 {
            numbers = others
            return
        }
        var own = numbers.mutableSpan
        let other = others.span
        for place in 0..<own.count { own[place] += share * (other[place] - own[place]) }
    }

    /// Makes numbers smaller; a share of 1 leaves every bit.
    static func scale(_ numbers: inout [Float], by share: Float) {
        guard share != 1 else { return }
        var own = numbers.mutableSpan
        for place in 0..<own.count { own[place] *= share }
    }
}
