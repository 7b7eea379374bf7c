// Keys: whatever carries data-key is pressed, followed or focused by it, unless somebody is typing.
const NAMES = { " ": "space" };
const KEPT = "callarchive-single-keys"; // in this browser only
const TYPING = "input:not([type=range]):not([type=hidden]), textarea, select, dialog";

function named(event) {
  const name = NAMES[event.key] ?? event.key;
  return name.length === 1 && !event.shiftKey ? name.toLowerCase() : name;
}

function act(element) {
  if (element.matches("select, input, textarea")) {
    element.focus();
    if (element.matches("input")) element.select();
  } else {
    element.click();
  }
}

function typing(target) {
  return target instanceof Element && target.closest(TYPING) !== null;
}

// Who dictates or brushes keys switches them off (WCAG 2.1.4); arrows, Escape and Enter stay.
function singleKeys() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true; // a browser that keeps nothing
  }
}

function showSingleKeys() {
  document.documentElement.classList.toggle("no-single-keys", !singleKeys());
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && typing(event.target)) {
    event.target.blur();
    return;
  }
  if (typing(event.target)) return;
  if (event.key.length === 1 && !singleKeys()) return;
  if (event.key === "?") {
    help();
    return;
  }
  const onControl = event.target instanceof Element && event.target.matches("a, button, summary");
  if (onControl && event.key === " ") return; // it presses what has the focus
  const element = [...document.querySelectorAll("[data-key]")].find(
    (one) => one.dataset.key === named(event) && !one.disabled && one.offsetParent !== null,
  );
  if (element === undefined || (event.repeat && element.dataset.edge === undefined)) return;
  event.preventDefault();
  act(element);
});

document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault(); // a second press while the first is on its way
  event.target.dataset.sent = "1";
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

function told(element) {
  return element.dataset.told || element.title || element.ariaLabel || element.firstChild.textContent.trim();
}

function shown(key) {
  return key.length === 1 && key !== key.toLowerCase() ? `⇧ ${key}` : key.length === 1 ? key.toUpperCase() : key;
}

function help() {
  const dialog = document.getElementById("keys");
  const list = dialog.querySelector("dl");
  const rows = [...document.querySelectorAll("[data-key]")].map((one) => [shown(one.dataset.key), told(one)]);
  if (document.querySelector("[data-words]")) {
    rows.push(["← →", "Go from word to word"], ["⇧ ← →", "Select words"], ["Esc", "Leave a field; drop the selection"]);
  }
  list.replaceChildren(
    ...[...new Map(rows)].flatMap(([key, text]) => {
      const [term, sense, sign] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
      sign.textContent = key;
      term.append(sign);
      sense.textContent = text;
      return [term, sense];
    }),
  );
  dialog.showModal();
}

showSingleKeys();
const choice = document.querySelector("[data-single-keys]");
choice.checked = singleKeys();
choice.addEventListener("change", () => {
  try {
    localStorage.setItem(KEPT, choice.checked ? "on" : "off");
  } catch {
    choice.checked = true;
  }
  showSingleKeys();
});

for (const button of document.querySelectorAll("[data-help]")) {
  button.hidden = false;
  button.addEventListener("click", help);
}
