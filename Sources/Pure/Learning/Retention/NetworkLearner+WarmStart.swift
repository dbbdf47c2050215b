// SPDX-License-Identifier: Apache-2.0
//
// A network that starts with tensors of a file, and may leave some of them as they are. The last
// layer, `output`, may start without: so a network that knows one set of classes learns another.

import Networks
package import Primitives

extension NetworkLearner: StartsWarm {
    /// Takes the tensors.
    package mutating func start(from start: WarmStart) throws(DecodeError) {
        let numbers = try start.numbers(for: parameters.tensors) { $0.hasPrefix("output.") }
        guard start.frozen.isEmpty || network.settings.replacement.rate == 0 else {
            throw .invalid("units cannot be replaced in a network of which a part is frozen")
        }
        for (number, tensor) in network.tensors.enumerated() {
            if let own = numbers[number] {
                network.parameters.replaceSubrange(tensor.range, with: own)
            }
            network.frozen[number] = start.freezes(tensor.name)
        }
        restartMoments()
    }
}
