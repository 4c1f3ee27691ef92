package remote

import (
	"os"
	"path/filepath"
	"testing"
)

func TestNetrcPassword(t *testing.T) {
	path := filepath.Join(t.TempDir(), "netrc")
	text := "# machine api.wandb.ai password no\nmachine other login user password wrong\nmachine api.wandb.ai\n  login user\n  password 'k3y'\nmachine password login machine password x\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"": "k3y", "https://api.wandb.ai": "k3y", "http://other": "wrong", "https://nobody": "", "http://password": "x", "%": "",
	} {
		if got := NetrcPassword(path, address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
	if got := netrcPassword("default login a password b", "any"); got != "b" {
		t.Errorf("default: %q", got)
	}
	if NetrcPassword(path+"x", "") != "" {
		t.Error("a password from no file")
	}
}

func FuzzNetrc(f *testing.F) {
	f.Add("machine a login b password c")
	f.Fuzz(func(t *testing.T, text string) { netrcPassword(text, "a") })
}
