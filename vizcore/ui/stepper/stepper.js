// Plays a trace of vizcore.ops: the window moves over the input, the products add up, the output
// fills in. Everything drawn is read from the trace; stepping and hovering cost no server traffic.

const SPEEDS = [0.5, 1, 2, 4, 8];
const LARGEST_CELL = 44;
const SMALLEST_CELL = 22;
const SMALLEST_SHADE = 8; // a cell without a number need not be as large
const WORK_CELL = 30;
const SMALLEST_TYPE = 10;
const DIGIT = 0.56; // of the type's size
const LARGEST_NUMBERED = 18;
const MOST_OUTPUTS = 4;
const MOST_TERMS = 27;
const ADDRESS_DELAY = 250;
const CAPTION = 40;
const TALLEST_SHARE = 0.7; // of the window

// ---- Reading the trace ----

class Reading {
  constructor(trace) {
    Object.assign(this, trace);
    this.height = this.output.length;
    this.width = this.output[0].length;
    this.filters = this.output[0][0].length;
    this.channels = this.padded[0][0].length;
    this.pools = !this.kernel;
    this.depth = this.pools ? 1 : this.kernel[0][0].length;
    this.count = this.height * this.width;
  }

  cell(step) {
    return [Math.floor(step / this.width), step % this.width];
  }

  // Where window `index` of an axis reads, counted from the first cell of the input.
  taps({ before, stride, dilation, window }, index) {
    return Array.from({ length: window }, (_, i) => index * stride - before + i * dilation);
  }

  isPadding(row, column) {
    const outside = row < 0 || column < 0 || row >= this.rows.n || column >= this.columns.n;
    return outside || Boolean(this.inserted?.[row][column]);
  }

  at(row, column) {
    return this.padded[row + this.rows.before]?.[column + this.columns.before];
  }

  // The channels that a filter reads: all of them, its group's, or in pooling its own.
  firstChannel(filter) {
    if (this.pools) return filter;
    return Math.floor(filter / (this.filters / this.groups)) * this.depth;
  }

  step(step, filter) {
    const [row, column] = this.cell(step);
    const [rows, columns] = [this.taps(this.rows, row), this.taps(this.columns, column)];
    const first = this.firstChannel(filter);
    const channels = Array.from({ length: this.depth }, (_, d) => {
      const cells = rows.flatMap((r, i) =>
        columns.map((c, j) => {
          const value = this.at(r, c)?.[first + d] ?? 0;
          const weight = this.pools ? null : this.kernel[i][j][d][filter];
          return { row: r, column: c, value, weight, product: weight === null ? null : value * weight, padding: this.isPadding(r, c), beyond: this.at(r, c) === undefined };
        }),
      );
      return { cells, sum: cells.reduce((sum, cell) => sum + (cell.product ?? (cell.padding ? 0 : cell.value)), 0) };
    });
    const bias = this.pools ? 0 : this.bias[filter];
    const sum = channels.reduce((total, one) => total + one.sum, 0);
    return { row, column, channels, sum, bias, output: this.output[row][column][filter], ...this.pooled(channels[0].cells, row, column) };
  }

  pooled(cells, row, column) {
    if (this.kind === "max pooling") {
      const real = cells.filter(({ padding }) => !padding);
      return { winner: real.reduce((best, cell) => (cell.value > best.value ? cell : best)) };
    }
    return this.kind === "average pooling" ? { divisor: this.divisors[row][column] } : {};
  }

  // The cell of the input that an index along an axis repeats: in the padding, perhaps another.
  source({ n }, index) {
    if (this.padMode === "reflect") return index < 0 ? -index : index < n ? index : 2 * (n - 1) - index;
    return this.padMode === "replicate" ? Math.max(0, Math.min(n - 1, index)) : index;
  }

  // The steps whose window reads a cell: itself, or its image in the padding.
  fedBy(row, column) {
    const alone = this.isPadding(row, column);
    const along = (axis, cell, count) =>
      Array.from({ length: count }, (_, i) => i).filter((i) => this.taps(axis, i).some((tap) => (alone ? tap : this.source(axis, tap)) === cell));
    const columns = along(this.columns, column, this.width);
    return along(this.rows, row, this.height).flatMap((r) => columns.map((c) => r * this.width + c));
  }

  sentence(step, filter) {
    const now = this.step(step, filter);
    const where = `Row ${now.row + 1}, column ${now.column + 1}`;
    const of = this.filters > 1 ? ` of ${this.pools ? "channel" : "filter"} ${filter + 1}` : "";
    return `${where}${of}: ${this.working(now)}`;
  }

  working({ channels, sum, bias, output, winner, divisor }) {
    const real = channels[0].cells.filter(({ padding }) => !padding);
    const total = readable(output, 4);
    if (winner) return `the largest of ${real.map(({ value }) => readable(value)).join(", ")} is ${total}`;
    if (divisor) return `(${real.map(({ value }) => readable(value)).join(" + ")}) / ${divisor} = ${total}`;
    const terms = channels[0].cells;
    const parts = channels.length === 1 && terms.length <= MOST_TERMS
      ? terms.map(({ value, weight }) => `${readable(value)}·${bracketed(weight)}`)
      : channels.map((one) => bracketed(one.sum));
    const added = bias ? ` ${bias < 0 ? MINUS : "+"} ${readable(Math.abs(bias))}` : "";
    return `${parts.join(" + ")}${added} = ${total}`;
  }
}

