// Package search finds images by words: in prompts, paths, sources, URLs, what files say of themselves and every column that a
// manifest had, by the full-text engine bleve.
//
// [Open] opens what is indexed in the catalogue's cache folder, [Index.Update] brings it up to date with the catalogue, and [Index.Find]
// answers a query with the best hits, counts by label, source and so on (facets), and the words that were found (pieces).
//
// The index is worked out of the catalogue, and may be deleted at any time. It lies in numbered folders, its generations: one is written
// by one process under a name of its own, and has its number when it is whole. It never changes after that. So that a page and a command
// can search and index at once: nobody ever waits for bleve's lock, and a process that is killed leaves a folder that the next one
// takes away. A new generation shares the files that have not changed with the one before it (hard links).
//
// Texts in results are as they were found, hostile or not: [Piece] keeps what is to be marked apart from the text, and who shows it
// escapes it.
package search
