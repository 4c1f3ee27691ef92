package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/web"
)

type serveOptions struct {
	addr string
	open bool
}

func newServeCmd(a *app) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Open the review page",
		Long: `Serve starts the review page and prints its URL: what was found, cluster by cluster,
with everything that speaks for and against it, and a key for every decision.
It runs until Ctrl-C. Other commands may work on the same catalogue meanwhile.

By default only this machine can reach it. Listening on another address, it prints
a URL with a token, and refuses who has not got it.`,
		Example: "  curate serve\n  curate serve --open\n  curate serve --addr 0.0.0.0:8420",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runServe(cmd.Context(), a, o) },
	}
	cmd.Flags().StringVar(&o.addr, "addr", "127.0.0.1:8420", "`HOST:PORT` to listen on; port 0 for any that is free")
	cmd.Flags().BoolVar(&o.open, "open", false, "open the page in the browser")
	return cmd
}

// served is what serve prints before it starts.
type served struct {
	URL string `json:"url"`
}

func runServe(ctx context.Context, a *app, o serveOptions) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	return a.withCatalog(ctx, "serve", records, func(env *stage.Env) error {
		l, err := net.Listen("tcp", o.addr)
		if err != nil {
			return notListening(ctx, env, o.addr, err)
		}
		defer l.Close()
		token := ""
		if !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
			token = rand.Text()
		}
		s, err := web.New(ctx, web.Options{Env: env, View: view, Addr: l.Addr().String(), Token: token, Log: slog.New(slog.NewTextHandler(a.stderr, nil))})
		if err != nil {
			return err
		}
		defer s.Close()
		if err := s.Prepare(ctx); err != nil {
			return err
		}
		url := pageURL(l.Addr().(*net.TCPAddr), token)
		defer announce(env.Cache, url)()
		if err := a.emit(served{url}, func(w io.Writer) { fmt.Fprintln(w, url) }); err != nil {
			return err
		}
		if o.open {
			if err := openBrowser(ctx, url); err != nil {
				a.notice("the browser cannot be opened from here (%v): open %s yourself", err, url)
			}
		}
		return serveUntilDone(ctx, l, s)
	})
}

// pageURL is the address to open. A server that listens on every address of the machine
// is shown under the one by which it reaches itself.
func pageURL(addr *net.TCPAddr, token string) string {
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	url := "http://" + net.JoinHostPort(host, fmt.Sprint(addr.Port)) + "/"
	if token != "" {
		url += "?token=" + token
	}
	return url
}

// serveUntilDone answers until ctx ends, and lets requests under way come to theirs.
func serveUntilDone(ctx context.Context, l net.Listener, s *web.Server) error {
	server := &http.Server{Handler: s.Handler(), ConnContext: s.ConnContext, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(end)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// openBrowser opens a URL as the desktop does.
func openBrowser(ctx context.Context, url string) error {
	name := "xdg-open"
	if runtime.GOOS == "darwin" {
		name = "open"
	}
	return exec.CommandContext(ctx, name, url).Start()
}
