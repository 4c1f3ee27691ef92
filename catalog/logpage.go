package catalog

import "context"

// LogBefore returns the newest steps that are older than one, newest first; before 0 = from the last step on.
func (c *Catalog) LogBefore(ctx context.Context, before StepID, limit int) ([]Step, error) {
	steps, err := collect(ctx, c.read, scanStep, "SELECT "+stepColumns+" FROM journal WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2", before, limit)
	return steps, c.fault(err)
}

// StepImages returns the images whose verdicts a step changed, by number: at most 10,000.
func (c *Catalog) StepImages(ctx context.Context, step StepID) ([]ImageID, error) {
	ids, err := collect(ctx, c.read, scanID, `SELECT DISTINCT i.id FROM (
			SELECT unhex(substr(key, instr(key, '/') + 1, 64)) AS hash FROM change WHERE step = ?1 AND tbl = 'verdict'
			UNION SELECT unhex(substr(key, 71, 64)) FROM change WHERE step = ?1 AND tbl = 'verdict' AND key LIKE 'pair/%') c
		JOIN image i ON i.sha256 = c.hash ORDER BY i.id LIMIT 10000`, step)
	return ids, c.fault(err)
}
