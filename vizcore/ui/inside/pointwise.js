// What makes each number of one or two others at the same place, or one number of a whole map.

// Each kind: the sign between the maps, and the steps from x to the result.
const POINTWISE = {
  relu: { sign: "ReLU", steps: (x) => [["max(0, x)", Math.max(0, x)]], curve: (x) => Math.max(0, x) },
  leaky: {
    sign: "leaky ReLU",
    steps: (x, { slope }) => [[x < 0 ? `x is negative: × ${slope}` : "x is not negative: as it is", x < 0 ? slope * x : x]],
    curve: (x, { slope }) => (x < 0 ? slope * x : x),
  },
  sigmoid: {
    sign: "sigmoid",
    steps: (x) => [[`e^(${MINUS}x)`, Math.exp(-x)], ["1 / (1 + that)", sigmoid(x)]],
    curve: (x) => sigmoid(x),
  },
  tanh: { sign: "tanh", steps: (x) => [["tanh(x)", Math.tanh(x)]], curve: Math.tanh },
  dropout: { sign: "dropout", steps: (x) => [["passed on", x]] },
  norm: { sign: "batch normalisation", steps: normSteps },
  pad: { sign: "shortcut", steps: (x) => [["taken over", x]] },
};

function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

function normSteps(x, { mean, variance, epsilon, gamma, beta }) {
  const spread = Math.sqrt(variance + epsilon);
  const scaled = (x - mean) / spread;
  const r = rounded;
  const minus = (value) => (value < 0 ? `+ ${short(-value)}` : `${MINUS} ${short(value)}`);
  const plus = (value) => (value < 0 ? `${MINUS} ${short(-value)}` : `+ ${short(value)}`);
  return [
    [`${minus(mean)} (mean)`, x - mean, r(x) - r(mean)],
    [`/ √(${short(variance)} + ${epsilon}) ${gives(Math.sqrt(r(variance) + epsilon), spread)}`, scaled, r(x - mean) / r(spread)],
    [`× ${short(gamma)} (γ)`, gamma * scaled, r(gamma) * r(scaled)],
    [`${plus(beta)} (β)`, gamma * scaled + beta, r(gamma * scaled) + r(beta)],
  ];
}

class Pointwise {
  constructor(inside) {
    const { header, arrays } = inside;
    Object.assign(this, { inside, header, ...arrays, kind: POINTWISE[header.kind] });
    this.legends = [["Both maps", SCALES.response, header.limits.given]];
    const flow = [inside.outputFigure];
    if (this.given) {
      flow.push(inside.seen.figure);
      const [rows, columns] = header.shapes.given.slice(1);
      this.source = new Plate().use({ rows, columns, values: this.given[0], limit: header.limits.given });
      flow.unshift(sourceButton(header.sources[0], this.source, (one) => inside.open(one)), element("div", { class: "arrow" }, element("span", {}, this.kind.sign), sign("→")));
    }
    this.steps = element("div");
    this.curve = svg("svg", { class: "curve", viewBox: "0 0 240 150", "aria-hidden": "true" });
    if (!this.kind.curve) this.curve.style.display = "none";
    this.about = element("p", { class: "numbers" }, this.share());
    const work = [element("h4", {}, "The arithmetic at this cell"), element("div", { class: "grids" }, this.steps, this.curve), this.about];
    this.node = element("div", { class: "alone" }, element("div", { class: "flow" }, ...flow), element("section", { class: "work" }, ...work));
  }

  // What is true of the whole map.
  share() {
    const count = this.made.length;
    const { kind, rate, sources } = this.header;
    if (kind === "relu" || kind === "leaky") {
      const negative = this.given[0].reduce((sum, value) => sum + (value < 0), 0);
      const part = `${negative.toLocaleString("en-US")} of ${plural(count, "number")} (${percent(negative / count)})`;
      return kind === "relu" ? `Set to zero: ${part}.` : `Negative, and made smaller: ${part}.`;
    }
    if (kind === "dropout") return `While training, a share of ${rate} of these numbers was set to zero, at random each time. Outside training it passes everything on.`;
    if (kind === "norm") return "Batch normalisation: mean and variance are averages that were kept while training, γ and β were learned: four numbers for this map, the same at every cell.";
    if (kind === "pad" && !sources.length) return "The shortcut has fewer maps than F(x); what is missing is filled with zeros.";
    return "";
  }

  from({ row, column }) {
    const stride = this.header.stride ?? 1;
    return { row: row * stride, column: column * stride };
  }

  draw({ narrow, room }) {
    this.source?.draw(this.inside.sideFor(narrow, room));
  }

  x(at) {
    const { row, column } = this.from(at);
    return this.given[0][row * this.header.shapes.given[2] + column];
  }

