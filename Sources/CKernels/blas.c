// SPDX-License-Identifier: Apache-2.0
//
// Products of matrices by OpenBLAS, on the calling thread and no other.
//
// Debian's usual build of OpenBLAS starts a thread for each core while the library is loaded, that
// is before main can block signals, so that a SIGTERM could be delivered to one of them and kill
// the program without its shutdown. The constructor below runs after that of the library and before
// main: it asks for one thread, then ends those that were started. The serial build has no threads,
// but may not be called from two threads at once (it uses one buffer); where it is loaded, calls
// wait for one another. docs/decisions/0009-openblas.md has the measurements.

#include "network.h"

#include <cblas.h>
#include <pthread.h>
#include <string.h>

// Only in the builds that have threads; what fork calls before it copies the process.
extern int blas_thread_shutdown_(void) __attribute__((weak));

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int is_serial;

__attribute__((constructor)) static void use_one_thread(void) {
    openblas_set_num_threads(1);
    if (blas_thread_shutdown_) blas_thread_shutdown_();
    is_serial = openblas_get_parallel() == 0;
}

const char *learnd_blas_core(void) { return openblas_get_corename(); }

int learnd_blas_threads(void) { return openblas_get_num_threads(); }

void learnd_multiply(const learnd_matrix *a, const learnd_matrix *b, size_t m, size_t n, size_t k,
                     float *c, size_t c_stride, int adds) {
    if (m == 0 || n == 0) return;
    if (k == 0) {
        if (adds) return;
        for (size_t row = 0; row < m; row++) memset(c + row * c_stride, 0, n * sizeof(float));
        return;
    }
    if (is_serial) pthread_mutex_lock(&turn);
    cblas_sgemm(CblasRowMajor, a->is_transposed ? CblasTrans : CblasNoTrans,
                b->is_transposed ? CblasTrans : CblasNoTrans, (blasint)m, (blasint)n, (blasint)k,
                1.0f, a->numbers, (blasint)a->stride, b->numbers, (blasint)b->stride,
                adds ? 1.0f : 0.0f, c, (blasint)c_stride);
    if (is_serial) pthread_mutex_unlock(&turn);
}
