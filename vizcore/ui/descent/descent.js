// Plays how four weights follow the gradient of their error. The whole path comes from the server
// at once; stepping and playing cost no traffic.

const TICK = 120; // milliseconds
const TELL_DELAY = 250;
const NAMES = ["w\u2081", "w\u2082", "w\u2083", "w\u2084"];

// As a cell has it: large numbers without decimals.
function inCell(value) {
  return readable(value, Math.abs(value) < 100 ? 2 : 0);
}

function bracketed(value) {
  const text = readable(value, 3);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

function svg(tag, attributes, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  return node;
}

// ---- A chart over the steps ----

const LEFT = 72;
const RIGHT = 16;
const TOP = 8;
const TALL = 200;
const BOTTOM = 44;

class Chart {
  constructor(caption, className) {
    this.picture = svg("svg", { role: "img", height: TOP + TALL + BOTTOM });
    this.figure = element("figure", { class: `chart ${className}` }, element("figcaption", {}, caption), this.picture);
  }

  // lines: values by step, with a class; levels: what the values aim at; ticks: [value, text].
  // A line that is `signed` is teal above 0 and brown below, as weights are.
  draw({ label, lines, levels, ticks, range, steps, step, scale = (value) => value }) {
    const wide = Math.max(240, this.figure.clientWidth);
    const [low, high] = range.map(scale);
    const x = (i) => LEFT + (i / steps) * (wide - LEFT - RIGHT);
    const y = (value) => TOP + TALL * (1 - (scale(value) - low) / (high - low));
    const across = (value, className) => svg("line", { x1: LEFT, x2: wide - RIGHT, y1: y(value), y2: y(value), class: className });
    this.picture.setAttribute("width", wide);
    this.picture.setAttribute("aria-label", label);
    const zero = `${(100 * high) / (high - low)}%`;
    const stop = (colour) => svg("stop", { offset: zero, "stop-color": colour });
    const shades = svg("linearGradient", { id: "signs", gradientUnits: "userSpaceOnUse", x1: 0, x2: 0, y1: TOP, y2: TOP + TALL });
    shades.append(stop(COLOURS.weightScale[8]), stop(COLOURS.weightScale[2]));
    this.picture.replaceChildren(
      shades,
      ...ticks.flatMap(([value, text]) => [
        across(value, value === 0 ? "grid zero" : "grid"),
        svg("text", { x: LEFT - 8, y: y(value) + 5, "text-anchor": "end" }, text),
      ]),
      ...[0, 1, 2, 3, 4, 5, 6].map((i) => svg("text", { x: x((steps * i) / 6), y: TOP + TALL + 20, "text-anchor": "middle" }, String((steps * i) / 6))),
      svg("text", { x: x(steps / 2), y: TOP + TALL + 38, "text-anchor": "middle" }, "steps taken"),
      ...levels.map((value) => across(value, "level")),
      ...lines.map(({ values, className, signed }) =>
        svg("polyline", { class: className, ...(signed && { stroke: "url(#signs)" }), points: values.slice(0, step + 1).map((value, i) => `${x(i)},${y(value)}`).join(" ") }),
      ),
      ...lines.map(({ values }) => svg("circle", { cx: x(step), cy: y(values[step]), r: 6 })),
    );
  }
}

// A piece of a line, for the key.
function sample(className) {
  const picture = svg("svg", { width: 36, height: 12 });
  picture.append(svg("line", { x1: 0, x2: 36, y1: 6, y2: 6, class: className }));
  return picture;
}

// Round numbers that part a range into about four.
function roundTicks([low, high]) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const gap = [1, 2, 5, 10].find((n) => n * power >= rough) * power;
  const first = Math.ceil(low / gap);
  return Array.from({ length: Math.floor(high / gap) - first + 1 }, (_, i) => (first + i) * gap).map((value) => [value, readable(value)]);
}

function powerTicks([low, high]) {
  const decades = Array.from({ length: 9 }, (_, i) => 10 ** (i - 2));
  const values = high / low > 1000 ? decades : decades.flatMap((ten) => [ten, 2 * ten, 5 * ten]);
  return values.filter((value) => value >= low && value <= high).map((value) => [value, readable(value)]);
}

