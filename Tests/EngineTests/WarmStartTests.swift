// SPDX-License-Identifier: Apache-2.0
//
// Learners that start with tensors of a file: what is taken, what stays as it is, what is refused.

import Consolidation
import Engine
import Kernels
import Learning
import Networks
import Primitives
import Testing
import Versions

@Suite("Warm start")
struct WarmStartTests {
    private func linear(
        frozen: [String] = [],
        optimiser: OptimiserSettings = .sgd(rate: 0.1)
    )
        -> EngineSettings
    {
        var settings = EngineSettings()
        settings.task = .classes
        settings.classes = [.number(0), .number(1), .number(2)]
        settings.width = 2
        settings.optimiser = optimiser
        settings.l2 = 0.01
        settings.warmStart = WarmStart(
            source: "/start",
            head: .file,
            frozen: frozen,
            width: 2,
            outputs: 3
        )
        return settings
    }

    private func file(_ tensors: [(String, [Int], [Float])]) -> [UInt8] {
        Safetensors(
            tensors: tensors.map { .init(name: $0.0, shape: $0.1, elements: .float32($0.2)) },
            metadata: []
        ).encoded()
    }

    private var softmaxFile: [UInt8] {
        file([
            ("weights", [3, 2], [1, 2, 3, 4, 5, 6]), ("bias", [3], [7, 8, 9]),
            ("mean", [2], [10, 20]), ("deviation", [2], [2, 4]),
        ])
    }

    private func schema(_ settings: EngineSettings, width: Int = 2) -> Schema {
        Schema(
            task: settings.task ?? .classes,
            width: width,
            limits: settings.limits,
            classes: settings.classes
        )
    }

    /// A contender that has learned random rows.
    private func trained(_ settings: EngineSettings, rows: Int = 60, width: Int = 2) -> Contender {
        var contender = settings.newContender(for: schema(settings, width: width))
        var random = RandomSource(seed: 5)
        var block = Block()
        block.reset(width: width, outputs: contender.learner.outputs)
        for place in 0..<rows {
            let row = (0..<width).map { _ in Float(random.normal() * 3 + 10) }
            block.append(raw: row.span, class: Int32(place % 3))
        }
        contender.testThenTrain(&block)
        return contender
    }

