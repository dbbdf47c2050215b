// SPDX-License-Identifier: Apache-2.0
//
// Probabilities of one row.

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#include "probability.h"

LEARND_CLONES float learnd_sigmoid(float score) { return sigmoid(score); }

LEARND_CLONES void learnd_softmax(float *scores, size_t n) { softmax(scores, n); }
