// SPDX-License-Identifier: Apache-2.0
//
// The program learnctl. Everything it does is in Control: top-level code belongs to the main actor,
// which no thread of the library is on.

import Control
import Glibc

exit(runLearnctl(Array(CommandLine.arguments.dropFirst())))