  show(at) {
    if (!this.given) return this.steps.replaceChildren(chain([["zero", 0]]));
    const x = this.x(at);
    this.source.show([this.from(at)]);
    this.steps.replaceChildren(chain([["x", x], ...this.kind.steps(x, this.header)]));
    if (this.kind.curve) this.drawCurve(x);
  }

  drawCurve(x) {
    const reach = Math.max(1, this.header.limits.given);
    const shape = (value) => this.kind.curve(value, this.header);
    const points = Array.from({ length: 97 }, (_, i) => ((i - 48) / 48) * reach);
    const most = Math.max(...points.map((one) => Math.abs(shape(one))));
    const [across, up] = [(value) => 120 + (112 * value) / reach, (value) => 75 - (64 * value) / most];
    this.curve.replaceChildren(
      svg("path", { class: "axis", d: "M4 75H236M120 6V144" }),
      svg("path", { class: "line", d: points.map((one, i) => `${i ? "L" : "M"}${across(one)} ${up(shape(one))}`).join("") }),
      svg("path", { class: "lead", d: `M${across(x)} 75V${up(shape(x))}H120` }),
      svg("circle", { cx: across(x), cy: up(shape(x)), r: 6 }),
    );
  }

  formula(at, place) {
    const result = this.made[place];
    const made = short(result);
    if (!this.given) return `nothing was there to take over: ${made}`;
    const x = this.x(at);
    const { kind, slope, mean, variance, epsilon, gamma, beta, stride } = this.header;
    const [b, r] = [bracketed, rounded];
    switch (kind) {
      case "relu":
        return `max(0, ${short(x)}) = ${made}`;
      case "leaky":
        return x < 0 ? `${slope} · ${b(x)} ${gives(slope * r(x), result)}` : `${short(x)} is not negative and stays: ${made}`;
      case "sigmoid":
        return `1 / (1 + e^(${short(-x)})) ${gives(sigmoid(r(x)), result)}`;
      case "tanh":
        return `tanh(${short(x)}) ${gives(Math.tanh(r(x)), result)}`;
      case "norm": {
        const shown = (r(gamma) * (r(x) - r(mean))) / Math.sqrt(r(variance) + epsilon) + r(beta);
        return `${short(gamma)} · (${short(x)} ${MINUS} ${b(mean)}) / √(${short(variance)} + ${epsilon}) + ${b(beta)} ${gives(shown, result)}`;
      }
      case "pad": {
        const { row, column } = this.from(at);
        return stride > 1 ? `cell row ${row + 1}, column ${column + 1} is taken over: ${made}` : `taken over as it is: ${made}`;
      }
    }
    return `passed on as it is: ${made}`;
  }
}

// A residual block's sum: F(x) and the shortcut.
class Addition {
  constructor(inside) {
    const { header, arrays } = inside;
    Object.assign(this, { inside, header, ...arrays });
    const [, rows, columns] = header.shapes.given;
    this.legends = [["All three maps", SCALES.response, header.limits.given]];
    this.plates = this.given.map((values) => new Plate().use({ rows, columns, values, limit: header.limits.given }));
    const named = (i, word) => element("figure", {}, sourceButton(header.sources[i], this.plates[i], (one) => inside.open(one)), element("p", {}, word));
    const flow = [named(0, "This is F(x)"), sign("+"), named(1, "This is the shortcut"), sign("="), inside.outputFigure, inside.seen.figure];
    this.steps = element("div");
    this.node = element("div", { class: "alone" }, element("div", { class: "flow" }, ...flow), element("section", { class: "work" }, element("h4", {}, "The arithmetic at this cell"), this.steps));
  }

  draw({ narrow, room }) {
    for (const plate of [...this.plates, this.inside.output]) plate.draw(this.inside.sideFor(narrow, room, 3));
  }

  show(at, place) {
    this.plates.forEach((plate) => plate.show([at]));
    const [f, shortcut] = this.given.map((map) => map[place]);
    this.steps.replaceChildren(chain([["F(x)", f], ["the shortcut adds", shortcut], ["together", this.made[place], rounded(f) + rounded(shortcut)]]));
  }

  formula(at, place) {
    return equation(this.given.map((map) => [map[place]]), this.made[place]);
  }
}

