#include "kernel.h"

#include <pthread.h>
#include <stdlib.h>

extern const kernels kernels_512, kernels_256, kernels_plain;

#if defined(__x86_64__) && defined(__GNUC__)
// widest is the most bits of a vector: CURATE_VECTORS, with which tests reach the
// kernels of narrower processors, or 512.
static int widest(void) {
	const char *bits = getenv("CURATE_VECTORS");
	return bits ? atoi(bits) : 512;
}
#endif

const kernels *best_kernels(void) {
#if defined(__x86_64__) && defined(__GNUC__)
	__builtin_cpu_init();
	int bits = widest();
	if (bits >= 512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
		return &kernels_512;
	if (bits >= 256 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &kernels_256;
#endif
	return &kernels_plain;
}

// Blocks that nobody borrows. Fresh memory of this size costs the system more than
// the work that is done in it.
#define SPARE 64
static struct {
	pthread_mutex_t lock;
	struct block *spare[SPARE];
	int n;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

typedef struct block {
	size_t room; // floats
	char fill[64 - sizeof(size_t)];
} block;

// take returns the smallest spare block with room for n floats, or else NULL.
static block *take(size_t n) {
	int best = -1;
	for (int i = 0; i < pool.n; i++)
		if (pool.spare[i]->room >= n && (best < 0 || pool.spare[i]->room < pool.spare[best]->room)) best = i;
	if (best < 0) return NULL;
	block *b = pool.spare[best];
	pool.spare[best] = pool.spare[--pool.n];
	return b;
}

// drop_smallest frees the smallest spare block: a larger one is wanted in its place.
static void drop_smallest(void) {
	int least = 0;
	for (int i = 1; i < pool.n; i++)
		if (pool.spare[i]->room < pool.spare[least]->room) least = i;
	free(pool.spare[least]);
	pool.spare[least] = pool.spare[--pool.n];
}

float *borrow(size_t n) {
	pthread_mutex_lock(&pool.lock);
	block *b = take(n);
	if (!b && pool.n > 0) drop_smallest();
	pthread_mutex_unlock(&pool.lock);
	if (!b) {
		n = (n + 1023) / 1024 * 1024;
		void *p = NULL;
		if (posix_memalign(&p, 64, sizeof(block) + 4 * n)) return NULL;
		b = p;
		b->room = n;
	}
	return (float *)(b + 1);
}

void give_back(float *p) {
	block *b = (block *)p - 1;
	pthread_mutex_lock(&pool.lock);
	if (pool.n < SPARE) {
		pool.spare[pool.n++] = b;
		b = NULL;
	}
	pthread_mutex_unlock(&pool.lock);
	free(b);
}
