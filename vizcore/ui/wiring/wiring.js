// A small layer three times: every input to every output, neighbours alone, and neighbours that
// share their weights. Which weight joins what comes from the server; hovering stays here.

const KINDS = { dense: "Dense", local: "Local", shared: "Convolution" };
const TALL = 264;
const HIGH = 18; // from the edge of the drawing to the middle of a node
const WIDEST = 96; // between two inputs
const ROOM_FOR_LABEL = 21;

// A shared weight has a line style and a tint of its own, wherever it is used.
const DASHES = ["none", "9 5", "2 4", "16 4 2 4", "5 2"];
const TINTS = [9, 7, 8, 6, 10];

function subscript(letter, number) {
  return letter + [...String(number)].map((digit) => String.fromCodePoint(0x2080 + Number(digit))).join("");
}

// Drawn towards the ink, so that the palest shows on a light page and the darkest on a dark one.
function lineColour(weight) {
  return `stroke: color-mix(in srgb, ${COLOURS.weightScale[TINTS[weight - 1]]} 65%, var(--st-text-color))`;
}

const x = (i) => subscript("x", i + 1);
const y = (j) => subscript("y", j + 1);
const w = (weight) => subscript("w", weight);

function listed(texts) {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}

function count(number, one) {
  return `${number} ${one}${number === 1 ? "" : one.endsWith("s") ? "es" : "s"}`;
}

class Wiring {
  constructor(root) {
    this.build(root);
    this.observer = new ResizeObserver(() => this.data && this.draw());
    this.observer.observe(this.wires);
  }

  destroy() {
    this.observer.disconnect();
  }

  build(root) {
    this.names = {};
    const kinds = Object.entries(KINDS).map(([kind, name]) => {
      this.names[kind] = element("span", { class: "numbers" });
      const radio = element("input", { type: "radio", name: "kind", value: kind, onchange: () => this.choose(kind) });
      return element("label", {}, radio, element("strong", {}, name), this.names[kind]);
    });
    this.lines = svg("svg", { "aria-hidden": "true", height: TALL });
    this.wires = element("div", { class: "wires" });
    this.matrix = element("div", { class: "matrix numbers", role: "grid", "aria-label": "Weight matrix", onkeydown: (event) => this.move(event) });
    this.summary = element("p", { class: "summary numbers" });
    this.sentence = element("p", { class: "sentence numbers", "aria-live": "polite" });
    this.stage = element(
      "div",
      { class: "stage", onpointerover: (event) => this.hover(event.target), onpointerleave: () => this.hover(null) },
      element("figure", { class: "drawing" }, element("figcaption", {}, "Inputs above, outputs below"), this.wires),
      element("figure", {}, element("figcaption", {}, "Its weight matrix: a row an output, a column an input"), this.matrix),
    );
    this.stage.addEventListener("focusin", (event) => this.focus(event.target));
    this.stage.addEventListener("focusout", () => this.focus(null));
    this.body = element("div", { class: "wiring" }, element("div", { class: "kinds", role: "radiogroup", "aria-label": "How the layer is connected" }, ...kinds), this.stage, this.summary, this.sentence);
    root.append(this.body);
  }

  update({ data, setStateValue }) {
    this.tell = setStateValue;
    if (data.visit !== this.data?.visit) this.kind = data.kind;
    this.data = data;
    // What answers a choice that was made here draws nothing anew: what is pointed at stays lit.
    const layer = JSON.stringify([data.matrices, data.window, data.visit]);
    if (layer === this.layer) return;
    this.layer = layer;
    this.hovered = this.focused = null;
    this.draw();
  }

  choose(kind) {
    this.kind = kind;
    this.hovered = this.focused = null;
    this.draw();
    // Numbered, as a choice that equals the browser's last one may still be news to the server.
    this.tell("kind", { kind, n: Date.now() });
  }

  get rows() {
    return this.data.matrices[this.kind];
  }

  // Every line: from which input, to which output, by which weight.
  get connections() {
    return this.rows.flatMap((row, output) => row.map((weight, input) => ({ input, output, weight })).filter(({ weight }) => weight));
  }

