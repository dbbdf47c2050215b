// SPDX-License-Identifier: Apache-2.0
//
// Measures beside their baselines, for classes, for numbers and for losses.

import Primitives

/// The table of a model's measures.
enum MeasureTable {
    /// The model in the first row, what is trivial below it.
    static func table(of metrics: JSONValue) -> TextTable {
        if metrics["accuracy"] != nil { return classes(metrics) }
        return isUnlabelled(metrics) ? losses(metrics) : numbers(metrics)
    }

    /// Whether these are the measures of a learner without labels.
    static func isUnlabelled(_ metrics: JSONValue) -> Bool {
        metrics["baselines"]?["trivial"] != nil
    }

    private static func losses(_ metrics: JSONValue) -> TextTable {
        var table = TextTable([("", .left), ("LOSS", .right), ("RECENT", .right)])
        for (name, figures) in [("model", metrics), ("trivial", trivial(metrics))] {
            table.add([
                name, Figures.measure(figures["loss"]?.double),
                Figures.measure(figures["loss_recent"]?.double),
            ])
        }
        return table
    }

    /// The losses of the trivial model.
    static func trivial(_ metrics: JSONValue) -> JSONValue {
        metrics["baselines"]?["trivial"] ?? .null
    }

    private static func classes(_ metrics: JSONValue) -> TextTable {
        var table = TextTable([
            ("", .left), ("ACCURACY", .right), ("RECENT", .right), ("KAPPA", .right),
            ("KAPPA NC", .right), ("LOG LOSS", .right), ("BRIER", .right), ("ECE", .right),
            ("AUC", .right),
        ])
        table.add(
            [
                "model", Figures.percent(metrics["accuracy"]?.double),
                Figures.percent(metrics["accuracy_recent"]?.double),
            ]
                + ["kappa", "kappa_no_change", "log_loss", "brier", "ece", "auc"].map {
                    Figures.measure(metrics[$0]?.double)
                }
        )
        let baselines = metrics["baselines"]
        table.add(["majority", Figures.percent(baselines?["majority"]?.double)])
        table.add(["no change", Figures.percent(baselines?["no_change"]?.double)])
        return table
    }

    /// What was said to be how probable, and how often it came; nil where nothing was.
    static func reliability(of metrics: JSONValue) -> TextTable? {
        guard let columns = metrics["reliability"], let counts = columns["count"]?.items,
            counts.contains(where: { $0.integer ?? 0 > 0 })
        else { return nil }
        var table = TextTable([
            ("CONFIDENCE", .left), ("SAMPLES", .right), ("SAID", .right), ("CAME", .right),
        ])
        for (bin, count) in counts.enumerated() where count.integer ?? 0 > 0 {
            func share(_ name: String) -> String {
                let column = columns[name]?.items ?? []
                return Figures.percent(column.indices.contains(bin) ? column[bin].double : nil)
            }
            let (low, high) = (bin * 100 / counts.count, (bin + 1) * 100 / counts.count)
            table.add([
                "\(low) to \(high) %", Figures.grouped(count), share("confidence"),
                share("hit_rate"),
            ])
        }
        return table
    }

    private static func numbers(_ metrics: JSONValue) -> TextTable {
        let interval = metrics["interval"]
        let more = interval == nil ? [] : ["COVERAGE", "WIDTH"]
        let headings = ["MAE", "RECENT", "RMSE", "R2"] + more
        var table = TextTable([("", .left)] + headings.map { ($0, .right) })
        var model = ["mae", "mae_recent", "rmse", "r2"].map {
            Figures.measure(metrics[$0]?.double)
        }
        if let interval {
            model.append(Figures.percent(interval["coverage"]?.double))
            model.append(Figures.measure(interval["width"]?.double))
        }
        table.add(["model"] + model)
        for (words, name) in [("running mean", "running_mean"), ("last value", "last_value")] {
            let baseline = metrics["baselines"]?[name]
            table.add([
                words, Figures.measure(baseline?["mae"]?.double), "",
                Figures.measure(baseline?["rmse"]?.double),
            ])
        }
        return table
    }

    /// The one figure that says most, for tables of versions.
    static func headline(of metrics: JSONValue?) -> String {
        guard let metrics else { return Figures.nothing }
        if let accuracy = metrics["accuracy_recent"]?.double ?? metrics["accuracy"]?.double {
            return Figures.percent(accuracy)
        }
        if isUnlabelled(metrics) {
            return metrics["loss_recent"]?.double.map { "loss " + Figures.measure($0) }
                ?? Figures.nothing
        }
        return metrics["mae_recent"]?.double.map { "mae " + Figures.measure($0) }
            ?? Figures.nothing
    }
}
