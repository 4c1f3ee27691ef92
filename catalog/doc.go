// Package catalog is the record of a heap of pictures: one SQLite file that knows every image by its content, every place where it was
// seen, what is said of it, what was measured on it, what was decided and why.
//
// [Create] makes or opens a catalogue (commands that collect), [Open] opens one that is there. Every method that writes is one transaction:
// after kill -9 a catalogue holds all of a call's work or none of it. Statuses, labels and provenance of images are derived from facts
// ([Derive]) inside the transaction that changes the facts, so that what a reader sees is always settled.
//
// Words are those of the project: an image is one distinct content (SHA-256), a location is a path, archive member or URL where it was
// seen. Images are never deleted; locations are, by [Catalog.Forget] only. Decisions (verdicts) are kept by content hash and outlive
// everything else.
//
// Paths are stored absolute, cleaned and with the links of their folder resolved ([Canonical]); a member of an archive is the archive's
// path, a slash and the member's name. [View] prints them relative to the working folder when they lie beneath it, and
// [Catalog.Resolve] takes them back.
//
// Readers never wait. A command that works for long takes the advisory lock ([Catalog.LockForWriting]), so that a second one hears who
// holds it; single transactions are safe without it.
//
// The package opens no picture and walks no folder: its inner rooms and the stages do.
package catalog