// ---- The descent ----

class Descent {
  constructor(root) {
    this.step = 0;
    this.build(root);
    this.observer = new ResizeObserver(() => this.data && this.drawCharts());
    this.observer.observe(this.body);
  }

  destroy() {
    clearInterval(this.timer);
    clearTimeout(this.teller);
    this.observer.disconnect();
  }

  build(root) {
    const button = (label, act) => element("button", { type: "button", onclick: act }, label);
    this.rewind = button("Rewind", () => this.goTo(0));
    this.back = button("Step back", () => this.goTo(this.step - 1));
    this.playButton = button("Play", () => this.play(!this.timer));
    this.playButton.classList.add("play");
    this.forward = button("One step", () => this.goTo(this.step + 1));
    this.scrub = element("input", { type: "range", min: "0", "aria-label": "Steps taken", oninput: () => this.goTo(Number(this.scrub.value)) });
    this.place = element("output", { class: "place numbers" });
    const four = () => NAMES.map((name) => element("span", { "data-name": name }));
    [this.weights, this.gradients, this.next] = [four(), four(), four()];
    const operator = () => element("span", { class: "operator numbers" });
    [this.times, this.equals] = [operator(), operator()];
    this.rule = element("p", { class: "formula numbers" });
    this.formula = element("p", { class: "formula numbers" });
    this.errorChart = new Chart("Error", "error");
    this.weightChart = new Chart("Weights", "weights");
    this.key = element("div", { class: "key", "aria-hidden": "true" });
    this.weightChart.figure.firstChild.append(this.key);
    this.key.append(...NAMES.map((name, k) => element("span", {}, sample(`line w${k}`), name)));
    this.pictures = element("div", { class: "pictures" });
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    this.body = element(
      "div",
      { class: "descent" },
      element("div", { class: "bar" }, this.rewind, this.back, this.playButton, this.forward, this.scrub, this.place),
      element(
        "div",
        { class: "stage" },
        element("div", { class: "equation" }, quad("Weights now", this.weights), this.times, quad("Gradient", this.gradients), this.equals, quad("Next weights", this.next), this.pictures),
        element("div", { class: "charts" }, this.errorChart.figure, this.weightChart.figure),
      ),
      this.rule,
      this.formula,
      this.live,
    );
    root.append(this.body);
  }

  update({ data, setStateValue }) {
    this.tell = setStateValue;
    const moved = data.visit !== this.data?.visit;
    const same = JSON.stringify({ ...data, step: 0 }) === JSON.stringify({ ...this.data, step: 0 });
    this.data = data;
    if (same) return;
    if (moved) {
      this.halt();
      this.step = data.step;
    }
    this.last = data.errors.length - 1;
    this.step = Math.min(this.step, this.last);
    this.scrub.max = this.last;
    this.weightRange = this.rangeOfWeights();
    this.buildPictures();
    this.draw();
  }

  rangeOfWeights() {
    const all = [...this.data.weights.flat(), -0.5, 0.5];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return [low - (high - low) * 0.05, high + (high - low) * 0.05];
  }

  buildPictures() {
    const { pictures, targets } = this.data;
    this.marks = pictures.map(() => element("span", { class: "mark numbers" }));
    const half = (from, title) =>
      element(
        "div",
        { class: "group" },
        element("span", { class: "group-title numbers" }, title),
        ...pictures.slice(from, from + 5).map((signs, k) => element("div", { class: "scored" }, thumbnail(signs, pixelColour), this.marks[from + k])),
      );
    this.pictures.replaceChildren(half(0, `\\ should score +${targets[0]}`), half(5, `/ should score ${readable(targets[5])}`));
  }

