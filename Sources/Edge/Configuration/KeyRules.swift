// SPDX-License-Identifier: Apache-2.0
//
// What all rules about the keys of one table share: whether somebody set a key, and how a key that
// does not fit is refused.

/// Rules about how the keys of one table fit together.
protocol KeyRules {
    /// What the table says.
    var values: ScopedValues { get }
}

extension KeyRules {
    /// Whether a key has another value than its default.
    func isGiven(_ path: String) -> Bool {
        values.value(path) != SettingKey.keys(of: .learner).first { $0.path == path }?.standard
    }

    /// Adds a problem of a key.
    ///
    /// Where the key itself has its default there is no line to name: the key that it clashes with
    /// is at fault.
    func refuse(
        _ path: String,
        _ problem: String,
        _ remedy: String,
        _ problems: inout ProblemList
    ) {
        problems.add(values.line(path), values.full(path), values.value(path).toml, problem, remedy)
    }
}
