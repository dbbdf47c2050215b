// SPDX-License-Identifier: Apache-2.0
//
// The numeric loops that Swift does not vectorise. Each takes plain pointers and counts, touches no
// global state and allocates nothing.

#ifndef LEARND_CKERNELS_H
#define LEARND_CKERNELS_H

#include <stdint.h>

double learnd_log(double x);
double learnd_exp(double x);

#endif