// As a sentence has it, without commas: a cell is narrow.
function inCell(value, digits = 2) {
  return readable(value, digits).replaceAll(",", "");
}

function bracketed(value) {
  const text = readable(value, 3);
  return value < 0 ? `(${text})` : text;
}

// ---- A grid of cells ----

class Grid {
  constructor({ caption, rows, columns, className, scale, label }) {
    this.shape = [rows, columns];
    this.scale = scale;
    this.cells = Array.from({ length: rows * columns }, (_, i) => element("span", { "data-i": i }));
    this.box = element("div", { class: `grid ${className}`, ...(label ? { role: "grid", "aria-label": label } : { "aria-hidden": "true" }) });
    if (label)
      for (let r = 0; r < rows; r++) {
        const row = this.cells.slice(r * columns, (r + 1) * columns);
        row.forEach((cell) => cell.setAttribute("role", "gridcell"));
        this.box.append(element("div", { role: "row", class: "row" }, ...row));
      }
    else this.box.append(...this.cells);
    this.box.style.gridTemplateColumns = `repeat(${columns}, var(--cell))`;
    this.frame = element("div", { class: "window", "aria-hidden": "true" });
    this.caption = element("figcaption", {}, caption);
    this.figure = element("figure", {}, this.caption, element("div", { class: "holder" }, this.box, this.frame));
  }

  // `number` is undefined where nothing stands; a title is needed where it was typed otherwise.
  write(i, number, value, limit, title) {
    const cell = this.cells[i];
    const said = number !== undefined;
    if (this.numbered && !cell.firstElementChild) cell.textContent = said ? inCell(number, this.digits) : "";
    cell.title = title ?? (said ? readable(number, 6) : "");
    if (value === null) cell.style.background = cell.style.color = "";
    else paint(cell, colourAt(this.scale, value, limit));
  }

  // Type as large as the cells allow; where it would be too small to read, a decimal less, and at
  // last shades alone.
  fit(cell, numbers) {
    const typeFor = (digits) => {
      const longest = Math.max(1, ...numbers.map((number) => (number === undefined ? 0 : inCell(number, digits).length)));
      return Math.min(17, Math.floor((cell - 4) / (longest * DIGIT)));
    };
    this.digits = typeFor(2) >= SMALLEST_TYPE ? 2 : 1;
    const type = typeFor(this.digits);
    this.numbered = type >= SMALLEST_TYPE && Math.max(...this.shape) <= LARGEST_NUMBERED;
    this.box.style.fontSize = `${type}px`;
    this.box.classList.toggle("shaded", !this.numbered);
    if (!this.numbered) this.cells.forEach((cell) => cell.firstElementChild || (cell.textContent = ""));
  }
}

// ---- The stepper ----

class Stepper {
  constructor(root) {
    this.now = 0;
    this.filter = 0;
    this.peeked = null;
    this.speed = 1;
    this.pending = [];
    this.build(root);
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(this.stage);
  }

  destroy() {
    clearTimeout(this.timer);
    clearTimeout(this.addressTimer);
    this.observer.disconnect();
  }

  build(root) {
    const ends = (node) => (node.classList.add("ends"), node);
    this.playButton = iconButton(...PLAY, () => this.play(!this.playing));
    this.playButton.classList.add("play");
    this.scrub = element("input", { type: "range", min: "0", value: "0", "aria-label": "Step", oninput: () => this.goTo(Number(this.scrub.value)) });
    this.place = element("output", { class: "place numbers" });
    this.speedSelect = element(
      "select",
      { onchange: () => (this.speed = Number(this.speedSelect.value)) },
      ...SPEEDS.map((speed) => element("option", { value: speed, selected: speed === 1 }, `${speed}×`)),
    );
    this.filterPick = element("div", { class: "filters", role: "radiogroup", "aria-label": "Filter" });
    this.bar = element(
      "div",
      { class: "bar" },
      ends(iconButton("first", "First step (Home)", () => this.goTo(0))),
      iconButton("previous", "Previous step (←)", () => this.goTo(this.now - 1)),
      this.playButton,
      iconButton("next", "Next step (→)", () => this.goTo(this.now + 1)),
      ends(iconButton("last", "Last step (End)", () => this.goTo(Infinity))),
      this.scrub,
      this.place,
      element("label", { class: "speed" }, "Speed ", this.speedSelect),
    );
    this.lines = svg("svg", { class: "lines", "aria-hidden": "true" });
    this.picture = element("div", { class: "picture" });
    this.stage = element("div", { class: "stage", tabindex: "0", role: "group", "aria-roledescription": "stepper" }, this.picture, this.lines);
    this.sentence = element("p", { class: "sentence numbers" });
    this.note = element("p", { class: "note", role: "alert" });
    this.legendBox = element("div");
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    this.body = element("div", { class: "stepper" }, this.bar, this.filterPick, this.stage, this.sentence, this.note, this.legendBox, this.live);
    root.append(this.body);
    this.body.addEventListener("keydown", (event) => this.keyed(event));
  }

