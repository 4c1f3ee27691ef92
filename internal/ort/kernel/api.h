// The few parts of ONNX Runtime's C interface that custom operators need, after
// onnxruntime_c_api.h of version 1.24 (MIT). Its table of functions only ever grows
// at the end, so a place in it stays the same in every later version.
#ifndef CURATE_API_H
#define CURATE_API_H

#include <stddef.h>
#include <stdint.h>

enum {
	API_VERSION = 24,
	TENSOR_FLOAT = 1,
	REQUIRED = 0,
	OPTIONAL = 1,
	ERROR_FAIL = 1,
};

typedef void *const *OrtApi; // the table
typedef struct OrtStatus OrtStatus;

typedef struct OrtApiBase {
	OrtApi (*GetApi)(uint32_t version);
	const char *(*GetVersionString)(void);
} OrtApiBase;

// call calls the function at a place of the table as one of that type.
#define call(api, place, type, ...) ((type)(api)[place])(__VA_ARGS__)

#define CreateStatus(api, ...) call(api, 0, OrtStatus *(*)(int, const char *), __VA_ARGS__)
#define GetErrorMessage(api, ...) call(api, 2, const char *(*)(const OrtStatus *), __VA_ARGS__)
#define CreateCustomOpDomain(api, ...) call(api, 26, OrtStatus *(*)(const char *, void **), __VA_ARGS__)
#define CustomOpDomainAdd(api, ...) call(api, 27, OrtStatus *(*)(void *, const OrtCustomOp *), __VA_ARGS__)
#define AddCustomOpDomain(api, ...) call(api, 28, OrtStatus *(*)(void *, void *), __VA_ARGS__)
#define GetTensorMutableData(api, ...) call(api, 51, OrtStatus *(*)(const void *, void **), __VA_ARGS__)
#define GetDimensionsCount(api, ...) call(api, 61, OrtStatus *(*)(const void *, size_t *), __VA_ARGS__)
#define GetDimensions(api, ...) call(api, 62, OrtStatus *(*)(const void *, int64_t *, size_t), __VA_ARGS__)
#define GetTensorTypeAndShape(api, ...) call(api, 65, OrtStatus *(*)(const void *, void **), __VA_ARGS__)
#define GetAttributeFloat(api, ...) call(api, 85, OrtStatus *(*)(const void *, const char *, float *), __VA_ARGS__)
#define GetAttributeInt(api, ...) call(api, 86, OrtStatus *(*)(const void *, const char *, int64_t *), __VA_ARGS__)
#define KernelContextGetInput(api, ...) call(api, 90, OrtStatus *(*)(const void *, size_t, const void **), __VA_ARGS__)
#define KernelContextGetOutput(api, ...) call(api, 91, OrtStatus *(*)(void *, size_t, const int64_t *, size_t, void **), __VA_ARGS__)
#define ReleaseStatus(api, ...) call(api, 93, void (*)(OrtStatus *), __VA_ARGS__)
#define ReleaseTensorTypeAndShapeInfo(api, ...) call(api, 99, void (*)(void *), __VA_ARGS__)
#define KernelContextParallelFor(api, ...) \
	call(api, 274, OrtStatus *(*)(const void *, void (*)(void *, size_t), size_t, size_t, void *), __VA_ARGS__)

// OrtCustomOp describes an operator by functions; those that are NULL are not needed.
typedef struct OrtCustomOp OrtCustomOp;
struct OrtCustomOp {
	uint32_t version;
	void *CreateKernel;
	const char *(*GetName)(const OrtCustomOp *);
	const char *(*GetExecutionProviderType)(const OrtCustomOp *);
	int (*GetInputType)(const OrtCustomOp *, size_t);
	size_t (*GetInputTypeCount)(const OrtCustomOp *);
	int (*GetOutputType)(const OrtCustomOp *, size_t);
	size_t (*GetOutputTypeCount)(const OrtCustomOp *);
	void *KernelCompute;
	void (*KernelDestroy)(void *kernel);
	int (*GetInputCharacteristic)(const OrtCustomOp *, size_t);
	int (*GetOutputCharacteristic)(const OrtCustomOp *, size_t);
	int (*GetInputMemoryType)(const OrtCustomOp *, size_t);
	void *Variadic[4];
	OrtStatus *(*CreateKernelV2)(const OrtCustomOp *, OrtApi, const void *info, void **kernel);
	OrtStatus *(*KernelComputeV2)(void *kernel, void *context);
	void *InferOutputShapeFn;
	int (*GetStartVersion)(const OrtCustomOp *);
	int (*GetEndVersion)(const OrtCustomOp *);
	void *MayInplace[2], *AliasMap[2];
};

#endif
