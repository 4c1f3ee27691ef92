// x86 processors with AVX2 and FMA: 16 registers of 8 floats.
#if defined(__x86_64__) && defined(__GNUC__)
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#define W 8
#define MR 6
#define KERNELS kernels_256
#define KERNELS_NAME "AVX2"
#include "all.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
