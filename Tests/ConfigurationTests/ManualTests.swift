// SPDX-License-Identifier: Apache-2.0
//
// The manual, the shipped file and the examples say what the code does.

import Consolidation
import Engine
import Foundation
import Learning
import Primitives
import Testing

@testable import Configuration

@Suite struct ManualTests {
    private struct Row: Hashable, CustomStringConvertible {
        let key, type, standard, range, change: String
        var description: String { "\(key) | \(type) | \(standard) | \(range) | \(change)" }
    }

    @Test func theManualHasEveryKeyAsTheCodeHasIt() throws {
        let lines = try repositoryFile("docs/configuration.md").split(separator: "\n")
        let rows = lines.filter { $0.hasPrefix("| `") }.map { line in
            let cells = line.dropFirst(2).components(separatedBy: " | ")
            func plain(_ cell: String) -> String {
                cell.hasPrefix("`") && cell.hasSuffix("`")
                    ? String(cell.dropFirst().dropLast()) : cell
            }
            #expect(cells.count == 6 && cells[5].count > 5, "\(line) has a meaning")
            return Row(
                key: plain(cells[0]),
                type: cells[1],
                standard: plain(cells[2]),
                range: cells[3],
                change: cells[4]
            )
        }
        let keys = SettingKey.catalogue.map {
            Row(
                key: $0.fullPath,
                type: $0.typeText,
                standard: $0.standardText,
                range: $0.type.range,
                change: $0.change.rawValue
            )
        }
        for row in rows where !keys.contains(row) { Issue.record("only in the manual: \(row)") }
        for key in keys where !rows.contains(key) { Issue.record("only in the code: \(key)") }
        #expect(rows == keys, "in the same order")
    }

    @Test func theShippedFileSaysTheDefaults() throws {
        let text = try repositoryFile("config/learnd.toml")
        let shipped = try settings(text)
        #expect(shipped == Settings.defaults)
        #expect(Settings.changes(from: shipped, to: .defaults).isEmpty)
        // Every key stands in it, those without a default as a comment.
        let tree = try ConfigurationTree(parsing: Array(text.utf8), file: "")
        func paths(_ members: [ConfigurationNode.Member], _ prefix: String) -> [String] {
            members.flatMap { member -> [String] in
                let path = prefix + member.key
                switch member.node.value {
                case .table(let inner): return paths(inner, path + ".")
                case .list(let items) where member.key == "samples":
                    return paths(items.first?.members ?? [], "samples.")
                default: return [path.replacing("learner.default.", with: "learner.NAME.")]
                }
            }
        }
        let given = Set(paths(tree.members, ""))
        for key in SettingKey.catalogue where !given.contains(key.fullPath) {
            #expect(key.standard == .none && text.contains("\n# \(key.path) = "), "\(key.fullPath)")
        }
    }

    @Test func aCommentedKeyOfTheShippedFileIsValidWhenUncommented() throws {
        let text = try repositoryFile("config/learnd.toml")
            .replacing("\n# width = ", with: "\nwidth = ")
            .replacing("\n# classes = ", with: "\nclasses = ")
            .replacing("\n# warm_start = ", with: "\nwarm_start = ")
            .replacing("\n# frozen = ", with: "\nfrozen = ")
        let found = try settings(text)
        #expect(found.learners[0].width == 50)
        #expect(found.learners[0].classes == [.text("no"), .text("yes")])
        #expect(found.learners[0].model == .auto, "a pool starts with nothing")
        let pool = try settings(
            try repositoryFile("config/learnd.toml")
                .replacing("\n# pool.experts = ", with: "\npool.experts = ")
        )
        #expect(pool.learners[0].pool.experts == ["label_table"])
    }

