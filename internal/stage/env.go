// Package stage holds what a command and a page both do, one file per stage:
// Ingest, Check, Embed, Dedup, Split, Train, Evaluate, ... A stage joins the
// catalogue with the engines: it reads what is to be done, hands it to an engine,
// and writes what came back in transactions, so that it does only what is new and
// can be killed and continued at any moment.
//
// A stage prints nothing and reads no flags: it takes an [Env] and an options
// struct, reports progress through the Env, and returns a result struct whose
// JSON form is what scripts read.
package stage

import (
	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/progress"
)

// Env is what every stage works with.
type Env struct {
	Catalog  *catalog.Catalog
	Cache    string // folder beside the catalogue that may be deleted at any time
	Home     string // folder of the runtime library and the imported models
	Progress *progress.Reporter
	Notice   func(format string, args ...any) // something worth knowing that is no error

	Device     string // auto, cpu, cuda:0, ...
	Threads    int    // 0 for all
	Resolution int    // pixels, 0 for the model's own
}
