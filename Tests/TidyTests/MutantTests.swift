// SPDX-License-Identifier: Apache-2.0
//
// Each rule bites a text that breaks it, on the line that breaks it, and leaves alone a text that
// only looks so.

import Foundation
import Testing

/// A text, the rule it is for, and the lines on which that rule must complain.
struct Mutant: Sendable, CustomTestStringConvertible {
    var rule: Rule
    var path: String
    var text: String
    var lines: [Int]

    init(_ rule: Rule, in path: String = "Sources/Pure/Drift/A.swift", _ text: String, at: [Int]) {
        self.rule = rule
        self.path = path
        self.text = text
        lines = at
    }

    var testDescription: String {
        "\(rule.name): \(text.prefix(60).replacingOccurrences(of: "\n", with: " / "))"
    }
}

@Suite("Tidy mutants")
struct MutantTests {
    @Test("the rule sees the mutant and nothing else", arguments: all)
    func ruleSees(_ mutant: Mutant) {
        let file = SourceFile(path: mutant.path, text: mutant.text)
        #expect(mutant.rule.check(file).map(\.line).sorted() == mutant.lines)
    }

    @Test("every rule has a mutant that it sees and a text that it leaves alone")
    func everyRuleHasMutant() {
        for rule in TidyTests.rules {
            let mutants = MutantTests.all.filter { $0.rule.name == rule.name }
            #expect(mutants.contains { !$0.lines.isEmpty }, "\(rule.name) has no mutant")
            #expect(mutants.contains { $0.lines.isEmpty }, "\(rule.name) has no near miss")
        }
    }

    static let all = imports + bans + shapes + functions + documentation + order

    static let imports = [
        Mutant(.imports, "import Primitives\npackage import Learning\n", at: [2]),
        Mutant(.imports, "import struct Engine.Engine\n", at: [1]),
        Mutant(.imports, in: "Sources/Edge/ZeroMQ/A.swift", "import Storage\n", at: [1]),
        Mutant(.imports, in: "Sources/Edge/Novelty/A.swift", "import Primitives\n", at: [1]),
        Mutant(.imports, in: "Sources/learnd/main.swift", "import Engine\n", at: [1]),
        Mutant(.imports, in: "Sources/Simulation/A.swift", "import Storage\n", at: [1]),
        Mutant(.imports, "// import Learning\npackage import Primitives\n", at: []),
        Mutant(.imports, in: "Tests/DriftTests/A.swift", "import Learning\n", at: []),
        Mutant(
            .purity,
            "import Foundation\nimport Glibc\nprivate import Dispatch\n",
            at: [1, 2, 3]
        ),
        Mutant(.purity, "import Primitives\nlet text = \"import Foundation\"\n", at: []),
        Mutant(.purity, in: "Sources/Edge/Linux/A.swift", "import Glibc\n", at: []),
    ]

    static let bans = [
        Mutant(.bannedCalls, "let a = try! b()\nlet c = d as! E\n", at: [1, 2]),
        Mutant(.bannedCalls, "fatalError(\"no\")\n", at: [1]),
        Mutant(.bannedCalls, "let a = Int.random(in: 0..<4)\n", at: [1]),
        Mutant(.bannedCalls, "let a = Int.random(\n    in: 0..<4)\n", at: [1]),
        Mutant(.bannedCalls, "a.shuffled()\na.shuffle(using: &g)\na.shuffle()\n", at: [1, 2, 3]),
        Mutant(.bannedCalls, "var g = SystemRandomNumberGenerator()\n", at: [1]),
        Mutant(.bannedCalls, "let a = Date()\nlet b = c.hashValue\n", at: [1, 2]),
        Mutant(.bannedCalls, "print(a)\n", at: [1]),
        Mutant(.bannedCalls, "let a = \"\\(b ?? { fatalError() }())\"\n", at: [1]),
        Mutant(
            .bannedCalls,
            in: "Sources/Edge/Linux/A.swift",
            "usleep(10)\nsleep(1)\n",
            at: [1, 2]
        ),
        Mutant(.bannedCalls, in: "Sources/learnctl/main.swift", "print(a)\n", at: []),
        Mutant(.bannedCalls, "random.shuffle(&order)\n", at: []),
        Mutant(.bannedCalls, "// try! this\nlet a = try b()\nlet c = \"fatalError\"\n", at: []),
        Mutant(.bannedCalls, "/* print(a) /* as! */ */ let d = e as? F\ntable.print(a)\n", at: []),
        Mutant(.bannedCalls, in: "Tests/DriftTests/A.swift", "let a = try! b()\n", at: []),
    ]

