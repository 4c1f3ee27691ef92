// Every other processor: vectors of 4 floats, which SSE2 and NEON have.
#define W 4
#define MR 6
#define KERNELS kernels_plain
#define KERNELS_NAME "128-bit vectors"
#include "all.h"
