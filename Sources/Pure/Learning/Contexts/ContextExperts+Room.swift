// SPDX-License-Identifier: Apache-2.0
//
// Who gets an expert, and who gives way. When all places are taken:
//
//   1. Each expert's newest rows are predicted by those of the other contexts. What losing it would
//      cost is how much worse the best of them is there, times how much the expert was used lately.
//      The shared one is not asked: it is always near whoever has just been talking.
//   2. The one of least cost gives way; of equals, the one used less, then the older place.
//   3. If another expert of a context predicts its rows alike, it is merged into that one: their
//      parameters are averaged by the rows they have learned, if they can be and the average still
//      predicts the newest rows of both alike; else the other takes the context over as it is.
//      When the context comes back, it finds that expert.
//   4. If none does, it is dropped: the ensemble predicts for the context until it has an expert
//      again.

extension ContextExperts {
    /// Opens an expert for a context, after making room for it.
    mutating func open(_ context: Int32) {
        while experts.count - 1 >= isolation.expertsMax {
            giveWay("context needs room")
        }
        while owned.count <= Int(context) { owned.append(-1) }
        let learner = makeLearner(settings.undivided, width: width, outputs: outputs)
        var expert = ContextExpert(learner: learner, preparation: isolation.preparation)
        expert.grow(columns: experts[0].preparation.width)
        if isolation.sharesLayers { expert.learner.takeLayers(of: experts[0].learner) }
        experts.append(expert)
        mix.append()
        owned[Int(context)] = Int32(experts.count - 1)
        if Int(context) < waiting.count { waiting[Int(context)] = 0 }
        contextNews.append(
            ContextNews(
                context: context,
                change: .opened,
                samples: 0,
                reason: "its first sample"
            )
        )
    }

    /// At the end of an expert's trial: if another predicts its rows better than it has itself,
    /// it goes on from a copy of that one, which learns these rows.
    mutating func giveHeadStart(to place: Int) {
        var best = (place: -1, loss: Double.infinity)
        for other in experts.indices where other != place {
            let loss = loss(of: other, onRowsOf: place)
            if loss < best.loss { best = (other, loss) }
        }
        let own = experts[place].trialLoss / max(1, experts[place].trialCount)
        guard best.place >= 0, best.loss < own else { return }
        experts[place].learner = experts[best.place].learner
        if !isolation.sharesLayers { experts[place].learner.restartMoments() }
        experts[place].preparation = experts[best.place].preparation
        experts[place].preparation.trust(atMost: ContextExperts.inheritedRows)
        var block = Block()
        experts[place].recent.fill(&block, outputs: outputs, use: .train)
        let taken = [UInt8](repeating: 1, count: block.rows)
        experts[place].preparation.follow(&block, taking: taken)
        if isolation.sharesLayers {
            experts[place].learner.learnLastLayer(&block)
        } else {
            experts[place].learner.testThenTrain(&block)
        }
    }

    /// How many rows the scaling of a head start counts for.
    private static let inheritedRows = 10

    /// Lets the least useful expert go.
    mutating func giveWay(_ why: String) {
        var least = (place: 1, cost: Double.infinity, use: Double.infinity)
        for place in 1..<experts.count {
            let cost = costOfLosing(place)
            let use = experts[place].use(at: clock)
            if cost < least.cost || (cost == least.cost && use < least.use) {
                least = (place, cost, use)
            }
        }
        remove(least.place, why)
    }

    /// Takes an expert away, into another if there is one that predicts alike.
    private mutating func remove(_ place: Int, _ why: String) {
        let losers = contexts(of: place)
        let samples = experts[place].trained
        let heir = heir(of: place)
        let into = heir.flatMap { contexts(of: $0).first }
        if let heir { experts[heir].trained += samples }
        mix.remove(at: place, heir: heir)
        experts.remove(at: place)
        // Places behind the removed one move up.
        let next = heir.map { Int32($0 > place ? $0 - 1 : $0) } ?? -1
        for context in owned.indices {
            if owned[context] == Int32(place) {
                owned[context] = next
            } else if owned[context] > Int32(place) {
                owned[context] -= 1
            }
        }
        for context in losers {
            contextNews.append(
                ContextNews(
                    context: context,
                    change: into.map { .merged(into: $0) } ?? .dropped,
                    samples: samples,
                    reason: why
                )
            )
        }
    }

    /// How much worse the best of the others predicts an expert's newest rows, times its use.
    private func costOfLosing(_ place: Int) -> Double {
        guard experts[place].recent.count > 0 else { return 0 }
        let own = loss(of: place, onRowsOf: place)
        var others = Double.infinity
        for other in 1..<experts.count where other != place {
            others = min(others, loss(of: other, onRowsOf: place))
        }
        return max(0, others - own) * experts[place].use(at: clock)
    }

    private func loss(of place: Int, onRowsOf other: Int) -> Double {
        loss(of: experts[place], onRowsOf: other)
    }

    private func loss(of expert: ContextExpert, onRowsOf other: Int) -> Double {
        var block = Block()
        experts[other].recent.fill(&block, outputs: outputs)
        return expert.loss(on: &block, task: task)
    }

    /// The expert of another context that can stand in for this one; it has taken over what it can.
    private mutating func heir(of place: Int) -> Int? {
        guard experts[place].recent.count > 0 else { return nil }
        var best = (place: -1, loss: Double.infinity)
        for other in 1..<experts.count where other != place {
            let loss = loss(of: other, onRowsOf: place)
            if loss < best.loss { best = (other, loss) }
        }
        guard best.place > 0, isAlike(best.loss, loss(of: place, onRowsOf: place)) else {
            return nil
        }
        if let average = average(of: best.place, and: place) {
            experts[best.place] = average
        }
        return best.place
    }

    /// One expert made of two, unless it predicts the newest rows of either less well.
    private func average(of place: Int, and other: Int) -> ContextExpert? {
        var expert = experts[place]
        let rows = Double(experts[place].trained) + Double(experts[other].trained)
        guard let change = expert.preparation.change(to: experts[other].preparation),
            var learner = expert.learner as? any ParameterAveraging,
            learner.average(
                with: experts[other].learner,
                share: Float(Double(experts[other].trained) / max(1, rows)),
                gain: change.gain,
                shift: change.shift
            )
        else { return nil }
        expert.learner = learner
        for part in [place, other] {
            guard isAlike(loss(of: expert, onRowsOf: part), loss(of: part, onRowsOf: part)) else {
                return nil
            }
        }
        return expert
    }

    /// Whether a loss is nearly as good as another, or better.
    private func isAlike(_ loss: Double, _ own: Double) -> Bool {
        loss <= own * 1.1 + (task == .classes ? 0.02 : 0)
    }
}