  update(component) {
    const { data } = component;
    this.send = component.setTriggerValue;
    this.editable = data.editable;
    this.compact = data.compact;
    this.inputScale = data.photographic ? GREY : SCALES.response;
    this.turned = data.turned;
    this.body.classList.toggle("compact", data.compact);
    const stamp = JSON.stringify(data);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    const first = !this.trace;
    this.trace = new Reading(data.trace);
    this.texts = data.texts;
    this.pending = this.pending.filter(({ n }) => n > data.done);
    if (data.visit !== this.visit) {
      this.told = this.compact ? null : readAt();
      [this.now, this.filter] = this.startFrom(this.told);
    } else if (this.told && String(readAt()) !== String(this.told)) writeAt(this.told);
    this.visit = data.visit;
    this.now = Math.min(this.now, this.trace.count - 1);
    this.filter = Math.min(this.filter, this.trace.filters - 1);
    this.stage.setAttribute("aria-label", `${data.label}. ${HELP}`);
    this.scrub.max = this.trace.count - 1;
    this.buildFilters();
    // The cells that stay may be pointed at while the server answers.
    if (this.shape() === this.built) this.fillTexts();
    else {
      this.peeked = null;
      this.buildPicture();
    }
    this.layout();
    if (first && data.autoplay && !stillness()) this.play(true);
  }

  // What the cells on screen are made for; while it stays, they stay, with the focus in them.
  shape() {
    const { trace, filter, editable } = this;
    return JSON.stringify([this.inputScale === GREY, this.turned, trace.kind, trace.rows, trace.columns, trace.channels, trace.filters, trace.height, trace.width, filter, editable]);
  }

  startFrom(told) {
    if (!told) return [0, 0];
    const [row, column, filter = 0] = told;
    return [Math.min(row, this.trace.height - 1) * this.trace.width + Math.min(column, this.trace.width - 1), filter];
  }

  buildFilters() {
    const { filters, pools } = this.trace;
    this.filterPick.hidden = filters < 2;
    const name = pools ? "Channel" : "Filter";
    this.filterPick.replaceChildren(
      ...Array.from({ length: filters }, (_, k) => {
        const radio = element("input", { type: "radio", name: "filter", onchange: () => this.choose(k) });
        radio.checked = k === this.filter;
        return element("label", {}, radio, ` ${name} ${k + 1}`);
      }),
    );
  }

  pick(filter, step) {
    if (filter !== this.filter) this.choose(filter);
    this.goTo(step);
  }

  choose(filter) {
    this.filter = filter;
    this.buildFilters();
    this.buildPicture();
    this.layout();
    this.tell();
  }

  buildPicture() {
    const { trace, filter } = this;
    this.built = this.shape();
    this.draft = null;
    const first = trace.firstChannel(filter);
    const [kh, kw] = [trace.rows.window, trace.columns.window];
    const [height, width] = [trace.padded.length + trace.rows.overhang, trace.padded[0].length + trace.columns.overhang];
    const many = trace.depth > 1;
    const kernelCaption = this.turned ? "× Kernel, turned" : "× Kernel";
    // Too large for numbers: shades, close together, and kernel and products in one column.
    this.shaded = Math.max(height, width) > LARGEST_NUMBERED;
    this.stacked = this.shaded && !many;
    this.gap = this.shaded ? 1 : 2;
    this.body.style.setProperty("--gap", `${this.gap}px`);
    this.channels = Array.from({ length: trace.depth }, (_, d) => {
      const channel = first + d;
      const named = trace.channels > 1 ? `Input, channel ${channel + 1}` : "Input";
      const input = new Grid({ caption: named, rows: height, columns: width, className: "input", scale: this.inputScale, label: named });
      const kernelName = many ? `Kernel, channel ${d + 1}` : "Kernel";
      const kernel = trace.pools ? null : new Grid({ caption: kernelCaption, rows: kh, columns: kw, className: "kernel", scale: SCALES.weight, label: kernelName });
      const products = new Grid({ caption: trace.pools ? "Window" : "= Products", rows: kh, columns: kw, className: "products", scale: trace.pools ? this.inputScale : SCALES.response });
      const seen = !this.stacked || !kernel ? null : new Grid({ caption: "Window", rows: kh, columns: kw, className: "seen", scale: this.inputScale });
      const sum = element("span", { class: "total numbers" });
      return { d, channel, input, seen, kernel, products, sum };
    });
    const pooled = { "max pooling": "largest", "average pooling": "average" }[trace.kind];
    this.outputs = Array.from({ length: trace.filters }, (_, k) => {
      const name = trace.filters > 1 ? `Output ${k + 1}` : "Output";
      return new Grid({ caption: pooled ? `${name}: ${pooled}` : `= ${name}`, rows: trace.height, columns: trace.width, className: "output", scale: trace.pools ? this.inputScale : SCALES.response, label: name });
    });
    this.outputGrid = this.outputs[filter];
    this.total = element("span", { class: "total numbers" });
    this.bias = element("span", { class: "bias numbers", "data-grid": "bias", role: "button" });
    this.legends = element("div", { class: "legends" });
    this.legendBox.replaceChildren(this.legends);
    const tally = element("div", { class: "tally" }, captioned("Σ Sum", this.total), captioned("+ Bias", this.bias));
    const rows = this.channels.map(({ input, seen, kernel, products, sum }) =>
      element(
        "div",
        { class: "channel" },
        input.figure,
        element(
          "div",
          { class: this.stacked ? "work stacked" : "work" },
          ...[seen, kernel, products].filter(Boolean).map((grid) => grid.figure),
          ...(this.stacked && kernel ? [tally] : []),
          ...(many ? [captioned("Σ Sum", sum)] : []),
        ),
      ),
    );
    const shown = trace.filters <= MOST_OUTPUTS ? this.outputs : [this.outputGrid];
    const result = element(
      "div",
      { class: many ? "result central" : "result" },
      ...(trace.pools || this.stacked ? [] : [tally]),
      element("div", { class: "outputs" }, ...shown.map((grid) => grid.figure)),
    );
    this.picture.replaceChildren(element("div", { class: "channels" }, ...rows), result);
    this.fillTexts();
    this.listen();
  }

