package hubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Hub returns the handler of the endpoint.
func (s *Server) Hub() http.Handler {
	api, files := http.NewServeMux(), http.NewServeMux()
	api.HandleFunc("GET /api/models/{org}/{name}/revision/{revision}", s.info)
	api.HandleFunc("GET /api/models/{org}/{name}/tree/{revision}", s.tree)
	files.HandleFunc("GET /{org}/{name}/resolve/{revision}/{file...}", s.resolve)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.note("hub", r)
		if s.Down {
			http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			api.ServeHTTP(w, r)
			return
		}
		files.ServeHTTP(w, r)
	})
}

// refuse answers as the Hub does when it does not give what was asked for.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("X-Error-Code", code)
	w.Header().Set("X-Error-Message", message)
	w.WriteHeader(status)
}

// find returns the repository and whether the visitor may see the revision; if
// not it has answered already. Without a token the Hub answers 401 for a
// repository that does not exist, so that private ones cannot be guessed.
func (s *Server) find(w http.ResponseWriter, r *http.Request) (Repo, bool) {
	id := r.PathValue("org") + "/" + r.PathValue("name")
	member := s.Token != "" && r.Header.Get("Authorization") == "Bearer "+s.Token
	i := slices.IndexFunc(s.Repos, func(repo Repo) bool { return repo.ID == id || repo.Was == id })
	if i < 0 || s.Repos[i].Private && !member {
		status := http.StatusNotFound
		if !member {
			status = http.StatusUnauthorized
		}
		refuse(w, status, "RepoNotFound", "Repository not found")
		return Repo{}, false
	}
	repo := s.Repos[i]
	if repo.Was == id {
		w.Header().Set("Location", strings.Replace(r.URL.Path, id, repo.ID, 1))
		w.WriteHeader(http.StatusTemporaryRedirect)
		return Repo{}, false
	}
	revision := r.PathValue("revision")
	if revision != "main" && revision != repo.Commit() && !slices.Contains(repo.Tags, revision) {
		refuse(w, http.StatusNotFound, "RevisionNotFound", "Invalid rev id: "+revision)
		return Repo{}, false
	}
	return repo, true
}

func (s *Server) info(w http.ResponseWriter, r *http.Request) {
	repo, ok := s.find(w, r)
	if !ok {
		return
	}
	type sibling struct {
		Name string `json:"rfilename"`
	}
	siblings := []sibling{}
	for _, name := range repo.names() {
		siblings = append(siblings, sibling{name})
	}
	answer(w, map[string]any{
		"id": repo.ID, "modelId": repo.ID, "sha": repo.Commit(), "private": repo.Private, "tags": []string{},
		"siblings": siblings, "cardData": map[string]string{"license": repo.License},
	})
}

func (s *Server) tree(w http.ResponseWriter, r *http.Request) {
	repo, ok := s.find(w, r)
	if !ok {
		return
	}
	list := []map[string]any{}
	for _, name := range repo.names() {
		data := repo.Files[name]
		entry := map[string]any{"type": "file", "path": name, "size": len(data), "oid": gitHash(data)}
		if repo.large(name) {
			entry["lfs"] = map[string]any{"oid": repo.etag(name), "size": len(data), "pointerSize": 134}
		}
		list = append(list, entry)
	}
	answer(w, list)
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(value)
}

// resolve serves small files itself and points to the other host for large ones.
func (s *Server) resolve(w http.ResponseWriter, r *http.Request) {
	repo, ok := s.find(w, r)
	if !ok {
		return
	}
	if repo.Gated && (s.Token == "" || r.Header.Get("Authorization") != "Bearer "+s.Token) {
		refuse(w, http.StatusUnauthorized, "GatedRepo", "Access to model "+repo.ID+" is restricted")
		return
	}
	name := r.PathValue("file")
	data, ok := repo.Files[name]
	w.Header().Set("X-Repo-Commit", repo.Commit())
	if !ok {
		refuse(w, http.StatusNotFound, "EntryNotFound", "Entry not found")
		return
	}
	etag := fmt.Sprintf("%q", repo.etag(name))
	if repo.large(name) {
		w.Header().Set("X-Linked-Etag", etag)
		w.Header().Set("X-Linked-Size", fmt.Sprint(len(data)))
		w.Header().Set("Location", s.CDNURL+"/"+repo.etag(name))
		w.WriteHeader(http.StatusFound)
		return
	}
	w.Header().Set("ETag", etag)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}
