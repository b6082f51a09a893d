// What looks through windows: convolutions, which multiply and add, and pooling.
const LISTED = 16; // input maps on a page of the list
const TERMS = 12; // sums that are written out; of more, the strongest
const STRONGEST_TERMS = 5;
const BARS_TALL = 96;

// Where window `index` of an axis reads, counted from the first cell of the map.
function taps({ stride, before, dilation, window }, index) {
  return Array.from({ length: window }, (_, i) => index * stride - before + i * dilation);
}

// The rectangle from a window's first cell to its last.
function frameOf([rows, columns], { row, column }) {
  const span = ({ window, dilation }) => (window - 1) * dilation + 1;
  return { row: row * rows.stride - rows.before, column: column * columns.stride - columns.before, rows: span(rows), columns: span(columns) };
}

// What a window reads of a map: the values, and which of them lie outside.
function readWindow([rows, columns], values, { row, column }) {
  const cells = taps(rows, row).flatMap((r) => taps(columns, column).map((c) => ({ r, c, padding: r < 0 || c < 0 || r >= rows.n || c >= columns.n })));
  return {
    cells,
    values: cells.map(({ r, c, padding }) => (padding ? 0 : values[r * columns.n + c])),
    padding: cells.map(({ padding }) => padding),
  };
}

class Convolution {
  constructor(inside) {
    const { header, arrays } = inside;
    Object.assign(this, { inside, header, ...arrays });
    this.count = header.sources.length;
    this.strength = this.each.map((map) => map.reduce((sum, value) => sum + Math.abs(value), 0));
    const adds = this.each.map((map) => Math.abs(map[inside.player.step]));
    this.chosen = this.each[inside.kept] ? inside.kept : adds.indexOf(Math.max(...adds));
    this.legends = [
      ["Input maps", SCALES.response, header.limits.given],
      ["Weights", SCALES.weight, header.limits.weight],
      ["Results and output", SCALES.response, header.limits.made],
    ];
    this.build();
    this.order = this.ordered();
    this.page = Math.floor(this.order.indexOf(this.chosen) / LISTED);
  }

  build() {
    const [rows, columns] = this.header.windows;
    const grid = { rows: rows.window, columns: columns.window, look: (i) => this.lookAtTerm(i) };
    this.strongest = element("input", { type: "checkbox", checked: this.inside.strongest, onchange: () => this.sort() });
    this.before = iconButton("previous", "Input maps before these", () => this.turn(-1));
    this.after = iconButton("next", "Input maps behind these", () => this.turn(1));
    this.pageName = element("span", { class: "numbers" });
    this.pager = element("div", { class: "pager" }, this.before, this.pageName, this.after);
    this.list = element("ol", { class: "channels" });
    const many = element("label", { class: "choice" }, this.strongest, "Strongest first");
    many.hidden = this.count < 2;
    this.values = cellsFor({ ...grid, caption: "Window" });
    this.kernels = cellsFor({ ...grid, caption: "Kernel", scale: SCALES.weight });
    this.products = cellsFor({ ...grid, caption: "Products" });
    this.sum = element("output", { class: "total numbers" });
    this.workName = element("h4");
    this.bars = element("canvas", {
      class: "bars",
      "aria-hidden": "true",
      onpointermove: (event) => this.lookAtBar(this.barUnder(event)),
      onpointerleave: () => this.lookAtBar(-1),
      onpointerdown: (event) => this.barUnder(event) >= 0 && this.choose(this.barUnder(event), true),
    });
    this.barName = element("p", { class: "bar-name numbers" });
    this.barBox = element("div", {}, element("h4", {}, "What each input map adds to this cell"), this.bars, this.barName);
    this.barBox.hidden = this.count < 2;
    const total = element("figure", {}, element("figcaption", {}, "Sum"), this.sum);
    this.grids = [this.values, this.kernels, this.products];
    this.equals = sign("=");
    const row = element("div", { class: "grids" }, this.values.figure, sign("×"), this.kernels.figure, this.equals, this.products.figure, sign("→"), total);
    const words = ["Map", "Kernel → result", "At this cell"];
    const labels = element("div", { class: "labels", "aria-hidden": "true" }, ...words.map((word) => element("span", {}, word)));
    const added = element("div", { class: "added" }, element("span", { class: "sigma" }, "Σ"), element("span", { class: "numbers" }, this.biasName));
    this.node = element(
      "div",
      { class: "convolution" },
      element("section", { class: "givens" }, element("div", { class: "head" }, element("h4", {}, this.headline), many, this.pager), labels, this.list),
      element(
        "div",
        { class: "outcome" },
        element("div", { class: "flow" }, added, sign("→"), this.inside.outputFigure, this.inside.seen.figure),
        element("section", { class: "work" }, this.workName, row),
        this.barBox,
      ),
    );
  }

