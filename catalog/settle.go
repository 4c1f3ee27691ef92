package catalog

import "context"

// Settle derives status, reason and effective fields of images (of all, when none is named) from the facts and stores what changed.
// Every method that changes a fact does this itself; doctor calls it to mend a catalogue. Returns how many images changed.
func (c *Catalog) Settle(ctx context.Context, images ...ImageID) (int, error) { return 0, errUnwritten }
