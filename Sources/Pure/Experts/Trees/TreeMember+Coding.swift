// SPDX-License-Identifier: Apache-2.0
//
// Trees as bytes: the chance, the nodes, then the statistics of the leaves; behind them comes what
// a member of several needs besides.

import Kernels
import Primitives

extension StreamTree {
    func encode(_ rule: TreeRule, into writer: inout ByteWriter) {
        writer.write(random)
        writer.write(measure.centre)
        writer.write(measure.spread)
        writer.write(numbers: nodes)
        writer.write(statistics(rule))
    }

    init(_ rule: TreeRule, from reader: inout ByteReader) throws(DecodeError) {
        let random: UInt64 = try reader.read()
        let measure = (try reader.readFloat(), try reader.readFloat())
        let nodes: [Int32] = try reader.readNumbers()
        let statistics = try reader.readFloats()
        guard
            let tree = StreamTree(
                rule,
                nodes: nodes,
                statistics: statistics,
                random: random,
                measure: measure
            )
        else { throw .invalid("nodes and leaves are those of no tree") }
        self = tree
    }
}

extension TreeMember {
    func encode(_ rule: TreeRule, into writer: inout ByteWriter) {
        let (random, rows) = words
        tree.encode(rule, into: &writer)
        writer.write(background != nil)
        background?.encode(rule, into: &writer)
        writer.write(quality)
        watch.encode(into: &writer)
        writer.write(random)
        writer.write(rows)
    }

    init(_ rule: TreeRule, from reader: inout ByteReader) throws(DecodeError) {
        let tree = try StreamTree(rule, from: &reader)
        let background = try reader.readFlag() ? try StreamTree(rule, from: &reader) : nil
        let quality = try reader.readFloat()
        let watch = try ErrorWatch(from: &reader)
        let random: UInt64 = try reader.read()
        let rows: UInt64 = try reader.read()
        guard
            let member = TreeMember(
                tree: tree,
                background: background,
                quality: quality,
                watch: watch,
                random: random,
                rows: rows
            )
        else { throw .invalid("the quality of a tree is not a number") }
        self = member
    }
}

extension ErrorWatch {
    func encode(into writer: inout ByteWriter) { writer.write(numbers: words) }

    init(from reader: inout ByteReader) throws(DecodeError) {
        guard let watch = ErrorWatch(words: try reader.readNumbers()) else {
            throw .invalid("the watch of a tree is not one")
        }
        self = watch
    }
}
