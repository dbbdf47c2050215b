// SPDX-License-Identifier: Apache-2.0
//
// Heads: experts that are networks and share all layers but the last.
//
// - A row whose context owns a head moves the shared layers and that head. The shared head learns
//   the row too, before it, and leaves the layers alone, unless no context owns a head.
// - In sequential mode rows pass one by one, so that each finds the layers as the row before left
//   them, whatever the batches. In mean-gradient mode all rows are predicted first, and then
//   learned in runs of one context.
//
// Each head is kept as a whole network, and gets the newest layers before it is used. That is a
// copy of the parameters for each row that is learned; a step of the network costs much more.

extension ContextExperts {
    /// Lets rows that change nobody's ownership through the heads.
    mutating func passHeads(_ rows: Range<Int>, of block: inout Block) {
        layersAt = 0
        switch settings.mode {
        case .sequential:
            for row in rows { passExperts(row..<row + 1, of: &block) }
        case .meanGradient:
            predict(&block)
            let predicted = block.predictions
            var start = rows.lowerBound
            while start < rows.upperBound {
                var end = start + 1
                let owner = owner(of: block.context(of: start))
                while end < rows.upperBound, self.owner(of: block.context(of: end)) == owner {
                    end += 1
                }
                passExperts(start..<end, of: &block)
                start = end
            }
            block.predictions = predicted
        }
        shareLayers()
    }

    /// Gives an expert the newest layers.
    mutating func bringLayers(to place: Int) {
        guard place != layersAt else { return }
        let newest = experts[layersAt].learner
        experts[place].learner.takeLayers(of: newest)
    }

    /// Gives everybody the newest layers.
    mutating func shareLayers() {
        for place in experts.indices { bringLayers(to: place) }
    }
}
