// SPDX-License-Identifier: Apache-2.0
//
// The first samples decide what a learner is. They wait until there are enough of them, or until
// the first has waited long enough; then task, shape, width are voted, the verdict is reported with
// its reason, and the samples that waited are learned in order as if nothing had happened.
//
//   task   texts and booleans are classes; numbers are regression when one has a fraction or when
//          more than 20 of them differ, else classes; the majority of the two kinds decides
//   shape  the majority of arrays and named features; a tie goes to arrays
//   width  the most frequent width of the arrays; a tie goes to the one seen first
//
// What the configuration fixes is not voted on.

package import Learning
package import Samples

/// What the vote decided and why.
package struct Verdict: Sendable, Equatable {
    /// What is predicted.
    package var task: Task
    /// Arrays or named features.
    package var shape: Shape
    /// The width of arrays; 0 for named features.
    package var width: Int
    /// The reason in words.
    package var reason: String
}

extension Verdict {
    /// What a learner of texts is, whatever the first samples were.
    init(text name: String) {
        self.init(
            task: .unlabelled,
            shape: .named,
            width: 0,
            reason: "the configured model reads the text \"\(name)\" and needs no label"
        )
    }
}

/// Counts votes of samples.
package struct Vote: Sendable {
    private var numbers = 0
    private var fractions = 0
    private var names = 0
    private var distinct: [Double] = []
    private var named = 0
    private var widths: [(width: Int, count: Int)] = []

    /// More distinct numbers than this are no classes.
    package static let distinctMax = 20

    /// Makes a vote without votes.
    package init() {}

    /// Takes the vote of one sample; samples without label vote on shape and width only.
    package mutating func count(_ row: MicroBatch.Row) {
        count(label: row.label, kind: row.labelKind)
        if row.shape == .named {
            named += 1
        } else if let place = widths.firstIndex(where: { $0.width == Int(row.count) }) {
            widths[place].count += 1
        } else {
            widths.append((Int(row.count), 1))
        }
    }

    /// Takes the vote of a label whose sample came before.
    package mutating func count(_ label: MicroBatch.LateLabel) {
        count(label: label.label, kind: label.labelKind)
    }

    private mutating func count(label: Double, kind: LabelKind) {
        switch kind {
        case .none: break
        case .boolean, .text: names += 1
        case .number:
            numbers += 1
            if label != label.rounded(.towardZero) { fractions += 1 }
            if distinct.count <= Vote.distinctMax, !distinct.contains(label) {
                distinct.append(label)
            }
        }
    }

    /// Whether any sample had a label.
    package var hasLabels: Bool { numbers + names > 0 }

    /// The decision, given what the configuration fixes.
    package func verdict(
        task fixedTask: Task?,
        shape fixedShape: Shape? = nil,
        width fixedWidth: Int?
    ) -> Verdict {
        let (task, taskReason) = decideTask(fixedTask)
        if fixedShape == .named {
            return Verdict(
                task: task,
                shape: .named,
                width: 0,
                reason: "\(taskReason); the features are configured"
            )
        }
        let arrays = widths.reduce(0) { $0 + $1.count }
        if fixedWidth == nil && named > arrays {
            return Verdict(
                task: task,
                shape: .named,
                width: 0,
                reason: "\(taskReason); \(named) of \(named + arrays) samples name their features"
            )
        }
        var best = (width: 0, count: 0)
        for candidate in widths where candidate.count > best.count { best = candidate }
        let width = fixedWidth ?? best.width
        let widthReason =
            fixedWidth != nil
            ? "width \(width) is configured"
            : "\(best.count) of \(named + arrays) samples are arrays of \(width)"
        return Verdict(
            task: task,
            shape: .positional,
            width: width,
            reason: "\(taskReason); \(widthReason)"
        )
    }

    private func decideTask(_ fixed: Task?) -> (Task, String) {
        if let fixed { return (fixed, "task \(fixed.name) is configured") }
        let labels = numbers + names
        if names >= numbers {
            return (.classes, "\(names) of \(labels) labels are texts or booleans")
        }
        if fractions > 0 {
            return (.regression, "\(fractions) of \(labels) labels have a fraction")
        }
        if distinct.count > Vote.distinctMax {
            return (.regression, "more than \(Vote.distinctMax) labels differ")
        }
        return (.classes, "\(labels) labels are \(distinct.count) whole numbers")
    }
}
