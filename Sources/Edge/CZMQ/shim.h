// SPDX-License-Identifier: Apache-2.0
//
// libzmq's C interface, as a module.

#ifndef LEARND_CZMQ_H
#define LEARND_CZMQ_H

#include <zmq.h>

#endif
