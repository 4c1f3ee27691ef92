// Products of matrices after Goto and van de Geijn (Anatomy of High-Performance
// Matrix Multiplication, 2008): B is packed into panels of NR columns, blocks of A
// into panels of MR rows, and a tile of MR x NR sums stays in registers. The order
// of additions depends on k alone, not on threads.
#define NR (2 * W)
#define KC 512      // most terms that a tile adds up at once
#define MC (12 * MR) // rows of A that one part works on

// k_blocks cuts k into blocks of about the same size.
static inline long k_blocks(long k) { return (k + KC - 1) / KC; }
static inline long k_start(long k, long i) { return k * i / k_blocks(k); }

#if W == 16
#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else // GCC has the former since version 12 only
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (veci){__VA_ARGS__})
#endif

// turn transposes 16 vectors of 16.
static inline __attribute__((always_inline)) void turn(vec t[16]) {
#define STEP(s, LOW, HIGH) \
	_Pragma("GCC unroll 16") for (int i = 0; i < 16; i++) if (!(i & s)) { \
		vec a = t[i], b = t[i + s]; \
		t[i] = SHUFFLE(a, b, LOW); \
		t[i + s] = SHUFFLE(a, b, HIGH); \
	}
#define LOW1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define LOW2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
	STEP(1, LOW1, HIGH1)
	STEP(2, LOW2, HIGH2)
	STEP(4, LOW4, HIGH4)
	STEP(8, LOW8, HIGH8)
}
#endif

// pack_across writes rows x k values, consecutive along k, as k groups of step
// values, of which those beyond rows are 0. It may write W floats beyond the end.
static void pack_across(float *to, const float *from, long row, long rows, long k, long step) {
	long p = 0;
#if W == 16
	for (; p + 16 <= k; p += 16)
		for (long r0 = 0; r0 < step; r0 += 16) {
			vec t[16];
#pragma GCC unroll 16
			for (int r = 0; r < 16; r++) t[r] = r0 + r < rows ? load(from + (r0 + r) * row + p) : (vec){0};
			turn(t);
#pragma GCC unroll 16
			for (int i = 0; i < 16; i++) store(to + (p + i) * step + r0, t[i]);
		}
#endif
	for (; p < k; p++)
		for (long r = 0; r < step; r++) to[p * step + r] = r < rows ? from[r * row + p] : 0;
}

// pack_along does it for values that are consecutive along the rows.
static void pack_along(float *to, const float *from, long col, long rows, long k, long step) {
	if (rows == step) {
		for (long p = 0; p < k; p++) __builtin_memcpy(to + p * step, from + p * col, 4 * step);
		return;
	}
	for (long p = 0; p < k; p++)
		for (long r = 0; r < step; r++) to[p * step + r] = r < rows ? from[p * col + r] : 0;
}

static void pack(float *to, const float *from, long row, long col, long rows, long k, long step) {
	if (col == 1) pack_across(to, from, row, rows, k, step);
	else if (row == 1) pack_along(to, from, col, rows, k, step);
	else
		for (long p = 0; p < k; p++)
			for (long r = 0; r < step; r++) to[p * step + r] = r < rows ? from[r * row + p * col] : 0;
}

typedef struct tile_out {
	float *c;
	const float *add; // NULL: c is written, not added to
	const float *bias;
	long c_row, add_row;
	float alpha;
} tile_out;

// tile multiplies packed panels of k terms, for W or 2 W columns.
static inline __attribute__((always_inline)) void tile_of(const int wide, long k, const float *a, const float *b, const tile_out *o) {
	vec s[MR][2];
#pragma GCC unroll 16
	for (int i = 0; i < MR; i++) s[i][0] = s[i][1] = (vec){0};
	for (long p = 0; p < k; p++, a += MR, b += NR) {
		vec b0 = load(b), b1 = wide ? load(b + W) : b0;
#pragma GCC unroll 16
		for (int i = 0; i < MR; i++) {
			s[i][0] += a[i] * b0;
			if (wide) s[i][1] += a[i] * b1;
		}
	}
	vec f = all(o->alpha), bias0 = {0}, bias1 = {0};
	if (o->bias) bias0 = load(o->bias), bias1 = load(o->bias + W);
#pragma GCC unroll 16
	for (int i = 0; i < MR; i++) {
		vec c0 = s[i][0] * f + bias0, c1 = s[i][1] * f + bias1;
		if (o->add) {
			c0 += load(o->add + i * o->add_row);
			if (wide) c1 += load(o->add + i * o->add_row + W);
		}
		store(o->c + i * o->c_row, c0);
		if (wide) store(o->c + i * o->c_row + W, c1);
	}
}

static __attribute__((noinline)) void tile(long k, const float *a, const float *b, const tile_out *o) { tile_of(1, k, a, b, o); }
static __attribute__((noinline)) void half_tile(long k, const float *a, const float *b, const tile_out *o) { tile_of(0, k, a, b, o); }

