// What the kernels compute, and how work is handed to threads. Matrices are
// float32; element (i, j) of a matrix with steps r and c stands at i*r + j*c.
#ifndef CURATE_KERNEL_H
#define CURATE_KERNEL_H

#include <stddef.h>

// A crew runs do_part(arg, 0), ..., do_part(arg, n-1) in any order, on several
// threads where it has them, and returns when all are done.
typedef struct crew {
	void (*run)(void *self, void (*do_part)(void *arg, size_t i), size_t n, void *arg);
	void *self;
} crew;

// product is C = alpha A B [+ bias of each column] [+ add], with A m x k and B k x n.
typedef struct product {
	long m, n, k;
	const float *a, *b, *bias, *add; // bias and add may be NULL; add has C's layout and may be C
	long a_row, a_col, b_row, b_col, c_row, add_row;
	float *c, *a_sums; // a_sums: sums of A's rows, or NULL
	const float *a_sums_add; // added to them, or NULL
	float alpha;
} product;

// attention is that of one layer. q, k, v, y and their gradients are
// [pictures*tokens, width], the heads side by side in the columns; share is
// [pictures, heads, tokens, tokens], each row of which sums to 1; forwards it may be
// NULL, backwards dk and dv may.
typedef struct attention {
	long pictures, tokens, heads, width;
	const float *q, *k, *v, *dy;
	float *share, *y, *dq, *dk, *dv;
	float scale;
} attention;

// norm is a LayerNormalization seen from behind: x, dy and dx are [rows, width];
// mean and inv are what the forward pass found of each row. add, [rows, width],
// is added to dx; it may be NULL, as dw and db may.
typedef struct norm {
	long rows, width;
	const float *dy, *x, *w, *mean, *inv, *add;
	float *dx, *dw, *db;
} norm;

// scaling is y times a scale of each column: out = add + y * scale forwards; seen
// from behind, out = dy * scale and dscale = sums over the rows of dy * y. All are
// [rows, width].
typedef struct scaling {
	long rows, width;
	const float *y, *scale, *add, *dy;
	float *out, *dscale;
} scaling;

// adam is a step of Adam or AdamW over n weights.
typedef struct adam {
	float *w, *m1, *m2;
	const float *g;
	float scale, new1, new2, keep2, size, root, eps, decay; // as train/adam.go has them; w is multiplied by decay first
} adam;

typedef struct kernels {
	const char *name;
	int (*multiply)(const product *p, crew c);
	int (*attend)(const attention *a, crew c);
	int (*attend_back)(const attention *a, crew c);
	int (*norm_back)(const norm *n, crew c);
	int (*scale)(const scaling *s, crew c);
	int (*scale_back)(const scaling *s, crew c);
	int (*gelu)(const float *x, float *y, long n, crew c);
	int (*gelu_back)(const float *x, const float *dy, float *dx, long n, crew c);
	void (*adam)(const adam *a, long n);
	double (*squares)(const float *x, long n);
} kernels;

// best_kernels returns those for this processor.
const kernels *best_kernels(void);

// borrow returns memory for n floats, aligned to 64 bytes and of any content, or
// NULL; give_back takes it back for the next borrower.
float *borrow(size_t n);
void give_back(float *p);

#endif