  // The ends of the colour scales: the largest magnitudes of input, kernel, products and outputs.
  findLimits() {
    const { trace, filter } = this;
    const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    const cells = trace.padded.flat();
    const weights = trace.pools ? [] : trace.kernel.flat().map((cell) => cell.map((one) => one[filter]));
    const products = this.channels.map(({ channel, d }) => largest(cells.map((cell) => cell[channel])) * largest(weights.map((one) => one[d])));
    const sums = Array.from({ length: trace.depth > 1 ? trace.count : 0 }, (_, step) => trace.step(step, filter).channels.map(({ sum }) => sum));
    const bias = trace.pools ? 0 : trace.bias[filter];
    const input = this.inputScale === GREY ? 255 : largest(trace.padded.flat(2));
    this.limits = {
      input,
      kernel: largest(weights.flat()),
      products: Math.max(...products),
      // What pooling keeps is compared with what it was taken from.
      output: trace.pools ? input : largest([...trace.output.flat(2), ...trace.output.flat().map((cell) => cell[filter] - bias), ...sums.flat()]),
    };
  }

  // What stands in the cells whatever the step.
  fillTexts() {
    const { trace, filter } = this;
    this.inputNumbers = this.channels.map(({ channel }) =>
      this.eachInputCell((r, c) => {
        const cell = trace.at(r, c);
        return cell?.[channel];
      }),
    );
    if (!trace.pools) this.kernelNumbers = this.channels.map(({ d }) => trace.kernel.flatMap((row) => row.map((cell) => cell[d][filter])));
    this.outputNumbers = this.outputs.map((_, k) => trace.output.flat().map((cell) => cell[k]));
    this.findLimits();
    const reached = (axis, count) => new Set(Array.from({ length: count }, (_, i) => trace.taps(axis, i)).flat());
    this.firstWins = this.findFirstWins();
    this.reached = { rows: reached(trace.rows, trace.height), columns: reached(trace.columns, trace.width) };
  }

  // Which cells of the input win a maximum, each with the first step at which it does.
  findFirstWins() {
    const { trace, filter } = this;
    const wins = new Map();
    if (trace.kind !== "max pooling") return wins;
    for (let step = trace.count - 1; step >= 0; step--) wins.set(this.inputIndex(trace.step(step, filter).winner), step);
    return wins;
  }

  inputIndex({ row, column }) {
    const { rows, columns } = this.trace;
    return (row + rows.before) * this.channels[0].input.shape[1] + column + columns.before;
  }

  inputClass(r, c) {
    const { trace, reached } = this;
    if (trace.at(r, c) === undefined) return "beyond";
    const names = trace.isPadding(r, c) ? ["padding", trace.inserted?.[r]?.[c] ? "inserted" : ""] : [];
    return [...names, reached.rows.has(r) && reached.columns.has(c) ? "" : "unreached"].join(" ").trim();
  }

  eachInputCell(read) {
    const [height, width] = this.channels[0].input.shape;
    return Array.from({ length: height * width }, (_, i) => read(Math.floor(i / width) - this.trace.rows.before, (i % width) - this.trace.columns.before));
  }

  // ---- Sizes, and everything that does not change from step to step ----

  layout() {
    if (!this.trace) return;
    const { cell, work } = this.cellSizes();
    this.cell = cell;
    this.body.style.setProperty("--cell", `${cell}px`);
    this.body.style.setProperty("--work", `${work}px`);
    const { trace, filter } = this;
    const { limits } = this;
    this.channels.forEach(({ channel, d, input, seen, kernel, products, sum }, k) => {
      input.fit(cell, this.inputNumbers[k]);
      input.box.classList.toggle("dilated", trace.rows.dilation > 1 || trace.columns.dilation > 1);
      this.eachInputCell((r, c) => [r, c]).forEach(([r, c], i) => {
        const value = trace.at(r, c)?.[channel];
        const padding = trace.isPadding(r, c);
        input.write(i, this.inputNumbers[k][i], padding && trace.padMode === "zero" ? null : (value ?? null), limits.input, this.texts?.input?.[channel]?.[r]?.[c]);
        input.cells[i].className = this.inputClass(r, c);
      });
      if (kernel) {
        const weights = trace.kernel.flatMap((row) => row.map((one) => one[d][filter]));
        kernel.fit(work, this.kernelNumbers[k]);
        weights.forEach((weight, i) => kernel.write(i, this.kernelNumbers[k][i], weight, limits.kernel, this.texts?.kernel?.[filter]?.[d]?.[i]));
        // Room for every product that any step can show, so that no width jumps.
        products.fit(work, [this.widest(limits.products, [...this.inputNumbers[k], ...weights])]);
        seen?.fit(work, this.inputNumbers[k]);
      } else products.fit(work, this.inputNumbers[k]);
      sum.style.minWidth = this.widestTotal();
    });
    this.outputs.forEach((grid, k) => {
      grid.fit(cell, this.outputNumbers[k]);
      grid.filled = null;
    });
    this.total.style.minWidth = this.widestTotal();
    this.drawLegends();
    this.draw();
  }

