// What works on all weights.

static inline vec root_of(vec v) {
#if W == 16
	return (vec)_mm512_sqrt_ps((__m512)v);
#elif W == 8
	return (vec)_mm256_sqrt_ps((__m256)v);
#else
	vec r;
	for (int i = 0; i < W; i++) r[i] = __builtin_sqrtf(v[i]);
	return r;
#endif
}

static void move(const adam *a, long n) {
	long i = 0;
	for (; i < n; i += W) {
		long k = n - i < W ? n - i : W;
		vec g, m1, m2, w;
		if (k == W) g = load(a->g + i), m1 = load(a->m1 + i), m2 = load(a->m2 + i), w = load(a->w + i);
		else g = some(a->g + i, k), m1 = some(a->m1 + i, k), m2 = some(a->m2 + i, k), w = some(a->w + i, k);
		g *= a->scale;
		m1 += a->new1 * (g - m1);
		m2 = a->keep2 * m2 + a->new2 * g * g;
		w = w * a->decay - a->size * m1 / (root_of(m2) * a->root + a->eps);
		if (k == W) store(a->m1 + i, m1), store(a->m2 + i, m2), store(a->w + i, w);
		else store_some(a->m1 + i, m1, k), store_some(a->m2 + i, m2, k), store_some(a->w + i, w, k);
	}
}

// squares returns the sum of squares.
static double squares(const float *x, long n) {
	double sum = 0;
	for (long from = 0; from < n; from += 4096) {
		long to = from + 4096 < n ? from + 4096 : n, i = from;
		vec s = {0};
		for (; i + W <= to; i += W) s += load(x + i) * load(x + i);
		if (i < to) s += some(x + i, to - i) * some(x + i, to - i);
		for (int l = 0; l < W; l++) sum += s[l];
	}
	return sum;
}