// edge is a tile of which only rows x cols exist.
static void edge(long k, const float *a, const float *b, const tile_out *o, long rows, long cols) {
	float c[MR * NR], bias[NR] = {0};
	if (o->bias) __builtin_memcpy(bias, o->bias, 4 * cols);
	tile_out inner = {.c = c, .c_row = NR, .alpha = o->alpha, .bias = bias};
	if (cols > W) tile(k, a, b, &inner);
	else half_tile(k, a, b, &inner);
	for (long i = 0; i < rows; i++)
		for (long j = 0; j < cols; j++) o->c[i * o->c_row + j] = c[i * NR + j] + (o->add ? o->add[i * o->add_row + j] : 0);
}

static inline long panels(long n) { return (n + NR - 1) / NR; }

// packed_b is the size of B in panels.
static inline size_t packed_b(const product *p) { return (size_t)panels(p->n) * NR * p->k + W; }

static void pack_b_panel(const product *p, float *b, long j) {
	long cols = p->n - j * NR < NR ? p->n - j * NR : NR;
	for (long i = 0; i < k_blocks(p->k); i++) {
		long from = k_start(p->k, i), k = k_start(p->k, i + 1) - from;
		pack(b + from * panels(p->n) * NR + j * NR * k, p->b + from * p->b_row + j * NR * p->b_col, p->b_col, p->b_row, cols, k, NR);
	}
}

static inline size_t packed_a(void) { return (size_t)MC * KC + 4 * W; }

// sum_rows adds the packed rows of a panel up. It reads W floats at a time.
static void sum_rows(const product *p, const float *a, long row, long k, int first) {
	float s[(MR + W - 1) / W * W];
	for (int l = 0; l < MR; l += W) {
		vec sum = {0};
		for (long q = 0; q < k; q++) sum += load(a + q * MR + l);
		store(s + l, sum);
	}
	for (long i = 0; i < MR && row + i < p->m; i++) {
		float before = !first ? p->a_sums[row + i] : p->a_sums_add ? p->a_sums_add[row + i] : 0;
		p->a_sums[row + i] = before + s[i];
	}
}

// multiply_rows computes rows from to to-1 of C, for columns in panels j0 to j1-1.
static void multiply_rows(const product *p, const float *b, float *a, long from, long to, long j0, long j1) {
	for (long kb = 0; kb < k_blocks(p->k); kb++) {
		long k0 = k_start(p->k, kb), k = k_start(p->k, kb + 1) - k0;
		for (long i = from; i < to; i += MR) {
			long rows = p->m - i < MR ? p->m - i : MR;
			pack(a + (i - from) * k, p->a + i * p->a_row + k0 * p->a_col, p->a_row, p->a_col, rows, k, MR);
			if (p->a_sums && j0 == 0) sum_rows(p, a + (i - from) * k, i, k, kb == 0);
		}
		for (long j = j0; j < j1; j++)
			for (long i = from; i < to; i += MR) {
				tile_out o = {.c = p->c + i * p->c_row + j * NR, .c_row = p->c_row, .alpha = p->alpha};
				if (kb > 0) o.add = o.c, o.add_row = p->c_row;
				else {
					if (p->add) o.add = p->add + i * p->add_row + j * NR, o.add_row = p->add_row;
					if (p->bias) o.bias = p->bias + j * NR;
				}
				const float *pa = a + (i - from) * k, *pb = b + k0 * panels(p->n) * NR + j * NR * k;
				if (to - i >= MR && p->n - j * NR >= NR && p->m - i >= MR) tile(k, pa, pb, &o);
				else edge(k, pa, pb, &o, p->m - i < MR ? p->m - i : MR, p->n - j * NR < NR ? p->n - j * NR : NR);
			}
	}
}

// multiply_alone computes a product on this thread; room has packed_b + packed_a.
static void multiply_alone(const product *p, float *room) {
	float *a = room + packed_b(p);
	for (long j = 0; j < panels(p->n); j++) pack_b_panel(p, room, j);
	for (long i = 0; i < p->m; i += MC) multiply_rows(p, room, a, i, i + MC < p->m ? i + MC : p->m, 0, panels(p->n));
}

// shared is a product that several threads work on.
typedef struct shared {
	const product *p;
	float *b;
	long parts;
	int failed;
} shared;

static void part_pack(void *arg, size_t j) {
	shared *s = arg;
	for (long i = 4 * j; i < 4 * (long)j + 4 && i < panels(s->p->n); i++) pack_b_panel(s->p, s->b, i);
}

static void part_multiply(void *arg, size_t i) {
	shared *s = arg;
	float *a = borrow(packed_a());
	if (!a) {
		s->failed = 1;
		return;
	}
	long tiles = (s->p->m + MR - 1) / MR, from = tiles * (long)i / s->parts * MR, to = tiles * ((long)i + 1) / s->parts * MR;
	if (to > s->p->m) to = s->p->m;
	multiply_rows(s->p, s->b, a, from, to, 0, panels(s->p->n));
	give_back(a);
}

static int multiply(const product *p, crew c) {
	shared s = {.p = p, .b = borrow(packed_b(p))};
	if (!s.b) return 0;
	// Parts of about the same size, an even number of them, so that no thread waits for the last.
	s.parts = (p->m + MC - 1) / MC;
	s.parts += s.parts & 1;
	c.run(c.self, part_pack, (panels(p->n) + 3) / 4, &s);
	c.run(c.self, part_multiply, s.parts, &s);
	give_back(s.b);
	return !s.failed;
}
