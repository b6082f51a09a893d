// Plays how four weights follow the gradient of their error. The whole path comes from the server
// at once; stepping and playing cost no traffic.

const TICK = 120; // milliseconds
const NAMES = ["w\u2081", "w\u2082", "w\u2083", "w\u2084"];

// As a cell has it: large numbers without decimals.
function inCell(value) {
  return readable(value, Math.abs(value) < 100 ? 2 : 0);
}

function bracketed(value) {
  const text = readable(value, 3);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

// ---- A chart over the steps ----

const LEFT = 72;
const NAMED = 36; // room for a line's name beside its point
const RIGHT = 116; // room for that, and for the name of what the line aims at
const TOP = 8;
const TALL = 200;
const BOTTOM = 44;
const TEXT = 15; // from one line of text to the next

class Chart {
  constructor(caption, className) {
    this.picture = svg("svg", { role: "img", height: TOP + TALL + BOTTOM });
    this.figure = element("figure", { class: `chart ${className}` }, element("figcaption", {}, caption), this.picture);
  }

  // lines: values by step, with a class and a name; levels: [value, name], what the values aim at;
  // ticks: [value, text].
  draw({ label, lines, levels, ticks, range, steps, step, scale = (value) => value }) {
    const wide = Math.max(240, this.figure.clientWidth);
    const end = wide - RIGHT;
    const [low, high] = range.map(scale);
    const x = (i) => LEFT + (i / steps) * (end - LEFT);
    const y = (value) => TOP + TALL * (1 - (scale(value) - low) / (high - low));
    const across = (value, className, to = end) => svg("line", { x1: LEFT, x2: to, y1: y(value), y2: y(value), class: className });
    this.picture.setAttribute("width", wide);
    this.picture.setAttribute("aria-label", label);
    const points = lines.map(({ values, className, name }) => ({ y: y(values[step]), className, name }));
    this.picture.replaceChildren(
      ...ticks.flatMap(([value, text]) => [
        across(value, value === 0 ? "grid zero" : "grid"),
        svg("text", { x: LEFT - 8, y: y(value) + 5, "text-anchor": "end" }, text),
      ]),
      ...[0, 1, 2, 3, 4, 5, 6].map((i) => svg("text", { x: x((steps * i) / 6), y: TOP + TALL + 20, "text-anchor": "middle" }, String((steps * i) / 6))),
      svg("text", { x: x(steps / 2), y: TOP + TALL + 38, "text-anchor": "middle" }, "steps taken"),
      ...levels.map(([value]) => across(value, "level", end + NAMED)),
      ...merged(levels.map(([value, name]) => ({ y: y(value), name }))).map((one) => svg("text", { x: end + NAMED + 4, y: one.y + 5, class: "aim" }, one.name)),
      ...lines.map(({ values, className }) =>
        svg("polyline", { class: `line ${className}`, points: values.slice(0, step + 1).map((value, i) => `${x(i)},${y(value)}`).join(" ") }),
      ),
      ...points.map((one) => svg("circle", { cx: x(step), cy: one.y, r: 6, class: one.className })),
      ...apart(points.filter(({ name }) => name)).map((one) => svg("text", { x: x(step) + 11, y: one.y + 5, class: `name ${one.className}` }, one.name)),
    );
  }
}

// Two levels too close to be named one by one are the same but for the sign of the lower.
function merged(levels) {
  const [one, other] = levels;
  if (!other || Math.abs(one.y - other.y) >= TEXT) return levels;
  return [{ y: (one.y + other.y) / 2, name: `\u00b1${one.name}` }];
}

// Names of points that lie together stand one below the other, around where the points are.
function apart(points) {
  const clusters = [];
  for (const point of [...points].sort((a, b) => a.y - b.y)) {
    let cluster = [point];
    const middle = (some) => some.reduce((sum, { y }) => sum + y, 0) / some.length;
    const touch = (above, below) => middle(below) - middle(above) < ((above.length + below.length) / 2) * TEXT;
    while (clusters.length && touch(clusters.at(-1), cluster)) cluster = [...clusters.pop(), ...cluster];
    clusters.push(cluster);
  }
  return clusters.flatMap((cluster) => {
    const top = cluster.reduce((sum, { y }) => sum + y, 0) / cluster.length - ((cluster.length - 1) / 2) * TEXT;
    return cluster.map((point, i) => ({ ...point, y: top + i * TEXT }));
  });
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
    this.build(root);
    this.observer = new ResizeObserver(() => this.data && this.drawCharts());
    this.observer.observe(this.body);
  }

  destroy() {
    this.player.stop();
    this.observer.disconnect();
  }

  build(root) {
    this.player = new Player({ show: () => this.draw(), told: (step) => this.told(step), start: "The start", tick: TICK });
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
      this.player.bar,
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
    this.body.addEventListener("keydown", (event) => this.player.keyed(event));
    root.append(this.body);
  }

  get step() {
    return this.player.step;
  }

  update({ data, setStateValue }) {
    this.tell = setStateValue;
    this.colour();
    const moved = data.visit !== this.data?.visit;
    const same = JSON.stringify({ ...data, step: 0 }) === JSON.stringify({ ...this.data, step: 0 });
    this.data = data;
    if (same) return;
    if (moved) {
      this.player.halt();
      this.player.step = data.step;
    }
    this.player.last = data.errors.length - 1;
    this.player.step = Math.min(this.step, this.player.last);
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
    const { step, last } = this.player;
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
    const ends = diverged && step === last ? `: stopped, the error has passed ${readable(tooFar)}` : step ? "" : ": the start";
    this.player.draw(`Step ${step} of ${last}${ends}`);
    const [before, after] = [weights[step][0], next[0]].map((weight) => readable(weight, 3));
    this.rule.textContent = `Next ${NAMES[0]} = ${NAMES[0]} ${MINUS} rate · gradient = ${before} ${MINUS} ${readable(rate)} · ${bracketed(gradients[step][0])} = ${after}`;
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
      lines: [{ values: errors, className: "error" }],
      levels: [[least, `${readable(least)} best`]],
      ticks: powerTicks(range),
      range,
      scale: Math.log10,
    });
    this.weightChart.draw({
      ...common,
      label: `Weights after ${this.step} steps: ${weights[this.step].map(inCell).join(", ")}; the best are ${best.map((one) => readable(one, 3)).join(", ")}.`,
      lines: NAMES.map((name, k) => ({ values: weights.map((four) => four[k]), className: `w${k}`, name })),
      levels: [Math.max(...best), Math.min(...best)].map((one) => [one, `${readable(one, 3)} best`]),
      ticks: roundTicks(this.weightRange),
      range: this.weightRange,
    });
  }

  // The theme's own colours for lines: one list for light, one for dark.
  colour() {
    const colours = getComputedStyle(this.body).getPropertyValue("--st-chart-categorical-colors").split(",");
    NAMES.forEach((_, k) => this.body.style.setProperty(`--w${k}`, colours[k % colours.length]));
  }

  // Where one has stopped is said, and told to the server for the address.
  told(step) {
    this.live.textContent = `${this.player.place.textContent}. Error ${readable(this.data.errors[step], 3)}.`;
    this.tell("stop", { step, n: Date.now() });
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
