package stage

import "github.com/curate/curate/catalog"

// orNull is a text that is null in JSON when it is not known.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// orNullNumber is a number that is null in JSON when it is not known.
func orNullNumber[T int | int64](n T) *T {
	if n == 0 {
		return nil
	}
	return &n
}

// orEmpty is a list that is never null in JSON.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// shown prints stored paths as v does.
func shown(v catalog.View, paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = v.Show(p)
	}
	return out
}
