// SPDX-License-Identifier: Apache-2.0
//
// Test, then train, text by text. The test is strict: the loss of a row comes from the vectors, the
// vocabulary and the noise as they were before any of the row was learned, with draws that are not
// taken from the generator that training draws from. So what is predicted is what test-then-train
// says, and rows that are only tested leave nothing behind.
//
// The loss of a row is the mean over its known words of that of one pair: the word and one of the
// words around it, drawn at random, against fresh noise words. That is an unbiased estimate of what
// training makes smaller (but for the words that training leaves out), at a share of its cost.

import Kernels
import Primitives

extension Embedding {
    /// A probability counts as this at least, so that one word cannot make the loss infinite.
    private static let smallestProbability = 1e-12

    /// Tests each text, then learns it when it is for training and has a positive weight.
    package mutating func testThenTrain(_ block: inout Block) {
        block.preparePredictions(width: 0, outputs: 2)
        precondition(block.textEnds.count == block.rows, "every row has a text")
        var predictions = Block.take(&block.predictions)
        // On loan, like the room, so that nothing is allocated for a text.
        var tokens = TextTokens()
        swap(&tokens, &self.tokens)
        for row in 0..<block.rows {
            split(block, row, &tokens)
            var scratch = Room()
            swap(&scratch, &room)
            look(tokens, &scratch)
            let loss = meanLoss(&scratch)
            predictions[2 * row] = loss
            predictions[2 * row + 1] = loss.isNaN ? .nan : chance
            let weight = block.weights[row]
            if block.uses[row] == .train, weight > 0, weight.isFinite {
                learn(tokens, weight: weight, &scratch)
            }
            swap(&scratch, &room)
        }
        swap(&tokens, &self.tokens)
        block.predictions = predictions
    }

    /// Tests each text, and changes nothing.
    package func predict(_ block: inout Block) {
        block.preparePredictions(width: 0, outputs: 2)
        precondition(block.textEnds.count == block.rows, "every row has a text")
        var scratch = Room()
        var tokens = TextTokens()
        for row in 0..<block.rows {
            split(block, row, &tokens)
            look(tokens, &scratch)
            let loss = meanLoss(&scratch)
            block.predictions[2 * row] = loss
            block.predictions[2 * row + 1] = loss.isNaN ? .nan : chance
        }
    }

    private func split(_ block: borrowing Block, _ row: Int, _ tokens: inout TextTokens) {
        tokens.split(
            block.texts.span.extracting(block.textRange(row)),
            folds: own.tokens == .words,
            longest: EmbeddingSettings.wordBytesMax
        )
    }

    /// Finds the slots of the known words.
    private func look(_ tokens: borrowing TextTokens, _ room: inout Room) {
        room.slots.removeAll(keepingCapacity: true)
        let bytes = tokens.bytes.span
        for token in 0..<tokens.count {
            let slot = vocabulary.slot(
                of: bytes.extracting(tokens.range(token)),
                hash: tokens.hashes[token]
            )
            if slot >= 0 { room.slots.append(Int32(slot)) }
        }
    }

    /// The loss of the words in `room.slots`; NaN when they are fewer than two.
    private func meanLoss(_ room: inout Room) -> Float {
        let count = room.slots.count
        guard count > 1 else { return .nan }
        var draws = random
        var sum = 0.0
        for place in 0..<count {
            let low = max(0, place - own.window)
            let high = min(count - 1, place + own.window)
            var other = low + draws.below(high - low)
            if other >= place { other += 1 }
            room.targets.removeAll(keepingCapacity: true)
            room.targets.append(UInt32(room.slots[other]))
            Embedding.drawNoise(vocabulary.noise, own.negatives, &room.targets, &draws)
            let fit = SkipGram.fit(
                centre: Int(room.slots[place]),
                vectors: vectors.span,
                contexts: contexts.span,
                width: own.dimension,
                targets: room.targets.span,
                smallest: Self.smallestProbability
            )
            sum -= Scalar.log(fit)
        }
        return Float(sum / Double(count))
    }

