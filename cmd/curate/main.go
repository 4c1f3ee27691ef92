// Command curate turns a heap of crawled and generated pictures into a clean,
// de-duplicated, leak-free dataset and a classifier trained on it.
//
// Every command is a file of its own: newXCmd makes it, an xOptions struct holds
// its flags, and a run function does the work by calling internal/stage. Only
// this package names flags, environment variables and exit codes.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := interruptible()
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// interruptible gives a context that ends at the first Ctrl-C, which asks the
// command to stop; the second one then kills it, as it does other programs.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
