package hub

import (
	"context"
	"encoding/json"
	"fmt"
)

// Info is what the Hub says about one revision.
type Info struct {
	Commit  string
	Files   []string // every file, with "/" between folders
	License string   // as its card says, "" if it says nothing
}

// Info asks the Hub for the commit and the files of a revision.
func (c *Client) Info(ctx context.Context, r Repo) (Info, error) {
	if c.Offline {
		return Info{}, fmt.Errorf("%s: the Hub is not asked, HF_HUB_OFFLINE is set: %w", r, ErrNotCached)
	}
	var answer struct {
		SHA      string `json:"sha"`
		Siblings []struct {
			Name string `json:"rfilename"`
		} `json:"siblings"`
		Card struct {
			License json.RawMessage `json:"license"` // a name, in some cards a list of names
		} `json:"cardData"`
	}
	if err := c.getJSON(ctx, r, c.infoURL(r), &answer); err != nil {
		return Info{}, err
	}
	if !commitPattern.MatchString(answer.SHA) {
		return Info{}, fmt.Errorf("%s does not answer as a Hub does (no commit for %s): check HF_ENDPOINT and your proxy", c.Endpoint, r)
	}
	info := Info{Commit: answer.SHA, License: firstText(answer.Card.License)}
	for _, s := range answer.Siblings {
		if !localPath(s.Name) {
			return Info{}, fmt.Errorf("%s lists a file with an unsafe name: %q", r, s.Name)
		}
		info.Files = append(info.Files, s.Name)
	}
	return info, nil
}

func firstText(raw json.RawMessage) string {
	var one string
	var many []string
	if json.Unmarshal(raw, &one) == nil {
		return one
	}
	if json.Unmarshal(raw, &many) == nil && len(many) > 0 {
		return many[0]
	}
	return ""
}
