#ifndef CURATE_OPERATORS_H
#define CURATE_OPERATORS_H

#include <stddef.h>

// add_operators adds the operators to an OrtSessionOptions. base is the library's
// OrtApiBase. *domain is NULL at the first call and must then be kept for all later
// ones, as long as sessions live. Where it returns 0, text says why.
int add_operators(void *base, void *session_options, void **domain, char *text, size_t n);

// library_base returns the OrtApiBase of the library at path, which is loaded, or NULL.
void *library_base(const char *path);

#endif
