package catalog

import (
	"slices"
	"strings"
)

// Facts is all that the status of an image depends on.
type Facts struct {
	Invalid  string      // why it is no usable picture
	Live     int         // locations where it is now
	Fate     VerdictKind // Keep, Remove or empty
	Conflict string      // what its locations disagree on, undecided: "label: ai, real"; empty = nothing
	Copy     Mark        // what clusters of copies say
	Similar  Mark        // what clusters of look-alikes say
}

// Mark is what a cluster says of a member. The zero Mark says nothing.
type Mark struct {
	Status Status
	Reason Reason
}

// Derive is the rule that gives every image its status. The first that applies decides:
//
//  1. invalid: its bytes are no usable picture
//  2. missing: no location is left
//  3. kept or removed: a person said so
//  4. review: its locations disagree on the label or subject, and no verdict decides
//  5. removed or review, by its cluster of copies
//  6. removed, by its cluster of look-alikes
//  7. kept
func Derive(f Facts) (Status, Reason) {
	switch {
	case f.Invalid != "":
		return Invalid, Reason{Cause: CauseInvalid, Note: f.Invalid}
	case f.Live == 0:
		return Missing, Reason{Cause: CauseGone}
	case f.Fate == Keep:
		return Kept, Reason{Cause: CauseVerdict}
	case f.Fate == Remove:
		return Removed, Reason{Cause: CauseVerdict}
	case f.Conflict != "":
		return Review, Reason{Cause: CauseConflict, Note: f.Conflict}
	case f.Copy.Status == Removed || f.Copy.Status == Review:
		return f.Copy.Status, f.Copy.Reason
	case f.Similar.Status == Removed:
		return Removed, f.Similar.Reason
	case f.Copy.Status == Kept && f.Copy.Reason.Cause != CauseNone:
		return Kept, f.Copy.Reason
	}
	return Kept, f.Similar.Reason
}

// said is what is said of an image: by verdict, else by its locations where they agree.
type said struct {
	label, subject, source, generator, prompt string
	conflict                                  []string // names of fields in which they disagree
	review                                    string   // the part of it that a person must decide: "label: ai, real"
}

// hearsay collects what locations say of one image: the distinct values of each field.
type hearsay struct {
	live, gone [5][]string
	places     int // live locations
}

var saidFields = [5]string{"label", "subject", "source", "generator", "prompt"}

// add hears one location; empty values say nothing.
func (h *hearsay) add(live bool, values [5]string) {
	into := &h.gone
	if live {
		into = &h.live
		h.places++
	}
	for i, v := range values {
		if v != "" && !slices.Contains(into[i], v) {
			into[i] = append(into[i], v)
		}
	}
}

// settle weighs what was heard. Locations that are gone are heard only when none is left. Verdicts on label and subject win.
func (h *hearsay) settle(label, subject string) said {
	voices := h.live
	if h.places == 0 {
		voices = h.gone
	}
	decided := [5]string{label, subject}
	var value [5]string
	var s said
	var open []string
	for i, vs := range voices {
		switch {
		case decided[i] != "":
			value[i] = decided[i]
		case len(vs) == 1:
			value[i] = vs[0]
		case len(vs) > 1:
			s.conflict = append(s.conflict, saidFields[i])
			if i < 2 { // several sources, generators or prompts of one content are no contradiction
				slices.Sort(vs)
				open = append(open, saidFields[i]+": "+strings.Join(vs, ", "))
			}
		}
	}
	s.label, s.subject, s.source, s.generator, s.prompt = value[0], value[1], value[2], value[3], value[4]
	s.review = strings.Join(open, "; ")
	return s
}
