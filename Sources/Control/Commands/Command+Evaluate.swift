// SPDX-License-Identifier: Apache-2.0
//
// `learnctl evaluate`: a file through the daemon's own engine, without a daemon. Each sample is
// predicted before it is learned; the measures of the whole and of each part stand beside those of
// the trivial baselines.

import Configuration
import Engine
import Primitives

extension Command {
    static let evaluate = Command(
        name: "evaluate",
        summary: "run a CSV file through the engine, offline, and measure it",
        words: [WordRule("FILE")],
        options: [
            OptionRule("--label", "COLUMN", help: "the column that is the label"),
            OptionRule("--config", "FILE", help: "the configuration; the defaults unless said"),
            Command.learner,
            OptionRule("--named", help: "take features by name, not as arrays"),
            OptionRule("--rows", "N", help: "stop after so many samples"),
            OptionRule("--delay", "N", help: "labels come so many samples late (0)"),
            OptionRule("--rate", "N", help: "pretend so many samples a second (1,000)"),
            OptionRule("--seed", "N", help: "the seed of all that is drawn"),
            OptionRule("--skip-bad", help: "pass over lines that are no records, and count them"),
        ],
        details: [
            "Cool-downs and other times pass at the pretended rate, so that the same file always "
                + "gives the same result. The results of consolidations come back after a fifth of "
                + "the rows that they worked on, at least 20 and at most 1,000 samples. With "
                + "--delay, model and baselines are judged by what they said when the sample came."
        ],
        needsDaemon: false,
        isReading: true
    ) { arguments, console throws(Failure) in
        guard let label = arguments.text("--label") else {
            throw .usage("--label COLUMN is missing", remedy: "name the label's column")
        }
        let settings = try EvaluationJob.settings(arguments)
        var plan = EvaluationJob.Plan()
        plan.rate = try arguments.positive("--rate") ?? plan.rate
        plan.isNamed = arguments.has("--named")
        plan.skipsBad = arguments.has("--skip-bad")
        plan.labelDelay = try arguments.integer("--delay", in: 0...1_000_000) ?? 0
        plan.rowsMax = try arguments.integer("--rows", in: 1...Int.max) ?? .max
        let path = arguments.words[0]
        var job = try EvaluationJob(path, label: label, settings: settings, plan: plan)
        try job.run(console)
        if arguments.has(json.name) {
            console.line(job.json(file: path).jsonText)
        } else {
            console.lines(job.lines(file: path))
        }
        return job.rows > 0 ? .done : .data
    }
}
