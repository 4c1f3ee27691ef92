package chrome

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/chromedp"
)

// Browser is a Chromium without a window. It must be closed.
type Browser struct {
	ctx  context.Context
	stop []context.CancelFunc
}

// startsWithin is how long a Chromium may take until it answers: on a busy machine, long.
const startsWithin = 90 * time.Second

// Start starts the Chromium at path, "" for the one that Find finds, with a profile of its own that goes with it.
func Start(ctx context.Context, path string) (_ *Browser, err error) {
	if path == "" {
		if path, err = Find(); err != nil {
			return nil, err
		}
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.WSURLReadTimeout(startsWithin), chromedp.WindowSize(1400, 900),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	if os.Getuid() == 0 { // it refuses to run as root otherwise
		opts = append(opts, chromedp.NoSandbox)
	}
	ctx, stopProgram := chromedp.NewExecAllocator(ctx, opts...)
	ctx, stopBrowser := chromedp.NewContext(ctx)
	b := &Browser{ctx, []context.CancelFunc{stopBrowser, stopProgram}}
	if err := chromedp.Do(ctx); err != nil {
		b.Close()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return b, nil
}

// Close ends the browser.
func (b *Browser) Close() {
	for _, stop := range b.stop {
		stop()
	}
}
