// SPDX-License-Identifier: Apache-2.0
//
// A model that costs the square of its width has a limit of its own, which holds for the features
// that are made of the columns.

import Learning

extension EngineSettings {
    /// Why the features are too many for the model, in words; nil when they are not.
    package var widthComplaint: String? {
        guard let model, let most = model.widthMost else { return nil }
        var made = Preparation(preparation)
        made.grow(width: limits.columnsMax)
        guard made.featureWidth > most else { return nil }
        return "the model \(model.name) has \(most) features at most, but features_max = "
            + "\(limits.columnsMax) makes \(made.featureWidth) of them; lower features_max, or remove "
            + "what makes more"
    }
}
