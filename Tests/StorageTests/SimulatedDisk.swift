// SPDX-License-Identifier: Apache-2.0
//
// A disk in memory that behaves as badly as a real one may: what was not synchronised can be lost,
// torn or reordered by a crash, writes take less than was asked, and the n-th call can fail.

import Glibc
import Primitives

@testable import Storage

/// One test owns one disk and calls it from one thread, which is why it may claim to be Sendable.
final class SimulatedDisk: FileSystem, @unchecked Sendable {
    private struct Contents {
        var seen: [UInt8] = []
        var durable: [UInt8] = []
    }
    private enum NameChange {
        case set(String, Int)
        case move(String, String)
        case unset(String)

        var path: String {
            switch self {
            case .set(let path, _), .move(_, let path), .unset(let path): path
            }
        }
    }

    private var files: [Int: Contents] = [:]
    private var names: [String: Int] = [:]
    private var durableNames: [String: Int] = [:]
    private var pending: [NameChange] = []
    private var directories: Set<String> = ["/"]
    private var open: [Int32: (path: String, inode: Int?, position: Int)] = [:]
    private var nextNumber = 10
    private var random: RandomSource
    private var hasCrashed = false

    /// The calls that were made.
    private(set) var calls: [String] = []
    /// The index of the call that fails with EIO.
    var failingCall: Int?
    /// The index of the call before which the power goes.
    var crashingCall: Int?

    static let powerIsOff: Int32 = 9999

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    private func begin(
        _ operation: StorageError.Operation,
        _ path: String
    ) throws(StorageError) {
        let index = calls.count
        calls.append(operation.rawValue)
        if index == crashingCall { hasCrashed = true }
        if hasCrashed { throw StorageError(operation, path, .system(Self.powerIsOff)) }
        if index == failingCall { throw StorageError(operation, path, .system(EIO)) }
    }

    private func makeNumber() -> Int {
        nextNumber += 1
        return nextNumber
    }

    private func apply(_ change: NameChange, to table: inout [String: Int]) {
        switch change {
        case .set(let path, let inode): table[path] = inode
        case .move(let from, let to):
            guard let inode = table.removeValue(forKey: from) else { return }
            table[to] = inode
        case .unset(let path): table[path] = nil
        }
    }

    private func change(_ change: NameChange) {
        apply(change, to: &names)
        pending.append(change)
    }

    /// Gives the power back: only what was synchronised is sure to be there.
    func restart() {
        let keepsOrder = random.chance(0.5)
        let kept = random.below(pending.count + 1)
        for (index, change) in pending.enumerated() {
            if keepsOrder ? index < kept : random.chance(0.5) { apply(change, to: &durableNames) }
        }
        pending = []
        names = durableNames
        for inode in files.keys.sorted() {
            guard var file = files[inode], file.seen != file.durable else { continue }
            switch random.below(3) {
            case 0: break
            case 1: file.durable = file.seen
            default:
                file.durable = Array(file.seen.prefix(random.below(file.seen.count + 1)))
                if !file.durable.isEmpty { file.durable[random.below(file.durable.count)] = 0 }
            }
            file.seen = file.durable
            files[inode] = file
        }
        open = [:]
        hasCrashed = false
        crashingCall = nil
        failingCall = nil
        calls = []
    }

    /// Changes the bytes of a file behind everybody's back.
    func corrupt(_ path: String, _ body: (inout [UInt8]) -> Void) {
        guard let inode = names[path], var file = files[inode] else { return }
        body(&file.seen)
        file.durable = file.seen
        files[inode] = file
    }

    func peek(_ path: String) -> [UInt8]? { names[path].flatMap { files[$0]?.seen } }

    func open(_ path: String, for purpose: FilePurpose) throws(StorageError) -> OpenFile {
        try begin(.open, path)
        let descriptor = Int32(makeNumber())
        switch purpose {
        case .directory:
            guard directories.contains(path) else {
                throw StorageError(.open, path, .system(ENOENT))
            }
            open[descriptor] = (path, nil, 0)
        case .reading:
            guard let inode = names[path] else { throw StorageError(.open, path, .system(ENOENT)) }
            open[descriptor] = (path, inode, 0)
        case .writing:
            if names[path] == nil {
                guard directories.contains(FilePath.parent(of: path)) else {
                    throw StorageError(.open, path, .system(ENOENT))
                }
                let inode = makeNumber()
                files[inode] = Contents()
                change(.set(path, inode))
            }
            let inode = names[path]
            if let inode { files[inode]?.seen = [] }
            open[descriptor] = (path, inode, 0)
        }
        return OpenFile(descriptor: descriptor, path: path)
    }

    func read(upTo count: Int, from file: OpenFile) throws(StorageError) -> [UInt8] {
        try begin(.read, file.path)
        guard let handle = open[file.descriptor], let inode = handle.inode else { return [] }
        let rest = (files[inode]?.seen ?? []).dropFirst(handle.position)
        let piece = Array(rest.prefix(rest.isEmpty ? 0 : 1 + random.below(min(count, rest.count))))
        open[file.descriptor]?.position += piece.count
        return piece
    }

    func write(
        _ bytes: [UInt8],
        from offset: Int,
        to file: OpenFile
    ) throws(StorageError) -> Int {
        try begin(.write, file.path)
        guard let inode = open[file.descriptor]?.inode else { return 0 }
        let taken = 1 + random.below(bytes.count - offset)
        files[inode]?.seen += bytes[offset..<offset + taken]
        return taken
    }

    func synchronise(_ file: OpenFile) throws(StorageError) {
        try begin(.synchronise, file.path)
        guard let handle = open[file.descriptor] else { return }
        if let inode = handle.inode {
            let seen = files[inode]?.seen ?? []
            files[inode]?.durable = seen
            return
        }
        for change in pending where FilePath.parent(of: change.path) == handle.path {
            apply(change, to: &durableNames)
        }
        pending.removeAll { FilePath.parent(of: $0.path) == handle.path }
    }

    func close(_ file: OpenFile) throws(StorageError) {
        try begin(.close, file.path)
        open[file.descriptor] = nil
    }

    func rename(_ path: String, to destination: String) throws(StorageError) {
        try begin(.rename, path)
        guard names[path] != nil else { throw StorageError(.rename, path, .system(ENOENT)) }
        change(.move(path, destination))
    }

    func link(_ path: String, to destination: String) throws(StorageError) {
        try begin(.link, path)
        guard let inode = names[path], names[destination] == nil else {
            throw StorageError(.link, path, .system(names[path] == nil ? ENOENT : EEXIST))
        }
        change(.set(destination, inode))
    }

    @discardableResult
    func remove(_ path: String) throws(StorageError) -> Bool {
        try begin(.remove, path)
        guard names[path] != nil else { return false }
        change(.unset(path))
        return true
    }

    @discardableResult
    func makeDirectory(_ path: String, mode: UInt32) throws(StorageError) -> Bool {
        try begin(.makeDirectory, path)
        return directories.insert(path).inserted
    }

    func names(in path: String) throws(StorageError) -> [String] {
        try begin(.list, path)
        let all: [String] = Array(names.keys) + Array(directories)
        let inside = all.filter { $0 != "/" && FilePath.parent(of: $0) == path }
        return inside.map { String($0.dropFirst(path.count + 1)) }.sorted()
    }

    func size(of path: String) throws(StorageError) -> Int? {
        try begin(.inspect, path)
        if directories.contains(path) { return 0 }
        return names[path].map { files[$0]?.seen.count ?? 0 }
    }
}
