// Package trash finds the trash of the desktop that a file belongs to, after the Trash specification 1.0 of freedesktop.org
// (https://specifications.freedesktop.org/trash-spec/1.0/): the home trash for files on the same file system, else the one at the top of the
// file's own. On macOS it is ~/.Trash.
//
// [System] is the user's; [Finder.For] tells which trash takes a file, [Bin.Place] under which name, and [WriteNote] writes the note from
// which a file manager restores it. The package moves no file.
package trash
