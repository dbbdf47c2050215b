// SPDX-License-Identifier: Apache-2.0
//
// The style of the house, held by the machine: each rule on each file, and each rule on a text that
// breaks it, because a test that cannot fail proves nothing.

import Foundation
import Testing

@Suite("Tidy")
struct TidyTests {
    static let rules: [Rule] = [
        .imports, .purity, .bannedCalls, .columns, .length, .header, .leftovers, .functions,
        .documentation, .hashOrder,
    ]

    @Test("the tree keeps", arguments: rules)
    func treeKeeps(_ rule: Rule) {
        let findings = SourceTree.files.flatMap(rule.check)
        for finding in findings { Issue.record("\(finding)") }
    }

    @Test("the walk finds the tree")
    func walkFindsTree() {
        let paths = SourceTree.files.map(\.path)
        #expect(paths.contains("Sources/Pure/Primitives/Name.swift"))
        #expect(paths.contains("Tests/TidyTests/TidyTests.swift"))
        #expect(paths.contains("scripts/test"))
        #expect(!paths.contains { $0.contains(".build/") })
    }

    @Test("docs/ARCHITECTURE.md shows the table of arrows as it is")
    func documentShowsArrows() throws {
        let document = try #require(SourceTree.text("docs/ARCHITECTURE.md"))
        let shown = try #require(Arrows.table(in: document), "the two markers are missing")
        #expect(shown == Arrows.markdown, "paste this between the markers:\n\(Arrows.markdown)")
    }

    @Test("the comparison of the two tables bites")
    func comparisonBites() {
        let marker = "<!-- arrows -->"
        let document = "a\n\(marker)\n\(Arrows.markdown)\n\(marker)\nb"
        #expect(Arrows.table(in: document) == Arrows.markdown)
        let other = document.replacingOccurrences(of: "| `Drift` |", with: "| `Shift` |")
        #expect(Arrows.table(in: other) != Arrows.markdown)
        #expect(Arrows.table(in: "no markers") == nil)
    }

    @Test("arrows lead one way: no module reaches itself")
    func arrowsLeadOneWay() {
        var below: [String: Set<String>] = [:]
        for row in Arrows.table {
            var reached = Set(row.imports)
            for module in row.imports { reached.formUnion(below[module] ?? []) }
            #expect(!reached.contains(row.module), "\(row.module) reaches itself")
            // Rows stand in order, so whatever has a row is imported after that row.
            for module in row.imports where Arrows.row(module) != nil {
                #expect(below[module] != nil, "\(row.module) stands above \(module)")
            }
            below[row.module] = reached
        }
    }

    @Test("each module of Sources has a row")
    func eachModuleHasRow() {
        let modules = Set(SourceTree.files.filter(\.isSwift).compactMap(\.module))
        for module in modules.sorted() {
            #expect(Arrows.row(module) != nil, "enter \(module) in Tests/TidyTests/Arrows.swift")
        }
    }
}
