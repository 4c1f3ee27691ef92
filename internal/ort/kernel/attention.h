// Scaled dot-product attention (Vaswani et al., Attention Is All You Need, 2017),
// one head of one picture at a time, so that its scores stay in a core's cache.

typedef struct attention_work {
	const attention *a;
	int failed;
} attention_work;

// head_product describes a product whose matrices are parts of larger ones.
static product head_product(long m, long n, long k, const float *a, long a_row, long a_col, const float *b, long b_row, long b_col, float *c, long c_row) {
	return (product){.m = m, .n = n, .k = k, .a = a, .a_row = a_row, .a_col = a_col, .b = b, .b_row = b_row, .b_col = b_col, .c = c, .c_row = c_row, .alpha = 1};
}

// soften turns a row of scores into shares.
static void soften(float *row, long n) {
	vec top = all(-__builtin_inff());
	long i = 0;
	for (; i + W <= n; i += W) {
		vec v = load(row + i);
		top = choose(v > top, v, top);
	}
	float highest = largest(top);
	for (long j = i; j < n; j++) highest = row[j] > highest ? row[j] : highest;
	vec sum = {0};
	for (i = 0; i + W <= n; i += W) {
		vec e = power(load(row + i) - highest);
		store(row + i, e);
		sum += e;
	}
	if (i < n) {
		store_some(row + i, power(some(row + i, n - i) - highest), n - i);
		sum += some(row + i, n - i);
	}
	float inv = 1 / total(sum);
	for (i = 0; i + W <= n; i += W) store(row + i, load(row + i) * inv);
	for (; i < n; i++) row[i] *= inv;
}

static size_t head_room(const attention *a) {
	long dim = a->width / a->heads;
	product big = {.n = a->tokens, .k = dim}, small = {.n = dim, .k = a->tokens};
	size_t x = packed_b(&big), y = packed_b(&small);
	return (x > y ? x : y) + packed_a();
}

static void part_attend(void *arg, size_t i) {
	attention_work *work = arg;
	const attention *a = work->a;
	long t = a->tokens, w = a->width, dim = w / a->heads, at = (long)i / a->heads * t * w + (long)i % a->heads * dim;
	float *room = borrow(head_room(a) + t * t);
	if (!room) {
		work->failed = 1;
		return;
	}
	float *share = a->share ? a->share + i * t * t : room + head_room(a);
	product scores = head_product(t, t, dim, a->q + at, w, 1, a->k + at, 1, w, share, t);
	scores.alpha = a->scale;
	multiply_alone(&scores, room);
	for (long r = 0; r < t; r++) soften(share + r * t, t);
	product y = head_product(t, dim, t, share, t, 1, a->v + at, w, 1, a->y + at, w);
	multiply_alone(&y, room);
	give_back(room);
}

static int attend(const attention *a, crew c) {
	attention_work work = {a, 0};
	c.run(c.self, part_attend, a->pictures * a->heads, &work);
	return !work.failed;
}

// harden turns the gradient of a row of shares into that of its scores:
// scale * share * (d - sum(d * share)).
static void harden(float *d, const float *share, long n, float scale) {
	vec sum = {0};
	long i = 0;
	for (; i + W <= n; i += W) sum += load(d + i) * load(share + i);
	if (i < n) sum += some(d + i, n - i) * some(share + i, n - i);
	float whole = total(sum);
	for (i = 0; i + W <= n; i += W) store(d + i, load(share + i) * (load(d + i) - whole) * scale);
	for (; i < n; i++) d[i] = share[i] * (d[i] - whole) * scale;
}

static void part_attend_back(void *arg, size_t i) {
	attention_work *work = arg;
	const attention *a = work->a;
	long t = a->tokens, w = a->width, dim = w / a->heads, at = (long)i / a->heads * t * w + (long)i % a->heads * dim;
	size_t square = (t * t + 15) / 16 * 16;
	float *room = borrow(square + head_room(a));
	if (!room) {
		work->failed = 1;
		return;
	}
	float *ds = room, *rest = room + square;
	const float *share = a->share + i * t * t;
	product dshare = head_product(t, t, dim, a->dy + at, w, 1, a->v + at, 1, w, ds, t);
	multiply_alone(&dshare, rest);
	for (long r = 0; r < t; r++) harden(ds + r * t, share + r * t, t, a->scale);
	product dq = head_product(t, dim, t, ds, t, 1, a->k + at, w, 1, a->dq + at, w);
	multiply_alone(&dq, rest);
	if (a->dk) {
		product dk = head_product(t, dim, t, ds, 1, t, a->q + at, w, 1, a->dk + at, w);
		multiply_alone(&dk, rest);
	}
	if (a->dv) {
		product dv = head_product(t, dim, t, share, 1, t, a->dy + at, w, 1, a->dv + at, w);
		multiply_alone(&dv, rest);
	}
	give_back(room);
}

static int attend_back(const attention *a, crew c) {
	attention_work work = {a, 0};
	c.run(c.self, part_attend_back, a->pictures * a->heads, &work);
	return !work.failed;
}
