// SPDX-License-Identifier: Apache-2.0
//
// Endpoints, what may be bound, and how much memory may wait.

import Testing

@testable import Configuration

@Suite struct SocketTests {
    @Test(arguments: [
        "tcp://127.0.0.1:7711", "tcp://[::1]:7711", "tcp://*:0", "tcp://10.1.2.3:65535",
        "tcp://producer.example:7000", "ipc:///run/learnd/x.sock", "ipc://relative.sock",
    ])
    func endpointsAreReadAndWritten(text: String) throws {
        #expect(try Endpoint(text).description == text)
    }

    @Test(arguments: [
        "", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:65536",
        "tcp://127.0.0.1:-1", "tcp://127.0.0.1:x", "tcp://127.0.0.256:1", "tcp://1.2.3:1",
        "tcp://+1.2.3.4:1", "tcp://a b:1", "tcp://[::1:1", "tcp://[zz]:1", "tcp://:1",
        "udp://127.0.0.1:1", "127.0.0.1:1", "ipc://", "ipc://@abstract", "inproc://x",
        "ipc:///" + String(repeating: "d", count: 107),
    ])
    func whatIsNoEndpointIsRefused(text: String) {
        #expect(throws: Endpoint.Mistake.self) { _ = try Endpoint(text) }
    }

    @Test func addressesAreWhatLibzmqTakes() throws {
        #expect(try Endpoint("tcp://127.0.0.1:*").address(runtime: "/r") == "tcp://127.0.0.1:*")
        #expect(try Endpoint("tcp://[::1]:5").address(runtime: "/r") == "tcp://[::1]:5")
        #expect(try Endpoint("ipc://x.sock").address(runtime: "/r") == "ipc:///r/x.sock")
        #expect(try Endpoint("ipc:///x.sock").address(runtime: "/r") == "ipc:///x.sock")
    }

    @Test(arguments: [
        "0.0.0.0", "*", "192.168.1.5", "[::]", "[fe80::1]", "128.0.0.1", "127.0.0.1.example",
    ])
    func aBindThatOthersReachNeedsInsecure(host: String) throws {
        for table in ["[[samples]]", "[versions]", "[snapshots]", "[events]"] {
            let text = "\(table)\nendpoint = \"tcp://\(host):9000\"\n"
            let found = problems(text)
            #expect(found.count == 1, "\(table) \(host)")
            if host.hasSuffix("example") {
                #expect(found.first?.problem.contains("not to a name") == true)
            } else {
                #expect(found.first?.remedy.contains("insecure = true") == true)
                _ = try settings("insecure = true\n" + text)
            }
        }
    }

    @Test func loopbackAndFilesNeedNothing() throws {
        for endpoint in ["tcp://127.5.5.5:9000", "tcp://[::1]:9000", "ipc://x"] {
            _ = try settings("[[samples]]\nendpoint = \"\(endpoint)\"")
        }
        _ = try settings("[[samples]]\nmode = \"connect\"\nendpoint = \"tcp://192.0.2.1:9000\"")
        #expect(problems("[[samples]]\nendpoint = \"tcp://localhost:9000\"").count == 1)
    }