    private static func drawNoise(
        _ noise: borrowing NoiseTable,
        _ count: Int,
        _ targets: inout [UInt32],
        _ draws: inout RandomSource
    ) {
        let entries = noise.entries.span
        for _ in 0..<count { targets.append(entries[draws.below(entries.count)]) }
    }

    /// Counts the words of a text and learns what stands around each of them.
    private mutating func learn(_ tokens: borrowing TextTokens, weight: Float, _ room: inout Room) {
        skipped += UInt64(tokens.skipped)
        count(tokens, &room)
        thin(&room.slots)
        let step = min(1, rate * weight)
        let count = room.slots.count
        guard count > 1 else { return }
        var vectors = Block.take(&self.vectors)
        var contexts = Block.take(&self.contexts)
        var gradient = Block.take(&room.gradient)
        if gradient.count != own.dimension {
            gradient = [Float](repeating: 0, count: own.dimension)
        }
        for place in 0..<count {
            let reach = 1 + random.below(own.window)
            room.targets.removeAll(keepingCapacity: true)
            for other in max(0, place - reach)...min(count - 1, place + reach)
            where other != place {
                room.targets.append(UInt32(room.slots[other]))
                Embedding.drawNoise(vocabulary.noise, own.negatives, &room.targets, &random)
            }
            Embedding.step(
                Int(room.slots[place]),
                &vectors,
                &contexts,
                &gradient,
                room.targets,
                own,
                rate: step
            )
        }
        self.vectors = vectors
        self.contexts = contexts
        room.gradient = gradient
    }

    private static func step(
        _ centre: Int,
        _ vectors: inout [Float],
        _ contexts: inout [Float],
        _ gradient: inout [Float],
        _ targets: [UInt32],
        _ own: EmbeddingSettings,
        rate: Float
    ) {
        var vectorSpan = vectors.mutableSpan
        var contextSpan = contexts.mutableSpan
        var sum = gradient.mutableSpan
        SkipGram.learn(
            centre: centre,
            vectors: &vectorSpan,
            contexts: &contextSpan,
            width: own.dimension,
            targets: targets.span,
            size: own.negatives + 1,
            rate: rate,
            gradient: &sum
        )
    }

    /// The rate as it is now: constant, or on its way down.
    var rate: Float {
        let start = settings.optimiser.rate
        guard own.rateWords > 0, start > own.rateMin else { return start }
        let done = min(1, Double(counted) / Double(own.rateWords))
        return start - (start - own.rateMin) * Float(done)
    }

    /// Counts every word, gives new ones their vectors, and finds the slots of all.
    private mutating func count(_ tokens: borrowing TextTokens, _ room: inout Room) {
        room.slots.removeAll(keepingCapacity: true)
        let before = vocabulary.evictions
        let bytes = tokens.bytes.span
        for token in 0..<tokens.count {
            let (slot, result) = vocabulary.count(
                bytes.extracting(tokens.range(token)),
                hash: tokens.hashes[token],
                memory: own.countMemory,
                &random
            )
            counted += 1
            room.slots.append(Int32(slot))
            switch result {
            case .known: break
            case .added:
                for _ in 0..<own.dimension { vectors.append(freshNumber()) }
                contexts.append(contentsOf: repeatElement(0, count: own.dimension))
            case .replaced:
                for index in slot * own.dimension..<(slot + 1) * own.dimension {
                    vectors[index] = freshNumber()
                    contexts[index] = 0
                }
            }
        }
        // A word may have given way to a later one of its own text.
        if vocabulary.evictions > before { look(tokens, &room) }
    }

    /// Evenly between -1/2 and 1/2 of a share of the dimension, as in word2vec.
    private mutating func freshNumber() -> Float {
        (Float(random.unit()) - 0.5) / Float(own.dimension)
    }

    /// Leaves out frequent words at random.
    private mutating func thin(_ slots: inout [Int32]) {
        guard own.subsample > 0 else { return }
        let threshold = own.subsample * Double(vocabulary.total)
        var kept = 0
        for place in slots.indices {
            let share = threshold / Double(vocabulary.count(Int(slots[place])))
            let chance = share.squareRoot() + share
            guard chance >= 1 || random.chance(chance) else { continue }
            slots[kept] = slots[place]
            kept += 1
        }
        slots.removeLast(slots.count - kept)
    }
}