  get headline() {
    return plural(this.count, "input map");
  }

  get biasName() {
    const { bias } = this.header;
    if (bias === null) return "no bias";
    return `${bias < 0 ? MINUS : "+"} ${short(Math.abs(bias))} bias`;
  }

  ordered() {
    const order = Array.from({ length: this.count }, (_, i) => i);
    return this.strongest.checked ? order.sort((a, b) => this.strength[b] - this.strength[a]) : order;
  }

  sort() {
    this.inside.strongest = this.strongest.checked;
    this.order = this.ordered();
    this.page = 0;
    this.inside.draw();
  }

  turn(by) {
    this.page = Math.max(0, Math.min(this.pages - 1, this.page + by));
    this.inside.draw();
  }

  get pages() {
    return Math.ceil(this.count / LISTED);
  }

  // ---- Drawing ----

  draw({ narrow, room }) {
    const side = narrow ? 56 : 76;
    const first = this.page * LISTED;
    const shown = this.order.slice(first, first + LISTED);
    this.rows = shown.map((channel) => this.row(channel, side));
    this.list.replaceChildren(...this.rows.map(({ item }) => item));
    this.pager.hidden = this.pages < 2;
    this.pageName.textContent = `${first + 1}–${first + shown.length} of ${this.count}`;
    this.before.setAttribute("aria-disabled", this.page === 0);
    this.after.setAttribute("aria-disabled", this.page === this.pages - 1);
    const space = narrow ? room : room - 460;
    for (const cells of this.grids) cells.fit(narrow ? Math.min(room - 40, 180) : (space - 190) / 3);
    this.barRoom = Math.min(space, 720);
    this.mark();
    const place = shown.indexOf(this.chosen);
    this.list.scrollTop = place > 0 ? this.rows[place].item.offsetTop - this.rows[0].item.offsetTop : 0;
  }

  row(channel, side) {
    const { header } = this;
    const [rows, columns] = header.windows;
    const source = new Plate().use({ rows: rows.n, columns: columns.n, values: this.given[channel], limit: header.limits.given }).draw(side);
    const weights = { values: this.kernel[channel], limit: header.limits.weight, scale: SCALES.weight, paints: PAINTS.weight };
    const kernel = new Plate().use({ rows: rows.window, columns: columns.window, ...weights }).draw(side);
    const [tall, wide] = header.walk;
    const result = new Plate().use({ rows: tall, columns: wide, values: this.each[channel], limit: header.limits.made }).draw(side);
    const sum = element("output", { class: "numbers" });
    const choose = element(
      "button",
      { type: "button", class: "channel", title: this.weightsOf(channel), "aria-label": `Show the products of ${header.sources[channel].name}`, onclick: () => this.choose(channel) },
      kernel.stack,
      sign("→"),
      result.stack,
    );
    const open = sourceButton(header.sources[channel], source, (one) => this.inside.open(one));
    const item = element("li", { "data-channel": channel }, open, sign("∗"), choose, sum);
    return { channel, item, source, result, choose, sum };
  }

