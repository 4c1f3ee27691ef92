package catalog

import "fmt"

// Cause says which rule gave an image its status.
type Cause string

// The causes, in the order in which Derive looks for them.
const (
	CauseInvalid      Cause = "invalid"         // Note has the decoder's words
	CauseGone         Cause = "gone"            // no location left
	CauseVerdict      Cause = "verdict"         // a person said keep or remove
	CauseConflict     Cause = "conflict"        // its locations disagree; Note has the field and the values
	CauseCopy         Cause = "copy"            // of Of, with Similarity
	CauseSimilar      Cause = "similar"         // to Of, with Similarity
	CauseMixedCluster Cause = "cluster-labels"  // copies of each other with different labels; Note has the labels
	CausePromoted     Cause = "keeper-replaced" // kept because the cluster's keeper Of left
	CauseNone         Cause = ""                // kept: nothing speaks against it
)

// Reason is why an image has its status, in parts, so that paths can be printed relative to the reader.
type Reason struct {
	Cause      Cause
	Of         ImageID // the keeper meant by copy, similar and keeper-replaced; else 0
	OfPath     string  // its path as stored; filled in by queries
	Similarity float64 // 0 to 1; to Of
	Note       string
}

// Text is the reason as a sentence for people; show turns a stored path into one to print (View.Show).
func (r Reason) Text(show func(string) string) string {
	of := fmt.Sprintf("image %d", r.Of)
	if r.OfPath != "" {
		of = show(r.OfPath)
	}
	switch r.Cause {
	case CauseInvalid:
		return r.Note
	case CauseGone:
		return "no location left"
	case CauseVerdict:
		return "by verdict"
	case CauseConflict:
		return "its locations disagree on " + r.Note
	case CauseCopy:
		return fmt.Sprintf("copy of %s (similarity %.2f)", of, r.Similarity)
	case CauseSimilar:
		return fmt.Sprintf("similar to %s (similarity %.2f)", of, r.Similarity)
	case CauseMixedCluster:
		return "copies of it have other labels: " + r.Note
	case CausePromoted:
		return "takes the place of " + of
	case CauseNone:
		return ""
	}
	return string(r.Cause)
}
