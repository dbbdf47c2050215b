// SPDX-License-Identifier: Apache-2.0
//
// What a version's manifest says of its compression, for people: a word in the list of versions,
// and in its own page what was done and what it cost.

import Primitives

/// Compression in words.
enum CompressionText {
    /// Whether anything was done, so that consumers predict by other numbers than the model.
    static func isCompressed(_ compression: JSONValue) -> Bool {
        compression["weights"]?.text != "float32" || compression["prune"]?.double != 0
            || compression["top_k"]?.double != 1
    }

    /// In the list of versions: the form and the zeros, or that it was refused.
    static func word(for compression: JSONValue?) -> String {
        guard let compression, compression != .null else { return "float32" }
        return form(of: compression) + (compression["refused"] == .null ? "" : " (refused)")
    }

    /// The page of a version.
    static func lines(for compression: JSONValue) -> [String] {
        var table = TextTable(sides: [.left, .left])
        table.add(["compression", form(of: compression)])
        if let reason = compression["refused"]?.text {
            table.add(["asked for", wish(compression["asked"] ?? .null)])
            table.add(["refused", reason])
        }
        let (before, after) = (compression["bytes_before"], compression["bytes_after"])
        table.add([
            "bytes of weights",
            "\(Figures.grouped(before)) before, \(Figures.grouped(after)) compressed",
        ])
        for name in ["loss", "error"] {
            guard let old = compression["\(name)_before"]?.double,
                let new = compression["\(name)_after"]?.double
            else { continue }
            table.add([name, "\(Figures.measure(old)) before, \(Figures.measure(new)) compressed"])
        }
        let learned = compression["learned_rows"]?.integer ?? 0
        table.add([
            "compared on",
            "\(Figures.grouped(compression["rows"])) rows of memory"
                + (learned > 0 ? ", \(Figures.grouped(learned)) of them learned" : ""),
        ])
        return table.lines()
    }

    private static func form(of compression: JSONValue) -> String {
        let form = compression["weights"]?.text ?? Figures.nothing
        let zeros = compression["sparsity"]?.double ?? 0
        guard zeros > 0 else { return form }
        return "\(form), \(Int((100 * zeros).rounded())) % zeros"
    }

    private static func wish(_ asked: JSONValue) -> String {
        var words = [asked["weights"]?.text ?? Figures.nothing]
        if let prune = asked["prune"]?.double, prune > 0 {
            words.append("prune \(Figures.percent(prune))")
        }
        if let kept = asked["top_k"]?.double, kept < 1 {
            words.append("top_k \(Figures.percent(kept))")
        }
        return words.joined(separator: ", ")
    }
}
