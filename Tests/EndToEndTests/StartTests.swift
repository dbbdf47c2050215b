// SPDX-License-Identifier: Apache-2.0
//
// How a daemon starts, when it refuses to, and what it says then.

import Foundation
import Linux
import Primitives
import Testing
import ZeroMQ

@Suite(.serialized) struct StartTests {
    @Test func itStartsWithoutConfiguration() throws {
        let context = try Context()
        for port in [7711, 7712, 7714, 7715] where !StartTests.isFree(port, context) {
            print("skipped: port \(port) is in use on this machine")
            return
        }
        let home = try Home()
        try FileManager.default.removeItem(atPath: home.configuration)
        let daemon = try TestDaemon(home, context: context)
        let status = try daemon.status()["daemon"] ?? .null
        #expect(status["endpoints"]?["samples"]?.items.first?.text == "tcp://127.0.0.1:7711")
        #expect(status["endpoints"]?["versions"]?.text == "tcp://127.0.0.1:7712")
        #expect(status["endpoints"]?["snapshots"]?.text == "tcp://127.0.0.1:7714")
        #expect(status["endpoints"]?["events"]?.text == "tcp://127.0.0.1:7715")
        let books = try daemon.learner()
        #expect(books.received == 0)
        #expect(books.state == "waiting for the vote")
        #expect(home.errorText.contains("ready"))
        #expect(daemon.terminate() == .exited(0))
    }

    private static func isFree(_ port: Int, _ context: Context) -> Bool {
        do {
            let socket = try Socket(.pull, in: context)
            try socket.bind("tcp://127.0.0.1:\(port)")
            try socket.unbind("tcp://127.0.0.1:\(port)")
            return true
        } catch {
            return false
        }
    }

    @Test func aSecondDaemonOnTheSameStateIsRefusedByPID() throws {
        let home = try Home(Home.sub + Home.quick())
        let daemon = try TestDaemon(home)
        let (code, said) = try refusal(of: home)
        #expect(code == .exited(1))
        #expect(said.contains("\(daemon.pid)"))
        // The first one has not noticed.
        #expect(try daemon.learner().received == 0)
    }

    @Test func aSecondDaemonOnTheSameControlSocketIsRefused() throws {
        let home = try Home(Home.sub + Home.quick())
        let daemon = try TestDaemon(home)
        let child = try Child(
            try Programs.path("learnd"),
            [
                "--state", home.path + "/elsewhere", "--runtime", home.runtime,
                "--config", home.configuration,
            ],
            errors: home.path + "/second.log"
        )
        #expect(child.wait(.seconds(10)) == .exited(1))
        #expect(try daemon.learner().received == 0)
    }

    @Test func aLockThatAKillLeftBehindIsTaken() throws {
        let home = try Home(Home.sub + Home.quick())
        let first = try TestDaemon(home)
        first.kill()
        let second = try TestDaemon(home)
        #expect(second.pid != first.pid)
        #expect(second.terminate() == .exited(0))
    }

    @Test(
        arguments: [
            ("versions.endpoint", ""), ("samples[1].endpoint", ""), ("snapshots.endpoint", ""),
            ("events.endpoint", ""),
        ]
    )
    func aPortInUseIsNamedWithItsKey(_ key: String, _ unused: String) throws {
        let context = try Context()
        let holder = try Socket(.pull, in: context)
        try holder.bind("tcp://127.0.0.1:*")
        let taken = try holder.lastEndpoint()
        let home = try Home()
        var text = ""
        for name in ["versions.endpoint", "snapshots.endpoint", "events.endpoint"] {
            text += "\(name) = \"\(name == key ? taken : "tcp://127.0.0.1:0")\"\n"
        }
        let samples = key.hasPrefix("samples") ? taken : "tcp://127.0.0.1:0"
        try home.configure(text + "[[samples]]\nendpoint = \"\(samples)\"\n")
        let (code, said) = try refusal(of: home)
        #expect(code == .exited(1))
        #expect(said.contains(key))
        #expect(said.contains(taken))
        #expect(said.contains("in use"))
    }

