// SPDX-License-Identifier: Apache-2.0
//
// The daemon. Everything is in the Daemon module: code at the top level would belong to the main
// actor, and the daemon's threads do not.

import Daemon
import Glibc

exit(runDaemon(Array(CommandLine.arguments.dropFirst())))
