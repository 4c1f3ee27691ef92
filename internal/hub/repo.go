package hub

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Repo names one revision of one model repository.
type Repo struct {
	ID       string // ORG/NAME, or NAME for the few old ones without an owner
	Revision string // a branch, tag or commit
}

// idPattern follows the Hub's rules: letters, digits, "-", "_", "." in one or
// two parts, at most 96 characters.
var idPattern = regexp.MustCompile(`^([A-Za-z0-9][\w.\-]*/)?[A-Za-z0-9][\w.\-]*$`)

var commitPattern = regexp.MustCompile(`^[0-9a-f]{40}$`)

// ParseRepo reads "ORG/NAME" or "ORG/NAME@REVISION".
func ParseRepo(text string) (Repo, error) {
	id, revision, ok := strings.Cut(text, "@")
	if !ok {
		revision = "main"
	}
	switch {
	case !idPattern.MatchString(id), len(id) > 96, strings.Contains(id, "--"), strings.Contains(id, ".."):
		return Repo{}, fmt.Errorf("%q is no Hub id: want ORG/NAME or ORG/NAME@REVISION", text)
	case !localPath(revision):
		return Repo{}, fmt.Errorf("%q: %q is no revision: want a branch, tag or commit", text, revision)
	}
	return Repo{id, revision}, nil
}

func (r Repo) String() string {
	if r.Revision == "main" {
		return r.ID
	}
	return r.ID + "@" + r.Revision
}

// localPath says that name stays below the folder it is joined to, whatever the
// server or user put into it.
func localPath(name string) bool {
	return name != "" && path.Clean("/"+name) == "/"+name && !strings.ContainsAny(name, "\\\x00")
}

// folder is the repository's name in the cache.
func (r Repo) folder() string { return "models--" + strings.ReplaceAll(r.ID, "/", "--") }

// infoURL answers with the commit and the list of files.
func (c *Client) infoURL(r Repo) string {
	return c.Endpoint + "/api/models/" + r.ID + "/revision/" + url.PathEscape(r.Revision)
}

// fileURL answers with one file, or a redirect to it. A slash in a revision is
// escaped, those of the file name are not.
func (c *Client) fileURL(r Repo, name string) string {
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return c.Endpoint + "/" + r.ID + "/resolve/" + url.PathEscape(r.Revision) + "/" + strings.Join(parts, "/")
}