    @Test func aBindForOtherMachinesNeedsASpelledOutWord() throws {
        let open = "[[samples]]\nendpoint = \"tcp://0.0.0.0:0\"\n"
        let home = try Home(open)
        let (code, said) = try refusal(of: home)
        #expect(code == .exited(1))
        #expect(said.contains("insecure"))
        try home.configure("insecure = true\n" + Home.ports + open)
        let daemon = try TestDaemon(home)
        #expect(daemon.terminate() == .exited(0))
    }

    @Test func aBadConfigurationIsRefusedWithItsLine() throws {
        let home = try Home(Home.sub + "[learner.default]\nratte = 0.1\n")
        let (code, said) = try refusal(of: home)
        #expect(code == .exited(1))
        #expect(said.contains("learnd.toml:7"))
        #expect(said.contains("ratte"))
        #expect(said.contains("rate"))
        #expect(!FileManager.default.fileExists(atPath: home.state + "/checkpoints/default"))
    }

    @Test func aConfigurationThatDoesNotFitTheStateIsRefusedWithBothSides() throws {
        let home = try Home(Home.sub + Home.quick())
        let first = try TestDaemon(home)
        let producer = try TestProducer(
            "a",
            to: try first.sampleAddresses()[0],
            context: first.context
        )
        var stream = Stream(seed: 8)
        try producer.send(stream.packed(50), count: 50)
        try first.wait(until: "50 samples") { $0.learned == 50 }
        #expect(first.terminate() == .exited(0))

        try home.configure(Home.ports + Home.sub + Home.quick(model: "logistic"))
        let (code, said) = try refusal(of: home)
        #expect(code == .exited(1))
        #expect(said.contains("model"))
        #expect(said.contains("logistic"))
        #expect(said.contains("softmax"))
        #expect(said.contains("reset"))
        // The old configuration still has its learner.
        try home.configure(Home.ports + Home.sub + Home.quick())
        let second = try TestDaemon(home)
        #expect(try second.learner().learned == 50)
        // A reset makes room for the new one.
        try second.ok(["command": "reset"])
        #expect(second.terminate() == .exited(0))
        try home.configure(Home.ports + Home.sub + Home.quick(model: "logistic"))
        let third = try TestDaemon(home)
        #expect(try third.learner().received == 50)
    }

    @Test func liveKeysAreTakenAndOthersRefusedWhole() throws {
        let home = try Home(Home.sub + Home.quick())
        let daemon = try TestDaemon(home)
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: daemon.context
        )
        var stream = Stream(seed: 9)
        try producer.send(stream.packed(50), count: 50)
        try daemon.wait(until: "50 samples") { $0.learned == 50 }

        // Refused whole: the restart key is named, and the live one is not taken either.
        let refusedText =
            Home.ports + Home.sub
            + "[learner.default]\nmodel = \"softmax\"\nvote.samples = 20\npublish.first = 60\n"
            + "memory.recent_rows = 7\n"
        try home.configure(refusedText)
        daemon.hangUp()
        try waitFor("memory.recent_rows", in: home)
        try producer.send(stream.packed(20), count: 20)
        let before = try daemon.wait(until: "70 samples") { $0.learned == 70 }
        #expect(before.version == 0)

        try home.configure(
            Home.ports + Home.sub
                + Home.quick().replacingOccurrences(
                    of: "publish.first = 100",
                    with: "publish.first = 60"
                )
        )
        daemon.hangUp()
        try daemon.wait(until: "a version, which the new key allows") { $0.version == 1 }
        #expect(daemon.terminate() == .exited(0))
    }

    /// Waits until standard error holds the text.
    private func waitFor(_ text: String, in home: Home) throws {
        let deadline = Deadline()
        while !home.errorText.contains(text) {
            guard !deadline.isOver else { throw Failure("\(text) was never said") }
            poll(nil, 0, 5)
        }
    }

    /// Starts a daemon that must not start.
    private func refusal(of home: Home) throws -> (code: Child.Ending?, said: String) {
        let file = home.path + "/refusal.log"
        let child = try Child(try Programs.path("learnd"), home.arguments, errors: file)
        let ending = child.wait(.seconds(10))
        return (ending, (try? String(contentsOfFile: file, encoding: .utf8)) ?? "")
    }
}
