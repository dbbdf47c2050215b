// SPDX-License-Identifier: Apache-2.0
//
// OpenBLAS: products of matrices. Only Sources/CKernels/blas.c calls it; this target exists so that
// the package manager finds its header and how to link it by pkg-config.

#ifndef LEARND_COPENBLAS_SHIM_H
#define LEARND_COPENBLAS_SHIM_H

#include <cblas.h>

#endif