  widestTotal() {
    const { limits, inputNumbers, kernelNumbers = [] } = this;
    const widest = readable(this.widest(limits.output, [...inputNumbers, ...kernelNumbers].flat()));
    return `calc(${Math.max(3, widest.length)}ch + 20px)`; // and its padding
  }

  // As wide as any number up to a limit that comes of others: with decimals, unless they have none.
  widest(limit, numbers) {
    return numbers.every((number) => Number.isInteger(number ?? 0)) ? -limit : -Math.floor(limit) - 0.88;
  }

  // Sizes of the cells: of input and output, and of kernel and products, which stay readable
  // beside a large input. All in one line; or the output below; or every part on its own line.
  cellSizes() {
    const { trace, gap } = this;
    const room = this.stage.clientWidth - 24;
    const grids = trace.pools || this.stacked ? 1 : 2;
    const kernel = grids * trace.columns.window;
    const [, input] = this.channels[0].input.shape;
    const extra = 16 * (grids + 2) + (this.stacked ? 0 : 80) + (trace.depth > 1 ? 112 : 0);
    const even = (room - extra) / (input + kernel + trace.width) - gap;
    if (even >= Math.max(WORK_CELL, this.numberedCell())) return this.bounded(even, even);
    const left = room - extra - kernel * (WORK_CELL + gap);
    const options = [
      left / (input + trace.width),
      Math.min((left + 80) / input, (room - 80) / trace.width),
      room / Math.max(input, trace.width),
    ].map((pitch) => pitch - gap);
    const [smallest, wanted] = this.shaded ? [SMALLEST_SHADE, SMALLEST_SHADE] : [SMALLEST_CELL, Math.max(24, this.numberedCell())];
    const good = options.find((size) => size >= wanted) ?? options.find((size) => size >= smallest) ?? smallest;
    return this.bounded(good, WORK_CELL);
  }

  // The smallest cell that has room for every number, to one decimal.
  numberedCell() {
    const numbers = [...this.inputNumbers, ...this.outputNumbers].flat();
    const longest = Math.max(...numbers.map((number) => (number === undefined ? 0 : inCell(number, 1).length)));
    return this.shaded ? 0 : Math.ceil(4 + SMALLEST_TYPE * DIGIT * longest);
  }

  bounded(cell, work) {
    const { trace, gap } = this;
    const share = (window.innerHeight * TALLEST_SHARE) / trace.depth - CAPTION;
    const tallest = Math.min(LARGEST_CELL, Math.max(share / this.channels[0].input.shape[0] - gap, this.numberedCell()));
    const smallest = this.shaded ? SMALLEST_SHADE : SMALLEST_CELL;
    const size = Math.floor(Math.max(smallest, Math.min(tallest, cell)));
    return { cell: size, work: Math.floor(Math.max(size, Math.min(LARGEST_CELL, work, share / trace.rows.window - gap))) };
  }

  drawLegends() {
    const { limits } = this;
    const weights = this.trace.pools ? [] : [legend("Kernel", SCALES.weight, limits.kernel), legend("Products", SCALES.response, limits.products)];
    const pools = this.trace.pools;
    const output = pools ? [] : [legend("Sums, output", SCALES.response, limits.output)];
    this.legends.replaceChildren(legend(pools ? "Input, output" : "Input", this.inputScale, limits.input), ...weights, ...output);
  }

  // ---- One step ----

  get shown() {
    return this.peeked ?? this.now;
  }

  draw() {
    const { trace, filter, shown } = this;
    const now = trace.step(shown, filter);
    const { limits } = this;
    this.channels.forEach(({ input, seen, kernel, products, sum }, k) => {
      const { cells, sum: subtotal } = now.channels[k];
      products.cells.forEach((cell, i) => {
        const { product, value, padding, beyond } = cells[i];
        products.write(i, beyond ? undefined : (product ?? value), product ?? (padding ? null : value), product === null ? limits.input : limits.products);
        seen?.write(i, value, padding && trace.padMode === "zero" ? null : value, limits.input);
        cell.classList.toggle("padding", padding);
        cell.classList.toggle("winner", Boolean(now.winner) && now.winner.row === cells[i].row && now.winner.column === cells[i].column);
      });
      this.writeSum(sum, subtotal);
      this.markTaps(input, cells, now.winner);
      this.firstWins.forEach((step, i) => input.cells[i].classList.toggle("won", step <= Math.max(this.now, shown)));
      this.moveWindow(input, now);
    });
    this.writeSum(this.total, now.sum);
    this.outputs.forEach((grid, k) => this.drawOutput(grid, k, shown));
    this.drawBias(now.bias);
    this.sentence.textContent = this.trace.sentence(shown, filter);
    this.scrub.value = shown;
    this.scrub.setAttribute("aria-valuetext", `step ${shown + 1} of ${trace.count}`);
    this.place.textContent = `Step ${String(shown + 1).padStart(String(trace.count).length, "\u2007")} of ${trace.count}`;
    Object.assign(this.body.dataset, { step: shown, filter, output: now.output, sum: now.sum, drawn: this.stamp.length });
    this.drawLines();
  }