  draw() {
    this.stage.className = `stage ${this.kind}`;
    for (const [kind, name] of Object.entries(this.names)) name.textContent = count(this.weights(kind), "weight");
    for (const radio of this.body.querySelectorAll("input")) radio.checked = radio.value === this.kind;
    this.drawWires();
    this.drawMatrix();
    this.summary.textContent = this.sum();
    this.light();
    Object.assign(this.body.dataset, { drawn: "", kind: this.kind, weights: this.weights(this.kind) });
  }

  weights(kind) {
    return new Set(this.data.matrices[kind].flat().filter(Boolean)).size;
  }

  // ---- The drawing ----

  drawWires() {
    const inputs = this.rows[0].length;
    const wide = this.wires.clientWidth || 400;
    const gap = Math.min(WIDEST, wide / inputs);
    const left = (wide - gap * (inputs - 1)) / 2;
    const side = Math.min(44, gap - 4);
    this.place = {
      input: (i) => left + i * gap,
      output: (j) => left + (j + (this.data.window - 1) / 2) * gap,
    };
    this.labelled = this.kind !== "dense" && gap / this.data.window >= ROOM_FOR_LABEL;
    this.lines.setAttribute("viewBox", `0 0 ${wide} ${TALL}`);
    this.lit = svg("g", { class: "lit-lines" });
    this.lines.replaceChildren(...this.connections.map((one) => this.wire(one)), this.lit);
    const node = (name, index, text) => {
      const style = `left:${this.place[name](index)}px;top:${name === "input" ? HIGH + 4 : TALL - HIGH - 4}px;width:${side}px;height:${side}px`;
      return element("button", { type: "button", class: `node ${name} numbers`, style, [`data-${name}`]: index }, text);
    };
    // What has the focus keeps it while a wider window or another kind is drawn.
    const held = this.focused && this.stage.getRootNode().activeElement?.dataset;
    this.wires.replaceChildren(this.lines, ...this.rows[0].map((_, i) => node("input", i, x(i))), ...this.rows.map((_, j) => node("output", j, y(j))));
    for (const button of this.wires.querySelectorAll("button")) button.setAttribute("aria-label", this.explain(what(button)));
    if (held?.input !== undefined) this.wires.querySelector(`[data-input="${held.input}"]`)?.focus();
    if (held?.output !== undefined) this.wires.querySelector(`[data-output="${held.output}"]`)?.focus();
  }

  ends({ input, output }) {
    return { x1: this.place.input(input), y1: HIGH + 4, x2: this.place.output(output), y2: TALL - HIGH - 4 };
  }

  wire(one) {
    const ends = this.ends(one);
    const style = this.kind === "shared" ? { "stroke-dasharray": DASHES[one.weight - 1], style: lineColour(one.weight) } : {};
    const group = svg("g", { class: "wire", "data-weight": one.weight });
    group.append(svg("line", { ...ends, ...style }), svg("line", { ...ends, class: "reach" }));
    if (this.labelled) group.append(this.label(one));
    return group;
  }

  // A line that leads straight up has its label higher than its slanting neighbours. Where lit
  // lines alone are labelled, it stands at the end where they lie apart.
  label({ input, output, weight }, lit) {
    const { x1, y1, x2, y2 } = this.ends({ input, output });
    const crowded = Math.abs(x1 - x2) < 1 ? 0.5 : Math.max(0.24, 0.8 / this.data.window);
    const share = this.labelled ? crowded : lit === "output" ? 0.62 : 0.36;
    return svg("text", { x: x2 + (x1 - x2) * share, y: y2 + (y1 - y2) * share + 5 }, w(weight));
  }

  // ---- The matrix ----

  drawMatrix() {
    const columns = this.rows[0].length + 1;
    const gap = 3;
    const cell = Math.max(30, Math.min(42, Math.floor((Math.min(this.stage.clientWidth - 34, 420) + gap) / columns) - gap));
    this.matrix.style.setProperty("--cell", `${cell}px`);
    this.matrix.style.gridTemplateColumns = `repeat(${columns}, var(--cell))`;
    const head = (role, text, name, index) => element("span", { role, class: "head", [`data-${name}`]: index }, text);
    const line = (...cells) => element("div", { class: "row", role: "row" }, ...cells);
    this.matrix.replaceChildren(
      line(element("span", { role: "columnheader", "aria-label": "Outputs" }), ...this.rows[0].map((_, i) => head("columnheader", x(i), "input", i))),
      ...this.rows.map((row, j) => line(head("rowheader", y(j), "output", j), ...row.map((weight, i) => this.cell(weight, j, i)))),
    );
    this.matrix.querySelector(".weight").tabIndex = 0;
  }

