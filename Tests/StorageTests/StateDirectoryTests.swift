// SPDX-License-Identifier: Apache-2.0
//
// Where things live, who may use them, and what they are called.

import Foundation
import Primitives
import Testing

@testable import Storage

@Suite struct DirectoriesTests {
    private static func resolve(
        _ environment: [String: String],
        _ flags: Directories.Flags = .init()
    ) throws(StorageError) -> Directories {
        try Directories(
            environment: environment,
            flags: flags,
            userID: 42,
            workingDirectory: "/place"
        )
    }

    private static let system = [
        "STATE_DIRECTORY": "/var/lib/learnd", "RUNTIME_DIRECTORY": "/run/learnd",
        "CONFIGURATION_DIRECTORY": "/etc/learnd",
    ]

    @Test func systemdComesBeforeTheFlagsAndSaysSo() throws {
        let plain = try Self.resolve(Self.system)
        #expect(plain.state == "/var/lib/learnd")
        #expect(plain.runtime == "/run/learnd")
        #expect(plain.configuration == "/etc/learnd")
        #expect(plain.notes.isEmpty)
        let both = try Self.resolve(Self.system, .init(state: "/elsewhere", runtime: "/run/learnd"))
        #expect(both.state == "/var/lib/learnd")
        #expect(both.notes.count == 1)
        #expect(both.notes.first?.contains("--state /elsewhere") == true)
    }

    @Test func flagsComeBeforeXDG() throws {
        let found = try Self.resolve(
            ["HOME": "/home/u", "XDG_STATE_HOME": "/x"],
            .init(state: "here/", runtime: "/r", configuration: "/c//")
        )
        #expect(found.state == "/place/here")
        #expect(found.runtime == "/r")
        #expect(found.configuration == "/c")
    }

    @Test func xdgIsTheLastResort() throws {
        let home = try Self.resolve(["HOME": "/home/u", "XDG_STATE_HOME": "relative"])
        #expect(home.state == "/home/u/.local/state/learnd")
        #expect(home.runtime == "/tmp/learnd-42/learnd")
        #expect(home.configuration == "/home/u/.config/learnd")
        let xdg = try Self.resolve([
            "XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/r", "XDG_CONFIG_HOME": "/c",
        ])
        #expect(
            [xdg.state, xdg.runtime, xdg.configuration] == ["/s/learnd", "/r/learnd", "/c/learnd"]
        )
    }

    @Test func whatCannotBeFoundIsNamedWithItsRemedy() throws {
        let error = #expect(throws: StorageError.self) { _ = try Self.resolve([:]) }
        #expect(error?.description.contains("STATE_DIRECTORY") == true)
        #expect(error?.remedy.contains("--state") == true)
        let long = String(repeating: "d", count: 100)
        let tooLong = #expect(throws: StorageError.self) {
            _ = try Self.resolve(Self.system.merging(["RUNTIME_DIRECTORY": "/\(long)"]) { $1 })
        }
        #expect(tooLong?.description.contains("107") == true)
        #expect(throws: StorageError.self) { _ = try Self.resolve([:], .init(state: "")) }
    }

    @Test func directoriesAreMadeForTheirOwnerOnly() throws {
        let base = try TemporaryDirectory()
        let directories = try Directories(
            environment: [:],
            flags: .init(
                state: base.file("a/state"),
                runtime: base.file("run"),
                configuration: base.file("none")
            ),
            userID: getuid(),
            workingDirectory: "/"
        )
        try directories.create()
        try directories.create()
        #expect(try Self.mode(directories.state) == 0o700)
        #expect(try Self.mode(directories.runtime) == 0o750)
        #expect(!FileManager.default.fileExists(atPath: directories.configuration))
    }

    private static func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}

@Suite struct StateLockTests {
    @Test func theSecondDaemonIsToldWhoHasTheLock() throws {
        let directory = try TemporaryDirectory()
        do {
            let lock = try StateLock(state: directory.path)
            let error = #expect(throws: StorageError.self) {
                _ = try StateLock(state: directory.path)
            }
            #expect(error?.cause == .locked(holder: getpid()))
            #expect(error?.description.contains("process \(getpid()) holds it") == true)
            _ = consume lock
        }
        _ = try StateLock(state: directory.path)
    }

    @Test func aLockLeftBehindIsTakenSilently() throws {
        let directory = try TemporaryDirectory()
        try "4194303\nand much more text than the new one\n".write(
            toFile: directory.file("lock"),
            atomically: true,
            encoding: .utf8
        )
        let lock = try StateLock(state: directory.path)
        #expect(
            try String(contentsOfFile: directory.file("lock"), encoding: .utf8) == "\(getpid())\n"
        )
        _ = consume lock
    }

    @Test func theKernelLetsGoOfTheLockOfAKilledProcess() throws {
        let directory = try TemporaryDirectory()
        let holder = Process()
        let output = Pipe()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        holder.arguments = [
            "--no-fork", directory.file("lock"), "sh", "-c", "echo held; exec sleep 600",
        ]
        holder.standardOutput = output
        try holder.run()
        #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))
        let error = #expect(throws: StorageError.self) {
            _ = try StateLock(state: directory.path)
        }
        #expect(error?.cause == .locked(holder: nil))
        kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
        _ = try StateLock(state: directory.path)
    }
}

@Suite struct IncarnationTests {
    @Test func itIsMadeOnceAndStays() throws {
        let directory = try TemporaryDirectory()
        let first = try Incarnation.establish(state: directory.path, on: SystemFileSystem())
        let again = try Incarnation.establish(state: directory.path, on: SystemFileSystem())
        #expect(first == again)
        #expect(first.text.count == 32 && first.restoredFrom == nil)
        #expect(Incarnation() != Incarnation())
        #expect(Incarnation(first.text) == first)
    }

    @Test(arguments: ["", "short", "0123456789ABCDEF0123456789ABCDEF", "x\ny\nz"])
    func aDamagedFileIsRefused(contents: String) throws {
        let directory = try TemporaryDirectory()
        try contents.write(
            toFile: directory.file("incarnation"),
            atomically: true,
            encoding: .utf8
        )
        #expect(throws: StorageError.self) {
            _ = try Incarnation.establish(state: directory.path, on: SystemFileSystem())
        }
    }

    @Test func stateWithoutAnIncarnationIsRefused() throws {
        let directory = try TemporaryDirectory()
        var store = CheckpointStore(state: directory.path)
        try store.save([1], learner: .default)
        let error = #expect(throws: StorageError.self) {
            _ = try Incarnation.establish(state: directory.path, on: SystemFileSystem())
        }
        #expect(error?.description.contains("checkpoints is there") == true)
    }

    @Test func theOriginOfARestoredOneIsKept() throws {
        let old = Incarnation()
        let new = Incarnation(restoredFrom: old)
        #expect(Incarnation(fileBytes: new.fileBytes) == new)
        #expect(new.restoredFrom == old.text && new.text != old.text)
    }
}

@Suite struct HashTests {
    @Test func theStandardVectorsHold() {
        // FIPS 180-4, and one block more.
        #expect(
            sha256Hex([])
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
        #expect(
            sha256Hex(Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        #expect(
            sha256Hex([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        )
    }
}