  markTaps(input, cells, winner) {
    input.tapped?.forEach((cell) => cell.classList.remove("tap", "winner"));
    input.tapped = cells.map((cell) => input.cells[this.inputIndex(cell)]).filter(Boolean);
    input.tapped.forEach((cell) => cell.classList.add("tap"));
    if (winner) input.cells[this.inputIndex(winner)].classList.add("winner");
  }

  moveWindow(grid, { row, column }) {
    const { rows, columns } = this.trace;
    const place = (axis, index) => index * axis.stride;
    const span = (axis) => axis.dilation * (axis.window - 1) + 1;
    const style = grid.frame.style;
    style.width = `calc(${span(columns)} * var(--pitch) - var(--gap))`;
    style.height = `calc(${span(rows)} * var(--pitch) - var(--gap))`;
    style.transform = `translate(calc(${place(columns, column)} * var(--pitch)), calc(${place(rows, row)} * var(--pitch)))`;
  }

  writeSum(cell, sum) {
    cell.textContent = readable(sum);
    paint(cell, colourAt(SCALES.response, sum, this.limits.output));
  }

  drawOutput(grid, filter, shown) {
    const { trace, limits } = this;
    const numbers = this.outputNumbers[filter];
    const last = Math.max(this.now, shown);
    // Only the cells that this step fills or empties; all of them after a new layout.
    const { filled } = grid;
    const [from, to] = filled === null ? [0, trace.count] : [Math.min(filled, last) + 1, Math.max(filled, last) + 1];
    for (let i = from; i < to; i++) {
      const known = i <= last;
      grid.write(i, known ? numbers[i] : undefined, known ? numbers[i] : null, limits.output, known ? undefined : "not yet computed");
      grid.cells[i].classList.toggle("open", !known);
    }
    grid.filled = last;
    grid.frame.hidden = filter !== this.filter;
    const [row, column] = trace.cell(shown);
    const style = grid.frame.style;
    style.width = style.height = "calc(var(--pitch) - var(--gap))";
    style.transform = `translate(calc(${column} * var(--pitch)), calc(${row} * var(--pitch)))`;
  }

  drawBias(bias) {
    if (this.draft?.parentElement === this.bias) return;
    const text = this.texts?.bias?.[this.filter] ?? readable(bias);
    this.bias.textContent = text.replace("-", MINUS);
    this.bias.setAttribute("aria-label", `Bias ${this.bias.textContent}`);
  }

  // From the window to the products it makes, and from their sum to the output cell.
  drawLines() {
    const box = this.stage.getBoundingClientRect();
    const { rows, columns } = this.trace;
    const [row, column] = this.trace.cell(this.shown);
    const at = (cell) => cell.getBoundingClientRect();
    const pitch = this.pitch;
    const windowBox = (grid) => {
      const holder = grid.box.getBoundingClientRect();
      const span = (axis) => (axis.dilation * (axis.window - 1) + 1) * pitch;
      const [left, top] = [holder.left + column * columns.stride * pitch, holder.top + row * rows.stride * pitch];
      return { left, top, right: left + span(columns), bottom: top + span(rows) };
    };
    const middle = ({ top, bottom }) => (top + bottom) / 2;
    // Only from left to right: where parts stand on lines of their own, a line would cross others.
    const line = (from, y1, to, y2) =>
      to.left >= from.right - 1 ? `M${from.right - box.left},${y1 - box.top}L${to.left - box.left},${y2 - box.top}` : "";
    const total = at(this.total);
    const target = at(this.outputGrid.cells[this.shown]);
    const path = this.channels
      .map(({ input, seen, kernel, products, sum }) => {
        const [from, to] = [windowBox(input), at((seen ?? kernel ?? products).box)];
        const end = at(this.channels.length > 1 ? sum : products.box);
        const added = this.trace.pools ? line(end, middle(end), target, middle(target)) : line(end, middle(end), total, middle(total));
        return line(from, from.top, to, to.top) + line(from, from.bottom, to, to.bottom) + added;
      })
      .join("");
    const out = this.trace.pools ? "" : line(total, middle(total), target, middle(target));
    this.lines.innerHTML = `<path class="edge" d="${path}${out}"/><path class="core" d="${path}${out}"/>`;
  }

  get pitch() {
    return this.cell + this.gap;
  }

  // ---- Moving ----

  goTo(step) {
    this.play(false);
    this.moveTo(step);
    this.tell();
  }

  moveTo(step) {
    this.now = Math.max(0, Math.min(this.trace.count - 1, step));
    this.peeked = null;
    this.draw();
  }

