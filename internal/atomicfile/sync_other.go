//go:build !unix

package atomicfile

// syncFolder does nothing where a folder cannot be opened for flushing.
func syncFolder(string) error { return nil }
