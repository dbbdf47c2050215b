// SPDX-License-Identifier: Apache-2.0
//
// A daemon that has nothing to do does nothing: its threads sleep until something comes or is due.

import Foundation
import Primitives
import Testing
import ZeroMQ

@Suite(.serialized) struct IdleTests {
    /// Processor time that a process has used, in clock ticks of a hundredth of a second.
    private func ticks(of pid: pid_t) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        // The name in brackets may hold anything; what follows is fields. 14 and 15 are the times.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
            throw Failure("/proc/\(pid)/stat reads \(text)")
        }
        return user + system
    }

    @Test(arguments: [false, true]) func anIdleDaemonSleeps(_ hasTwoLearners: Bool) throws {
        // The second learner has voted, and is far from its first version: nothing is due for it.
        let home = try Home(
            Home.sub + Home.quick()
                + (hasTwoLearners ? Home.quick("young", more: "publish.samples = 1") : "")
        )
        let daemon = try TestDaemon(home)
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: daemon.context
        )
        var stream = Stream(seed: 50)
        if hasTwoLearners { try producer.send(stream.packed(50), count: 50, to: "young") }
        for _ in 0..<30 { try producer.send(stream.packed(10), count: 10) }
        try daemon.wait(until: "300 samples") { $0.learned == 300 && $0.version > 0 }
        let notices = try TestConsumer(
            ["default/notice/"],
            at: try daemon.address("versions"),
            context: daemon.context
        )
        // Notices come once a second, so two of them span an idle second.
        _ = try #require(try notices.next())
        let before = try ticks(of: daemon.pid)
        _ = try #require(try notices.next())
        let used = try ticks(of: daemon.pid) - before
        #expect(used < 30, "\(used) hundredths of a second of processor time in an idle second")
    }
}
