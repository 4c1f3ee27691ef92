package remote

import (
	"net/url"
	"os"
	"strings"
)

// NetrcPassword returns the password that a .netrc file has for the host of a W&B
// address, "" for the public server; "" where there is none.
func NetrcPassword(path, address string) string {
	if address == "" {
		address = PublicWandB
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return netrcPassword(string(data), u.Host)
}

// netrcPassword reads the words of a .netrc: machine NAME login NAME password WORD,
// on any number of lines; default stands for every machine that follows it in vain.
func netrcPassword(text, host string) string {
	var words []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			words = append(words, strings.Fields(line)...)
		}
	}
	ours := false
	for i := 0; i+1 < len(words); i++ {
		switch words[i] {
		case "machine":
			ours = strings.Trim(words[i+1], `'"`) == host
			i++
		case "default":
			ours = true
		case "password":
			if ours {
				return strings.Trim(words[i+1], `'"`)
			}
			i++
		case "login", "account":
			i++
		}
	}
	return ""
}
