// SPDX-License-Identifier: Apache-2.0
//
// What a consumer needs of a pool: how rows get their forms, the rows that experts look back on,
// every expert that has a say, and the weights of the mix. docs/pool.md says how a prediction is
// made of them.

import Experts
import Kernels
package import Primitives

extension PoolLearner {
    /// What an artifact calls the model, without copying what it holds.
    package var kind: String { ModelKind.pool.name }

    /// What an artifact holds.
    ///
    /// Experts that sleep have no weight, and are left out.
    package var parameters: LearnerParameters {
        var parameters = LearnerParameters(
            kind: kind,
            tensors: historyTensors,
            attachments: formAttachments,
            facts: [JSONValue.Member("pool", .object(poolFacts))]
        )
        for (place, member) in pool.members.enumerated() where pool.isAwake(place) {
            for tensor in member.expert.tensors {
                let name = "\(member.kind.name).\(tensor.name)"
                switch tensor.content {
                case .numbers(let numbers):
                    parameters.tensors.append(.init(name, shape: tensor.dimensions, numbers))
                case .places(let numbers):
                    parameters.tensors.append(
                        .init(name, shape: tensor.dimensions, numbers, isIndex: true)
                    )
                case .doubles(let numbers):
                    parameters.attachments.append(.init(name, .numbers(numbers)))
                }
            }
        }
        if let view = pool.view?.model { parameters.tensors += Self.tensors(of: view) }
        return parameters
    }

    private static func tensors(of view: ClassViewModel) -> [LearnerParameters.Tensor] {
        let (width, classes, rows) = (view.width, view.classes, view.labels.count)
        let parts: [(name: String, shape: [Int], numbers: [Float])] = [
            ("weights", [classes, width], view.weights), ("offsets", [classes], view.offsets),
            ("known", [classes], view.known), ("scales", [width], view.scales),
            ("fill", [width], view.fill), ("rows", [rows, width], view.rows),
            ("labels", [rows], view.labels.map { Float($0) }),
        ]
        return parts.map { .init("all.\($0.name)", shape: $0.shape, $0.numbers, isIndex: true) }
    }

    /// The labelled rows that experts look back on, as far as they do, oldest first.
    private var historyTensors: [LearnerParameters.Tensor] {
        let awake = pool.members.enumerated().filter { pool.isAwake($0.offset) }
        let window = awake.map(\.element.expert.window).max() ?? 0
        let history = pool.history
        let rows = min(window, history.count - history.start)
        guard rows > 0 else { return [] }
        let first = history.count - rows
        let columns = first * history.width..<history.count * history.width
        let answers =
            pool.shape.isNumber
            ? Array(history.targets[first...].prefix(rows))
            : history.labels[first...].prefix(rows).map { Float($0) }
        return [
            .init(
                "history.scaled",
                shape: [rows, history.width],
                Array(history.scaled[columns]),
                isIndex: true
            ),
            .init("history.labels", shape: [rows], answers, isIndex: true),
            .init(
                "history.weights",
                shape: [rows],
                Array(history.weights[first...].prefix(rows)),
                isIndex: true
            ),
        ]
    }

    private var formAttachments: [LearnerParameters.Attachment] {
        [
            "count", "mean", "variance", "slow_mean", "slow_variance", "level", "change_mean",
            "change_variance",
        ].enumerated().map { part, name in
            .init("forms.\(name)", .numbers(Array(pool.forms.columns.part(part))))
        }
    }

    private var poolFacts: [JSONValue.Member] {
        let mix = pool.mix
        let rules = MixNumbers.rules.map { JSONValue.number(Double(mix.numbers.wholes[$0])) }
        var experts: [JSONValue] = []
        for (place, member) in pool.members.enumerated() where pool.isAwake(place) {
            experts.append(
                .object([
                    JSONValue.Member("kind", .string(member.kind.name)),
                    JSONValue.Member("opinions", .array(member.slots.map(weights))),
                    JSONValue.Member("facts", .object(member.expert.facts)),
                ])
            )
        }
        return [
            JSONValue.Member("last", .int(Int64(pool.forms.last))),
            JSONValue.Member("centre", .number(pool.forms.centre)),
            JSONValue.Member("spread", .number(pool.forms.spread)),
            JSONValue.Member("rules", .array(rules)),
            JSONValue.Member("reach", .number(Double(mix.reach))),
            JSONValue.Member("experts", .array(experts)),
        ]
    }

    private func weights(of slot: Int) -> JSONValue {
        let numbers = pool.mix.numbers
        let parts: [(String, MixNumbers.Part)] = [
            ("temperature", .temperature), ("share", .share), ("hedge", .hedge), ("stack", .stack),
        ]
        return .object(
            [JSONValue.Member("name", .string(pool.names[slot]))]
                + parts.map { JSONValue.Member($0.0, .number(Double(numbers[$0.1, slot]))) }
        )
    }

    /// Weight and loss of each expert.
    package var figures: [JSONValue.Member] {
        var experts: [JSONValue] = []
        for (place, member) in pool.members.enumerated() {
            for slot in member.slots {
                experts.append([
                    "name": .string(pool.names[slot]),
                    "weight": .number(Double(pool.mix.weight(of: slot))),
                    "loss": .number(Double(pool.mix.loss(of: slot))),
                    "error": .number(Double(pool.mix.miss(of: slot))),
                    (pool.shape.isNumber ? "mae" : "accuracy"): .number(
                        pool.shape.isNumber
                            ? Double(pool.mix.overall(of: slot))
                            : 1 - Double(pool.mix.overall(of: slot))
                    ),
                    "awake": .bool(pool.isAwake(place)),
                ])
            }
        }
        return [JSONValue.Member("experts", .array(experts))]
    }
}
