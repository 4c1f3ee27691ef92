// x86 processors with AVX-512: 32 registers of 16 floats.
#if defined(__x86_64__) && defined(__GNUC__)
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,fma")
#endif
#define W 16
#define MR 14
#define KERNELS kernels_512
#define KERNELS_NAME "AVX-512"
#include "all.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
