// SPDX-License-Identifier: Apache-2.0
//
// The catalogue of keys is the one place that says what can be configured. The reader takes types
// and defaults from it, a reload takes the classes, and a test compares docs/configuration.md with
// it.

/// What it takes for a changed value to be used.
package enum ChangeClass: String, Sendable, CaseIterable {
    /// A reload (SIGHUP) is enough.
    case live
    /// The daemon has to start again.
    case restart
    /// Only a learner that begins afresh can have it (`learnctl reset`).
    case newLearner = "new learner"
}

/// The table in which a key stands.
package enum SettingScope: String, Sendable, CaseIterable {
    /// The root of the file.
    case daemon = ""
    /// Each `[[samples]]`.
    case samples = "samples"
    /// Each `[learner.NAME]`.
    case learner = "learner.NAME"
    /// Each `[[learner.NAME.layers]]`, and the layers inside of a layer.
    case layer = "learner.NAME.layers"
}

/// One key.
package struct SettingKey: Sendable {
    /// The table in which it stands.
    package let scope: SettingScope
    /// Its path inside of that table, such as `publish.first`.
    package let path: String
    /// What it takes.
    package let type: SettingType
    /// What it is when the file does not say.
    package let standard: SettingValue
    /// What it takes for a change to be used.
    package let change: ChangeClass
    /// Whether the word "auto" may stand for no value.
    package let mayBeAuto: Bool

    init(
        _ scope: SettingScope,
        _ path: String,
        _ type: SettingType,
        _ standard: SettingValue,
        _ change: ChangeClass,
        mayBeAuto: Bool = false
    ) {
        self.scope = scope
        self.path = path
        self.type = type
        self.standard = standard
        self.change = change
        self.mayBeAuto = mayBeAuto
    }

    /// The path with its table, as the manual has it: `learner.NAME.publish.first`.
    package var fullPath: String {
        scope == .daemon ? path : scope.rawValue + "." + path
    }

    /// The type, as the manual has it.
    package var typeText: String { mayBeAuto ? type.name + " or \"auto\"" : type.name }

    /// The default, as the manual has it.
    package var standardText: String {
        standard == .none && mayBeAuto ? "\"auto\"" : standard.toml
    }

    func read(_ node: ConfigurationNode.Value) throws(SettingType.Mistake) -> SettingValue {
        if mayBeAuto, node == .text("auto") { return .none }
        return try type.read(node)
    }
}
