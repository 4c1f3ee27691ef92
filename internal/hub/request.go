package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

const maxRedirects = 8

// send makes one request without following redirects. The token goes along
// only where scheme and host are the endpoint's.
func (c *Client) send(ctx context.Context, method, address string, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", "curate")
	if c.Token != "" && c.own(req.URL) {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	return c.http.Do(req)
}

func (c *Client) own(u *url.URL) bool {
	home, err := url.Parse(c.Endpoint)
	return err == nil && u.Scheme == home.Scheme && u.Host == home.Host
}

// follow sends a request and goes along redirects until stop accepts an answer
// or one is no redirect.
func (c *Client) follow(ctx context.Context, method, address string, header http.Header, stop func(*http.Response) bool) (*http.Response, error) {
	for range maxRedirects {
		resp, err := c.send(ctx, method, address, header)
		if err != nil {
			return nil, err
		}
		next := redirect(resp)
		if next == "" || stop(resp) {
			return resp, nil
		}
		resp.Body.Close()
		address = next
	}
	return nil, fmt.Errorf("more than %d redirects, last to %s", maxRedirects, address)
}

// redirect returns where an answer points to, absolute; "" if it is none.
func redirect(resp *http.Response) string {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if u, err := resp.Location(); err == nil {
			return u.String()
		}
	}
	return ""
}

func never(*http.Response) bool { return false }

// getJSON reads a small JSON answer of the Hub's API.
func (c *Client) getJSON(ctx context.Context, r Repo, address string, into any) error {
	resp, err := c.follow(ctx, http.MethodGet, address, nil, never)
	if err != nil {
		return unreachable{c.Endpoint, err}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return c.failed(r, "", resp)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return unreachable{c.Endpoint, err}
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s does not answer as a Hub does (%w): check HF_ENDPOINT and your proxy", c.Endpoint, err)
	}
	return nil
}

// unreachable is a failure of the connection or the server, where the cache may help.
type unreachable struct {
	endpoint string
	err      error
}

func (u unreachable) Error() string { return fmt.Sprintf("cannot reach %s: %v", u.endpoint, u.err) }
func (u unreachable) Unwrap() error { return u.err }

// failed is problem, marked as unreachable where the server itself is in trouble.
func (c *Client) failed(r Repo, what string, resp *http.Response) error {
	err := c.problem(r, what, resp)
	if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
		return unreachable{c.Endpoint, err}
	}
	return err
}
