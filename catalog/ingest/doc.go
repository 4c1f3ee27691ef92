// Package ingest finds the files and archive members in which pictures may lie,
// and what folder names and manifests say of them.
//
// [Roots] checks what the user named; a [Walker] visits every file below it in a
// fixed order; [OpenArchive] lists the members of an archive or table in theirs.
// [Layout] reads labels off paths, [ReadManifest] off a table. A [Reader] opens
// again, for a later stage, whatever was found.
//
// The package knows no catalogue and no pixels: it reads names, stats, containers
// and tables, and leaves it to its caller to tell pictures from other files.
package ingest