  // A step that was chosen is said, and kept in the address.
  tell() {
    this.live.textContent = this.trace.sentence(this.now, this.filter);
    clearTimeout(this.addressTimer);
    if (this.compact) return;
    this.addressTimer = setTimeout(() => {
      this.told = [...this.trace.cell(this.now), ...(this.filter ? [this.filter] : [])];
      writeAt(this.told);
    }, ADDRESS_DELAY);
  }

  // Edits may come faster than answers, and Streamlit may pass on only the newest message: each
  // carries all that the server has not yet said to have done.
  submit(edit) {
    this.serial = Math.max((this.serial ?? 0) + 1, Date.now());
    this.pending.push({ n: this.serial, ...edit });
    this.send("edits", this.pending);
  }

  play(playing) {
    clearTimeout(this.timer);
    if (playing && !this.playing && this.now === this.trace.count - 1) this.moveTo(0);
    this.playing = playing;
    showIcon(this.playButton, ...(playing ? PAUSE : PLAY));
    this.body.classList.toggle("playing", playing);
    if (playing) this.timer = setTimeout(() => this.tick(), 1000 / this.speed);
  }

  tick() {
    if (this.now < this.trace.count - 1) this.moveTo(this.now + 1);
    else if (this.compact) this.moveTo(0);
    else {
      this.play(false);
      return this.tell();
    }
    this.timer = setTimeout(() => this.tick(), 1000 / this.speed);
  }

