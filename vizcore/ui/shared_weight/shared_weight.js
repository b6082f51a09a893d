// A filter whose weights are shared by all places: what it answers, how far off that is, and what
// each weight learns from every place it visited. The numbers come from the server; choosing a
// weight and going from place to place cost no traffic.

const MOST_TERMS = 12;
const [LARGEST_TYPE, SMALLEST_TYPE] = [16, 10];
const DIGIT = 0.58; // of the type's size

class SharedWeight {
  constructor(root) {
    this.fields = new Fields({ what: "picture" });
    this.player = new Player({ show: () => this.draw(), told: () => this.told(), what: "Place", start: "All places" });
    this.forward = element("div", { class: "line" });
    this.backward = element("div", { class: "line" });
    this.after = element("div", { class: "line" });
    this.sentence = element("p", { class: "sentence numbers" });
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    this.heading = element("h3", {});
    this.legends = element("div", { class: "legends" });
    this.body = element(
      "div",
      { class: "shared-weight" },
      element("h3", {}, "Forward: the filter\u2019s answer, and how far it is off"),
      this.forward,
      this.heading,
      this.player.bar,
      element("div", { class: "places", tabindex: "0", role: "group", "aria-label": "What the weight learns at each place. Left and right arrows go from place to place, Home and End go to the ends, space plays." }, this.backward),
      this.sentence,
      element("h3", {}, "One step against the gradient"),
      this.after,
      this.fields.message,
      this.legends,
      this.live,
    );
    this.body.addEventListener("keydown", (event) => this.player.keyed(event));
    root.append(this.body);
  }

  destroy() {
    this.player.stop();
  }

  update({ data, setStateValue }) {
    this.tell = setStateValue;
    this.fields.update(data, setStateValue);
    const anew = data.visit !== this.data?.visit;
    this.data = data;
    const sizes = [data.input, data.kernel, data.output].map((grid) => [grid.length, grid[0].length]);
    this.places = data.output.length * data.output[0].length;
    this.player.last = this.places;
    if (anew) {
      this.player.halt();
      [this.weight, this.player.step] = [data.row * data.kernel[0].length + data.column, data.place];
    }
    this.weight = Math.min(this.weight, data.weights.length - 1);
    this.player.step = Math.min(this.player.step, this.player.last);
    const shape = JSON.stringify([sizes, data.padding]);
    if (shape !== this.shape) this.build(shape, ...sizes);
    for (const name of ["input", "kernel", "target"]) this.typed[name].forEach((field, i) => this.fields.show(field, data.texts[name][i], anew));
    this.draw();
  }

  build(shape, input, kernel, output) {
    this.shape = shape;
    this.typed = { input: [], kernel: [], target: [] };
    const field = (row, caption) => (r, c, columns) => {
      const made = this.fields.make(row, r * columns + c, `${caption} row ${r + 1}, column ${c + 1}`);
      this.typed[row].push(made);
      return made;
    };
    const text = () => element("span", {});
    const { padding } = this.data;
    const [high, wide] = input;
    // Read in order, fields count the cells of the input alone.
    const inside = field("input", "Input");
    const padded = (r, c) => {
      const [row, column] = [r - padding, c - padding];
      return row >= 0 && column >= 0 && row < high && column < wide ? inside(row, column, wide) : element("span", { class: "padding" }, "0");
    };
    this.input = grid("Input", [high + 2 * padding, wide + 2 * padding], padded);
    this.kernel = grid("Kernel", kernel, field("kernel", "Kernel"));
    this.output = grid("Output", output, text);
    this.target = grid("Target", output, field("target", "Target"));
    this.upstream = grid("Gradient of the output", output, text);
    this.values = grid("Met by the weight", output, text);
    this.again = grid("Gradient of the output", output, text);
    this.products = grid("Products", output, text);
    this.total = element("output", { class: "total numbers" });
    const pick = (r, c, columns) => element("button", { type: "button", onclick: () => this.choose(r * columns + c) });
    this.gradient = grid("Gradient of the kernel", kernel, pick);
    this.now = grid("Kernel", kernel, text);
    this.slope = grid("Gradient", kernel, text);
    this.next = grid("Next kernel", kernel, text);
    this.rate = element("span", {});
    this.errors = element("p", { class: "errors numbers" });
    this.sumCaption = element("figcaption", {}, "Sum");
    this.typed.kernel.forEach((made, k) => made.addEventListener("focus", () => this.choose(k)));
    const sum = element("figure", {}, this.sumCaption, this.total);
    this.forward.replaceChildren(this.input.figure, term("\u22c6", this.kernel), term("=", this.output), term(MINUS, this.target), term("=", this.upstream));
    this.backward.replaceChildren(this.values.figure, term("\u00b7", this.again), term("=", this.products), term("\u2192", { figure: sum }), term("\u2192", this.gradient));
    this.after.replaceChildren(this.now.figure, term(this.rate, this.slope), term("=", this.next), this.errors);
  }