  // Row by row, where they are few enough to read.
  weightsOf(channel) {
    const { window } = this.header.windows[1];
    if (window > 5) return null;
    const texts = Array.from(this.kernel[channel], (weight) => short(weight));
    return texts.map((text, i) => text + (i % window === window - 1 ? "\n" : "   ")).join("");
  }

  mark() {
    for (const { channel, choose, item } of this.rows) {
      choose.setAttribute("aria-pressed", channel === this.chosen);
      item.classList.toggle("chosen", channel === this.chosen);
    }
  }

  choose(channel, find = false) {
    this.chosen = channel;
    if (find && !this.rows.some((row) => row.channel === channel)) {
      this.page = Math.floor(this.order.indexOf(channel) / LISTED);
      this.inside.draw();
    }
    this.mark();
    this.inside.show();
  }

  show(at, place) {
    const { header } = this;
    const frame = frameOf(header.windows, at);
    for (const { channel, source, result, sum } of this.rows) {
      source.show([frame]);
      result.show([at]);
      sum.textContent = short(this.each[channel][place]);
    }
    this.place = place;
    const { values, padding } = readWindow(header.windows, this.given[this.chosen], at);
    const weights = this.kernel[this.chosen];
    this.workName.textContent = this.count === 1 ? "The arithmetic at this cell" : `The arithmetic at this cell, for ${header.sources[this.chosen].name}`;
    this.terms = values.map((value, i) => [value, weights[i], value * weights[i]]);
    this.values.write(values, header.limits.given, { padding });
    this.kernels.write(weights, header.limits.weight);
    this.products.write(this.terms.map(([, , product]) => product), header.limits.made, { padding });
    // Of the digits in the cells, too: rounded ones may give another product.
    const shown = (value) => Number(value.toFixed(this.values.digits ?? 2));
    this.equals.textContent = this.terms.every(([value, weight, product]) => shown(shown(value) * shown(weight)) === shown(product)) ? "=" : "\u2248";
    this.sum.textContent = short(this.each[this.chosen][place]);
    paint(this.sum, colourAt(SCALES.response, this.each[this.chosen][place], header.limits.made));
    this.drawBars();
  }

  // One product in the three grids, and the sum as far as it.
  lookAtTerm(i) {
    this.grids.forEach((cells) => cells.link(i));
    if (i < 0) return this.inside.see(null, null);
    const [value, weight, product] = this.terms[i];
    const sum = this.terms.slice(0, i + 1).reduce((total, [, , one]) => total + one, 0);
    this.inside.see(null, `${timesInWords(value, weight, product)}; the sum so far is ${short(sum)}`);
  }

  // ---- The sums of all channels ----

  drawBars() {
    if (this.barBox.hidden) return;
    const context = sized(this.bars, this.barRoom, BARS_TALL);
    const sums = this.order.map((channel) => this.each[channel][this.place]);
    const most = Math.max(...sums.map(Math.abs)) || 1;
    this.pitch = this.barRoom / this.count;
    const wide = Math.max(1, Math.min(32, this.pitch - 2));
    sums.forEach((sum, i) => {
      const tall = (Math.abs(sum) / most) * (BARS_TALL / 2 - 6);
      const box = [i * this.pitch + (this.pitch - wide) / 2, sum > 0 ? BARS_TALL / 2 - tall : BARS_TALL / 2, wide, tall];
      context.fillStyle = COLOURS.responseScale[sum > 0 ? 8 : 2];
      context.fillRect(...box);
      if (this.order[i] === this.chosen) mark(context, box[0] - 1, box[1] - 1, box[2] + 2, Math.max(2, tall) + 2);
    });
    context.fillStyle = "rgb(110 120 130)";
    context.fillRect(0, BARS_TALL / 2 - 0.5, this.barRoom, 1);
    this.lookAtBar(-1);
  }

  barUnder({ offsetX }) {
    const channel = this.order[Math.floor(offsetX / this.pitch)];
    return channel === undefined ? -1 : channel;
  }