    @Test("Weights, biases and scaling of a file are those of the learner")
    func tensorsAreTaken() throws {
        var settings = linear()
        try settings.readWarmStart(softmaxFile)
        let contender = settings.newContender(for: schema(settings))
        #expect(contender.learner.parameters.numbers(of: "weights") == [1, 2, 3, 4, 5, 6])
        #expect(contender.learner.parameters.numbers(of: "bias") == [7, 8, 9])
        #expect(contender.preparation.statistics?.mean == [10, 20])
        #expect(contender.preparation.statistics?.deviation == [2, 4])
        // The settings are a checkpoint's, with the tensors.
        var writer = ByteWriter()
        settings.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        let restored = try EngineSettings(from: &reader)
        #expect(restored == settings)
        #expect(
            restored.newContender(for: schema(settings)).learner.parameters
                == contender.learner.parameters
        )
        // A configuration names the file alone, and is for the same learner.
        #expect(settings.differencesOfBirth(to: linear()).isEmpty)
        #expect(settings.differencesOfBirth(to: linear(frozen: ["bias"])).count == 1)
    }

    @Test(
        "What is frozen does not move, bit for bit; the rest does",
        arguments: [
            OptimiserSettings.sgd(rate: 0.1), .momentum(rate: 0.1, momentum: 0.9),
            .adam(rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8),
            .adamW(rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.1),
        ]
    )
    func frozenStays(optimiser: OptimiserSettings) throws {
        for name in ["weights", "bias"] {
            var settings = linear(frozen: [name], optimiser: optimiser)
            try settings.readWarmStart(softmaxFile)
            let start = settings.newContender(for: schema(settings)).learner.parameters
            let contender = trained(settings)
            let other = name == "bias" ? "weights" : "bias"
            #expect(contender.learner.parameters.numbers(of: name) == start.numbers(of: name))
            #expect(contender.learner.parameters.numbers(of: other) != start.numbers(of: other))
            var writer = ByteWriter()
            contender.encode(into: &writer)
            var reader = ByteReader(writer.bytes)
            var restored = try Contender(from: &reader)
            var block = Block()
            block.reset(width: 2, outputs: 3)
            block.append(raw: [1, 2].span, class: 1)
            restored.testThenTrain(&block)
            #expect(restored.learner.parameters.numbers(of: name) == start.numbers(of: name))
        }
    }

    @Test("It stays in a consolidation, too")
    func frozenInConsolidation() throws {
        var settings = linear(frozen: ["weights"])
        try settings.readWarmStart(softmaxFile)
        let champion = trained(settings)
        var memory = ReplayMemory(settings: settings.memory, seed: 1)
        memory.grow(width: 2)
        for place in 0..<40 {
            let row: [Float] = [Float(place), 3]
            memory.insert(
                features: row.span,
                label: Int32(place % 3),
                target: .nan,
                weight: 1,
                at: UInt64(place)
            )
        }
        var job = ConsolidationJob(
            id: 1,
            trigger: .command,
            recipes: Recipe.allCases,
            ingredients: Ingredients(
                champion: champion,
                fresh: settings.newContender(for: schema(settings)),
                rows: TrainingRows(memory: memory, task: .classes, since: 0),
                holdout: TrainingRows(memory.rows(of: .holdout))
            ),
            memoryEnd: 40,
            settings: settings.consolidation.recipe,
            seed: 1
        )
        while !job.isDone { job.advance() }
        #expect(job.challengers.count == 3)
        for challenger in job.challengers {
            let own = challenger.contender.learner.parameters
            #expect(own.numbers(of: "weights") == [1, 2, 3, 4, 5, 6])
            #expect(own.numbers(of: "bias") != champion.learner.parameters.numbers(of: "bias"))
        }
    }

    private func network(head: WarmStart.Head, frozen: [String], classes: Int) -> EngineSettings {
        var settings = EngineSettings()
        settings.task = .classes
        settings.model = .network
        settings.network = NetworkSettings(
            layers: [LayerSettings(.dense(units: 4), activation: .relu)]
        )
        settings.classes = (0..<classes).map { .number(Double($0)) }
        settings.width = 2
        settings.optimiser = .adamW(rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.1)
        settings.warmStart = WarmStart(
            source: "/start",
            head: head,
            frozen: frozen,
            width: 2,
            outputs: classes
        )
        return settings
    }

    @Test("A network keeps its frozen layers, and may have another last one")
    func transfer() throws {
        let weights: [Float] = [1, -2, 3, -4, 0.5, 0.25, -1, 2]
        let bytes = file([
            ("layers.0.weight", [4, 2], weights), ("layers.0.bias", [4], [0, 1, 2, 3]),
            ("output.weight", [5, 4], [Float](repeating: 1, count: 20)),
            ("output.bias", [5], [1, 2, 3, 4, 5]),
        ])
        var settings = network(head: .fresh, frozen: ["layers.0"], classes: 3)
        try settings.readWarmStart(bytes)
        let contender = trained(settings)
        #expect(contender.learner.parameters.numbers(of: "layers.0.weight") == weights)
        #expect(contender.learner.parameters.numbers(of: "layers.0.bias") == [0, 1, 2, 3])
        #expect(contender.learner.parameters.numbers(of: "output.bias").contains { $0 != 0 })
        // The same head is refused: it has other classes.
        var strict = network(head: .file, frozen: [], classes: 3)
        let error = #expect(throws: DecodeError.self) { try strict.readWarmStart(bytes) }
        #expect(error?.description.contains("[5, 4] in the file, but [3, 4] in the model") == true)
        var whole = network(head: .file, frozen: [], classes: 5)
        try whole.readWarmStart(bytes)
        let born = whole.newContender(for: schema(whole))
        #expect(born.learner.parameters.numbers(of: "output.bias") == [1, 2, 3, 4, 5])
    }

    @Test("What does not fit is refused in words")
    func refusals() {
        func refusal(_ settings: EngineSettings, _ bytes: [UInt8]) -> String {
            var settings = settings
            do throws(DecodeError) {
                try settings.readWarmStart(bytes)
                return "none"
            } catch {
                return error.description
            }
        }
        #expect(
            refusal(linear(), file([("weights", [3, 2], [1, 2, 3, 4, 5, 6])]))
                .contains("the file has no tensor bias of shape [3]")
        )
        let extra = file([
            ("weights", [3, 2], [1, 2, 3, 4, 5, 6]), ("bias", [3], [7, 8, 9]), ("gain", [1], [1]),
        ])
        #expect(refusal(linear(), extra).contains("the model has no tensor gain"))
        #expect(
            refusal(linear(frozen: ["layers.7"]), softmaxFile)
                .contains("no tensor or layer layers.7 to be frozen")
        )
        var fresh = linear()
        fresh.warmStart?.head = .fresh
        #expect(refusal(fresh, softmaxFile).contains("nothing is left to take"))
        #expect(refusal(linear(), [1, 2]).contains("too short"))
    }
}
