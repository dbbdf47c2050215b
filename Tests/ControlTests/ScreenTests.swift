// SPDX-License-Identifier: Apache-2.0
//
// Tables, figures and events as people see them.

import Primitives
import Testing

@testable import Control

struct ScreenTests {
    @Test func columnsStandUnderOneAnother() {
        var table = TextTable([("NAME", .left), ("COUNT", .right), ("", .left)])
        table.add(["a", "1,000", "x"])
        table.add(["longer", "7"])
        #expect(table.lines() == ["NAME    COUNT", "a       1,000  x", "longer      7"])
        #expect(table.lines(indent: 2)[2] == "  longer      7")
    }

    @Test func figuresAreEasyToRead() {
        #expect(Figures.grouped(Int64(1_234_567)) == "1,234,567")
        #expect(Figures.grouped(Int64(-1000)) == "-1,000")
        #expect(Figures.grouped(Int64(999)) == "999")
        #expect(Figures.percent(0.91249) == "91.2 %")
        #expect(Figures.percent(.nan) == "-")
        #expect(Figures.fixed(1234.5, digits: 2) == "1,234.50")
        #expect(Figures.fixed(-0.001, digits: 2) == "0.00")
        #expect(Figures.size(1536) == "1.5 KiB")
        #expect(Figures.size(12) == "12 B")
        #expect(Figures.time(seconds: 7384) == "2 h 3 min")
        #expect(Figures.time(seconds: 0.5) == "0.50 s")
        #expect(Figures.count(1, "version") == "1 version")
    }

    @Test func eventsAreLines() {
        let event: JSONValue = [
            "event": "drift", "level": "drift", "detector": "adwin", "signal": "error",
            "sample": 12_345, "since": 200, "learner": "default", "at": "2026-11-20T21:03:32.123Z",
        ]
        let line = EventText.line(event)
        #expect(line.hasPrefix("21:03:32  default  drift at sample 12,345: adwin on error"))
        #expect(line.hasSuffix("since about 200 samples"))
        let unknown: JSONValue = ["event": "new", "learner": "default"]
        #expect(EventText.line(unknown).contains("\"event\":\"new\""))
    }

    @Test func measuresStandBesideTheirBaselines() {
        let metrics: JSONValue = [
            "accuracy": 0.9, "accuracy_recent": 0.95, "log_loss": 0.2, "kappa": 0.8, "auc": nil,
            "baselines": ["majority": 0.6, "no_change": 0.5],
        ]
        let lines = MeasureTable.table(of: metrics).lines()
        #expect(lines.count == 4)
        #expect(lines[1].contains("90.0 %") && lines[1].contains("95.0 %"))
        #expect(lines[2].hasPrefix("majority") && lines[2].hasSuffix("60.0 %"))
    }

