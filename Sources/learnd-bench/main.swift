// SPDX-License-Identifier: Apache-2.0
//
// learnd-bench: see `learnd-bench help`.

import Bench
import Glibc

exit(Benchmark.run(Array(CommandLine.arguments.dropFirst())) { print($0) })
