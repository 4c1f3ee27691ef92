package hub

import (
	"errors"
	"fmt"
	"net/http"
)

// What a caller may want to tell apart; every error of the package that has one
// of these causes wraps it.
var (
	ErrNotFound  = errors.New("not found on the Hub")
	ErrNoAccess  = errors.New("no access")
	ErrNotCached = errors.New("not in the cache")
)

// problem turns an answer that is no success into words. The Hub says more in
// X-Error-Code: it answers 401 also for repositories that do not exist.
func (c *Client) problem(r Repo, what string, resp *http.Response) error {
	code, message := resp.Header.Get("X-Error-Code"), resp.Header.Get("X-Error-Message")
	switch {
	case code == "GatedRepo":
		return fmt.Errorf("%s is a gated repository: accept its terms at %s/%s, and set HF_TOKEN to a token of that account: %w",
			r.ID, c.Endpoint, r.ID, ErrNoAccess)
	case code == "RevisionNotFound":
		return fmt.Errorf("%s has no revision %q: %w", r.ID, r.Revision, ErrNotFound)
	case code == "EntryNotFound":
		return fmt.Errorf("%s has no file %s: %w", r, what, ErrNotFound)
	case code == "RepoNotFound", resp.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s: no such repository at %s, or a private one that %s cannot see: %w", r.ID, c.Endpoint, c.who(), ErrNotFound)
	case resp.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%s: the Hub does not let %s in: check the name, and that HF_TOKEN is valid: %w", r.ID, c.who(), ErrNoAccess)
	case resp.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%s: the Hub forbids this to %s (%s): %w", r.ID, c.who(), orStatus(message, resp), ErrNoAccess)
	}
	return fmt.Errorf("%s: %s answered %s", r.ID, c.Endpoint, orStatus(message, resp))
}

// who names the visitor as the Hub sees them, never the token itself.
func (c *Client) who() string {
	if c.Token == "" {
		return "a visitor without a token"
	}
	return "the owner of this token"
}

func orStatus(message string, resp *http.Response) string {
	if message != "" {
		return message
	}
	return resp.Status
}
