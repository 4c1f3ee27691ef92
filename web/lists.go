package web

import "net/http"

// listsAPI adds what the pages of lists ask for.
func (s *Server) listsAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/thresholds", s.json(s.thresholds))
	mux.HandleFunc("GET /api/anchors", s.json(s.anchors))
	mux.HandleFunc("GET /api/scored", s.json(s.scored))
	mux.HandleFunc("POST /api/matching", s.json(s.decideMatching))
	mux.HandleFunc("POST /api/labels", s.json(s.relabel))
	mux.HandleFunc("GET /api/jobs/{name}", s.json(s.apiJob))
	mux.HandleFunc("POST /api/looks/{name}", s.json(s.startLook))
	mux.HandleFunc("GET /apply", s.page(s.applyFiles))
	mux.HandleFunc("GET /journal/{id}", s.page(s.step))
	mux.HandleFunc("POST /api/apply/plan", s.json(s.planApply))
	mux.HandleFunc("POST /api/apply", s.json(s.doApply))
	mux.HandleFunc("POST /api/apply/undo", s.json(s.moveBack(false)))
	mux.HandleFunc("POST /api/apply/redo", s.json(s.moveBack(true)))
}
