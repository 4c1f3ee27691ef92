// All kernels for one width of vectors: W floats, with MR rows of a product's tile
// in registers.
#include "kernel.h"
#include "vec.h"
#include "product.h"
#include "attention.h"
#include "rows.h"
#include "weights.h"

const kernels KERNELS = {
	KERNELS_NAME, multiply, attend, attend_back, norm_back, scale, scale_back, gelu, gelu_back, move, squares,
};
