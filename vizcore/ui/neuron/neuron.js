// One neuron: each input times its weight, all added up with the bias, then the activation.

const ROW = 52; // CSS pixels from one row to the next
const WIDE = 104; // of the lines from the products to the sum
const [CURVE_WIDE, CURVE_TALL] = [112, 72];
const SUBSCRIPTS = "\u2080\u2081\u2082\u2083\u2084\u2085\u2086";

class Neuron {
  constructor(root) {
    this.fields = new Fields({ step: 0.5 });
    this.terms = element("div", { class: "terms" });
    this.lines = svg("svg", { class: "lines", "aria-hidden": "true" });
    this.sum = element("output", { class: "node sum numbers" });
    this.curve = svg("svg", { class: "curve", viewBox: `0 0 ${CURVE_WIDE} ${CURVE_TALL}`, "aria-hidden": "true" });
    this.name = element("figcaption", {});
    this.output = element("output", { class: "node numbers" });
    const arrow = () => element("span", { class: "arrow", "aria-hidden": "true" }, "\u2192");
    this.formulas = element("div", { class: "formulas numbers", "aria-live": "polite" });
    this.body = element(
      "div",
      { class: "neuron" },
      element(
        "div",
        { class: "drawing" },
        this.terms,
        this.lines,
        element("div", { class: "rest" },
          element("figure", {}, element("figcaption", {}, "Sum z"), this.sum),
          arrow(),
          element("figure", {}, this.name, this.curve),
          arrow(),
          element("figure", {}, element("figcaption", {}, "Output"), this.output),
        ),
      ),
      element("p", { class: "key" }, "Thick lines: large products. Dashed and red: they take away."),
      this.fields.message,
      this.formulas,
    );
    root.append(this.body);
  }

  update({ data, setStateValue }) {
    this.fields.update(data, setStateValue);
    if (this.rows !== data.inputs.length) this.build(data.inputs.length);
    const anew = data.visit !== this.visit;
    this.visit = data.visit;
    for (const row of ["inputs", "weights", "bias"]) this[row].forEach((input, i) => this.fields.show(input, data[row][i], anew));
    this.draw(data);
  }

  build(n) {
    this.rows = n;
    const sign = (text) => element("span", { class: "sign", "aria-hidden": "true" }, text);
    const cells = () => Array.from({ length: n }, (_, i) => i);
    this.inputs = cells().map((i) => this.fields.make("inputs", i, `Input x${SUBSCRIPTS[i + 1]}`));
    this.weights = cells().map((i) => this.fields.make("weights", i, `Weight w${SUBSCRIPTS[i + 1]}`));
    this.bias = [this.fields.make("bias", 0, "Bias b")];
    this.products = [...cells(), n].map(() => element("output", { class: "product numbers" }));
    const head = ["Input", "", "Weight", "", "Product"].map((text) => element("span", { class: "head" }, text));
    this.terms.replaceChildren(
      ...head,
      ...cells().flatMap((i) => [this.named(`x${SUBSCRIPTS[i + 1]}`, this.inputs[i]), sign("\u00d7"), this.named(`w${SUBSCRIPTS[i + 1]}`, this.weights[i]), sign("="), this.products[i]]),
      element("span", { class: "head bias" }, "Bias"), sign(""), this.named("b", this.bias[0]), sign("="), this.products[n],
    );
  }

  named(name, input) {
    return element("label", { class: "named" }, element("span", { "aria-hidden": "true" }, name), input);
  }

  draw(data) {
    const values = [...data.products, data.offset];
    const limit = Math.max(1e-9, ...values.map(Math.abs), Math.abs(data.total));
    this.products.forEach((cell, i) => write(cell, values[i], limit));
    write(this.sum, data.total, limit);
    write(this.output, data.output, limit);
    this.name.textContent = data.title;
    const weights = this.weights.map((input) => parseNumber(input.value).value ?? 0);
    const heaviest = Math.max(1e-9, ...weights.map(Math.abs));
    this.weights.forEach((input, i) => input.hasAttribute("aria-invalid") || paint(input, colourAt(SCALES.weight, weights[i], heaviest)));
    this.drawLines(values, limit);
    this.drawCurve(data);
    this.formulas.replaceChildren(...data.formulas.map((text) => element("p", {}, text)));
    Object.assign(this.body.dataset, { drawn: "", total: data.total, output: data.output });
  }

  // Thick where the product counts much; blue and whole where it adds, red and dashed where it
  // takes away.
  drawLines(values, limit) {
    const tall = ROW * values.length;
    this.lines.setAttribute("viewBox", `0 0 ${WIDE} ${tall}`);
    Object.assign(this.lines.style, { width: `${WIDE}px`, height: `${tall}px` });
    this.body.style.setProperty("--tall", `${tall}px`);
    this.lines.replaceChildren(
      ...values.map((value, i) => {
        const from = ROW * (i + 0.5);
        const path = svg("path", { d: `M 0 ${from} C ${WIDE / 2} ${from} ${WIDE / 2} ${tall / 2} ${WIDE} ${tall / 2}`, class: value < 0 ? "minus" : value > 0 ? "plus" : "zero" });
        path.style.strokeWidth = 1.5 + (6 * Math.abs(value)) / limit;
        return path;
      }),
    );
  }

  drawCurve({ curve, total, output }) {
    const [xs, ys] = [curve.map(([x]) => x), curve.map(([, y]) => y)];
    const [left, right] = [xs[0], xs.at(-1)];
    const [low, high] = [Math.min(0, ...ys), Math.max(...ys)];
    const x = (value) => 6 + ((value - left) / (right - left)) * (CURVE_WIDE - 12);
    const y = (value) => CURVE_TALL - 8 - ((value - low) / (high - low)) * (CURVE_TALL - 16);
    const line = (x1, y1, x2, y2) => svg("line", { x1, y1, x2, y2, class: "axis" });
    // Beyond the small picture's edge the marker waits at it.
    const at = Math.max(left, Math.min(right, total));
    const level = Math.max(low, Math.min(high, output));
    this.curve.replaceChildren(
      line(x(left), y(0), x(right), y(0)),
      line(x(0), y(low), x(0), y(high)),
      svg("polyline", { points: curve.map(([a, b]) => `${x(a)},${y(b)}`).join(" ") }),
      svg("circle", { cx: x(at), cy: y(level), r: 6 }),
    );
  }
}

function write(cell, value, limit) {
  cell.textContent = readable(value, Math.abs(value) < 1000 ? 2 : 0);
  cell.title = readable(value, 6);
  paint(cell, colourAt(SCALES.response, value, limit));
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Neuron(root));
}
