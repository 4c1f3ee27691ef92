package catalog

import "context"

// Canonical is the form in which the path of a file or folder is stored: absolute, cleaned, the links of its folder resolved (and its own,
// if it is a folder). What does not exist any more is resolved as far as it does.
func Canonical(path string) (string, error) { return "", errUnwritten }

// View turns stored paths into paths to print and back, seen from one folder.
type View struct{ base string }

// NewView is the view from folder (the working folder when empty).
func NewView(folder string) (View, error) { return View{}, errUnwritten }

// Show prints a stored path: relative when it lies beneath the view's folder, else absolute. URLs are as they are.
func (v View) Show(path string) string { return path }

// Stored is every stored form that a printed path may mean, most likely first.
func (v View) Stored(arg string) []string { return nil }

// Resolve finds the image that an argument names: a path as View.Show prints it, an image number, or at least six digits of a SHA-256, in
// this order. ErrNoImage or an *AmbiguousError otherwise.
func (c *Catalog) Resolve(ctx context.Context, v View, arg string) (ImageID, error) {
	return 0, errUnwritten
}
