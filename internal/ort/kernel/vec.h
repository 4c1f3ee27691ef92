// Vectors of W floats, as GCC and Clang have them on every processor.
#if W > 4
#include <immintrin.h>
#endif

typedef float vec __attribute__((vector_size(4 * W), aligned(4), may_alias));
typedef int veci __attribute__((vector_size(4 * W), aligned(4), may_alias));

static inline vec load(const float *p) { return *(const vec *)p; }
static inline void store(float *p, vec v) { *(vec *)p = v; }
static inline vec all(float x) { return x - (vec){0}; }
static inline vec choose(veci c, vec a, vec b) { return (vec)((c & (veci)a) | (~c & (veci)b)); }

#if W == 16
static inline float total(vec v) { return _mm512_reduce_add_ps((__m512)v); }
static inline float largest(vec v) { return _mm512_reduce_max_ps((__m512)v); }

// some loads the first n < W floats; the others are 0.
static inline vec some(const float *p, long n) { return (vec)_mm512_maskz_loadu_ps((1u << n) - 1, p); }
static inline void store_some(float *p, vec v, long n) { _mm512_mask_storeu_ps(p, (1u << n) - 1, (__m512)v); }
#else
static inline float total(vec v) {
	float s = 0;
	for (int i = 0; i < W; i++) s += v[i];
	return s;
}

static inline float largest(vec v) {
	float s = v[0];
	for (int i = 1; i < W; i++) s = v[i] > s ? v[i] : s;
	return s;
}

static inline vec some(const float *p, long n) {
	vec v = {0};
	__builtin_memcpy(&v, p, 4 * n);
	return v;
}

static inline void store_some(float *p, vec v, long n) { __builtin_memcpy(p, &v, 4 * n); }
#endif

// power is e^x within 2 units in the last place; below -87 it is 0. x may not be
// above 88. Cephes' expf.
static inline vec power(vec x) {
	vec low = all(-87.f);
	veci under = x < low;
	x = choose(under, low, x);
	vec t = x * 1.44269504088896341f + 12582912.f; // rounds to whole numbers
	vec n = t - 12582912.f;
	vec r = x - n * 0.693359375f - n * -2.12194440e-4f;
	vec p = all(1.9875691500e-4f);
	p = p * r + 1.3981999507e-3f;
	p = p * r + 8.3334519073e-3f;
	p = p * r + 4.1665795894e-2f;
	p = p * r + 1.6666665459e-1f;
	p = p * r + 5.0000001201e-1f;
	p = p * r * r + r + 1.f;
	veci e = ((veci)t - 0x4b400000 + 127) << 23;
	return choose(under, all(0), p * (vec)e);
}
