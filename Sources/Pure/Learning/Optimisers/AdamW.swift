// SPDX-License-Identifier: Apache-2.0
//
// AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019): before each step of
// Adam every weight, but not the bias, loses a share of itself:
//
//     w -= rate * decay * w
//
// The decay is not scaled by the gradient's moments, as Adam's L2 is, so it means the same for
// every weight. Not where weights are to stay when nothing contradicts them: they fade by
// (1 - rate * decay) with every row.

import Kernels

extension Adam {
    /// Adam with weight decay.
    init(rate: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float) {
        self.init(rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon)
        constants.decay = rate * decay
    }
}
