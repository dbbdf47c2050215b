// SPDX-License-Identifier: Apache-2.0
//
// libsystemd's notifications and journal, as a module. The journal's calls do not carry the place
// in this source: it would always be the same.

#ifndef LEARND_CSYSTEMD_H
#define LEARND_CSYSTEMD_H

#define SD_JOURNAL_SUPPRESS_LOCATION

#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#endif
