// Finding the function of the loaded library that everything starts from.
#include "operators.h"

#ifdef _WIN32
#include <windows.h>

void *library_base(const char *path) {
	HMODULE h = LoadLibraryA(path);
	void *(*get)(void) = h ? (void *(*)(void))(void *)GetProcAddress(h, "OrtGetApiBase") : NULL;
	return get ? get() : NULL;
}
#else
#include <dlfcn.h>

void *library_base(const char *path) {
	void *h = dlopen(path, RTLD_LAZY); // loaded already: this only counts one user more
	void *(*get)(void) = h ? (void *(*)(void))dlsym(h, "OrtGetApiBase") : NULL;
	return get ? get() : NULL;
}
#endif
