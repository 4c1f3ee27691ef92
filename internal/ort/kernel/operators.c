// The kernels as operators of ONNX Runtime, in the domain "curate". Each is a
// function that reads its inputs, asks for its outputs and calls a kernel.
#include "operators.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "kernel.h"

#define MOST 6 // inputs of an operator

typedef struct tensor {
	float *data; // NULL: an optional input that is left out
	int64_t dims[8];
	size_t rank;
} tensor;

// node is an operator's place in a graph.
typedef struct node {
	const struct operator *op;
	OrtApi api;
	float scale;
	int64_t heads, tokens;
} node;

// visit is one run of a node.
typedef struct visit {
	const node *n;
	void *context;
	OrtStatus *fault; // the first
	tensor in[MOST];
} visit;

typedef struct operator {
	OrtCustomOp base; // first: ONNX Runtime knows only this
	const char *name;
	size_t inputs, needed, outputs;
	int (*compute)(visit *v, const kernels *k, crew c);
} operator;

static int failed(visit *v, OrtStatus *s) {
	if (!v->fault) v->fault = s;
	else if (s) ReleaseStatus(v->n->api, s);
	return v->fault != NULL;
}

static int wrong(visit *v, const char *what) { return failed(v, CreateStatus(v->n->api, ERROR_FAIL, what)); }

static void read_input(visit *v, size_t i) {
	OrtApi api = v->n->api;
	tensor *t = &v->in[i];
	const void *value = NULL;
	void *info = NULL;
	if (failed(v, KernelContextGetInput(api, v->context, i, &value)) || !value) return;
	if (failed(v, GetTensorMutableData(api, value, (void **)&t->data)) || failed(v, GetTensorTypeAndShape(api, value, &info))) return;
	if (!failed(v, GetDimensionsCount(api, info, &t->rank))) {
		if (t->rank > 8) wrong(v, "an input has more than 8 dimensions");
		else failed(v, GetDimensions(api, info, t->dims, t->rank));
	}
	ReleaseTensorTypeAndShapeInfo(api, info);
}

// output asks for an output of the given dimensions; NULL without a fault is one that
// nobody reads.
static float *output(visit *v, size_t i, const int64_t *dims, size_t rank) {
	void *value = NULL, *data = NULL;
	if (v->fault || failed(v, KernelContextGetOutput(v->n->api, v->context, i, dims, rank, &value)) || !value) return NULL;
	failed(v, GetTensorMutableData(v->n->api, value, &data));
	return data;
}

static float *matrix(visit *v, size_t i, int64_t rows, int64_t cols) { return output(v, i, (int64_t[]){rows, cols}, 2); }
static float *vector(visit *v, size_t i, int64_t n) { return output(v, i, &n, 1); }
static float *same(visit *v, size_t i, const tensor *t) { return output(v, i, t->dims, t->rank); }

static int64_t size(const tensor *t) {
	int64_t n = 1;
	for (size_t i = 0; i < t->rank; i++) n *= t->dims[i];
	return n;
}

static int matrices(visit *v, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (v->in[i].rank != 2) return !wrong(v, "an input is no matrix");
	return 1;
}

// fits tells whether an optional input is left out or has n elements.
static int fits(visit *v, size_t i, int64_t n) {
	return !v->in[i].data || size(&v->in[i]) == n || !wrong(v, "inputs do not fit");
}

// Linear: y = x w^T [+ b], with x [m, k] and w [n, k].
static int linear(visit *v, const kernels *k, crew c) {
	const tensor *x = &v->in[0], *w = &v->in[1], *b = &v->in[2];
	if (!matrices(v, 2) || !fits(v, 2, w->dims[0])) return 1;
	if (x->dims[1] != w->dims[1]) return wrong(v, "x and w do not fit");
	product p = {.m = x->dims[0], .n = w->dims[0], .k = x->dims[1], .a = x->data, .a_row = x->dims[1], .a_col = 1};
	p.b = w->data, p.b_row = 1, p.b_col = p.k, p.bias = b->data, p.c_row = p.n, p.alpha = 1;
	p.c = matrix(v, 0, p.m, p.n);
	return v->fault || k->multiply(&p, c);
}

