// Package web is the review page: a local server on which a person goes through what
// the stages have found, decides, and takes decisions back.
//
// [New] makes the server, [Server.Handler] answers requests. Pages are HTML made here
// (templates/), with plain JavaScript and one style sheet (static/), all of it inside the
// binary; what the pages do with the catalogue scripts can do too, through /api/.
//
// The page never touches picture files: it reads them to show them, and writes
// verdicts into the catalogue, as the commands do. It runs no stage.
package web
