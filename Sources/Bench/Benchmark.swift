// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of learnd-bench. To add one, add a case and its file.

/// The program's entry.
package enum Benchmark: String, CaseIterable {
    /// How good the defaults are on streams from files.
    case accuracy
    /// What versions in fewer bytes cost.
    case compression
    /// How much sooner the loop recovers from a drift than online learning alone.
    case consolidation
    /// How soon and how wrongly each detector alarms.
    case drift
    /// What a pool loses when it has no time for all of its experts.
    case ladder
    /// What learners keep of classes and contexts that came and went.
    case learners
    /// How many rows a second networks learn.
    case networks
    /// How fast the daemon takes samples in, beside a receiver that only counts them.
    case transport
    /// The receiver that only counts, as the transport benchmark starts it.
    case countReceiver = "count-receiver"

    /// What `learnd-bench help` prints.
    package static let usage = """
        Usage: learnd-bench accuracy [--seeds N] [--delay N] [--rows N] [--threads N] [--json]
                                     [--config FILE] STREAM.csv...
               learnd-bench compression [--digits TRAIN.csv TEST.csv] [--seeds N] [--passes N]
                                        [--json]
               learnd-bench consolidation [--parts strategies,rare,recovery,throughput] [--json]
                                          [--learners softmax,network,pool] [--streams NAME,...]
                                          [--seeds N] [--first-seed N] [--length N]
                                          [--threads N] [STREAM.csv...]
               learnd-bench drift [--runs N] [--json] [--against FILE] [--show FILE]
               learnd-bench ladder [--rows N] [--excess N] STREAM.csv...
               learnd-bench learners [--digits TRAIN.csv TEST.csv] [--contexts] [--json]
                                     [--seeds N] [--first-seed N] [--returns N]
               learnd-bench networks
               learnd-bench transport [OPTIONS]

          accuracy       the defaults on streams from files, label last, in one pass of the first
                         50,000 rows; --delay N once more with labels N samples late; exits with 1
                         when a bound is not reached; times are best taken with --threads 1
          compression    a network of two hidden layers, published in fewer bytes in each way:
                         points lost on the test rows (of a made stream unless --digits), bytes,
                         and whether the daemon would publish it; exits with 1 when a bound is not
                         reached
          consolidation  the full loop beside learning alone, periodic refits, new starts, adopting
                         unasked, and an oracle, on streams that drift and on controls; with rare
                         classes; how soon it recovers; and what a job costs the learner beside
                         it; exits with 1 when a line is not reached
          drift          delay, misses and false alarms of every detector, at its defaults and at
                         one false alarm per 10,000 values, and ADWIN as shipped beside its rule at
                         every value; --against FILE says what got worse than in what --json wrote
                         before, --show FILE prints such a file as tables; exits with 1 when
                         something got worse, or a bound is not reached
          ladder         pools of fewer and fewer experts, accuracy against time a sample, and the
                         whole pool under a stream that comes N times (5) faster than it can learn;
                         exits with 1 when a sample is lost, or accuracy is below that of the pool
                         that fits
          learners       with --digits: classes that come one after the other, learned with replay
                         and without; exits with 1 when a bound is not reached; with --contexts:
                         recurring contexts with isolation and without; exits with 1 when the error
                         at a return is more than a tenth above what it was
          networks       how many rows a second networks learn, on one thread
          transport      the daemon's way in, beside a receiver that only counts
        """

    /// Runs what the arguments ask for, and gives the exit code.
    package static func run(_ arguments: [String], write: (String) -> Void) -> Int32 {
        guard let word = arguments.first, word != "help", word != "--help" else {
            write(usage)
            return 0
        }
        guard let benchmark = Benchmark(rawValue: word) else {
            write("learnd-bench: there is no benchmark \(word)\n\(usage)")
            return 2
        }
        switch benchmark {
        case .accuracy:
            guard let bench = AccuracyBench(arguments: Array(arguments.dropFirst())) else {
                write(usage)
                return 2
            }
            return bench.run(write: write)
        case .compression:
            guard let bench = CompressionBench(arguments: Array(arguments.dropFirst())) else {
                write(usage)
                return 2
            }
            return bench.run(write: write)
        case .consolidation:
            guard let bench = ConsolidationBench(arguments: Array(arguments.dropFirst())) else {
                write(usage)
                return 2
            }
            return bench.run(write: write)
        case .drift:
            guard let bench = DriftBench(arguments: Array(arguments.dropFirst())) else {
                write(usage)
                return 2
            }
            return bench.run(write: write)
        case .ladder:
            guard let bench = LadderBench(arguments: Array(arguments.dropFirst())) else {
                write(usage)
                return 2
            }
            return bench.run(write: write)
        case .learners:
            guard let bench = LearnersBench(arguments: Array(arguments.dropFirst())) else {
                write(usage)
                return 2
            }
            return bench.run(write: write)
        case .networks: return NetworkBench.run(write: write)
        case .transport:
            return TransportBenchmark.run(Array(arguments.dropFirst()), write: write)
        case .countReceiver:
            return CountingReceiver.run(Array(arguments.dropFirst()))
        }
    }
}
