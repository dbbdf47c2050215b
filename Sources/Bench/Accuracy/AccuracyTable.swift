// SPDX-License-Identifier: Apache-2.0
//
// The lines of the table, in columns that are known before the first row is: the rows are printed
// as they come. Shares are in percent. Classes and numbers have a table each.

/// Lines of the accuracy benchmark.
struct AccuracyTable: Sendable {
    /// Whether numbers are predicted.
    let isRegression: Bool
    /// How late the labels are.
    let labelDelay: Int

    private typealias Column = (heading: String, width: Int)

    /// The line above all others.
    var heading: String { AccuracyTable.line(columns.map(\.heading), columns) }

    /// What stands above the heading.
    var title: String {
        let what = isRegression ? "numbers" : "classes"
        return labelDelay == 0
            ? "\(what), each label with its sample"
            : "\(what), each label \(labelDelay) samples late"
    }

    private var columns: [Column] {
        let own: [Column] =
            isRegression
            ? [("mean", 7), ("last", 7), ("MAE", 7), ("min..max", 13), ("RMSE", 7), ("R2", 7)]
            : [
                ("classes", 8), ("majority", 9), ("no change", 10), ("accuracy", 9),
                ("min..max", 13), ("kappa", 7), ("kappa nc", 9), ("log loss", 9), ("ECE", 7),
            ]
        let judged: [Column] =
            labelDelay == 0 ? [("peer", 7), ("bound", 7)] : [("best rival", 28)]
        return [("stream", 16), ("rows", 7), ("cols", 5)] + own
            + [("us", 7), ("job us", 7)] + judged + [("verdict", 9)]
    }

    /// A row as a line.
    func text(_ row: AccuracyRow) -> String {
        let percent = { (share: Double) in AccuracyTable.fixed(share * 100, 2) }
        let number = { (value: Double) in AccuracyTable.fixed(value, 3) }
        let scores = laps(row).sorted()
        let (low, high) = (scores.first ?? .nan, scores.last ?? .nan)
        var words = [row.name, String(row.rows), String(row.columns)]
        if isRegression {
            words += [
                number(row.median { $0.figure("baselines", "running_mean", "mae") }),
                number(row.median { $0.figure("baselines", "last_value", "mae") }),
                number(row.score), "\(number(low))..\(number(high))",
                number(row.median { $0.figure("rmse") }), number(row.median { $0.figure("r2") }),
            ]
        } else {
            words += [
                String(row.classes), percent(row.median { $0.figure("baselines", "majority") }),
                percent(row.median { $0.figure("baselines", "no_change") }), percent(row.score),
                "\(percent(low))..\(percent(high))",
            ]
            words += ["kappa", "kappa_no_change", "log_loss", "ece"].map { name in
                number(row.median { $0.figure(name) })
            }
        }
        words.append(AccuracyTable.fixed(row.median(\.learning), 2))
        words.append(AccuracyTable.fixed(row.median(\.jobs), 2))
        if labelDelay == 0 {
            let digits = isRegression ? 3 : 2
            words.append(row.bound.map { AccuracyTable.fixed($0.peer, digits) } ?? "-")
            words.append(row.bound.map { AccuracyTable.fixed($0.value, digits) } ?? "-")
        } else {
            let rival = row.rival
            let score = isRegression ? number(rival.score) : percent(rival.score)
            words.append("\(rival.name) \(score)")
        }
        words.append(row.isReached.map { $0 ? "reached" : "MISSED" } ?? "-")
        return AccuracyTable.line(words, columns)
    }

    private func laps(_ row: AccuracyRow) -> [Double] { row.laps.map(\.score) }

    /// The first word to the left, all others to the right.
    private static func line(_ words: [String], _ columns: [Column]) -> String {
        var line = ""
        for (place, (word, column)) in zip(words, columns).enumerated() {
            let gap = String(
                repeating: " ",
                count: max(place == 0 ? 0 : 1, column.width - word.count)
            )
            line += place == 0 ? word + gap : gap + word
        }
        return line
    }

    /// So many digits after the point.
    static func fixed(_ number: Double, _ digits: Int) -> String {
        guard number.isFinite, number.magnitude < 1e9 else { return "-" }
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let units = Int((number.magnitude * Double(scale)).rounded())
        let rest = String(units % scale)
        let sign = number < 0 && units > 0 ? "-" : ""
        return
            "\(sign)\(units / scale).\(String(repeating: "0", count: digits - rest.count))\(rest)"
    }
}
