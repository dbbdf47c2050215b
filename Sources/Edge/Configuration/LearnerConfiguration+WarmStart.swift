// SPDX-License-Identifier: Apache-2.0
//
// The file that a learner starts with, as it is configured. Its width and its classes must be
// configured, too: so the file is compared with the model when the learner is born, not when its
// first samples have come.

import Learning
import Networks

/// What a learner starts with.
package struct WarmStartConfiguration: Sendable, Equatable {
    /// The file.
    package let path: String
    /// Whether the last layer starts without it.
    package let hasFreshHead: Bool
    /// The tensors and layers that stay as they are.
    package let frozen: [String]

    init?(_ values: ScopedValues) {
        guard values.value("warm_start") != .none else { return nil }
        path = values.text("warm_start")
        hasFreshHead = values.text("warm_start_head") == "fresh"
        var names: [String] = []
        if case .labels(let labels) = values.value("frozen") {
            for case .text(let name) in labels { names.append(name) }
        }
        frozen = names
    }

    /// The start of a learner, whose file is still to be read.
    func start(of learner: LearnerConfiguration) -> WarmStart {
        WarmStart(
            source: path,
            head: hasFreshHead ? .fresh : .file,
            frozen: frozen,
            width: learner.width ?? learner.network?.inputs ?? 0,
            outputs: learner.classes?.count ?? 1
        )
    }
}

/// What a warm start needs to be configured.
struct WarmStartRules {
    private let values: ScopedValues

    init(_ values: ScopedValues) { self.values = values }

    /// Adds what does not fit.
    func check(problems: inout ProblemList) {
        guard values.value("warm_start") != .none else {
            for (path, standard) in [
                ("warm_start_head", SettingValue.text("file")), ("frozen", SettingValue.none),
            ] where values.value(path) != standard {
                refuse(path, "it does nothing without warm_start", "set warm_start", &problems)
            }
            return
        }
        let isFixed = values.value("input_shape") != .none
        if values.value("width") == .none, !isFixed {
            refuse(
                "warm_start",
                "the file can be compared with the model only when the width is known",
                "set width",
                &problems
            )
        }
        let task = LearnerRules.impliedTask(values)
        if task == .auto || task == .classes, values.value("classes") == .none {
            refuse(
                "warm_start",
                "the file can be compared with the model only when the classes are known",
                "set classes, or task = \"regression\"",
                &problems
            )
        }
    }

    private func refuse(
        _ path: String,
        _ problem: String,
        _ remedy: String,
        _ problems: inout ProblemList
    ) {
        problems.add(values.line(path), values.full(path), values.value(path).toml, problem, remedy)
    }
}
