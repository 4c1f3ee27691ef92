// Package web is the review page: a local server on which a person goes through what
// the stages have found, decides, and takes decisions back.
//
// [New] makes the server, [Server.Handler] answers requests. Pages are HTML made here
// (templates/), with plain JavaScript and one style sheet (static/), all of it inside the
// binary; what the pages do with the catalogue scripts can do too, through /api/.
//
// Pages read picture files to show them, and write verdicts into the catalogue, as the
// commands do. One page moves files, Apply (and a step of it in the journal): after a
// summary and the number of files typed it runs [stage.Apply], and nothing else does. It
// takes no path from a request: the server names the places that files may go to.
// Otherwise the page runs no stage but those comparisons that list outliers and wrong labels.
package web
