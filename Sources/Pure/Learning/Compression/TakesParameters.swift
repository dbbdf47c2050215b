// SPDX-License-Identifier: Apache-2.0
//
// What an artifact holds of a learner, put back into it: so a model whose published numbers are not
// the learned ones bit for bit (rounded, or set to 0) can be asked how good it is before anybody
// gets it, and learnctl predicts by what consumers have. A learner says which of its tensors may be
// published with fewer bits; all others (biases, places, tables of trees) stay as they are.

/// With how few bits a tensor may be published.
package enum TensorRoom: Sendable {
    /// It stays as it is.
    case exact
    /// Its numbers may be rounded to half precision.
    case halves
    /// It holds the weights of one output in each row: numbers may become whole ones with a scale
    /// for each row, and may be left out.
    case weights
}

/// A learner that predicts by other numbers in the places of those that it has published.
package protocol TakesParameters: Learner {
    /// With how few bits one of the tensors of ``Learner/parameters`` may be published.
    func room(of tensor: LearnerParameters.Tensor) -> TensorRoom
    /// Takes the numbers of tensors; what is not named stays as it is.
    ///
    /// Only what it predicts follows: moments and anchors do not, so it is not to learn afterwards.
    ///
    /// - Precondition: Names and shapes are those of ``Learner/parameters``.
    mutating func take(_ tensors: [LearnerParameters.Tensor])
}

extension TakesParameters {
    /// Every learned matrix may have few bits; what has one dimension is small, and shifts.
    package func room(of tensor: LearnerParameters.Tensor) -> TensorRoom {
        tensor.isIndex || tensor.shape.count < 2 ? .exact : .weights
    }
}

extension Learner {
    /// With how few bits one of its tensors may be published.
    package func roomIfAble(of tensor: LearnerParameters.Tensor) -> TensorRoom {
        (self as? any TakesParameters)?.room(of: tensor) ?? .exact
    }

    /// Takes the numbers of tensors, if it can; returns whether it could.
    package mutating func takeIfAble(_ tensors: [LearnerParameters.Tensor]) -> Bool {
        guard var able = self as? any TakesParameters else { return false }
        able.take(tensors)
        guard let own = able as? Self else { return false }
        self = own
        return true
    }
}

extension Contender {
    /// The same contender that predicts by the numbers of `tensors`; nil when its learner cannot,
    /// or the tensors are not those that it publishes.
    package func predicting(by tensors: [LearnerParameters.Tensor]) -> Contender? {
        let own = learner.parameters.tensors
        for tensor in tensors {
            guard own.contains(where: { $0.name == tensor.name && $0.shape == tensor.shape })
            else { return nil }
        }
        var other = self
        return other.learner.takeIfAble(tensors) ? other : nil
    }
}
