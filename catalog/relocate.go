package catalog

import "context"

// Relocate rewrites the stored paths at old or beneath it (by path boundary) to new: a root has moved. One undoable step; refused, naming
// the path, when a path is recorded under new already with other content. Returns how many locations changed.
func (c *Catalog) Relocate(ctx context.Context, command, old, new string) (int, error) {
	return 0, errUnwritten
}

// Forgetting says which locations to drop: at a path or beneath it, or of a source. Exactly one is set.
type Forgetting struct{ Path, Source string }

// Forget drops locations; images, verdicts and measurements stay. One undoable step. Returns how many were dropped.
func (c *Catalog) Forget(ctx context.Context, command string, what Forgetting) (int, error) {
	return 0, errUnwritten
}
