package train

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Settings returns a hash of everything that decides the weights that a job ends
// with, but for the machine: two jobs with the same settings are the same run, and
// one goes on from the checkpoint of the other.
func (j *Job) Settings() string {
	h := sha256.New()
	o := j.Options
	o.Memory, o.Micro = 0, 0 // the checkpoint says which size it was made with
	for _, v := range []any{o, j.mode(), j.ModelKey, j.Side, j.Classes, j.Positive, j.Train, j.Val} {
		fmt.Fprintf(h, "%#v\n", v) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}