  cell(weight, row, column) {
    if (!weight) return element("span", { role: "gridcell", class: "none", title: `${x(column)} does not reach ${y(row)}` }, "0");
    const cell = element("span", { role: "gridcell", class: "weight", tabindex: -1, "data-weight": weight, "data-row": row, "data-column": column }, w(weight));
    if (this.kind === "shared") paint(cell, channels(COLOURS.weightScale[TINTS[weight - 1]]));
    return cell;
  }

  move(event) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const from = event.target.dataset;
    if (!steps[event.key] || from.row === undefined) return;
    event.preventDefault();
    const [down, right] = steps[event.key];
    const [row, column] = [Number(from.row) + down, Number(from.column) + right];
    const next = this.matrix.querySelector(`[data-row="${row}"][data-column="${column}"]`);
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  // ---- What is lit ----

  hover(target) {
    this.hovered = what(target);
    this.light();
  }

  focus(target) {
    this.focused = what(target);
    this.light();
  }

  light() {
    const at = this.hovered ?? this.focused;
    const used = at ? this.connections.filter((one) => one[at.name] === at.index) : [];
    const has = (name) => new Set(used.map((one) => one[name]));
    const ends = { input: has("input"), output: has("output") };
    this.stage.classList.toggle("dimmed", Boolean(at));
    this.lit.replaceChildren(
      ...["edge", "core"].flatMap((name) => used.map((one) => svg("line", { ...this.ends(one), class: name }))),
      ...used.map((one) => this.label(one, at.name)),
    );
    for (const name of ["input", "output"])
      for (const node of this.stage.querySelectorAll(`[data-${name}]`)) node.classList.toggle("lit", ends[name].has(Number(node.dataset[name])));
    for (const cell of this.matrix.querySelectorAll(".weight")) {
      const { row, column } = cell.dataset;
      cell.classList.toggle("lit", used.some((one) => one.output === Number(row) && one.input === Number(column)));
    }
    this.sentence.textContent = at ? this.explain(at) : "Point at an output, an input, a line or a weight. A click keeps it lit.";
    this.body.dataset.lit = used.map(({ input, output, weight }) => `${input}-${weight}-${output}`).join(" ");
  }

  explain({ name, index }) {
    const used = this.connections.filter((one) => one[name] === index);
    if (name === "output") {
      const bias = this.kind === "shared" ? "b" : subscript("b", index + 1);
      return `${y(index)} = ${used.map(({ input, weight }) => `${w(weight)}·${x(input)}`).join(" + ")} + ${bias}`;
    }
    if (name === "input") return `${x(index)} feeds ${count(used.length, "output")}: ${listed(used.map(({ output, weight }) => `${y(output)} by ${w(weight)}`))}.`;
    const places = used.map(({ input, output }) => `${x(input)} → ${y(output)}`).join(", ");
    return used.length === 1 ? `${w(index)} is used once: ${places}.` : `${w(index)} is used ${used.length} times: ${places}.`;
  }

  sum() {
    const [outputs, inputs] = [this.rows.length, this.rows[0].length];
    const { window } = this.data;
    const biases = count(outputs, "bias").replace("biass", "biases");
    const neighbours = count(window, "neighbouring input");
    if (this.kind === "dense") return `Each of the ${count(outputs, "output")} reads all ${inputs} inputs: ${outputs}·${inputs} = ${count(outputs * inputs, "weight")} and ${biases} to learn.`;
    if (this.kind === "local") return `Each output reads ${neighbours} by weights of its own: ${outputs}·${window} = ${count(outputs * window, "weight")} and ${biases} to learn.`;
    return `Each output reads ${neighbours} by the same weights: ${count(window, "weight")} and 1 bias to learn, for ${count(outputs * window, "line")}.`;
  }
}

// What an element of the drawing or of the matrix stands for.
function what(target) {
  const found = target?.closest("[data-input], [data-output], [data-weight]");
  if (!found) return null;
  const name = ["input", "output", "weight"].find((one) => found.dataset[one] !== undefined);
  return { name, index: Number(found.dataset[name]) };
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Wiring(root));
}