// LinearInput: dx = dy w [+ add], with dy [m, n] and w [n, k].
static int linear_input(visit *v, const kernels *k, crew c) {
	const tensor *dy = &v->in[0], *w = &v->in[1], *add = &v->in[2];
	if (!matrices(v, 2) || !fits(v, 2, dy->dims[0] * w->dims[1])) return 1;
	if (dy->dims[1] != w->dims[0]) return wrong(v, "dy and w do not fit");
	product p = {.m = dy->dims[0], .n = w->dims[1], .k = dy->dims[1], .a = dy->data, .a_row = dy->dims[1], .a_col = 1};
	p.b = w->data, p.b_row = p.n, p.b_col = 1, p.add = add->data, p.add_row = p.n, p.c_row = p.n, p.alpha = 1;
	p.c = matrix(v, 0, p.m, p.n);
	return v->fault || k->multiply(&p, c);
}

// LinearWeight: dw = dy^T x [+ sum], db = sums of dy's columns [+ their sum], with
// dy [m, n] and x [m, k].
static int linear_weight(visit *v, const kernels *k, crew c) {
	const tensor *dy = &v->in[0], *x = &v->in[1], *sw = &v->in[2], *sb = &v->in[3];
	if (!matrices(v, 2) || !fits(v, 2, dy->dims[1] * x->dims[1]) || !fits(v, 3, dy->dims[1])) return 1;
	if (dy->dims[0] != x->dims[0]) return wrong(v, "dy and x do not fit");
	product p = {.m = dy->dims[1], .n = x->dims[1], .k = dy->dims[0], .a = dy->data, .a_row = 1, .a_col = dy->dims[1]};
	p.b = x->data, p.b_row = p.n, p.b_col = 1, p.add = sw->data, p.add_row = p.n, p.c_row = p.n, p.alpha = 1;
	p.c = matrix(v, 0, p.m, p.n);
	p.a_sums = vector(v, 1, p.m), p.a_sums_add = sb->data;
	return v->fault || k->multiply(&p, c);
}

static int gelu(visit *v, const kernels *k, crew c) {
	float *y = same(v, 0, &v->in[0]);
	return v->fault || k->gelu(v->in[0].data, y, size(&v->in[0]), c);
}

// GeluGrad: dx from dy and x.
static int gelu_grad(visit *v, const kernels *k, crew c) {
	const tensor *dy = &v->in[0], *x = &v->in[1];
	if (!fits(v, 1, size(dy))) return 1;
	float *dx = same(v, 0, x);
	return v->fault || k->gelu_back(x->data, dy->data, dx, size(x), c);
}

// attended fills in what both directions share; q, k and v are inputs first to first+2.
static int attended(visit *v, attention *a, size_t first) {
	const tensor *q = &v->in[first];
	for (size_t i = 1; i < 3; i++)
		if (!fits(v, first + i, size(q))) return 0;
	*a = (attention){.tokens = v->n->tokens, .heads = v->n->heads, .scale = v->n->scale, .q = q->data, .k = v->in[first + 1].data, .v = v->in[first + 2].data};
	if (!matrices(v, 1) || a->tokens < 1 || a->heads < 1 || q->dims[0] % a->tokens || q->dims[1] % a->heads) return !wrong(v, "tokens or heads do not fit");
	a->pictures = q->dims[0] / a->tokens, a->width = q->dims[1];
	return 1;
}

// Attend: y and, for its gradient, the shares from q, k, v.
static int attend(visit *v, const kernels *k, crew c) {
	attention a;
	if (!attended(v, &a, 0)) return 1;
	a.y = same(v, 0, &v->in[0]);
	a.share = output(v, 1, (int64_t[]){a.pictures, a.heads, a.tokens, a.tokens}, 4);
	return v->fault || k->attend(&a, c);
}