  draw() {
    const { step, last } = this;
    const { weights, gradients, errors, rate, diverged, tooFar } = this.data;
    const next = weights[step + 1] ?? weights[step].map((weight, k) => weight - rate * gradients[step][k]);
    const limit = Math.max(1, ...weights[step].map(Math.abs), ...next.map(Math.abs));
    const slope = Math.max(1, ...gradients[step].map(Math.abs));
    NAMES.forEach((_, k) => {
      write(this.weights[k], weights[step][k], SCALES.weight, limit);
      write(this.gradients[k], gradients[step][k], SCALES.response, slope);
      write(this.next[k], next[k], SCALES.weight, limit);
    });
    this.times.textContent = `${MINUS} ${readable(rate)} ×`;
    this.equals.textContent = "=";
    this.scrub.value = step;
    this.place.textContent = `Step ${step} of ${last}`;
    const [before, after] = [weights[step][0], next[0]].map((weight) => readable(weight, 3));
    this.rule.textContent = `Next ${NAMES[0]} = ${NAMES[0]} ${MINUS} rate · gradient = ${before} ${MINUS} ${readable(rate)} · ${bracketed(gradients[step][0])} = ${after}`;
    if (diverged && step === last) this.place.textContent += `: stopped, the error has passed ${readable(tooFar)}`;
    // Not disabled: the focus that has just pressed one would be lost.
    for (const [button, end] of [[this.rewind, 0], [this.back, 0], [this.forward, last]]) button.setAttribute("aria-disabled", step === end);
    this.drawScores();
    this.drawCharts();
    Object.assign(this.body.dataset, { drawn: "", step, error: errors[step], weights: weights[step].join(" ") });
  }

  drawScores() {
    const { scores, targets, errors } = this.data;
    scores[this.step].forEach((score, k) => {
      this.marks[k].textContent = `${inCell(score)} ${score * targets[k] > 0 ? "✓" : "✗"}`;
    });
    const terms = scores[this.step].map((score, k) => `(${inCell(score)} ${targets[k] > 0 ? MINUS : "+"} 1)²`);
    this.formula.textContent = `Error = mean of (score ${MINUS} target)² = (${terms.join(" + ")}) / ${terms.length} = ${readable(errors[this.step], 3)}`;
  }

  drawCharts() {
    const { errors, weights, steps, best, least } = this.data;
    const range = [least / 2, Math.max(...errors, 10 * least) * 1.2];
    const common = { steps, step: this.step };
    this.errorChart.draw({
      ...common,
      label: `Error after ${this.step} steps: ${readable(errors[this.step], 3)}; it began at ${readable(errors[0], 3)}, and ${readable(least, 3)} is the smallest possible.`,
      lines: [{ values: errors, className: "line error" }],
      levels: [least],
      ticks: powerTicks(range),
      range,
      scale: Math.log10,
    });
    this.weightChart.draw({
      ...common,
      label: `Weights after ${this.step} steps: ${weights[this.step].map(inCell).join(", ")}; the best are ${best.map((one) => readable(one, 3)).join(", ")}.`,
      lines: NAMES.map((_, k) => ({ values: weights.map((four) => four[k]), className: `line w${k}`, signed: true })),
      levels: [...new Set(best.map((one) => Number(one.toFixed(9))))],
      ticks: roundTicks(this.weightRange),
      range: this.weightRange,
    });
  }

  goTo(step) {
    this.halt();
    this.moveTo(step);
    this.settle();
  }

  moveTo(step) {
    this.step = Math.max(0, Math.min(this.last, step));
    this.draw();
  }

  // Where one has stopped is said, and told to the server for the address.
  settle() {
    const { errors } = this.data;
    this.live.textContent = `${this.place.textContent}. Error ${readable(errors[this.step], 3)}.`;
    clearTimeout(this.teller);
    this.teller = setTimeout(() => this.tell("stop", { step: this.step, n: Date.now() }), TELL_DELAY);
  }

  play(playing) {
    this.halt();
    if (!playing) return this.settle();
    if (this.step === this.last) this.moveTo(0);
    this.playButton.textContent = "Pause";
    this.timer = setInterval(() => {
      this.moveTo(this.step + 1);
      if (this.step === this.last) this.play(false);
    }, TICK);
  }

  halt() {
    clearInterval(this.timer);
    this.timer = null;
    this.playButton.textContent = "Play";
  }
}

function write(cell, value, scale, limit) {
  cell.textContent = inCell(value);
  cell.title = readable(value, 6);
  paint(cell, colourAt(scale, value, limit));
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Descent(root));
}
