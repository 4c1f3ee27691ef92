// What works on rows: norms and scales seen from behind, and GELU.

// ROW_PARTS is the number of parts whose sums over rows are added up in their
// order, so that those do not depend on threads.
#define ROW_PARTS 16

typedef struct rows_work {
	long rows, width;
	const norm *n;
	const scaling *s;
	float *sums; // [ROW_PARTS, 2, width]
} rows_work;

static void norm_row(const norm *n, long r, float *dw, float *db) {
	long w = n->width, i;
	const float *dy = n->dy + r * w, *x = n->x + r * w;
	float mean = n->mean[r], inv = n->inv[r];
	vec s1 = {0}, s2 = {0};
	for (i = 0; i + W <= w; i += W) {
		vec d = load(dy + i), h = (load(x + i) - mean) * inv, e = d * load(n->w + i);
		s1 += e;
		s2 += e * h;
		store(dw + i, load(dw + i) + d * h);
		store(db + i, load(db + i) + d);
	}
	float m1 = total(s1), m2 = total(s2);
	for (; i < w; i++) {
		float h = (x[i] - mean) * inv, e = dy[i] * n->w[i];
		m1 += e;
		m2 += e * h;
		dw[i] += dy[i] * h;
		db[i] += dy[i];
	}
	m1 /= w;
	m2 /= w;
	for (i = 0; i + W <= w; i += W) {
		vec h = (load(x + i) - mean) * inv, d = (load(dy + i) * load(n->w + i) - m1 - h * m2) * inv;
		if (n->add) d += load(n->add + r * w + i);
		store(n->dx + r * w + i, d);
	}
	for (; i < w; i++) {
		float h = (x[i] - mean) * inv, d = (dy[i] * n->w[i] - m1 - h * m2) * inv;
		n->dx[r * w + i] = d + (n->add ? n->add[r * w + i] : 0);
	}
}

static void scale_row_back(const scaling *s, long r, float *sum) {
	long w = s->width, i;
	const float *dy = s->dy + r * w, *y = s->y + r * w;
	float *out = s->out + r * w;
	for (i = 0; i + W <= w; i += W) {
		vec d = load(dy + i);
		store(sum + i, load(sum + i) + d * load(y + i));
		store(out + i, d * load(s->scale + i));
	}
	for (; i < w; i++) {
		sum[i] += dy[i] * y[i];
		out[i] = dy[i] * s->scale[i];
	}
}

static void part_rows(void *arg, size_t i) {
	rows_work *work = arg;
	float *a = work->sums + i * 2 * work->width, *b = a + work->width;
	__builtin_memset(a, 0, 8 * work->width);
	for (long r = work->rows * i / ROW_PARTS; r < work->rows * ((long)i + 1) / ROW_PARTS; r++)
		if (work->n) norm_row(work->n, r, a, b);
		else scale_row_back(work->s, r, a);
}

// add_parts adds the sums of the parts up. Those that are NULL nobody reads.
static int add_parts(rows_work *work, crew c, float *first, float *second) {
	if (!(work->sums = borrow(ROW_PARTS * 2 * work->width))) return 0;
	c.run(c.self, part_rows, ROW_PARTS, work);
	for (long j = 0; j < work->width; j++) {
		float a = 0, b = 0;
		for (long i = 0; i < ROW_PARTS; i++) {
			a += work->sums[i * 2 * work->width + j];
			b += work->sums[(i * 2 + 1) * work->width + j];
		}
		if (first) first[j] = a;
		if (second) second[j] = b;
	}
	give_back(work->sums);
	return 1;
}

static int norm_back(const norm *n, crew c) {
	rows_work work = {.rows = n->rows, .width = n->width, .n = n};
	return add_parts(&work, c, n->dw, n->db);
}

static int scale_back(const scaling *s, crew c) {
	rows_work work = {.rows = s->rows, .width = s->width, .s = s};
	return add_parts(&work, c, s->dscale, NULL);
}

static void part_scale(void *arg, size_t i) {
	const scaling *s = arg;
	long w = s->width;
	for (long r = s->rows * i / ROW_PARTS; r < s->rows * ((long)i + 1) / ROW_PARTS; r++) {
		const float *y = s->y + r * w, *add = s->add + r * w;
		float *out = s->out + r * w;
		long j = 0;
		for (; j + W <= w; j += W) store(out + j, load(add + j) + load(y + j) * load(s->scale + j));
		for (; j < w; j++) out[j] = add[j] + y[j] * s->scale[j];
	}
}

static int scale(const scaling *s, crew c) {
	c.run(c.self, part_scale, ROW_PARTS, (void *)s);
	return 1;
}

// bell returns e^(-x^2/2), and the normal distribution of x in *below: formula
// 7.1.26 of Abramowitz & Stegun, right within 1.5e-7, with no cancellation in the
// left tail.
static inline vec bell(vec x, vec *below) {
	veci left = x < 0;
	vec e = power(x * x * -.5f), size = choose(left, -x, x);
	vec t = 1.f / (size * (.3275911f * .70710678f) + 1.f);
	vec p = t * 1.061405429f - 1.453152027f;
	p = p * t + 1.421413741f;
	p = p * t - .284496736f;
	p = (p * t + .254829592f) * t * e * .5f;
	*below = choose(left, p, 1.f - p);
	return e;
}

typedef struct gelu_work {
	const float *x, *dy;
	float *out;
	long n;
} gelu_work;

#define GELU_PART 16384

static inline vec gelu_of(vec x, vec dy, int back) {
	vec below, e = bell(x, &below);
	return back ? dy * (below + x * e * .3989422804f) : x * below;
}

static void part_gelu(void *arg, size_t i) {
	gelu_work *g = arg;
	long from = (long)i * GELU_PART, to = from + GELU_PART < g->n ? from + GELU_PART : g->n, j = from;
	if (g->dy) {
		for (; j + W <= to; j += W) store(g->out + j, gelu_of(load(g->x + j), load(g->dy + j), 1));
		if (j < to) store_some(g->out + j, gelu_of(some(g->x + j, to - j), some(g->dy + j, to - j), 1), to - j);
		return;
	}
	for (; j + W <= to; j += W) store(g->out + j, gelu_of(load(g->x + j), (vec){0}, 0));
	if (j < to) store_some(g->out + j, gelu_of(some(g->x + j, to - j), (vec){0}, 0), to - j);
}

static int gelu_back(const float *x, const float *dy, float *dx, long n, crew c) {
	gelu_work g = {x, dy, dx, n};
	c.run(c.self, part_gelu, (n + GELU_PART - 1) / GELU_PART, &g);
	return 1;
}

static int gelu(const float *x, float *y, long n, crew c) { return gelu_back(x, NULL, y, n, c); }