  // ---- One place of one weight ----

  draw() {
    const { data, player, weight } = this;
    const learned = data.weights[weight];
    const place = player.step - 1;
    const columns = data.output[0].length;
    const [row, column] = [Math.floor(place / columns), place % columns];
    const limits = this.findLimits();
    this.heading.textContent = `Backward: what the weight in ${this.named(weight)} learns at its ${this.places} places`;
    player.draw(place < 0 ? `All ${this.places} places` : `Place ${place + 1} of ${this.places}`);
    this.drawInput(learned, row, column, place, limits.input);
    const [now, marked] = [this.kernel.cells, (cells, k) => cells.forEach((cell, i) => cell.classList.toggle("now", i === k))];
    fill(now, data.kernel.flat(), SCALES.weight, limits.kernel);
    marked(now, weight);
    const response = [[this.output, data.output], [this.target, data.target], [this.upstream, data.upstream], [this.again, data.upstream]];
    for (const [{ cells }, numbers] of response) {
      fill(cells, numbers.flat(), SCALES.response, limits.output);
      marked(cells, place);
    }
    fill(this.values.cells, learned.values, SCALES.response, limits.input);
    fill(this.products.cells, learned.products, SCALES.response, limits.products);
    for (const { cells } of [this.values, this.products]) marked(cells, place);
    this.products.cells.forEach((cell, i) => cell.classList.toggle("open", place >= 0 && i > place));
    fill(this.gradient.cells, data.gradient.flat(), SCALES.response, limits.gradient);
    marked(this.gradient.cells, weight);
    this.gradient.cells.forEach((cell, k) => {
      cell.setAttribute("aria-pressed", k === weight);
      cell.setAttribute("aria-label", `Gradient of the weight in ${this.named(k)}: ${readable(data.gradient.flat()[k])}. Press to look at this weight.`);
    });
    const sum = learned.running[place < 0 ? this.places - 1 : place];
    this.sumCaption.textContent = place >= 0 && place < this.places - 1 ? "Sum so far" : "Sum";
    this.total.textContent = readable(sum);
    this.total.title = readable(sum, 6);
    shade(this.total, sum, SCALES.response, limits.gradient);
    this.drawStep(limits);
    this.say(learned, place, row, column);
    Object.assign(this.body.dataset, { drawn: "", weight, place: player.step, sum, error: data.error, errorAfter: data.errorAfter });
    this.legends.replaceChildren(
      legend("Input", SCALES.response, limits.input),
      legend("Kernel", SCALES.weight, limits.kernel),
      legend("Output, target, their difference", SCALES.response, limits.output),
      legend("Products", SCALES.response, limits.products),
      legend("Gradient of the kernel", SCALES.response, limits.gradient),
    );
  }

  findLimits() {
    const { data } = this;
    const largest = (...lists) => Math.max(...lists.flat(3).map(Math.abs)) || 1;
    return {
      input: largest(data.input),
      kernel: largest(data.kernel, data.after),
      output: largest(data.output, data.target, data.upstream),
      products: largest(data.weights.map(({ products }) => products)),
      gradient: largest(data.gradient, data.weights.map(({ running }) => running)),
    };
  }

  // A folded corner on every cell that the weight has met; the window, and the weight's own cell.
  drawInput(learned, row, column, place, limit) {
    const { input, padding, windows } = this.data;
    const columns = this.input.columns;
    this.input.cells.forEach((cell, i) => {
      const [r, c] = [Math.floor(i / columns) - padding, (i % columns) - padding];
      const value = input[r]?.[c];
      if (value !== undefined) shade(cell, value, SCALES.response, limit);
      const [met, seen] = [learned.rows.includes(r) && learned.columns.includes(c), place >= 0 && windows[0][row].includes(r) && windows[1][column].includes(c)];
      cell.parentElement.classList.toggle("met", met);
      cell.classList.toggle("seen", seen);
      cell.classList.toggle("now", seen && learned.rows[row] === r && learned.columns[column] === c);
    });
  }