// AttendGrad: dq, dk, dv from dy, q, k, v and the shares.
static int attend_grad(visit *v, const kernels *k, crew c) {
	attention a;
	if (!attended(v, &a, 1) || !fits(v, 0, size(&v->in[1])) || !fits(v, 4, a.pictures * a.heads * a.tokens * a.tokens)) return 1;
	a.dy = v->in[0].data, a.share = v->in[4].data;
	a.dq = same(v, 0, &v->in[1]), a.dk = same(v, 1, &v->in[1]), a.dv = same(v, 2, &v->in[1]);
	return v->fault || k->attend_back(&a, c);
}

// LayerNormGrad: dx [+ add], dw, db from dy, x, w, mean, 1/deviation.
static int norm_grad(visit *v, const kernels *k, crew c) {
	const tensor *dy = &v->in[0], *x = &v->in[1], *w = &v->in[2];
	int64_t width = size(w), rows = width ? size(x) / width : 0;
	if (!fits(v, 0, rows * width) || !fits(v, 3, rows) || !fits(v, 4, rows) || !fits(v, 5, rows * width)) return 1;
	norm n = {.rows = rows, .width = width, .dy = dy->data, .x = x->data, .w = w->data, .mean = v->in[3].data, .inv = v->in[4].data, .add = v->in[5].data};
	n.dx = same(v, 0, x), n.dw = vector(v, 1, width), n.db = vector(v, 2, width);
	return v->fault || k->norm_back(&n, c);
}

// Scale: add + y * scale, of each column its own.
static int scale(visit *v, const kernels *k, crew c) {
	const tensor *y = &v->in[0];
	int64_t width = size(&v->in[1]), rows = width ? size(y) / width : 0;
	if (!fits(v, 0, rows * width) || !fits(v, 2, rows * width)) return 1;
	scaling s = {.rows = rows, .width = width, .y = y->data, .scale = v->in[1].data, .add = v->in[2].data, .out = same(v, 0, y)};
	return v->fault || k->scale(&s, c);
}

// ScaleGrad: the gradients of y and of scale.
static int scale_grad(visit *v, const kernels *k, crew c) {
	const tensor *dy = &v->in[0], *y = &v->in[1];
	int64_t width = size(&v->in[2]), rows = width ? size(y) / width : 0;
	if (!fits(v, 0, rows * width) || !fits(v, 1, rows * width)) return 1;
	scaling s = {.rows = rows, .width = width, .dy = dy->data, .y = y->data, .scale = v->in[2].data, .out = same(v, 0, y), .dscale = vector(v, 1, width)};
	return v->fault || k->scale_back(&s, c);
}

static void spread(void *self, void (*do_part)(void *, size_t), size_t n, void *arg) {
	visit *v = self;
	if (n == 1) do_part(arg, 0);
	else if (n > 1) failed(v, KernelContextParallelFor(v->n->api, v->context, do_part, n, n, arg));
}

static OrtStatus *compute(void *kernel, void *context) {
	const node *n = kernel;
	visit v = {.n = n, .context = context};
	for (size_t i = 0; i < n->op->inputs; i++) read_input(&v, i);
	if (!v.fault && !n->op->compute(&v, best_kernels(), (crew){spread, &v})) wrong(&v, "there is too little memory");
	return v.fault;
}

// create reads the attributes; those that a node has not are 0.
static OrtStatus *create(const OrtCustomOp *op, OrtApi api, const void *info, void **kernel) {
	node *n = calloc(1, sizeof *n);
	if (!n) return CreateStatus(api, ERROR_FAIL, "there is too little memory");
	n->op = (const operator *)op, n->api = api;
	OrtStatus *faults[] = {
		GetAttributeFloat(api, info, "scale", &n->scale), GetAttributeInt(api, info, "heads", &n->heads), GetAttributeInt(api, info, "tokens", &n->tokens),
	};
	for (int i = 0; i < 3; i++)
		if (faults[i]) ReleaseStatus(api, faults[i]);
	*kernel = n;
	return NULL;
}