  keyed(event) {
    const origin = event.composedPath()[0];
    if (origin === this.draft) return;
    if (origin.matches("select, input[type=radio]") || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key === "z" && this.editable) {
        event.preventDefault();
        this.submit({ undo: true });
      }
      return;
    }
    if (origin.matches("[data-grid]") && this.keyedInGrid(event, origin)) return;
    if (origin.matches("button") && (event.key === " " || event.key === "Enter")) return;
    const { width } = this.trace;
    const move = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width, Home: -Infinity, End: Infinity }[event.key];
    if (move === undefined && event.key !== " ") return;
    event.preventDefault();
    if (event.key === " ") return this.play(!this.playing);
    const to = this.now + move;
    if (Math.abs(move) === width && (to < 0 || to >= this.trace.count)) return;
    this.goTo(to);
  }

  // ---- Hovering and editing ----

  listen() {
    const { outputGrid, channels } = this;
    this.reach(outputGrid, "output", 0);
    channels.forEach(({ input, kernel, products }, k) => {
      this.reach(input, "input", k);
      if (kernel) this.reach(kernel, "kernel", k);
      const link = (grid) =>
        grid.box.addEventListener("pointerover", (event) => this.linkTerm(k, Number(event.target.dataset?.i ?? -1)));
      [products, ...(kernel ? [kernel] : [])].forEach((grid) => {
        link(grid);
        grid.box.addEventListener("pointerleave", () => this.linkTerm(k, -1));
      });
    });
    outputGrid.box.addEventListener("pointerover", (event) => this.peek(event.target.dataset?.i));
    outputGrid.box.addEventListener("pointerleave", () => this.peek(null));
    this.outputs.forEach((grid, k) => grid.box.addEventListener("click", (event) => event.target.dataset?.i && this.pick(k, Number(event.target.dataset.i))));
    channels.forEach(({ input }) => {
      input.box.addEventListener("pointerover", (event) => this.showFed(input, event.target.dataset?.i));
      input.box.addEventListener("pointerleave", () => this.showFed(input, null));
    });
    if (this.editable) {
      this.bias.tabIndex = 0;
      this.bias.addEventListener("click", () => this.edit(this.bias));
    }
  }

  // One Tab stop a grid; arrows walk its cells.
  reach(grid, name, k) {
    grid.cells.forEach((cell, i) => {
      cell.dataset.grid = name;
      cell.dataset.k = k;
      cell.tabIndex = i === 0 ? 0 : -1;
    });
    grid.box.addEventListener("focusin", (event) => {
      if (!event.target.dataset.grid) return;
      grid.cells.forEach((cell) => (cell.tabIndex = cell === event.target ? 0 : -1));
      if (name === "output") this.peek(event.target.dataset.i);
      if (name === "input") this.showFed(grid, event.target.dataset.i);
    });
    grid.box.addEventListener("focusout", () => {
      if (name === "output") this.peek(null);
      if (name === "input") this.showFed(grid, null);
    });
    if (this.editable && name !== "output") grid.box.addEventListener("click", (event) => event.target.dataset.grid && this.edit(event.target));
  }

  gridOf(cell) {
    const { grid, k } = cell.dataset;
    if (grid === "output") return this.outputGrid;
    return grid === "bias" ? null : this.channels[Number(k)][grid];
  }

  keyedInGrid(event, cell) {
    const grid = this.gridOf(cell);
    if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      if (cell.dataset.grid === "output") this.goTo(Number(cell.dataset.i));
      else this.edit(cell);
      return true;
    }
    if (/^[0-9.,\-−+/]$/.test(event.key) && this.editable && cell.dataset.grid !== "output") {
      event.preventDefault();
      this.edit(cell, event.key);
      return true;
    }
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move || !grid) return false;
    event.preventDefault();
    const [rows, columns] = grid.shape;
    const [row, column] = [Math.floor(cell.dataset.i / columns) + move[0], (cell.dataset.i % columns) + move[1]];
    if (row >= 0 && column >= 0 && row < rows && column < columns) grid.cells[row * columns + column].focus();
    return true;
  }

  peek(i) {
    const peeked = i === null || i === undefined ? null : Number(i);
    if (peeked === this.peeked || this.playing) return;
    this.peeked = peeked;
    this.draw();
  }

  showFed(grid, i) {
    this.fed?.forEach((cell) => cell.classList.remove("fed"));
    this.fed = null;
    if (i === null || i === undefined) {
      this.sentence.textContent = this.trace.sentence(this.shown, this.filter);
      return;
    }
    const { rows, columns } = this.trace;
    const [row, column] = [Math.floor(i / grid.shape[1]) - rows.before, (i % grid.shape[1]) - columns.before];
    const steps = this.trace.fedBy(row, column);
    this.fed = steps.map((step) => this.outputGrid.cells[step]);
    this.fed.forEach((cell) => cell.classList.add("fed"));
    const cells = steps.length === 1 ? "1 output cell" : `${steps.length} output cells`;
    const what = this.trace.isPadding(row, column) ? "This padding cell" : `Input row ${row + 1}, column ${column + 1}`;
    this.sentence.textContent = `${what} feeds ${steps.length ? cells : "no output cell: no window reaches it"}.`;
  }

  // The same term wherever it stands: pixel, weight, product; and the sum as far as it.
  linkTerm(k, i) {
    this.linked?.forEach((cell) => cell.classList.remove("term"));
    this.linked = [];
    if (i < 0) {
      this.sentence.textContent = this.trace.sentence(this.shown, this.filter);
      return;
    }
    const { input, kernel, products } = this.channels[k];
    const { cells } = this.trace.step(this.shown, this.filter).channels[k];
    const { row, column, value, weight, product } = cells[i];
    const { rows, columns } = this.trace;
    const source = input.cells[(row + rows.before) * input.shape[1] + column + columns.before];
    this.linked = [source, kernel?.cells[i], products.cells[i]].filter(Boolean);
    this.linked.forEach((cell) => cell.classList.add("term"));
    if (weight === null) return;
    const running = cells.slice(0, i + 1).reduce((sum, cell) => sum + cell.product, 0);
    this.sentence.textContent = `${readable(value)} · ${bracketed(weight)} = ${readable(product, 4)}; the sum so far is ${readable(running, 4)}`;
  }

  edit(cell, typed) {
    const target = this.target(cell);
    if (!target || this.draft) return;
    this.play(false);
    const before = target.text.replace("-", MINUS);
    const input = element("input", { class: "draft", inputmode: "text", autocomplete: "off", spellcheck: "false", "aria-label": target.name });
    input.value = typed ?? before;
    cell.replaceChildren(input);
    this.draft = input;
    input.focus();
    if (!typed) input.select();
    let done = false;
    const close = (commit) => {
      if (done) return true;
      const { problem, text } = parseNumber(input.value);
      if (commit && problem) {
        input.setAttribute("aria-invalid", "true");
        this.note.textContent = `${target.name}: ${problem} The picture stays as it was.`;
        return false;
      }
      done = true;
      this.draft = null;
      input.remove();
      cell.textContent = commit ? text.replace("-", MINUS) : this.gridOf(cell)?.numbered === false ? "" : before;
      this.note.textContent = "";
      if (commit && text !== target.text) this.submit({ ...target.place, text });
      else this.layout();
      return true;
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") {
        close(false);
        cell.focus();
      } else if (event.key === "Enter") {
        if (close(true)) cell.focus();
      } else if (event.key === "Tab") {
        if (!close(true)) return event.preventDefault();
        const next = this.gridOf(cell)?.cells[Number(cell.dataset.i) + (event.shiftKey ? -1 : 1)];
        if (next && this.target(next)) {
          event.preventDefault();
          next.focus();
          this.edit(next);
        }
      }
    });
    input.addEventListener("blur", () => {
      if (!done && this.body.isConnected && !close(true)) setTimeout(() => input.focus());
    });
  }

  // What a cell stands for in the settings, or null where it cannot be edited.
  target(cell) {
    if (!this.editable) return null;
    const { grid, k, i } = cell.dataset;
    if (grid === "bias")
      return { name: `Bias of filter ${this.filter + 1}`, text: this.texts.bias[this.filter], place: { grid, filter: this.filter } };
    const { channel, d, input, kernel } = this.channels[Number(k)];
    if (grid === "kernel") {
      const [, columns] = kernel.shape;
      const [row, column] = [Math.floor(i / columns), i % columns];
      return { name: `Kernel row ${row + 1}, column ${column + 1}`, text: this.texts.kernel[this.filter][d][i], place: { grid, filter: this.filter, channel: d, row, column } };
    }
    const [row, column] = [Math.floor(i / input.shape[1]) - this.trace.rows.before, (i % input.shape[1]) - this.trace.columns.before];
    const text = this.texts.input[channel][row]?.[column];
    if (text === undefined || text === null) return null;
    return { name: `Input row ${row + 1}, column ${column + 1}`, text, place: { grid, channel, row, column } };
  }
}

const HELP =
  "Left and right arrows step, up and down move by a row, Home and End go to the first and the last step, space plays.";


function captioned(caption, ...content) {
  return element("figure", {}, element("figcaption", {}, caption), ...content);
}

function stillness() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Stepper(root));
}
