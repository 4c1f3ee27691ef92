package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// client makes requests of one server.
type client struct {
	base    string // without a slash at the end, and without secrets
	auth    func(*http.Request)
	secrets []string // that no message may hold
	http    *http.Client
}

// newClient takes an address, from which a name and a password are taken out.
func newClient(address string, auth func(*http.Request), secrets ...string) (*client, *url.Userinfo, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, nil, errors.New("the address must begin with https:// or http:// and name a server")
	}
	user := u.User
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	c := &client{base: strings.TrimRight(u.String(), "/"), auth: auth, http: &http.Client{Timeout: time.Minute}}
	if password, ok := user.Password(); ok {
		secrets = append(secrets, password)
	}
	for _, s := range secrets {
		if s != "" {
			c.secrets = append(c.secrets, s, url.QueryEscape(s))
		}
	}
	return c, user, nil
}

// statusError is an answer that is no success.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return e.text }

// finalError is one that no second try will cure.
type finalError struct{ error }

func (e finalError) Unwrap() error { return e.error }

// isFinal tells whether a second try makes no sense: the server refuses what it is
// asked, and is not merely busy.
func isFinal(err error) bool {
	var f finalError
	var s *statusError
	if errors.As(err, &f) {
		return true
	}
	return errors.As(err, &s) && s.code >= 300 && s.code < 500 && s.code != http.StatusRequestTimeout && s.code != http.StatusTooManyRequests
}

// json sends in, unless it is nil, and reads the answer into out, unless that is nil.
func (c *client) json(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return finalError{fmt.Errorf("track a run: %w", err)}
		}
	}
	data, err := c.do(ctx, method, c.base+path, "application/json", body, c.auth)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(data, out); err != nil {
		return c.clean(fmt.Errorf("%s answers with something that is not for us (%w): is it the address of the server's API?", c.base+path, err))
	}
	return nil
}

// mostAnswer bounds what is read of an answer.
const mostAnswer = 8 << 20

// do makes one request, and returns the body of the answer.
func (c *client) do(ctx context.Context, method, address, kind string, body []byte, auth func(*http.Request)) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, finalError{c.clean(err)}
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", "curate")
	if auth != nil {
		auth(req)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.clean(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return nil, c.clean(err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, &statusError{resp.StatusCode, c.hide(fmt.Sprintf("%s: %s%s", short(address), resp.Status, excerpt(data)))}
	}
	return data, nil
}

// short is an address without its query, which may hold a signature.
func short(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// excerpt is the beginning of an answer, on one line.
func excerpt(data []byte) string {
	text := strings.Join(strings.Fields(string(data[:min(len(data), 300)])), " ")
	if text == "" {
		return ""
	}
	return " (" + strings.ToValidUTF8(text, "") + ")"
}

// clean takes secrets out of an error's text.
func (c *client) clean(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		u.URL = short(u.URL)
	}
	if text := c.hide(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

func (c *client) hide(text string) string {
	for _, s := range c.secrets {
		text = strings.ReplaceAll(text, s, "***")
	}
	return text
}
