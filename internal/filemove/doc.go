// Package filemove moves files that nobody has a second copy of: never over another file, never a file that is not the one that was meant,
// within a file system by a rename and across file systems by a copy that is read back before the original goes.
//
// [Mover.Do] moves one file and [Move.Back] is the way back. A process may die at any moment of it: doing the same move again finishes it,
// since what lies at the two ends tells how far it came. The caller journals a move before doing it.
//
// The package knows nothing of catalogues or trashes and keeps no list.
package filemove