    @Test func contextsSayWhatWasForgotten() {
        let learner: JSONValue = [
            "metrics": [
                "contexts": [
                    "north": [
                        "samples": 1200, "error_recent": 0.1, "error_best": 0.05,
                        "error_learned": 0.0625, "error_examined": 0.25, "forgetting": 0.1875,
                        "backward_transfer": -0.1875,
                    ], "south": ["samples": 30, "error_recent": 0.5],
                ],
                "contexts_left": 1, "forgetting": 0.1875, "backward_transfer": -0.1875,
            ]
        ]
        let lines = ContextTableText.lines(of: learner)
        #expect(lines.count == 4)
        let north = lines[1].split(separator: " ").map(String.init)
        #expect(north.first == "north" && north.last == "shared")
        #expect(north.suffix(5).dropLast() == ["0.0625", "0.2500", "0.1875", "-0.1875"])
        #expect(
            lines[3] == "  mean of 1 that were left: forgetting 0.1875, backward transfer -0.1875"
        )
    }

    @Test func thePoolsExpertsStandByTheirWeights() {
        let experts: JSONValue = [
            [
                "name": "knn_1000", "weight": 0.3, "loss": 0.2, "error": 0.1, "accuracy": 0.8,
                "awake": true,
            ],
            ["name": "forest", "weight": 0.65, "loss": 0.15, "error": 0.05, "awake": true],
            ["name": "mlp", "weight": 0.0, "loss": 0.4, "error": 0.2, "awake": false],
        ]
        let learner: JSONValue = [
            "learner": "default", "metrics": ["accuracy": 0.9, "experts": experts],
            "consolidation": [
                "state": "idle", "count": 3, "rest_seconds": 0.0,
                "refits": ["adopted": 5, "rejected": 1],
            ],
        ]
        let lines = ExpertTableText.lines(of: learner)
        #expect(lines[0].contains("EXPERT") && lines[0].contains("LOG LOSS"))
        #expect(lines[1].hasPrefix("  forest") && lines[1].contains("65.0 %"))
        #expect(lines[2].hasPrefix("  knn_1000") && lines[2].contains("80.0 %  10.0 %"))
        #expect(lines[3].hasPrefix("  mlp") && lines[3].contains("rests"))
        let details = StatusPage.details(of: learner)
        #expect(details.contains { $0.contains("experts made anew: 5 taken, 1 not") })
        #expect(details.contains(lines[1]))
        #expect(StatusPage.details(of: ["learner": "a", "metrics": ["accuracy": 0.9]]).count == 6)
        let event: JSONValue = [
            "event": "version", "version": 7, "reason": "routine", "metrics": ["experts": experts],
        ]
        #expect(
            EventText.line(event).hasSuffix("routine (forest 65.0 %, knn_1000 30.0 %)")
        )
    }

    @Test func checkSaysWhichModelEachLearnerWillHave() {
        let folder = Folder()
        let path = folder.file(
            "learnd.toml",
            "[learner.a]\n[learner.b]\nrate = 0.1\n[learner.c]\nmodel = \"svm\"\n"
        )
        let lines = learnctl(["check", path]).screen.lines
        #expect(lines.contains { $0.hasPrefix("a: a pool of ") && $0.contains("for numbers") })
        #expect(lines.contains { $0.hasPrefix("b: softmax for classes") && $0.contains("rate") })
        #expect(lines.contains("c: svm"))
        let json = learnctl(["check", path, "--json"]).screen.lines.joined()
        #expect(json.contains("\"models\":{\"a\":\"a pool of "))
    }

    @Test func intervalsAndReliabilityAreShownWhereThereAreAny() {
        var metrics: JSONValue = ["mae": 1.5, "rmse": 2, "baselines": ["last_value": ["mae": 3]]]
        #expect(!MeasureTable.table(of: metrics).lines()[0].contains("COVERAGE"))
        #expect(MeasureTable.reliability(of: metrics) == nil)
        metrics = [
            "mae": 1.5, "interval": ["count": 10, "coverage": 0.9, "width": 4.25],
            "reliability": [
                "count": [0, 4], "confidence": [nil, 0.75], "hit_rate": [nil, 0.5],
            ],
        ]
        let lines = MeasureTable.table(of: metrics).lines()
        #expect(lines[0].hasSuffix("COVERAGE   WIDTH") && lines[1].hasSuffix("90.0 %  4.2500"))
        let table = MeasureTable.reliability(of: metrics)?.lines()
        #expect(table?.count == 2 && table?.last?.hasPrefix("50 to 100 %") == true)
        #expect(table?.last?.hasSuffix("75.0 %  50.0 %") == true)
    }

    @Test func aStatusNamesLearnersAndRefusals() {
        let learner: JSONValue = [
            "learner": "default", "state": "learning", "model": "softmax", "version": 3,
            "received": 1000, "learned": ["trained": 900, "holdout": 18, "scored": 2],
            "waiting": 0, "refused": ["width": 80], "gaps": 0,
        ]
        let table = StatusPage.learnerTable([learner]).lines()
        #expect(table[1].split(separator: " ").contains("920"))
        #expect(StatusPage.details(of: learner).contains { $0.contains("width 80") })
    }
}
