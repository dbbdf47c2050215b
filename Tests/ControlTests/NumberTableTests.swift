// SPDX-License-Identifier: Apache-2.0
//
// Tables of numbers in memory: what they take, and what they say of that which is none.

import Testing

@testable import Control

struct NumberTableTests {
    private func read(_ text: String, rowsMax: Int = .max) throws -> NumberTable {
        let folder = Folder()
        return try NumberTable.read(folder.file("t.csv", text), rowsMax: rowsMax)
    }

    @Test func theLastColumnIsTheLabel() throws {
        let table = try read("a,b,y\n1,2.5,0\n-3,,1\n4,5,1\n")
        #expect(table.width == 2 && table.count == 3)
        #expect(table.features[0..<3] == [1, 2.5, -3] && table.features[3].isNaN)
        #expect(table.labels == [0, 1, 1] && table.distinctLabels == 2 && !table.hasFractions)
        #expect(try read("a,y\n1,2\n1,2.5\n").hasFractions)
    }

    @Test func rowsEndTheTableSooner() throws {
        let table = try read("a,y\n1,0\n2,1\n3,text\n", rowsMax: 2)
        #expect(table.labels == [0, 1])
    }

    @Test(arguments: [
        ("a,y\n1,0\nx,1\n", "\"x\" in line 3"), ("a,y\n1,0\n2,\n", "line 3: the last column"),
        ("y\n1\n", "one column"), ("a,y\n", "no rows"), ("a,y\n1,0,3\n", "it has 3 columns"),
        ("a,y\n1,nan\n", "the last column is no label"),
    ])
    func whatIsNoTableIsToldSo(text: String, words: String) {
        let error = #expect(throws: UnusableFile.self) { try read(text) }
        #expect(error?.text.contains(words) == true, "\(error?.text ?? "")")
    }

    @Test func aFileThatIsNotThereIsToldSo() {
        let error = #expect(throws: UnusableFile.self) { try NumberTable.read("/nowhere.csv") }
        #expect(error?.text == "there is no file /nowhere.csv")
        #expect(throws: UnusableFile.self) { try EvaluationSettings.read("/nowhere.toml") }
    }
}
