package main

import (
	"fmt"
	"time"

	"github.com/curate/curate/web/chrome"
	"github.com/curate/curate/web/webtest"
)

// way is a way to go through the clusters.
type way struct {
	name string
	done func(r *reviewing) bool // stop deciding one by one, and accept the rest together
}

var ways = []way{
	{"one by one", func(*reviewing) bool { return false }},
	{"the doubtful one by one, the rest together", func(r *reviewing) bool { return r.calm >= 10 }},
}

// reviewing is one person at the page.
type reviewing struct {
	way
	tab  *chrome.Tab
	heap heap

	shown  []card
	calm   int // cards one after the other without a warning
	sheets []string
}

type card struct {
	keeper        string
	false, warned bool
}

// look is what a person sees of a card.
const look = `(() => { const c = document.querySelector(".card:not(.leaving)"); return !c ? "" : c.querySelector(".keeper img").alt + " " + (c.querySelector(".doubt") ? "!" : "."); })()`

func (w way) review(b *chrome.Browser, site *webtest.Site, h heap, pace time.Duration) error {
	tab, err := b.Tab()
	if err != nil {
		return err
	}
	defer tab.Close()
	r := &reviewing{way: w, tab: tab, heap: h}
	if err := tab.Open(site.URL + "/duplicates"); err != nil {
		return err
	}
	began := time.Now()
	waited := time.Duration(0)
	for {
		more, err := r.decide()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		time.Sleep(pace)
		waited += pace
	}
	if err := r.together(); err != nil {
		return err
	}
	r.report(time.Since(began)-waited, site)
	return nil
}

// decide looks at a card and presses its key; false when none is left, or none that is worth looking at alone.
func (r *reviewing) decide() (more bool, err error) {
	var c card
	text, mark := "", ""
	if err := r.tab.Wait(`document.querySelector(".card:not(.leaving), .empty")`); err != nil {
		return false, err
	}
	if text, err = chrome.Eval[string](r.tab, look); err != nil || text == "" {
		return false, err
	}
	if _, err := fmt.Sscan(text, &c.keeper, &mark); err != nil {
		return false, err
	}
	c.false, c.warned = r.heap.false[c.keeper], mark == "!"
	r.calm++
	if c.warned {
		r.calm = 0
	}
	if r.done(r) {
		return false, nil
	}
	r.shown = append(r.shown, c)
	key := "Enter"
	if c.false {
		key = "d"
	}
	if err := r.tab.Press(key); err != nil {
		return false, err
	}
	return true, r.tab.Wait(fmt.Sprintf(`(%s) !== %q`, look, text))
}

// together accepts the rest from the contact sheet, but for rows that say what is wrong with them.
func (r *reviewing) together() error {
	rest, err := chrome.Eval[bool](r.tab, `!!document.querySelector(".card")`)
	if err != nil || !rest {
		return err
	}
	if _, err := chrome.Eval[string](r.tab, `location.href = "/duplicates/bulk?from=0.5"; ""`); err != nil {
		return err
	}
	if err := r.tab.Wait(`document.querySelector(".sheet li")`); err != nil {
		return err
	}
	r.tab.Pressed += 2 // to the sheet, from all
	// Every false one on it is seen by a person who looks; it takes a click to take it off.
	if r.sheets, err = chrome.Eval[[]string](r.tab, `[...document.querySelectorAll(".sheet li")].map(li => (li.querySelector("img")?.alt.replace("stays: ", "") || "broken:" + li.innerHTML) + (li.classList.contains("doubtful") ? " !" : " ."))`); err != nil {
		return err
	}
	for i, row := range r.sheets {
		var name, mark string
		fmt.Sscan(row, &name, &mark)
		if !r.heap.false[name] {
			continue
		}
		if err := r.tab.Click(fmt.Sprintf(".sheet li:nth-child(%d) input", i+1)); err != nil {
			return err
		}
		r.tab.Pressed++
	}
	if err := r.tab.Click("[data-act=accept-all]"); err != nil {
		return err
	}
	r.tab.Pressed++
	return r.tab.Wait(`document.querySelector(".toast").textContent.includes("accepted")`)
}

func (r *reviewing) report(took time.Duration, site *webtest.Site) {
	fmt.Printf("\n%s: %d keys and clicks, %.0f s without a person's looking\n", r.name, r.tab.Pressed, took.Seconds())
	var places []int
	warned, alarms := 0, 0
	for i, c := range r.shown {
		switch {
		case c.false:
			places = append(places, i+1)
			if c.warned {
				warned++
			}
		case c.warned:
			alarms++
		}
	}
	fmt.Printf("  shown one by one: %d; of the %d false ones %d, of which %d with a warning; %d copies had one too\n", len(r.shown), falseClusters, len(places), warned, alarms)
	for _, n := range []int{20, 25, 30, 50, 100} {
		before := 0
		for _, p := range places {
			if p <= n {
				before++
			}
		}
		fmt.Printf("  among the first %d: %d\n", n, before)
	}
	if len(r.sheets) > 0 {
		left, marked := 0, 0
		for _, row := range r.sheets {
			var name, mark string
			fmt.Sscan(row, &name, &mark)
			if r.heap.false[name] {
				left++
				if mark == "!" {
					marked++
				}
			}
		}
		fmt.Printf("  on the contact sheet: %d clusters, %d false ones, %d of these marked\n", len(r.sheets), left, marked)
	}
	fmt.Printf("  waiting now: %d\n", r.waiting())
}

// waiting is how many clusters are still to be decided.
func (r *reviewing) waiting() int {
	n, err := chrome.Eval[int](r.tab, `fetch("/api/queue?kind=copy").then(r => r.json()).then(q => q.clusters.length)`)
	if err != nil {
		return -1
	}
	return n
}