    static let shapes = [
        Mutant(.columns, "ok\n" + String(repeating: "a", count: 101), at: [2]),
        Mutant(.columns, String(repeating: "ä", count: 100), at: []),
        Mutant(.columns, in: "docs/a.md", String(repeating: "a", count: 101), at: []),
        Mutant(.length, String(repeating: "a\n", count: 501), at: [501]),
        Mutant(.length, String(repeating: "a\n", count: 500), at: []),
        Mutant(.header, "import Primitives\n", at: [1]),
        Mutant(.header, in: "scripts/a", "#!/usr/bin/env bash\nset -e\n", at: [1]),
        Mutant(.header, in: "Sources/CLinux/a.c", "int a;\n", at: [1]),
        Mutant(.header, "// SPDX-License-Identifier: Apache-2.0\n", at: []),
        Mutant(
            .header,
            in: "scripts/a",
            "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n",
            at: []
        ),
        Mutant(.leftovers, in: "docs/a.md", "fine\nTO" + "DO: more\n", at: [2]),
        Mutant(.leftovers, "// FIX" + "ME\nlet a = 1 // XX" + "X\n", at: [1, 2]),
        Mutant(.leftovers, "let todos = a // mastodons\n", at: []),
    ]

    static let functions = [
        Mutant(.functions, function("func a() -> Int {", lines: 71), at: [1]),
        Mutant(.functions, function("init(\n    a: Int\n)\nwhere T: A {", lines: 71), at: [1]),
        Mutant(.functions, "struct A {\n" + function("var a: Int {", lines: 71) + "}\n", at: [2]),
        Mutant(.functions, function("func a() -> Int {", lines: 70), at: []),
        Mutant(
            .functions,
            "protocol A {\n    func a()\n    var b: Int { get }\n}\n"
                + function("struct A {", lines: 90),
            at: []
        ),
    ]

    static let documentation = [
        Mutant(.documentation, "package struct A {}\n", at: [1]),
        Mutant(.documentation, "/// No period\npackage struct A {}\n", at: [2]),
        Mutant(
            .documentation,
            "/// A.\npackage enum A {\n    case b\n    case c(Int)\n}\n",
            at: [3, 4]
        ),
        Mutant(.documentation, "/// A.\npackage protocol A {\n    func b()\n}\n", at: [3]),
        Mutant(.documentation, "struct A {\n    package private(set) var b = 1\n}\n", at: [2]),
        Mutant(.documentation, "// A.\n@frozen\npackage final class A {}\n", at: [3]),
        Mutant(.documentation, "/// A.\n// Its proof.\npackage final class A {}\n", at: []),
        Mutant(.documentation, "package import Primitives\nstruct A {}\n", at: []),
        Mutant(
            .documentation,
            """
            /// A, which is
            /// an enum.
            ///
            /// - Note: more
            @frozen
            package enum A {
                /// B.
                case b
                static let c = 1
                /// D.
                package var d: Int {
                    switch self {
                    case .b: 1
                    }
                }
            }
            """,
            at: []
        ),
    ]

    static let order = [
        Mutant(.hashOrder, "var a: [Int: Int] = [:]\nfor (b, c) in a {\n}\n", at: [2]),
        Mutant(.hashOrder, "let a = Set<Int>()\nfor b in self.a where b > 1 {\n}\n", at: [2]),
        Mutant(.hashOrder, "var a: [Int: [Int]]\nlet b = a.map { $0 }\n", at: [2]),
        Mutant(
            .hashOrder,
            "func f(a: Dictionary<Int, Int>) {\n    a.values.reduce(0, +)\n}\n",
            at: [2]
        ),
        Mutant(.hashOrder, "var a: Set<Int>\nlet b = Array(a)\n", at: [2]),
        Mutant(.hashOrder, "var a: [Int: Int]\nfor b in a.keys {\n}\n", at: [2]),
        Mutant(.hashOrder, "var a: [Int: Int]\nfor b in a.keys.sorted() {\n}\n", at: []),
        Mutant(.hashOrder, "var a: [Int: Int]\nlet b = a[1]\nlet c = a.values.count\n", at: []),
        Mutant(.hashOrder, "var a: [Int]\nfor b in a {\n}\nlet c = a.map { $0 }\n", at: []),
        Mutant(
            .hashOrder,
            in: "Sources/Edge/Linux/A.swift",
            "var a: [Int: Int]\nfor b in a {\n}\n",
            at: []
        ),
    ]

    /// A declaration that is `lines` long.
    private static func function(_ opening: String, lines: Int) -> String {
        let head = opening.split(separator: "\n", omittingEmptySubsequences: false).count
        return opening + "\n" + String(repeating: "    a()\n", count: lines - head - 1) + "}\n"
    }
}