  drawStep(limits) {
    const { data } = this;
    fill(this.now.cells, data.kernel.flat(), SCALES.weight, limits.kernel);
    fill(this.slope.cells, data.gradient.flat(), SCALES.response, limits.gradient);
    fill(this.next.cells, data.after.flat(), SCALES.weight, limits.kernel);
    this.rate.textContent = `${MINUS} ${readable(data.rate, 3)} ·`;
    const change = data.errorAfter < data.error ? "smaller" : data.errorAfter > data.error ? "larger: the step is too long" : "the same";
    this.errors.textContent = `Error: ${measured(data.error)} before, ${measured(data.errorAfter)} after: ${change}`;
  }

  named(k) {
    const columns = this.data.kernel[0].length;
    return `row ${Math.floor(k / columns) + 1}, column ${(k % columns) + 1}`;
  }

  say({ values, products, running }, place, row, column) {
    const upstream = this.data.upstream.flat();
    let text;
    if (place < 0) {
      const terms = values.map((value, i) => `${readable(value)}\u00b7${bracketed(upstream[i])}`);
      const sums = products.map((product, i) => (i ? bracketed(product) : readable(product)));
      text = `Gradient of this weight: ${(terms.length <= MOST_TERMS ? terms : sums).join(" + ")} = ${readable(running.at(-1), 4)}`;
    } else {
      const product = `${readable(values[place])} \u00b7 ${bracketed(upstream[place])} = ${readable(products[place], 4)}`;
      text = `At row ${row + 1}, column ${column + 1} of the output the weight met ${readable(values[place])}, and the gradient there is ${readable(upstream[place])}: ${product}. The sum so far: ${readable(running[place], 4)}.`;
    }
    this.sentence.textContent = text;
    if (!this.player.timer && this.live.textContent !== text) this.live.textContent = text;
  }

  choose(weight) {
    if (weight === this.weight) return;
    this.weight = weight;
    this.draw();
    this.player.settle();
  }

  told() {
    const columns = this.data.kernel[0].length;
    this.tell("choice", { row: Math.floor(this.weight / columns) + 1, column: (this.weight % columns) + 1, place: this.player.step, n: Date.now() });
  }
}

// An operator and what follows it stay together where a line breaks.
function term(operator, { figure }) {
  return element("div", { class: "term" }, element("span", { class: "operator numbers", "aria-hidden": "true" }, operator), figure);
}

// A grid under its caption; each cell stands in a box of its own.
function grid(caption, [rows, columns], make) {
  const cells = [];
  const box = element("div", { class: "grid numbers" });
  box.style.gridTemplateColumns = `repeat(${columns}, var(--cell))`;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      cells.push(make(r, c, columns));
      box.append(element("div", { class: "cell" }, cells.at(-1)));
    }
  return { cells, columns, figure: element("figure", {}, element("figcaption", {}, caption), box) };
}

function bracketed(value) {
  const text = readable(value);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

// The cells of a grid share the size of type that the longest number needs.
function fill(cells, values, scale, limit) {
  const texts = values.map(inCell);
  const room = cells[0].parentElement.clientWidth || 44;
  const type = Math.min(LARGEST_TYPE, (room - 4) / (DIGIT * Math.max(...texts.map((text) => text.length))));
  cells[0].closest(".grid").style.setProperty("--type", `${Math.max(SMALLEST_TYPE, Math.floor(type))}px`);
  cells.forEach((cell, i) => {
    if (!cell.matches("input")) cell.textContent = texts[i];
    cell.title = readable(values[i], 6);
    shade(cell, values[i], scale, limit);
  });
}

// Large numbers without decimals, larger ones by their power of ten.
function inCell(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return powerOfTen(value, 1);
  return readable(value, size < 100 ? 2 : size < 1000 ? 1 : 0).replaceAll(",", "");
}

// In a sentence an error has three decimals, unless it is large.
function measured(error) {
  return readable(error, error < 1000 ? 3 : 0);
}

function shade(cell, value, scale, limit) {
  paint(cell, colourAt(scale, value, limit));
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new SharedWeight(root));
}