  lookAtBar(channel) {
    const of = channel < 0 ? this.chosen : channel;
    this.barName.textContent = `${this.header.sources[of].name} adds ${short(this.each[of][this.place])}`;
  }

  formula(at, place) {
    const sums = this.each.map((map) => map[place]);
    const { bias } = this.header;
    const last = bias === null ? [] : [[bias, "bias"]];
    const made = this.made[place];
    if (this.count === 1) return `${plural(this.kernel[0].length, "product")} add up to ${equation([[sums[0]], ...last], made)}`;
    if (this.count <= TERMS) return equation([...sums.map((sum) => [sum]), ...last], made);
    const strongest = sums.map((_, i) => i).sort((a, b) => Math.abs(sums[b]) - Math.abs(sums[a])).slice(0, STRONGEST_TERMS);
    const named = strongest.sort((a, b) => a - b).map((i) => [sums[i], `map ${this.header.sources[i].map + 1}`]);
    const others = sums.reduce((sum, value) => sum + value, 0) - named.reduce((sum, [value]) => sum + value, 0);
    return equation([...named, [others, `the other ${this.count - named.length}`], ...last], made);
  }
}

class Pooling {
  constructor(inside) {
    const { header, arrays } = inside;
    Object.assign(this, { inside, header, ...arrays });
    const [rows, columns] = header.windows;
    this.legends = [["Both maps", SCALES.response, header.limits.given]];
    this.source = new Plate().use({ rows: rows.n, columns: columns.n, values: this.given[0], limit: header.limits.given });
    this.window = cellsFor({ rows: rows.window, columns: columns.window, caption: "Window" });
    this.result = element("output", { class: "total numbers" });
    const what = header.kind === "max" ? "largest" : "average";
    const flow = [sourceButton(header.sources[0], this.source, (one) => inside.open(one)), sign("→"), inside.outputFigure, inside.seen.figure];
    const total = element("figure", {}, element("figcaption", {}, `The ${what}`), this.result);
    const work = element("div", { class: "grids" }, this.window.figure, sign("→"), total);
    this.node = element("div", { class: "alone" }, element("div", { class: "flow" }, ...flow), element("section", { class: "work" }, element("h4", {}, "The arithmetic at this cell"), work));
  }

  draw({ narrow, room }) {
    this.source.draw(this.inside.sideFor(narrow, room));
    this.window.fit(narrow ? room - 100 : 400);
  }

  read(at) {
    const read = readWindow(this.header.windows, this.given[0], at);
    const real = read.values.filter((_, i) => !read.padding[i]);
    const most = largestOf(real);
    const winner = this.header.kind === "max" ? read.values.findIndex((value, i) => !read.padding[i] && value === most) : -1;
    return { ...read, real, winner };
  }

  show(at, place) {
    const { values, padding, winner, cells } = this.read(at);
    const { limits } = this.header;
    this.winner = winner < 0 ? null : { row: cells[winner].r, column: cells[winner].c };
    this.source.show([frameOf(this.header.windows, at), ...(this.winner ? [this.winner] : [])]);
    this.window.write(values, limits.given, { padding, winner });
    this.result.textContent = short(this.made[place]);
    paint(this.result, colourAt(SCALES.response, this.made[place], limits.made));
  }

  formula(at, place) {
    const { real } = this.read(at);
    const made = this.made[place];
    const listed = real.length <= TERMS;
    if (this.header.kind === "max") return listed ? `the largest of ${real.map(short).join(", ")} is ${short(made)}` : `the largest of ${real.length} numbers is ${short(made)}`;
    const sum = real.reduce((total, value) => total + value, 0);
    const average = `/ ${real.length} ${gives(rounded(sum) / real.length, made)}`;
    if (!listed) return `${short(sum)} ${average}`;
    const shown = real.reduce((total, value) => total + rounded(value), 0);
    return `(${summed(real.map((value) => [value]))}) / ${real.length} ${gives(shown, sum)} ${average}`;
  }
}