    @Test func twoSocketsInOnePlaceAreRefused() throws {
        let found = problems(
            "[[samples]]\nendpoint = \"tcp://127.0.0.1:7712\"\n[events]\nendpoint = \"ipc://a\"\n"
                + "[snapshots]\nendpoint = \"ipc://a\"\n"
        )
        #expect(found.map(\.line) == [2, 4])
        #expect(found.first?.key == "samples[1].endpoint")
        #expect(found.first?.problem.contains("versions.endpoint") == true)
        #expect(problems("[[samples]]\n[[samples]]\n").count == 1, "both have the default")
        #expect(
            problems(
                "insecure = true\n[[samples]]\nendpoint = \"tcp://*:7712\"\n"
            ).count == 1,
            "everywhere includes loopback"
        )
        _ = try settings(
            "[[samples]]\nendpoint = \"tcp://127.0.0.1:0\"\n"
                + "[[samples]]\nendpoint = \"tcp://127.0.0.1:0\"\n"
        )
        _ = try settings("[[samples]]\nendpoint = \"tcp://127.0.0.2:7712\"\n")
    }

    @Test(arguments: ["tcp://*:7000", "tcp://127.0.0.1:0", "tcp://0.0.0.0:7000"])
    func aSocketConnectsToSomebody(endpoint: String) {
        let found = problems("[[samples]]\nmode = \"connect\"\nendpoint = \"\(endpoint)\"")
        #expect(found.map(\.key) == ["samples[1].endpoint"])
    }

    @Test func theStartSaysWhetherWaitingMessagesFit() throws {
        let tight = try settings(
            """
            memory_budget = "1GiB"
            [[samples]]
            producers = 4
            receive_hwm = 256
            frame_limit = "1MiB"
            """
        )
        #expect(!tight.memoryCheck().exceeds)
        #expect(tight.memoryCheck().sentence.contains("4 producers x receive_hwm 256"))
        let above = try settings(
            """
            memory_budget = "1GiB"
            [[samples]]
            producers = 4
            receive_hwm = 256
            frame_limit = "1MiB"
            [[samples]]
            endpoint = "ipc://x"
            receive_hwm = 1
            frame_limit = "1KiB"
            """
        )
        let check = above.memoryCheck()
        #expect(check.exceeds, "one byte above is above")
        #expect(check.sentence.contains("more than memory_budget 1GiB"))
        #expect(check.sentence.contains("lower samples[1] receive_hwm to 255"))
        #expect(check.sentence.contains("memory_budget to \"1025MiB\""))
        #expect(Settings.defaults.memoryCheck().sentence.contains("1000MiB"))
    }
}

@Suite struct ChangeTests {
    @Test func aReloadNamesWhatCannotChange() throws {
        let old = try settings("[learner.a]\nrate = 0.1\n[learner.b]\n")
        let new = try settings(
            """
            log.level = "debug"
            seed = 2
            [learner.a]
            rate = 0.2
            publish.first = 7
            [learner.c]
            """
        )
        let changes = Settings.changes(from: old, to: new)
        #expect(
            changes.map(\.key) == [
                "learner.b", "learner.c", "log.level", "seed", "learner.a.rate",
                "learner.a.publish.first",
            ]
        )
        #expect(
            changes.map(\.change) == [.restart, .restart, .live, .newLearner, .restart, .live]
        )
        let refusal = try #require(Settings.reloadRefusal(from: old, to: new))
        for key in ["learner.b", "learner.c", "seed: 1 -> 2", "learner.a.rate: 0.1 -> 0.2"] {
            #expect(refusal.contains(key))
        }
        #expect(!refusal.contains("log.level") && !refusal.contains("publish.first"))
    }

    @Test func liveChangesAreTaken() throws {
        let old = try settings("")
        let new = try settings("log.level = \"error\"\nstate.quota = \"2GiB\"\n")
        #expect(Settings.changes(from: old, to: new).map(\.key) == ["log.level", "state.quota"])
        #expect(Settings.reloadRefusal(from: old, to: new) == nil)
        #expect(Settings.changes(from: old, to: old).isEmpty)
    }

    @Test func sayingADefaultIsNoChange() throws {
        let old = try settings("")
        let new = try settings(
            "seed = 1\nmemory_budget = 1073741824\n[learner.default]\nrate = \"auto\""
        )
        #expect(Settings.changes(from: old, to: new).isEmpty)
    }

    @Test func socketsThatComeAndGoTakeARestart() throws {
        let one = try settings("")
        let two = try settings("[[samples]]\n[[samples]]\nendpoint = \"ipc://x\"\n")
        #expect(Settings.changes(from: one, to: two).map(\.key) == ["samples[2]"])
        #expect(Settings.changes(from: two, to: one).first?.new == nil)
        #expect(Settings.reloadRefusal(from: two, to: one)?.contains("samples[2]") == true)
    }

    @Test func birthValuesAreThoseOfTheLearner() throws {
        let found = try settings("seed = 9\n[learner.a]\nclasses = [1, \"x\"]\n[learner.ab]\n")
        let values = found.birthValues(of: found.learners[0].name)
        #expect(values.first?.value == "9")
        #expect(values.contains { $0.key == "learner.a.classes" && $0.value == "[1, \"x\"]" })
        #expect(values.allSatisfy { $0.change == .newLearner && !$0.key.contains("learner.ab") })
    }
}
