// Player, loaded where there is one: the redacted sound with its waveform, one side alone, slower, a second before.
const root = document.querySelector("[data-player]");
const audio = root.querySelector("audio");
const canvas = root.querySelector("canvas");
const slider = root.querySelector("input[type=range]");
const clock = root.querySelector("output");
const talk = document.querySelector(".talk");
const timed = () => (talk ? [...talk.querySelectorAll(".turn[data-s]")] : []);
const [from, to, start, end, channels] = ["from", "to", "start", "end", "channels"].map((name) => Number(root.dataset[name]));
const voices = [...root.querySelectorAll(".names span")].map((name) => name.textContent);
const TAIL_MS = 400;
const buttons = new Map([...root.querySelectorAll("[data-do]")].map((one) => [one.dataset.do, one]));
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

let stopAt = null; // ms; null plays on
let gains = null;
let peaks = null;
let spoken = null;
let turns = timed();

// Sound

function play(atMs, untilMs = null) {
  stopAt = untilMs;
  audio.currentTime = Math.max(atMs, 0) / 1000;
  audio.play().catch(() => { root.querySelector(".problem").hidden = false; });
}

function alone(side) {
  if (gains === null) {
    const context = new AudioContext();
    const split = context.createChannelSplitter(2);
    context.createMediaElementSource(audio).connect(split);
    gains = [0, 1].map((output) => {
      const gain = context.createGain();
      split.connect(gain, output);
      gain.connect(context.destination);
      return gain;
    });
    gains.context = context;
  }
  gains.context.resume();
  gains.forEach((gain, channel) => { gain.gain.value = side === null || side === channel ? 1 : 0; });
  for (const [name, of] of [["both", null], ["left", 0], ["right", 1]]) {
    buttons.get(name).setAttribute("aria-pressed", String(side === of));
  }
}

const deeds = {
  play() {
    if (!audio.paused) audio.pause();
    else if (slider.dataset.moved) play(Number(slider.value));
    else play(start, end + TAIL_MS);
  },
  back() {
    const at = audio.paused ? start : audio.currentTime * 1000;
    play(at - 1000, stopAt ?? (audio.paused ? end + TAIL_MS : null));
  },
  slower() {
    audio.playbackRate = audio.playbackRate === 1 ? 0.75 : 1;
    buttons.get("slower").setAttribute("aria-pressed", String(audio.playbackRate !== 1));
  },
  both: () => alone(null),
  left: () => alone(0),
  right: () => alone(1),
};
for (const [name, button] of buttons) button.addEventListener("click", deeds[name]);
talk?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-play]");
  if (button) play(Number(button.dataset.play));
});
document.addEventListener("grown", () => { turns = timed(); });
slider.addEventListener("input", () => {
  slider.dataset.moved = "1";
  if (audio.paused) draw(Number(slider.value));
  else audio.currentTime = Number(slider.value) / 1000;
});
root.querySelector(".drawn").addEventListener("click", (event) => {
  const box = canvas.getBoundingClientRect();
  play(from + ((event.clientX - box.left) / box.width) * (to - from));
});
audio.addEventListener("play", () => { told(true); requestAnimationFrame(follow); });
audio.addEventListener("pause", () => told(false));
audio.addEventListener("error", () => { root.querySelector(".problem").hidden = false; });

function told(playing) {
  const button = buttons.get("play");
  button.setAttribute("aria-pressed", String(playing));
  button.firstChild.textContent = playing ? "Pause " : "Play ";
  if (playing) delete slider.dataset.moved;
}

// What is seen of it

function follow() {
  const at = audio.currentTime * 1000;
  if (stopAt !== null && at >= stopAt) {
    stopAt = null;
    audio.pause();
  }
  slider.value = at;
  draw(at);
  highlight(at);
  if (!audio.paused) requestAnimationFrame(follow);
}

function highlight(at) {
  const now = turns.findLast((turn) => Number(turn.dataset.s) <= at && at <= Number(turn.dataset.e));
  if (now !== spoken) {
    spoken?.classList.remove("now");
    now?.classList.add("now");
    if (now && channels && talk.dataset.words === undefined) now.scrollIntoView({ block: "nearest" });
    spoken = now;
  }
  if (turns.length && at > Number(turns.at(-1).dataset.e)) document.dispatchEvent(new Event("wanted"));
}

function shown(ms) {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const minutes = `${m}:${String(s).padStart(2, "0")}`;
  return h ? `${h}:${minutes.padStart(5, "0")}` : minutes;
}

const gone = root.dataset.muted.split(",").filter(Boolean).map((span) => span.split(" ").map(Number));

function hatch(context, left, top, width, height) {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.fillStyle = colour("--amber-wash");
  context.fillRect(left, top, width, height);
  context.strokeStyle = colour("--amber");
  context.lineWidth = 1;
  context.beginPath();
  for (let x = left - height; x < left + width; x += 6) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.restore();
}

function draw(at) {
  clock.value = `${shown(at)} of ${shown(to)}`;
  slider.setAttribute("aria-valuetext", clock.value);
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const x = (ms) => ((ms - from) / (to - from)) * width;
  if (start > from || end < to) {
    context.fillStyle = colour("--accent-wash");
    context.fillRect(x(start), 0, Math.max(x(end) - x(start), 2), height);
  }
  const sides = Math.max(channels, 1);
  const lane = height / sides;
  for (const [channel, first, last] of gone) {
    if (last > from && first < to) hatch(context, x(first), (channel % sides) * lane + 2, Math.max(x(last) - x(first), 2), lane - 4);
  }
  (peaks ?? []).forEach((levels, channel) => {
    const middle = channel * lane + lane / 2;
    context.fillStyle = colour(voices[channel] === "Agent" ? "--agent" : voices[channel] === "Customer" ? "--customer" : "--other");
    const step = width / levels.length;
    levels.forEach((level, column) => {
      const tall = Math.max((level / 255) * (lane - 6), 0.6);
      context.fillRect(column * step, middle - tall / 2, Math.max(step - 0.3, 0.6), tall);
    });
  });
  context.strokeStyle = colour("--line");
  for (let channel = 1; channel < sides; channel += 1) {
    context.beginPath();
    context.moveTo(0, channel * lane);
    context.lineTo(width, channel * lane);
    context.stroke();
  }
  context.fillStyle = colour("--red");
  context.fillRect(x(at) - 0.75, 0, 1.5, height);
}

const asked = new URLSearchParams({ start_ms: from, end_ms: to, columns: Math.round(canvas.clientWidth / 2) });
fetch(`${root.dataset.peaks}&${asked}`)
  .then((response) => (response.ok ? response.json() : Promise.reject(new Error(String(response.status)))))
  .then((answer) => { peaks = answer.channels; draw(Number(slider.value)); })
  .catch(() => { draw(start); });
draw(start);
window.addEventListener("resize", () => draw(Number(slider.value)));
