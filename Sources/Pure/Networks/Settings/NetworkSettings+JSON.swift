// SPDX-License-Identifier: Apache-2.0
//
// A network by the words of the configuration: what an artifact says of its layers, and what two
// configurations are compared by.

import Kernels
package import Primitives

extension Network {
    /// The layers, and what goes in and comes out.
    package var architecture: JSONValue {
        [
            "inputs": .int(Int64(inputs)),
            "input_shape": .array(
                (settings.inputs.map { _ in settings.inputShape } ?? [inputs]).json
            ),
            "outputs": .int(Int64(outputs)),
            "layers": .array(settings.layers.map(\.json)),
        ]
    }
}

extension [Int] {
    fileprivate var json: [JSONValue] { map { .int(Int64($0)) } }
}

extension LayerSettings {
    /// The layer by the words of the configuration, without what only a new network needs.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [.init("kind", .string(kind.name))]
        func add(_ name: String, _ number: Int) { members.append(.init(name, .int(Int64(number)))) }
        switch kind {
        case .dense(let units): add("units", units)
        case .conv2d(let filters, let kernel, let stride, let padding):
            add("filters", filters)
            add("kernel", kernel)
            add("stride", stride)
            add("padding", padding)
        case .maxPool(let kernel, let stride):
            add("kernel", kernel)
            add("stride", stride)
        case .dropout(let share): members.append(.init("share", .number(Double(share))))
        case .rnn(let units, let returns), .gru(let units, let returns):
            add("units", units)
            members.append(.init("returns", .string(returns.name)))
        case .embedding(let words, let width):
            add("words", words)
            add("vector", width)
        case .residual(let inner): members.append(.init("layers", .array(inner.map(\.json))))
        case .flatten, .activation, .softmax, .position, .layerNorm, .attention: break
        }
        if let activation { members.append(.init("activation", .string(activation.name))) }
        return .object(members)
    }
}
