// SPDX-License-Identifier: Apache-2.0
//
// The two classes of a world in turns: what has the other class is drawn again. The features within
// a class stay as they were; only the shares of the classes become equal.

/// Which class is wanted next.
struct ClassBalance: Sendable {
    private var wanted = 1

    /// Whether a sample of this class comes now; if so, the other class is next.
    mutating func takes(_ label: Int) -> Bool {
        guard label == wanted else { return false }
        wanted = 1 - wanted
        return true
    }
}