static const operator *of(const OrtCustomOp *op) { return (const operator *)op; }
static const char *get_name(const OrtCustomOp *op) { return of(op)->name; }
static const char *get_provider(const OrtCustomOp *op) { return op ? NULL : NULL; } // NULL is the CPU
static int get_type(const OrtCustomOp *op, size_t i) { return op && i < MOST ? TENSOR_FLOAT : 0; }
static size_t get_inputs(const OrtCustomOp *op) { return of(op)->inputs; }
static size_t get_outputs(const OrtCustomOp *op) { return of(op)->outputs; }
static int get_input_kind(const OrtCustomOp *op, size_t i) { return i < of(op)->needed ? REQUIRED : OPTIONAL; }
static int get_output_kind(const OrtCustomOp *op, size_t i) { return op && i == 0 ? REQUIRED : OPTIONAL; }
static int get_memory(const OrtCustomOp *op, size_t i) { return op && i ? 0 : 0; }
static int get_variadic(const OrtCustomOp *op) { return op ? 1 : 0; }
static int get_start(const OrtCustomOp *op) { return op ? 1 : 0; }
static int get_end(const OrtCustomOp *op) { return op ? INT32_MAX : 0; }

#define BASE \
	{ \
		.version = API_VERSION, .GetName = get_name, .GetExecutionProviderType = get_provider, .GetInputType = get_type, .GetInputTypeCount = get_inputs, \
		.GetOutputType = get_type, .GetOutputTypeCount = get_outputs, .KernelDestroy = free, .GetInputCharacteristic = get_input_kind, \
		.GetOutputCharacteristic = get_output_kind, .GetInputMemoryType = get_memory, \
		.Variadic = {get_variadic, get_variadic, get_variadic, get_variadic}, .CreateKernelV2 = create, .KernelComputeV2 = compute, \
		.GetStartVersion = get_start, .GetEndVersion = get_end, \
	}

static const operator operators[] = {
	{BASE, "Linear", 3, 2, 1, linear},
	{BASE, "LinearInput", 3, 2, 1, linear_input},
	{BASE, "LinearWeight", 4, 2, 2, linear_weight},
	{BASE, "Gelu", 1, 1, 1, gelu},
	{BASE, "GeluGrad", 2, 2, 1, gelu_grad},
	{BASE, "Attend", 3, 3, 2, attend},
	{BASE, "AttendGrad", 5, 5, 3, attend_grad},
	{BASE, "LayerNormGrad", 6, 5, 3, norm_grad},
	{BASE, "Scale", 3, 3, 1, scale},
	{BASE, "ScaleGrad", 3, 3, 2, scale_grad},
};

// tell copies a status into text and frees it.
static int tell(OrtApi api, OrtStatus *s, char *text, size_t n) {
	if (!s) return 1;
	strncpy(text, GetErrorMessage(api, s), n - 1);
	text[n - 1] = 0;
	ReleaseStatus(api, s);
	return 0;
}

int add_operators(void *base, void *session_options, void **domain, char *text, size_t n) {
	OrtApi api = ((const OrtApiBase *)base)->GetApi(API_VERSION);
	if (!api) {
		strncpy(text, "the library is older than 1.24", n);
		return 0;
	}
	if (!*domain) {
		if (!tell(api, CreateCustomOpDomain(api, "curate", domain), text, n)) return 0;
		for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
			if (!tell(api, CustomOpDomainAdd(api, *domain, &operators[i].base), text, n)) return 0;
	}
	return tell(api, AddCustomOpDomain(api, session_options, *domain), text, n);
}