    @Test func theExamplesMeanWhatTheySay() throws {
        let regression = try settings(try repositoryFile("config/examples/regression.toml"))
        let demand = try #require(regression.learners.first)
        #expect(demand.name.text == "demand" && regression.learners.count == 1)
        #expect(demand.task == .regression && demand.model == .linear && demand.loss == .huber)
        #expect(demand.huberDelta == 2.5 && demand.optimiser == .adam && demand.rate == 0.005)
        #expect(demand.publish.interval == .seconds(60) && demand.publish.first == 5000)
        #expect(demand.publish.samples == Settings.defaults.learners[0].publish.samples)

        let contexts = try settings(try repositoryFile("config/examples/contexts.toml"))
        #expect(contexts.learners.map(\.name.text) == ["plant"])
        #expect(contexts.learners[0].isolation == .experts)
        #expect(contexts.learners[0].isolationMax == 20)
        #expect(contexts.learners[0].contextsMax == 200)

        let memory = try settings(try repositoryFile("config/examples/memory-contexts.toml"))
        #expect(memory.learners.map(\.name.text) == ["sites"])
        let sites = EngineSettings(memory.learners[0], of: memory)
        #expect(sites.memory.policy == .contexts && sites.memory.reservoirRows == 6000)
        #expect(sites.model == .softmax && sites.memory.bytesMax == 32 << 20)

        let two = try settings(try repositoryFile("config/examples/two-learners.toml"))
        #expect(two.learners.map(\.name.text) == ["fraud", "topic"])
        #expect(two.learners[0].task == .classes && two.learners[0].model == .logistic)
        #expect(two.learners[0].consolidate.every == .seconds(86_400))
        #expect(two.learners[1].memory.bytesMax == 256 << 20)
        #expect(two.learners[1].rate == 0.1, "AdaGrad's own")
        #expect(two.memoryBudgetBytes == 4 << 30)

        let words = try settings(try repositoryFile("config/examples/word-vectors.toml"))
        #expect(words.learners[0].model == .embedding && words.learners[0].task == .unlabelled)
        #expect(words.learners[0].embedding.dimension == 64 && words.learners[0].rate == 0.05)
        #expect(words.learners[0].textBytesMax == 16 << 10)
        #expect(words.learners[0].embedding.negatives == 5, "the default")

        let sockets = try settings(try repositoryFile("config/examples/pull-ipc.toml"))
        #expect(sockets.samples.map(\.kind) == [.pull, .sub])
        #expect(sockets.samples[0].endpoint == .ipc(path: "samples.sock"))
        #expect(sockets.samples[0].ipcMode == 0o660 && sockets.samples[0].ipcGroup == "learnd")
        #expect(sockets.samples[1].mode == .connect)
        #expect(!sockets.memoryCheck().exceeds, "the examples pass the check at the start")
        #expect(sockets.learners.map(\.name) == [.default])

        let late = try settings(try repositoryFile("config/examples/late-labels.toml"))
        #expect(late.learners[0].labels.wait == .seconds(180 * 86_400))
        #expect(late.learners[0].labels.waitRows == 200_000)
        let active = try settings(try repositoryFile("config/examples/active-learning.toml"))
        #expect(active.learners[0].query.budget == 0.05)
        let pumps = try settings(try repositoryFile("config/examples/anomaly.toml"))
        #expect(pumps.learners[0].anomaly.isEnabled && pumps.learners[0].anomaly.window == 1000)
        #expect(active.learners[0].query.strategy == .uncertainty)
        let warm = try settings(try repositoryFile("config/examples/warm-start.toml")).learners[0]
        #expect(warm.warmStart?.path == "/etc/learnd/digits.safetensors")
        #expect(warm.warmStart?.hasFreshHead == true && warm.warmStart?.frozen == ["layers.0"])
        #expect(warm.width == 64 && warm.classes?.count == 3 && warm.model == .network)
    }

    @Test func everyExampleIsValid() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let names = try FileManager.default.contentsOfDirectory(
            atPath: root.appendingPathComponent("config/examples").path
        )
        #expect(names.count > 10)
        for name in names {
            #expect(throws: Never.self, "\(name)") {
                try settings(try repositoryFile("config/examples/\(name)"))
            }
        }
        // Those of networks, and linear regression beside them, are trained by NetworkExampleTests.
        #expect(NetworkExample.all.allSatisfy { names.contains($0.file + ".toml") })
    }

    @Test func theDefaultsAreThoseOfTheDesign() {
        let defaults = Settings.defaults
        #expect(defaults.learners.map(\.name) == [.default])
        #expect(defaults.samples.count == 1 && defaults.samples[0].kind == .sub)
        #expect(
            [
                defaults.samples[0].endpoint, defaults.versionsEndpoint,
                defaults.snapshotsEndpoint, defaults.eventsEndpoint,
            ].map(\.description)
                == [7711, 7712, 7714, 7715].map { "tcp://127.0.0.1:\($0)" }
        )
        #expect(!defaults.isInsecure && defaults.checkpointInterval == .seconds(10))
        let learner = defaults.learners[0]
        #expect(learner.task == .auto && learner.model == .pool && learner.mode == .sequential)
        #expect(learner.pool.experts.isEmpty && learner.pool.rows == 5000)
        #expect(learner.voteSamples == 200 && learner.voteDelay == .seconds(2))
        #expect(learner.drift.adwinDelta == 0.05 && learner.drift.adwinClock == 16)
        #expect(learner.consolidate.everySamples == nil && learner.consolidate.every == nil)
        #expect(learner.width == nil && learner.classes == nil)
    }
}
