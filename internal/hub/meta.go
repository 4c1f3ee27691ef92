package hub

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// meta is what a HEAD request says about one file.
type meta struct {
	commit string
	etag   string // names the blob: SHA-256 of a large file, git's SHA-1 of a small one
	size   int64  // -1 if unknown
	from   string // address of the content, often another host
}

// An etag becomes a file name, so it may hold nothing that leads elsewhere.
var etagPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.\-]*$`)

// head asks for a file's metadata. Redirects within the endpoint (a renamed
// repository) are followed; one that leaves it after the Hub has named the
// commit is the address of the content.
func (c *Client) head(ctx context.Context, r Repo, name string) (meta, error) {
	address := c.fileURL(r, name)
	resp, err := c.follow(ctx, http.MethodHead, address, nil, c.leavesHub)
	if err != nil {
		return meta{}, unreachable{c.Endpoint, err}
	}
	resp.Body.Close()
	from := redirect(resp)
	if from == "" {
		if resp.StatusCode != http.StatusOK {
			return meta{}, c.failed(r, name, resp)
		}
		from = resp.Request.URL.String()
	}
	m := meta{commit: resp.Header.Get("X-Repo-Commit"), etag: blobName(resp.Header), size: sizeOf(resp), from: from}
	if !commitPattern.MatchString(m.commit) || !etagPattern.MatchString(m.etag) {
		return meta{}, fmt.Errorf("%s does not answer as a Hub does (no commit or no ETag for %s): check HF_ENDPOINT and your proxy", c.Endpoint, name)
	}
	return m, nil
}

func (c *Client) leavesHub(resp *http.Response) bool {
	u, err := url.Parse(redirect(resp))
	return err == nil && !c.own(u) && resp.Header.Get("X-Repo-Commit") != ""
}

// blobName prefers the linked file's ETag, which does not change with the host
// that serves the content.
func blobName(h http.Header) string {
	etag := h.Get("X-Linked-Etag")
	if etag == "" {
		etag = h.Get("ETag")
	}
	return strings.Trim(strings.TrimPrefix(etag, "W/"), `"`)
}

func sizeOf(resp *http.Response) int64 {
	if n, err := strconv.ParseInt(resp.Header.Get("X-Linked-Size"), 10, 64); err == nil && n >= 0 {
		return n
	}
	if redirect(resp) != "" {
		return -1
	}
	return resp.ContentLength
}
