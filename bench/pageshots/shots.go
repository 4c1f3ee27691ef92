package main

import (
	"fmt"
	"time"

	"github.com/curate/curate/web/chrome"
)

// Sizes of a laptop's and of a phone's window.
const (
	laptopW, laptopH = 1440, 900
	phoneW, phoneH   = 390, 844
)

// nth is a script that returns the address of the cluster that comes at a place in the order of review, of those
// whose card has something in it.
func nth(selector string) string {
	return fmt.Sprintf(`(async () => {
		const { clusters } = await (await fetch("/api/queue?kind=copy")).json();
		for (const id of clusters) {
			const card = document.createElement("template");
			card.innerHTML = await (await fetch("/card/" + id)).text();
			if (card.content.querySelector(%q)) return "/duplicates/" + id;
		}
		return "/duplicates";
	})()`, selector)
}

// press presses keys and waits until a script is true.
func press(until string, keys ...string) func(t *chrome.Tab) error {
	return func(t *chrome.Tab) error {
		if err := t.Press(keys...); err != nil {
			return err
		}
		return t.Wait(until)
	}
}

const viewer = "document.querySelector('#viewer').open && [...document.querySelectorAll('#viewer img')].every(i => i.src.includes('/picture/') && i.complete)"

// keeper is a script that returns the address of the picture that such a cluster keeps.
func keeper(selector string) string {
	return fmt.Sprintf(`%s.then(at => fetch("/card/" + at.split("/").pop())).then(r => r.text()).then(html => {
		const card = document.createElement("template");
		card.innerHTML = html;
		return card.content.querySelector(".keeper .about a").getAttribute("href");
	})`, nth(selector))
}

// tiles waits until a wall shows its pictures, those that came with the page and those that its script puts in their place.
func tiles(t *chrome.Tab) error {
	const shown = "document.querySelectorAll('.tile img').length > 5 && [...document.querySelectorAll('.tile img')].every(i => i.complete && i.naturalWidth || i.getBoundingClientRect().top > innerHeight)"
	for range 3 {
		if err := t.Wait(shown); err != nil {
			return err
		}
		time.Sleep(time.Second / 2)
	}
	return t.Wait(shown)
}

// shots are the pictures, one of every page.
func shots() []shot {
	return []shot{
		{name: "page-overview", path: "/", width: laptopW, height: laptopH},
		{name: "page-cluster", path: "/duplicates " + nth(".two .member[data-turn]:not([data-turn='0']):not([data-turn='1']):not(.keeper)"), width: laptopW, height: laptopH},
		{name: "page-several", path: "/duplicates " + nth(".many"), width: laptopW, height: laptopH, dark: true},
		{name: "page-compare", path: "/duplicates " + nth(".two .member[data-place]"), width: laptopW, height: laptopH, first: press(viewer, "c", "m")},
		{name: "page-bulk", path: "/duplicates/bulk?from=0.97", width: laptopW, height: laptopH},
		{name: "page-phone", path: "/duplicates " + nth(".two .member[data-place]"), width: phoneW, height: phoneH, dark: true},
		{name: "page-issues", path: "/issues?name=blurry", width: laptopW, height: 600, first: tiles},
		{name: "page-labels", path: "/labels", width: laptopW, height: laptopH},
		{name: "page-browse", path: "/browse", width: laptopW, height: laptopH, dark: true, first: tiles},
		{name: "page-search", path: "/search?q=evening", width: laptopW, height: laptopH, first: tiles},
		{name: "page-image", path: "/duplicates " + keeper(".two .member[data-place]"), width: laptopW, height: laptopH},
		{name: "page-run", path: `/runs [...document.querySelectorAll("main a[href^='/runs/']")].find(a => /probe|train/.test(a.textContent)).getAttribute("href")`, width: laptopW, height: laptopH},
		{name: "page-journal", path: "/journal", width: laptopW, height: 500},
	}
}
