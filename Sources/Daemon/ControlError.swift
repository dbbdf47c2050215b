// SPDX-License-Identifier: Apache-2.0
//
// A request that can't be met: what is wrong, and what to do.

import Primitives

/// Why a request is not met.
struct ControlError: Error, Equatable {
    var message: String
    var remedy: String

    init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    /// The answer on the wire.
    var json: JSONValue {
        ["error": ["message": .string(message), "remedy": .string(remedy)]]
    }
}

extension House {
    /// The learner that a request names; the only one, or `default`, when it names none.
    func learner(named text: String?) throws(ControlError) -> Int {
        let names = ports.map(\.name.text)
        guard let text else {
            if ports.count == 1 { return 0 }
            if let index = names.firstIndex(of: Name.default.text) { return index }
            throw ControlError(
                "there are \(ports.count) learners: \(names.joined(separator: ", "))",
                remedy: "name one with --learner"
            )
        }
        guard let index = names.firstIndex(of: text) else {
            throw ControlError(
                "there is no learner \(text)",
                remedy: "the learners are \(names.joined(separator: ", "))"
            )
        }
        return index
    }
}
