package catalog

// Row numbers. They are stable for the life of a catalogue, except ClusterID, which a new dedup run gives anew.
type (
	ImageID    = int64
	LocationID = int64
	SpaceID    = int64
	ClusterID  = int64
	RunID      = int64
	StepID     = int64
)
