//go:build !linux

package filemove

func renameOver(source, target string) error { return renameCarefully(source, target) }
