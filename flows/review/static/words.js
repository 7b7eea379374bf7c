// Words: what is decided about is shown and moved word by word; others are selected with arrows or by dragging.
const talk = document.querySelector("[data-words]");
const words = [];
const indexes = [];
const placeOf = new Map();
const said = document.querySelector("[data-said]");
const decide = document.getElementById("decide");
const missed = document.getElementById("missed");
const kindBefore = talk.dataset.kind;

let cursor = null; // places in `words`
let anchor = null;
let hint = null; // what stands where selected words are told

function collect() {
  for (const word of [...talk.querySelectorAll(".w")].slice(words.length)) {
    const index = Number(word.id.slice(1));
    placeOf.set(index, words.length);
    words.push(word);
    indexes.push(index);
  }
}

collect();
document.addEventListener("grown", collect);

function paint(name, first, last, kind) {
  const [begins, ends] = [`${name}-first`, `${name}-last`];
  for (const word of talk.querySelectorAll(`.w.${name}`)) word.classList.remove(name, begins, ends);
  if (first === undefined) return;
  for (let place = first; place <= last; place += 1) {
    words[place].classList.add(name);
    if (place === last || words[place].parentElement !== words[place + 1].parentElement) words[place].classList.add(ends);
  }
  words[first].classList.add(begins);
  if (kind !== undefined) words[first].dataset.kind = kind;
}

// What is decided about

function own() {
  const form = decide?.elements;
  if (!form?.start_word) return null;
  const first = placeOf.get(Number(form.start_word.value));
  const last = placeOf.get(Number(form.last_word.value));
  return first === undefined || last === undefined || first > last ? null : [first, last];
}

function showOwn() {
  const span = own();
  if (span === null) return;
  const form = decide.elements;
  const chosen = form.entity.selectedOptions[0].text;
  paint("in", span[0], span[1], chosen);
  form.start_ms.value = words[span[0]].dataset.s;
  form.end_ms.value = words[span[1]].dataset.e;
  const count = span[1] - span[0] + 1;
  decide.querySelector("[data-count]").textContent = count === 1 ? "1 word" : `${count} words`;
  const same = Number(form.start_word.value) === Number(talk.dataset.start)
    && Number(form.last_word.value) === Number(talk.dataset.end) - 1 && chosen === kindBefore;
  const accept = decide.querySelector("[data-accept]");
  accept.dataset.before ??= accept.textContent;
  accept.textContent = same ? accept.dataset.before : "Yes, but as changed";
}

// An edge stays in the turn that it is in: the next one is another voice's.
function turnAt(field) {
  return words[placeOf.get(Number(field.value))]?.closest(".turn");
}

function moveEdge(edge, by) {
  const field = decide.elements[edge === "start" ? "start_word" : "last_word"];
  const place = placeOf.get(Number(field.value)) + by;
  if (words[place] === undefined || words[place].closest(".turn") !== turnAt(field)) return;
  const before = field.value;
  field.value = indexes[place];
  if (own() === null) field.value = before;
  showOwn();
}

if (decide?.elements.start_word) {
  showOwn();
  decide.addEventListener("input", showOwn);
  for (const button of decide.querySelectorAll("[data-edge]")) {
    button.addEventListener("click", () => moveEdge(button.dataset.edge, Number(button.dataset.by)));
  }
} else if (talk.dataset.start !== undefined) {
  const [first, last] = [Number(talk.dataset.start), Number(talk.dataset.end) - 1].map((index) => placeOf.get(index));
  if (first !== undefined && last !== undefined) paint("in", first, last, kindBefore);
}

// What was missed

function picked() {
  return anchor === null ? null : [Math.min(anchor, cursor), Math.max(anchor, cursor)];
}

function showPicked() {
  const span = picked();
  paint("picked", ...(span ?? []));
  for (const word of talk.querySelectorAll(".w.cursor")) word.classList.remove("cursor");
  if (cursor !== null && span === null) words[cursor].classList.add("cursor");
  if (cursor !== null) words[cursor].scrollIntoView({ block: "nearest" });
  if (missed === null) return;
  const form = missed.elements;
  form.start_word.value = span ? indexes[span[0]] : "";
  form.last_word.value = span ? indexes[span[1]] : "";
  form.start_ms.value = span ? words[span[0]].dataset.s : "";
  form.end_ms.value = span ? words[span[1]].dataset.e : "";
  const line = missed.querySelector("[data-picked]");
  hint ??= [...line.childNodes];
  if (span === null) line.replaceChildren(...hint);
  else line.textContent = `Selected: ${words.slice(span[0], span[1] + 1).map((word) => word.textContent).join(" ")}`;
}

function start() {
  const span = own();
  if (span) return span[0];
  return (talk.dataset.start !== undefined && placeOf.get(Number(talk.dataset.start))) || 0;
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.target.closest?.("input, select, textarea, dialog") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") {
    [anchor, cursor] = [null, null];
    showPicked();
  }
  if (step === undefined || words.length === 0) return;
  event.preventDefault();
  if (cursor === null) cursor = start();
  else if (event.shiftKey && anchor === null) anchor = cursor;
  else cursor = Math.min(Math.max(cursor + step, 0), words.length - 1);
  if (!event.shiftKey) anchor = null;
  else anchor ??= cursor;
  showPicked();
  said.textContent = picked() ? "" : words[cursor].textContent;
});

if (missed !== null) {
  let dragging = false;
  const placed = (target) => {
    const word = target.closest?.(".w");
    return word ? placeOf.get(Number(word.id.slice(1))) : undefined;
  };
  talk.addEventListener("pointerdown", (event) => {
    const place = placed(event.target);
    if (place === undefined || event.button !== 0) return;
    if (!event.shiftKey || anchor === null) anchor = place;
    cursor = place;
    dragging = true;
    showPicked();
  });
  talk.addEventListener("pointerover", (event) => {
    const place = placed(event.target);
    if (!dragging || place === undefined) return;
    cursor = place;
    showPicked();
  });
  document.addEventListener("pointerup", () => { dragging = false; });
}

for (const form of document.querySelectorAll("#missed, #muted")) {
  form.elements.entity.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    form.requestSubmit();
  });
}
