// SPDX-License-Identifier: Apache-2.0
//
// What learnctl makes of a command line.

import Testing
