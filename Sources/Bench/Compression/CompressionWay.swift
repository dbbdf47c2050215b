// SPDX-License-Identifier: Apache-2.0
//
// The ways to publish a network that are compared, and what is asked of them.

import Versions

/// A way to publish a network.
struct CompressionWay {
    /// What the line is called.
    let name: String
    /// How a version is compressed.
    let settings: CompressionSettings
    /// Whether what is pruned is fine-tuned on the memory first.
    let isTuned: Bool
    /// The share of the bytes of all learned numbers that it may take; nil: any.
    let bytesMost: Double?

    /// The points that a way with a bound on its bytes may lose on average.
    static let pointsMost = 0.2

    static let all: [CompressionWay] = [
        way("float16", .float16),
        way("int8", .int8, bytesMost: 0.3),
        way("prune 0.5, one shot", .float32, prune: 0.5),
        way("prune 0.5, tuned", .float32, prune: 0.5, isTuned: true, bytesMost: 0.6),
        way("prune 0.5, tuned, float16", .float16, prune: 0.5, isTuned: true),
        way("prune 0.5, tuned, int8", .int8, prune: 0.5, isTuned: true),
        way("prune 0.8, tuned, int8", .int8, prune: 0.8, isTuned: true),
        way("prune 0.9, tuned, int8", .int8, prune: 0.9, isTuned: true),
        way("prune 0.5, kept", .float32, prune: 0.5, keeps: true),
        way("prune 0.5, kept, int8", .int8, prune: 0.5, keeps: true),
        way("prune 0.8, kept, int8", .int8, prune: 0.8, keeps: true),
        way("top_k 0.5", .float32, topK: 0.5),
        way("units 0.5, tuned", .float32, units: 0.5, isTuned: true),
        way("units 0.5, tuned, int8", .int8, units: 0.5, isTuned: true),
    ]

    private static func way(
        _ name: String,
        _ weights: WeightForm,
        prune: Double = 0,
        units: Double = 0,
        topK: Double = 1,
        isTuned: Bool = false,
        keeps: Bool = false,
        bytesMost: Double? = nil
    ) -> CompressionWay {
        var settings = CompressionSettings()
        settings.weights = weights
        settings.prune = prune
        settings.pruneUnits = units
        settings.topK = topK
        settings.keepsPruned = keeps
        return CompressionWay(
            name: name,
            settings: settings,
            isTuned: isTuned,
            bytesMost: bytesMost
        )
    }
}
