package chrome

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Tab is one tab. It must be closed. Its methods are not for several goroutines at once.
type Tab struct {
	ctx  context.Context
	stop context.CancelFunc

	mu         sync.Mutex
	complaints []string
	expected   []string

	// Pressed counts the keys that were pressed.
	Pressed int
}

// Patience is how long a tab waits for what it is told to wait for: a limit for what
// never comes, no measure of speed.
const Patience = 30 * time.Second

// Tab opens a tab.
func (b *Browser) Tab() (*Tab, error) {
	ctx, stop := chromedp.NewContext(b.ctx)
	t := &Tab{ctx: ctx, stop: stop}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			t.heard(m)
		}
	}()
	return t, nil
}

// Close closes the tab.
func (t *Tab) Close() { t.stop() }

func (t *Tab) heard(m chromedp.ConsoleMessage) {
	switch m.Type {
	case chromedp.ConsoleError, chromedp.ConsoleException, chromedp.ConsoleWarning, "assert":
		t.mu.Lock()
		defer t.mu.Unlock()
		t.complaints = append(t.complaints, fmt.Sprintf("%s: %s (%s:%d)", m.Type, m.Text, m.URL, m.Line))
	}
}

// Expect says that complaints with this text are no fault: the browser notes every answer
// of a server that is not 200.
func (t *Tab) Expect(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expected = append(t.expected, text)
}

// Complaints lists what the browser complained of, but for what was expected.
func (t *Tab) Complaints() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(t.complaints), func(c string) bool {
		return slices.ContainsFunc(t.expected, func(text string) bool { return strings.Contains(c, text) })
	})
}

// Open goes to an address and waits until it has loaded. A page that is about to load itself
// anew gives up one that is just beginning: then it is opened again.
func (t *Tab) Open(url string) (err error) {
	for range 3 {
		if err = t.do(chromedp.Navigate(url)); err == nil {
			return nil
		}
		if !strings.Contains(err.Error(), "ERR_ABORTED") {
			break
		}
	}
	return fmt.Errorf("open %s: %w", url, err)
}

func (t *Tab) do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(t.ctx, Patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// Eval evaluates JavaScript, and awaits it if it is a promise.
func Eval[T any](t *Tab, script string) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, Patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		return v, fmt.Errorf("evaluate %.200s: %w", script, err)
	}
	return v, nil
}

// Wait waits until a page has loaded, scripts and all, and JavaScript is true, or what it promises: a text is seen before the
// scripts run that answer to a click on it. It may fail meanwhile, as it does while another page loads.
func (t *Tab) Wait(condition string) error {
	for end := time.Now().Add(Patience); ; time.Sleep(8 * time.Millisecond) {
		ok, err := Eval[bool](t, "Promise.resolve(document.readyState === 'complete' && ("+condition+")).then(v => !!v)")
		if ok {
			return nil
		}
		if time.Now().After(end) {
			text, _ := Eval[string](t, "document.body.innerText.slice(0, 600)")
			return errors.Join(fmt.Errorf("waited in vain for %s; the page says:\n%s", condition, text), err)
		}
	}
}

// Press presses keys one after the other. Each is a letter, or a name such as Enter, Escape or ArrowLeft, after Ctrl- or Ctrl-Shift- with
// these held.
func (t *Tab) Press(keys ...string) error {
	for _, key := range keys {
		t.Pressed++
		if err := t.do(chromedp.KeyEvent(stroke(key))); err != nil {
			return fmt.Errorf("press %s: %w", key, err)
		}
	}
	return nil
}

// Hold presses a key, and returns what lets it go.
func (t *Tab) Hold(key string) (letGo func() error, err error) {
	text, _ := stroke(key)
	strokes := kb.Encode([]rune(text)[0])
	t.Pressed++
	return func() error { return t.dispatch(strokes[len(strokes)-1]) }, t.dispatch(strokes[0])
}

func (t *Tab) dispatch(e *input.DispatchKeyEventParams) error {
	_, err := chromedp.Call(t.ctx, input.DispatchKeyEvent, *e)
	return err
}

var namedKeys = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight, "ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown,
	"Space": " ", "Delete": kb.Delete, "Home": kb.Home, "End": kb.End,
}

// stroke is a key as the protocol has it, with what is held.
func stroke(key string) (string, chromedp.KeyOption) {
	var held []chromedp.Modifier
	for prefix, m := range map[string]chromedp.Modifier{"Ctrl-": chromedp.ModifierCtrl, "Shift-": chromedp.ModifierShift} {
		if strings.Contains(key, prefix) {
			held = append(held, m)
			key = strings.Replace(key, prefix, "", 1)
		}
	}
	if named, ok := namedKeys[key]; ok {
		key = named
	}
	return key, chromedp.KeyModifiers(held...)
}

// Type types into whatever has the focus.
func (t *Tab) Type(text string) error { return t.do(chromedp.KeyEvent(text)) }

// Click clicks in the middle of what a selector finds first.
func (t *Tab) Click(selector string) error {
	if err := t.do(chromedp.Click(selector, chromedp.NodeVisible)); err != nil {
		return fmt.Errorf("click %s: %w", selector, err)
	}
	return nil
}

// Look makes the tab a screen of another size, and says whether the user likes it dark.
func (t *Tab) Look(width, height int, dark bool) error {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	return errors.Join(err, t.do(chromedp.EmulateViewport(int64(width), int64(height))))
}

// Picture takes a JPEG of what the tab shows.
func (t *Tab) Picture(quality int) ([]byte, error) {
	q := int64(quality)
	r, err := chromedp.Call(t.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatJpeg, Quality: &q})
	return r.Data, err
}
