// SPDX-License-Identifier: Apache-2.0
//
// libm's logarithm, exponential and cosine, so that the pure modules need no platform import.

#include "ckernels.h"

#include <math.h>

double learnd_log(double x) { return log(x); }

double learnd_exp(double x) { return exp(x); }

double learnd_cos(double x) { return cos(x); }

double learnd_expm1(double x) { return expm1(x); }

double learnd_log1p(double x) { return log1p(x); }
