// Package audit finds out whether labels can be told without looking at a pixel:
// from what the files say of themselves.
//
// [NewTable] lays out what is known of the files in columns, and [Probe] asks a
// random forest that has not seen a picture, nor another of its group, for its label.
// [Table.Telling] says which values give a label away, [Judge] what to make of it.
// The rooms inside are the forest (audit/forest) and the cure (audit/equalise).
//
// The package opens no files, draws no folds and has no opinion on what a good score
// is: groups, folds and the score come from the caller.
package audit

// Kind says where a column comes from, and with that what can be done about it.
type Kind string

// The kinds of columns.
const (
	OfFile    Kind = "file"      // how the file was written: format, tables, EXIF, ...
	OfSize    Kind = "size"      // width, height and what follows from them
	OfContent Kind = "content"   // bytes a pixel: how it was written, and how detailed the picture is
	OfRecord  Kind = "catalogue" // what the catalogue knows and the file does not; the forest does not see it
)

// Kinds are those that a forest sees.
func Kinds() []Kind { return []Kind{OfFile, OfSize, OfContent} }

// Verdict is what the figures come to.
type Verdict string

// The verdicts.
const (
	Leaks   Verdict = "leaks"   // labels can be told without pixels
	Hints   Verdict = "hints"   // some can
	Clean   Verdict = "clean"   // nothing was found
	Unknown Verdict = "unknown" // there was too little to look at
)

// What the lower end of the interval must reach.
const (
	leaksFrom = 0.65
	hintsFrom = 0.5
	hintsAUC  = 0.55
)

// Judge makes a verdict of the AUC and the lower end of its 95% interval. Chance is not
// accused, and a set too small to tell is not acquitted of a high AUC.
func Judge(auc, low float64) Verdict {
	switch {
	case low >= leaksFrom:
		return Leaks
	case low > hintsFrom && auc > hintsAUC:
		return Hints
	case auc < leaksFrom:
		return Clean
	}
	return Unknown
}
