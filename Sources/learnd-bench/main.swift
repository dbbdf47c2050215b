import Bench
import Glibc
let a = Array(CommandLine.arguments.dropFirst())
if a.first == "count-receiver" { exit(CountingReceiver.run(Array(a.dropFirst()))) }
exit(TransportBenchmark.run(Array(a.dropFirst())) { print($0) })