// Global pooling, which keeps one number of a map, and flatten, which takes one number of it.
class FromWholeMap {
  constructor(inside) {
    const { header, arrays } = inside;
    Object.assign(this, { inside, header, ...arrays });
    const [, rows, columns] = header.shapes.given;
    Object.assign(this, { rows, columns });
    this.legends = [["The map and the number", SCALES.response, header.limits.given]];
    this.result = element("output", { class: "total numbers" }, short(this.made[0]));
    paint(this.result, colourAt(SCALES.response, this.made[0], header.limits.made));
    const total = element("figure", {}, element("figcaption", {}, header.name), this.result);
    const open = element("button", { type: "button", class: "opener", onclick: () => inside.open(header.sources[0]) }, `Open ${header.sources[0].name}`);
    const what = { globalaverage: "average", globalmax: "largest", flatten: "taken from there" }[header.kind];
    const arrow = element("div", { class: "arrow" }, element("span", {}, what), sign("→"));
    this.steps = element("div");
    this.source = header.kind === "flatten" ? new Plate() : inside.output;
    const map = element("figure", {}, element("figcaption", {}, header.sources[0].name), this.source.stack, open);
    this.node = element("div", { class: "alone" }, element("div", { class: "flow" }, map, arrow, total, inside.seen.figure), element("section", { class: "work" }, this.steps));
    if (header.kind === "flatten") this.source.use({ rows, columns, values: this.given[0], limit: header.limits.given });
    this.count = rows * columns;
    this.total = this.given[0].reduce((sum, value) => sum + value, 0);
    this.winner = this.given[0].indexOf(largestOf(this.given[0]));
  }

  draw({ narrow, room }) {
    if (this.header.kind === "flatten") this.source.draw(this.inside.sideFor(narrow, room));
  }

  placeOf(i) {
    return { row: Math.floor(i / this.columns), column: i % this.columns };
  }

  show(at) {
    const { kind, origin } = this.header;
    if (kind === "globalaverage") this.steps.replaceChildren(chain([[`sum of ${plural(this.count, "number")}`, this.total], [`/ ${this.count}`, this.made[0], rounded(this.total) / this.count]]));
    if (kind === "globalmax") this.inside.output.show([this.placeOf(this.winner), at]);
    if (kind === "flatten") this.source.show([origin.cell ? { row: origin.cell[0], column: origin.cell[1] } : { row: 0, column: 0 }]);
  }

  formula(at, place) {
    const { kind, origin, channels, map } = this.header;
    const made = short(this.made[0]);
    if (kind === "globalaverage") return `${short(this.total)} / ${this.count} ${gives(rounded(this.total) / this.count, this.made[0])}; this cell’s ${short(this.given[0][place])} is one of the ${this.count}`;
    if (kind === "globalmax") {
      const { row, column } = this.placeOf(this.winner);
      return `the largest of ${this.count} is ${made}, at row ${row + 1}, column ${column + 1}; this cell holds ${short(this.given[0][place])}`;
    }
    if (!origin.cell || this.count === 1) return `${origin.name}: ${made}`;
    const [row, column] = origin.cell;
    return `${row} · ${this.columns * channels} + ${column} · ${channels} + ${origin.map} = ${map}, counted from 0: ${origin.name} holds ${made}`;
  }
}

// The numbers that a network is given, of the picture's levels.
class Preparation {
  constructor(inside) {
    const { header, arrays } = inside;
    Object.assign(this, { inside, header, ...arrays });
    this.legends = [["The numbers", SCALES.response, header.limits.made]];
    const [rows, columns] = header.walk;
    this.source = new Plate().use({ rows, columns, values: this.levels[0], limit: 255, scale: GREY, paints: shades(GREY) });
    this.steps = element("div");
    inside.outputFigure.firstChild.textContent = "What the network is given";
    const levels = element("figure", {}, element("figcaption", {}, "Levels, 0 to 255"), this.source.stack);
    this.node = element("div", { class: "alone" }, element("div", { class: "flow" }, levels, sign("→"), inside.outputFigure), element("section", { class: "work" }, element("h4", {}, "The arithmetic at this cell"), this.steps));
  }

  draw({ narrow, room }) {
    this.source.draw(this.inside.sideFor(narrow, room));
  }

  show(at, place) {
    const { mean, spread } = this.header;
    const [level] = [this.levels[0][place]];
    this.source.show([at]);
    const steps = [["level", level], ["/ 255", level / 255]];
    if (mean || spread !== 1) steps.push([`${MINUS} ${short(mean)} (mean of the training pictures)`, level / 255 - mean], [`/ ${short(spread)} (their spread)`, this.made[place]]);
    this.steps.replaceChildren(chain(steps));
  }

  formula(at, place) {
    const { mean, spread } = this.header;
    const [level, made] = [this.levels[0][place], this.made[place]];
    if (!mean && spread === 1) return `${level} / 255 ${gives(level / 255, made)}`;
    return `(${level} / 255 ${MINUS} ${short(mean)}) / ${short(spread)} ${gives((level / 255 - rounded(mean)) / rounded(spread), made)}`;
  }
}
