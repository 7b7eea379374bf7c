// The browser may keep a page that was left, to show it again: it keeps none with the value in it.
addEventListener("pagehide", () => document.getElementById("value")?.remove());
