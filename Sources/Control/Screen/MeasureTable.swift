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
            ("", .left), ("ACCURACY", .right), ("RECENT", .right), ("LOG LOSS", .right),
            ("KAPPA", .right), ("AUC", .right),
        ])
        table.add([
            "model", Figures.percent(metrics["accuracy"]?.double),
            Figures.percent(metrics["accuracy_recent"]?.double),
            Figures.measure(metrics["log_loss"]?.double),
            Figures.measure(metrics["kappa"]?.double), Figures.measure(metrics["auc"]?.double),
        ])
        let baselines = metrics["baselines"]
        table.add(["majority", Figures.percent(baselines?["majority"]?.double)])
        table.add(["no change", Figures.percent(baselines?["no_change"]?.double)])
        return table
    }

    private static func numbers(_ metrics: JSONValue) -> TextTable {
        var table = TextTable([
            ("", .left), ("MAE", .right), ("RECENT", .right), ("RMSE", .right), ("R2", .right),
        ])
        table.add([
            "model", Figures.measure(metrics["mae"]?.double),
            Figures.measure(metrics["mae_recent"]?.double),
            Figures.measure(metrics["rmse"]?.double), Figures.measure(metrics["r2"]?.double),
        ])
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
