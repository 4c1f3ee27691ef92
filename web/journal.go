package web

import (
	"net/http"

	"github.com/curate/curate/internal/stage"
)

// journalSteps is how many steps the journal shows.
const journalSteps = 300

// journal shows what was done, and takes it back.
func (s *Server) journal(r *http.Request) (content, error) {
	steps, err := stage.Log(r.Context(), s.env, journalSteps)
	return content{template: "journal", title: "Journal", section: "journal", data: steps}, err
}
