// SPDX-License-Identifier: Apache-2.0
//
// libsodium as Debian ships it: SHA-256 and random bytes.

#ifndef LEARND_CSODIUM_SHIM_H
#define LEARND_CSODIUM_SHIM_H

#include <sodium.h>

#endif
