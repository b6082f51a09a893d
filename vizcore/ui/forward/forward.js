// A picture on its way to a class. Every number, and where it comes from, is read from the forward
// pass; following a number back costs no server traffic.

const STAGES = ["picture", "convolution", "relu", "pooling", "flatten", "products", "logits", "softmax"];
const GRIDS = ["picture", "convolution", "relu", "pooling"];
const NAMES = { picture: "Picture", convolution: "Convolution", relu: "ReLU", pooling: "Max pooling", flatten: "Flatten" };
const LARGEST_CELL = 44;
const SMALLEST_CELL = 22;
const LARGEST_TYPE = 17;
const SMALLEST_TYPE = 10;
const DIGIT = 0.56; // of the type's size
const LETTERS = 6; // of a number by itself
const GAP = 2;
const ROW_GAP = 5; // room for a bar under a cell
const APART = 24;
const DENSE = 214;
const SCORES = 208;
const NAMED = 120; // as wide as the longest caption
const TALLEST_LIST = 560;
const MOST_TERMS = 12;
const ADDRESS_DELAY = 250;

function inCell(value, digits = 2) {
  return readable(value, digits).replaceAll(",", "");
}

// As many decimals as leave it short enough; a number that is too long even without is rounded.
function inLetters(value, letters, digits = 2) {
  const texts = [2, 1, 0].filter((n) => n <= digits).map((n) => inCell(value, n));
  return [...texts, powerOfTen(value, 1)].find((text) => text.length <= letters) ?? "…";
}

function bracketed(value) {
  const text = readable(value);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

function percent(share) {
  return `${readable(100 * share, 1)}%`;
}

function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
}

// ---- Reading the forward pass ----

class Pass {
  constructor(data) {
    Object.assign(this, data);
    this.count = this.classes.length;
    this.filters = this.bias.length;
    this.size = this.stages.picture.shape[0];
    this.best = this.values("softmax").indexOf(Math.max(...this.values("softmax")));
  }

  values(stage) {
    return this.stages[stage].values;
  }

  shape(stage) {
    return this.stages[stage].shape;
  }

  // A number followed back to the picture: for each stage the places that had a part in it.
  trail(stage, i) {
    const found = { [stage]: new Set([i]) };
    for (let s = STAGES.indexOf(stage); s > 0; s--) {
      const from = [...found[STAGES[s]]].flatMap((one) => this.stages[STAGES[s]].parts[one]);
      found[STAGES[s - 1]] = new Set(from);
    }
    return found;
  }

  // The class that a number belongs to, if it does.
  classOf(stage, i) {
    if (stage === "products") return i % this.count;
    return stage === "logits" || stage === "softmax" ? i : null;
  }

  // The way of the flattened number that pushes a class most, up or down; none where nothing does.
  strongest(of) {
    const ranked = this.ranking[of];
    const push = (i) => Math.abs(this.values("products")[i * this.count + of]);
    const [up, down] = [ranked[0], ranked.at(-1)];
    const most = push(down) > push(up) ? down : up;
    return push(most) ? this.trail("flatten", most) : {};
  }

  place(stage, i) {
    const [, columns, depth] = this.shape(stage);
    return { row: Math.floor(i / (columns * depth)), column: Math.floor(i / depth) % columns, filter: i % depth };
  }

  where(stage, i) {
    const { row, column, filter } = this.place(stage, i);
    const of = this.filters > 1 && stage !== "picture" ? ` of filter ${filter + 1}` : "";
    return `row ${row + 1}, column ${column + 1}${of}`;
  }

  // ---- A number in words ----

  explain(stage, i) {
    return this[`explain_${stage}`](i, readable(this.values(stage)[i]));
  }

  explain_picture(i, value) {
    const fed = this.fedBy(i).length;
    return `Picture, ${this.where("picture", i)}: ${value}. It lies in the windows of the ${fed === 1 ? "framed cell" : `${fed} framed cells`} of the convolution.`;
  }

  explain_convolution(i, value) {
    const { filter } = this.place("convolution", i);
    const sources = this.stages.convolution.sources[i];
    const terms = sources.map((source, k) => `${readable(this.values("picture")[source])}·${bracketed(this.kernel[filter][k])}`);
    return `Convolution, ${this.where("convolution", i)}: ${terms.join(" + ")}${this.added(this.bias[filter])} = ${value}.`;
  }

  explain_relu(i, value) {
    const wins = this.stages.pooling.sources.some(([winner]) => winner === i);
    const end = wins ? "It wins its window of the pooling." : "It does not win its window of the pooling, and is forgotten.";
    return `ReLU, ${this.where("relu", i)}: the larger of 0 and ${readable(this.values("convolution")[i])} is ${value}. ${end}`;
  }

  explain_pooling(i, value) {
    const window = this.windows[i].map((one) => readable(this.values("relu")[one]));
    const [winner] = this.stages.pooling.sources[i];
    const alone = window.length === 1;
    const said = alone ? `the only number in its window is ${value}` : `the largest of ${window.join(", ")} is ${value}`;
    return `Max pooling, ${this.where("pooling", i)}: ${said}, from ${this.where("relu", winner)} of the map before.`;
  }

  explain_flatten(i, value) {
    return `Flatten: number ${i + 1} of ${this.values("flatten").length} is ${value}, from ${this.where("pooling", i)} of the pooled map.`;
  }

  explain_products(i, value) {
    const [of, flat] = [i % this.count, Math.floor(i / this.count)];
    const rank = this.ranking[of].indexOf(flat) + 1;
    const product = this.values("products")[i];
    const effect = product > 0 ? "pushes it up" : product < 0 ? "pushes it down" : "does not move it";
    return `${this.classes[of]}: ${readable(this.values("flatten")[flat])}·${bracketed(this.weights[i])} = ${value} ${effect}; number ${flat + 1}, place ${rank} of ${this.ranking[of].length} by its push.`;
  }

  explain_logits(i, value) {
    const flat = this.values("flatten");
    const product = (k) => this.values("products")[k * this.count + i];
    const terms = flat.map((one, k) => `${readable(one)}·${bracketed(this.weights[k * this.count + i])}`);
    const sum = terms.length <= MOST_TERMS ? terms.join(" + ") : `the sum of ${terms.length} products, ${readable(flat.reduce((total, _, k) => total + product(k), 0))},`;
    const ranked = this.ranking[i];
    const most = (k, way, does) => (does(product(k)) ? ` Most ${way}: number ${k + 1}, by ${readable(Math.abs(product(k)))}.` : "");
    return `Logit of ${this.classes[i]}: ${sum}${this.added(this.denseBias[i])} = ${value}.${most(ranked[0], "up", (p) => p > 0)}${most(ranked.at(-1), "down", (p) => p < 0)}`;
  }

  explain_softmax(i) {
    const power = (k) => `e^{${readable(this.values("logits")[k])}}`;
    const all = this.classes.map((_, k) => power(k)).join(" + ");
    const share = this.values("softmax")[i];
    return `Softmax of ${this.classes[i]}: ${power(i)} / (${all}) = ${readable(share, 4)}, that is ${percent(share)}. Every logit has a part in it.`;
  }

  added(bias) {
    return bias ? ` ${bias < 0 ? MINUS : "+"} ${readable(Math.abs(bias))}` : "";
  }

  // The cells of the convolution whose window holds a pixel.
  fedBy(pixel) {
    return this.stages.convolution.sources.flatMap((sources, i) => (sources.includes(pixel) ? [i] : []));
  }

  get verdict() {
    const shares = this.values("softmax");
    const rivals = this.classes.filter((_, k) => shares[this.best] - shares[k] < 1e-9);
    if (rivals.length > 1) return `It cannot decide between ${rivals.join(" and ")}: ${percent(shares[this.best])} each.`;
    return `It says: ${this.classes[this.best]}, with ${percent(shares[this.best])}.`;
  }
}

// ---- A grid of numbers ----

class Cells {
  // indices: where each cell stands in its stage's values.
  constructor({ caption, label, name, rows, columns, indices, scale }) {
    Object.assign(this, { name, columns, indices, scale });
    this.cells = indices.map((i) => element("span", { "data-i": i, "data-stage": name, role: "gridcell", tabindex: "-1" }));
    this.cells[0].tabIndex = 0;
    this.box = element("div", { class: `grid ${name}`, role: "grid", "aria-label": label });
    for (let r = 0; r < rows; r++) this.box.append(element("div", { role: "row", class: "row" }, ...this.cells.slice(r * columns, (r + 1) * columns)));
    this.box.style.gridTemplateColumns = `repeat(${columns}, var(--wide, var(--cell)))`;
    this.frame = element("div", { class: "window", "aria-hidden": "true", hidden: true });
    this.caption = element("figcaption", {}, caption);
    this.figure = element("figure", { class: `of-${name}` }, this.caption, element("div", { class: "holder" }, this.box, this.frame));
  }

  cell(i) {
    return this.cells[this.indices.indexOf(i)];
  }

  write(values, limit) {
    const wide = (this.cells[0].clientWidth || SMALLEST_CELL) - 4;
    const letters = Math.floor(wide / (SMALLEST_TYPE * DIGIT));
    // The same decimals in all cells, as far as they fit.
    const digits = [2, 1, 0].find((n) => this.indices.every((i) => inCell(values[i], n).length <= letters)) ?? 0;
    this.indices.forEach((i, k) => {
      const cell = this.cells[k];
      if (!cell.firstElementChild) cell.textContent = inLetters(values[i], letters, digits);
      cell.title = readable(values[i], 6);
      paint(cell, colourAt(this.scale, values[i], limit));
    });
    const longest = Math.max(1, ...this.cells.map((cell) => cell.textContent.length));
    this.box.style.fontSize = `${Math.max(SMALLEST_TYPE, Math.min(LARGEST_TYPE, Math.floor(wide / (longest * DIGIT))))}px`;
  }
}

// ---- The whole way ----

class Forward {
  constructor(root) {
    this.root = root;
    this.pending = [];
    this.of = 0;
    this.build(root);
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(this.stage);
  }

  destroy() {
    clearTimeout(this.addressTimer);
    this.stopKeeping();
    this.observer.disconnect();
  }

  build(root) {
    this.presets = element("div", { class: "presets", role: "group", "aria-label": "Pictures to try" });
    this.invert = element("button", { type: "button", onclick: () => this.draw(this.rows.map((row) => [...row].map((cell) => 1 - cell).join(""))) }, "Invert");
    this.undo = element("button", { type: "button", title: "Take the last edit back (Ctrl+Z)", onclick: () => this.submit({ undo: true }) }, "Undo");
    this.lines = svg("svg", { class: "lines", "aria-hidden": "true" });
    this.chain = element("div", { class: "chain" });
    this.stage = element("div", { class: "stage" }, this.lines, this.chain);
    this.verdict = element("p", { class: "verdict numbers" });
    this.sentence = element("p", { class: "sentence numbers" });
    this.note = element("p", { class: "note", role: "alert" });
    this.legends = element("div", { class: "legends" });
    this.marks = element("p", { class: "marks" }, element("span", { class: "swatch main" }), " Frame: the strongest way. ", element("span", { class: "swatch lit" }), " Bar: everything else it came from. What adds 0 has no mark.");
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    this.body = element("div", { class: "forward" }, element("div", { class: "bar" }, this.presets, this.invert, this.undo), this.stage, this.verdict, this.sentence, this.note, this.marks, this.legends, this.live);
    root.append(this.body);
    this.stopKeeping = keepAt(() => this.told);
    this.listen();
  }

  update({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    const stamp = JSON.stringify(data);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    const news = data.visit !== this.data?.visit;
    this.data = data;
    this.pass = new Pass(data);
    this.pending = this.pending.filter(({ n }) => n > data.done);
    // What is being painted is ahead of the server.
    if (!this.pending.some(({ picture }) => picture)) this.rows = this.given();
    const shape = JSON.stringify([STAGES.map((name) => this.pass.shape(name))]);
    if (shape !== this.shape) this.assemble();
    this.shape = shape;
    if (news) this.told = readAt();
    this.pin();
    this.drawPresets();
    this.layout();
  }

  // The picture that the numbers on screen are of.
  given() {
    const { size } = this.pass;
    const pixels = this.pass.values("picture");
    return Array.from({ length: size }, (_, r) => pixels.slice(r * size, (r + 1) * size).join(""));
  }

  // What is followed while nothing is pointed at: what was chosen, or else the largest probability.
  pin() {
    const [stage, i] = this.told ?? [];
    const known = i < this.pass.values(STAGES[stage] ?? "picture").length && stage < STAGES.length;
    this.pinned = known ? { stage: STAGES[stage], i } : { stage: "softmax", i: this.pass.best };
    this.peeked = this.peeked && this.peeked.i < this.pass.values(this.peeked.stage).length ? this.peeked : null;
  }

  // ---- What stands where; made anew when the sizes change ----

  assemble() {
    const { pass } = this;
    this.peeked = null;
    const map = (name, filter) => {
      const [rows, columns, depth] = pass.shape(name);
      const indices = Array.from({ length: rows * columns }, (_, k) => k * depth + filter);
      const of = depth > 1 ? `, filter ${filter + 1}` : "";
      const help = name === "picture" ? "Arrow keys move, space turns a pixel." : "Arrow keys move, Enter holds a number.";
      const caption = filter ? `Filter ${filter + 1}` : `${NAMES[name]} ${rows}×${columns}`;
      return new Cells({ caption, label: `${NAMES[name]}${of}, ${rows} rows and ${columns} columns. ${help}`, name, rows, columns, indices, scale: SCALES.response });
    };
    const maps = (name) => Array.from({ length: pass.shape(name)[2] }, (_, filter) => map(name, filter));
    this.grids = Object.fromEntries(GRIDS.map((name) => [name, maps(name)]));
    this.kernels = pass.kernel.map((weights, filter) => this.kernel(weights, filter));
    this.assembleDense();
    this.assembleScores();
    const column = (name, ...more) => element("div", { class: `column ${name}` }, ...this.grids[name].map(({ figure }) => figure), ...more);
    const kernels = element("div", { class: "kernels" }, ...this.kernels.map(({ whole }) => whole));
    this.chain.replaceChildren(column("picture", kernels), column("convolution"), column("relu"), column("pooling"), element("div", { class: "head" }, this.dense, this.scores));
  }

  kernel(weights, filter) {
    const many = this.pass.filters > 1;
    const name = many ? `Filter ${filter + 1}` : "Filter";
    const cells = new Cells({ caption: name, label: `${name}, 3 rows and 3 columns. Type to change a weight.`, name: "kernel", rows: 3, columns: 3, indices: weights.map((_, k) => filter * 9 + k), scale: SCALES.weight });
    const bias = this.number("bias", filter, `Bias of ${name.toLowerCase()}`);
    return { ...cells, cells, bias, whole: element("div", { class: "kernel-and-bias" }, cells.figure, element("figure", {}, element("figcaption", {}, "+ Bias"), bias)) };
  }

  // A number by itself that can be typed anew.
  number(name, i, label) {
    return element("span", { class: "number", "data-stage": name, "data-i": i, role: "button", tabindex: "0", "data-label": label });
  }

  assembleDense() {
    const { pass } = this;
    const count = pass.values("flatten").length;
    const rows = Array.from({ length: count }, (_, k) => k);
    const list = (name, caption, label, scale) => new Cells({ caption, label: `${label}. Up and down move.`, name, rows: count, columns: 1, indices: rows, scale });
    this.flat = list("flatten", "Flatten", "Flattened numbers", SCALES.response);
    this.weights = list("weights", "× Weight", "Weights. Type to change one", SCALES.weight);
    this.products = list("products", "= Product", "Products", SCALES.response);
    this.lists = [this.flat, this.weights, this.products];
    this.denseTitle = element("p", { class: "dense-title" });
    this.denseBias = this.number("dense_bias", 0, "");
    this.sum = element("span", { class: "total numbers" });
    this.sorter = element("button", { type: "button", class: "sorter", "aria-pressed": "false", title: "The product that pushes the class up most first", onclick: () => this.sort(!this.sorted) }, "Sort by push");
    this.sorter.setAttribute("aria-pressed", Boolean(this.sorted));
    this.dense = element(
      "div",
      { class: "dense" },
      element("div", { class: "lists" }, ...this.lists.map(({ figure }) => figure)),
      element("div", { class: "foot" }, element("span", { class: "said" }, "+ Bias"), this.denseBias, element("span", { class: "said" }, "= Logit"), this.sum),
      this.sorter,
    );
  }

  assembleScores() {
    const { classes } = this.pass;
    const row = (stage, k) => element("span", { class: "score", "data-stage": stage, "data-i": k, tabindex: stage === "logits" && !k ? "0" : "-1", role: "gridcell" });
    this.logits = classes.map((_, k) => row("logits", k));
    this.shares = classes.map((_, k) => row("softmax", k));
    this.bars = classes.map(() => element("span", { class: "share" }));
    const lines = classes.map((name, k) =>
      element("div", { class: "class", role: "row" }, this.logits[k], element("span", { class: "probability", role: "presentation" }, this.shares[k], this.bars[k]), element("span", { class: "name", role: "rowheader" }, name)),
    );
    const head = ["Logit", "Softmax", "Class"].map((text) => element("span", { role: "columnheader" }, text));
    this.scores = element("div", { class: "scores", role: "grid", "aria-label": "Classes: logits and probabilities. Arrow keys move, Enter holds a number." }, element("div", { class: "class titles", role: "row" }, ...head), ...lines);
  }

  drawPresets() {
    const presets = Object.entries(this.data.presets);
    const sketch = (rows) => {
      const side = 4 * rows.length;
      const picture = svg("svg", { viewBox: `0 0 ${rows.length} ${rows.length}`, width: side, height: side, "aria-hidden": "true" });
      rows.forEach((row, r) => [...row].forEach((cell, c) => cell === "1" && picture.append(svg("rect", { x: c, y: r, width: 1, height: 1 }))));
      return picture;
    };
    const old = this.presets.children;
    if (JSON.stringify(presets) !== this.offered) {
      this.offered = JSON.stringify(presets);
      this.presets.replaceChildren(...presets.map(([name, rows]) => element("button", { type: "button", onclick: () => this.draw(rows) }, sketch(rows), name)));
    }
    presets.forEach(([, rows], k) => old[k].setAttribute("aria-pressed", String(rows) === String(this.rows)));
    this.undo.setAttribute("aria-disabled", !this.data.canUndo);
  }

  // ---- Sizes ----

  // All in one line; or the dense layer below; or, on a phone, one thing after the other.
  layout() {
    if (!this.pass) return;
    const room = this.stage.clientWidth - 24;
    const [picture, map, , pooled] = GRIDS.map((name) => this.pass.shape(name)[1]);
    const across = picture + 2 * map;
    const options = [
      Math.min((room - DENSE - SCORES - 5 * APART) / (across + pooled), (room - DENSE - SCORES - 5 * APART - NAMED) / across),
      Math.min((room - 3 * APART) / (across + pooled), (room - 3 * APART - NAMED) / across),
      Math.min(room / picture, (room - APART) / (2 * map)),
    ].map((pitch) => Math.floor(pitch - GAP));
    const wanted = Math.min(LARGEST_CELL, this.numberedCell());
    const roomy = options.findIndex((cell) => cell >= wanted);
    const found = roomy >= 0 ? roomy : options.indexOf(Math.max(...options));
    const cell = Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, options[found]));
    const rows = this.pass.values("flatten").length;
    const line = Math.max(SMALLEST_CELL, Math.min(34, cell, Math.floor(TALLEST_LIST / rows) - ROW_GAP));
    this.body.style.setProperty("--cell", `${cell}px`);
    this.body.style.setProperty("--line", `${line}px`);
    this.body.style.setProperty("--size", picture);
    // The maps of a filter stand in one line.
    this.body.style.setProperty("--tall", this.pass.filters > 1 ? `${map * (cell + ROW_GAP) + 34}px` : 0);
    this.chain.classList.toggle("broken", found !== 0);
    this.narrow = found === options.length - 1;
    this.write();
  }

  // The smallest cell that has room for every number, to one decimal.
  numberedCell() {
    const { pass } = this;
    const numbers = ["convolution", "relu", "pooling"].flatMap((name) => pass.values(name)).concat(pass.kernel.flat());
    const longest = Math.max(...numbers.map((number) => inCell(number, 1).length));
    return Math.max(SMALLEST_CELL, Math.ceil(4 + SMALLEST_TYPE * DIGIT * longest));
  }

  // ---- Numbers ----

  write() {
    const { pass } = this;
    const limit = largest(["convolution", "relu", "pooling"].flatMap((name) => pass.values(name)));
    this.limits = { picture: 1, map: limit, kernel: largest(pass.kernel.flat()), weights: largest(pass.weights), products: largest(pass.values("products")), logits: largest(pass.values("logits")) };
    const pixels = [...this.rows.join("")].map(Number);
    GRIDS.forEach((name) => this.grids[name].forEach((grid) => grid.write(name === "picture" ? pixels : pass.values(name), name === "picture" ? 1 : limit)));
    this.kernels.forEach(({ cells, bias }, filter) => {
      cells.write(pass.kernel.flat(), this.limits.kernel);
      this.writeNumber(bias, pass.bias[filter]);
    });
    this.flat.write(pass.values("flatten"), limit);
    pass.classes.forEach((_, k) => {
      const [logit, share] = [pass.values("logits")[k], pass.values("softmax")[k]];
      this.logits[k].textContent = inLetters(logit, LETTERS);
      this.logits[k].title = readable(logit, 6);
      paint(this.logits[k], colourAt(SCALES.response, logit, this.limits.logits));
      this.shares[k].textContent = percent(share);
      this.shares[k].title = readable(share, 6);
      this.bars[k].style.setProperty("--share", share);
    });
    this.legends.replaceChildren(
      legend("Maps", SCALES.response, limit),
      legend("Filter", SCALES.weight, this.limits.kernel),
      legend("Weights", SCALES.weight, this.limits.weights),
      legend("Products", SCALES.response, this.limits.products),
      legend("Logits", SCALES.response, this.limits.logits),
    );
    this.verdict.textContent = pass.verdict;
    this.follow();
  }

  writeNumber(node, value) {
    if (node.firstElementChild) return;
    node.textContent = inLetters(value, LETTERS);
    node.title = readable(value, 6);
    node.setAttribute("aria-label", `${node.dataset.label}: ${node.textContent}. Press to change it.`);
  }

  // The dense layer shows one class at a time.
  writeDense() {
    const { pass, of } = this;
    const own = (values) => pass.values("flatten").map((_, k) => values[k * pass.count + of]);
    this.weights.write(own(pass.weights), this.limits.weights);
    this.products.write(own(pass.values("products")), this.limits.products);
    this.weights.box.setAttribute("aria-label", `Weights of ${pass.classes[of]}. Type to change one. Up and down move.`);
    this.products.box.setAttribute("aria-label", `Products for ${pass.classes[of]}. Up and down move.`);
    this.weights.caption.textContent = `× ${pass.classes[of]}`;
    this.denseBias.dataset.label = `Bias of ${pass.classes[of]}`;
    this.denseBias.dataset.i = of;
    this.writeNumber(this.denseBias, pass.denseBias[of]);
    const logit = pass.values("logits")[of];
    this.sum.textContent = inLetters(logit, LETTERS);
    paint(this.sum, colourAt(SCALES.response, logit, this.limits.logits));
    const order = this.sorted ? pass.ranking[of] : pass.ranking[of].map((_, k) => k);
    this.order = order;
    for (const { cells } of this.lists) order.forEach((i, place) => (cells[i].style.order = place));
  }

  sort(sorted) {
    this.sorted = sorted;
    this.sorter.setAttribute("aria-pressed", sorted);
    this.follow();
  }

  // ---- Following a number back ----

  get shown() {
    return this.peeked ?? this.pinned;
  }

  follow() {
    const { pass } = this;
    const { stage, i } = this.shown;
    this.of = pass.classOf(stage, i) ?? this.of;
    this.writeDense();
    const trail = pass.trail(stage, i);
    // Where many numbers come together, the one that pushes most is followed in full.
    const main = stage === "logits" || stage === "softmax" ? pass.strongest(this.of) : trail;
    const fed = stage === "picture" ? new Set(pass.fedBy(i)) : new Set();
    for (const name of GRIDS)
      for (const grid of this.grids[name]) this.mark(grid, trail[name], main[name], name === "convolution" ? fed : new Set());
    this.mark(this.flat, trail.flatten, main.flatten);
    const own = (places) => new Set([...(places ?? [])].filter((k) => k % pass.count === this.of).map((k) => Math.floor(k / pass.count)));
    const [used, usedMain] = [own(trail.products), trail.products && main.flatten];
    this.mark(this.weights, used, usedMain);
    this.mark(this.products, used, usedMain);
    pass.classes.forEach((_, k) => {
      for (const [cells, name] of [[this.logits, "logits"], [this.shares, "softmax"]]) {
        cells[k].classList.toggle("lit", Boolean(trail[name]?.has(k)));
        cells[k].classList.toggle("main", Boolean(trail[name]?.has(k)) && k === this.of);
        cells[k].parentElement.closest(".class").classList.toggle("chosen", k === this.of);
      }
    });
    this.markFocus(stage, i);
    this.markWindows(main);
    this.drawLines(trail, main);
    this.sentence.replaceChildren(...withExponents(pass.explain(stage, i)));
    Object.assign(this.body.dataset, { drawn: "", followed: stage, place: i, of: this.of, picture: this.given().join("_"), pending: this.pending.length });
  }

  mark(grid, lit = new Set(), main = new Set(), fed = new Set()) {
    grid.indices.forEach((i, k) => {
      const { classList } = grid.cells[k];
      classList.toggle("lit", lit.has(i));
      classList.toggle("main", lit.has(i) && main.has(i));
      classList.toggle("fed", fed.has(i));
    });
  }

  cellOf(stage, i) {
    if (GRIDS.includes(stage)) return this.grids[stage].map((grid) => grid.cell(i)).find(Boolean);
    if (stage === "flatten") return this.flat.cell(i);
    if (stage === "products") return this.products.cell(Math.floor(i / this.pass.count));
    return { logits: this.logits, softmax: this.shares }[stage][i];
  }

  markFocus(stage, i) {
    this.focused?.classList.remove("focused");
    this.focused = this.cellOf(stage, i);
    this.focused.classList.add("focused");
  }

  // The windows of the number that is followed in full: in the picture, and among ReLU's output.
  markWindows(main) {
    const { pass } = this;
    const [cell] = main.convolution ?? [];
    const [pooled] = main.pooling ?? [];
    const [winner] = main.pooling ? main.relu : [];
    for (const name of GRIDS) for (const { frame } of this.grids[name]) frame.hidden = true;
    this.kernels.forEach(({ cells }) => (cells.frame.hidden = true));
    for (const { cells } of this.grids.relu) cells.forEach((one) => one.classList.remove("winner"));
    if (cell !== undefined) {
      this.enclose(this.grids.picture[0], pass.stages.convolution.sources[cell]);
      const kernel = this.kernels[pass.place("convolution", cell).filter].cells;
      this.enclose(kernel, kernel.indices);
    }
    if (pooled !== undefined) {
      this.enclose(this.grids.relu[pass.place("pooling", pooled).filter], pass.windows[pooled]);
      this.cellOf("relu", winner).classList.add("winner");
    }
  }

  enclose(grid, places) {
    const first = grid.cell(places[0]);
    const last = grid.cell(places.at(-1));
    Object.assign(grid.frame.style, {
      left: `${first.offsetLeft}px`,
      top: `${first.offsetTop}px`,
      width: `${last.offsetLeft + last.offsetWidth - first.offsetLeft}px`,
      height: `${last.offsetTop + last.offsetHeight - first.offsetTop}px`,
    });
    grid.frame.hidden = false;
  }

  // From every number on the way to what it came from, in the room between two parts.
  drawLines(whole, main) {
    const { pass, of } = this;
    // Of a probability, the class on screen: its products are the ones that can be seen.
    const trail = whole.softmax ? { ...pass.trail("logits", of), softmax: whole.softmax } : whole;
    const box = this.stage.getBoundingClientRect();
    const [dx, dy] = [this.stage.scrollLeft - box.left, this.stage.scrollTop - box.top];
    // How high a cell stands, and where the part that it belongs to begins and ends.
    const at = (node) => {
      const { top, bottom } = node.getBoundingClientRect();
      const { left, right } = (node.closest(".holder") ?? node).getBoundingClientRect();
      return { left: left + dx, right: right + dx, top: top + dy, bottom: bottom + dy };
    };
    const lines = { side: "", main: "" };
    const join = (from, to, isMain, corners = false) => {
      // Where parts stand below each other, a line would run through what lies between.
      if (this.narrow || to.left < from.right - 1) return;
      lines[isMain ? "main" : "side"] += corners ? between(from, to, 0) + between(from, to, 1) : between(from, to, 0.5);
    };
    const each = (stage, draw) => trail[stage]?.forEach((i) => draw(i, main[stage]?.has(i)));
    each("convolution", (i, isMain) => isMain && join(at(this.grids.picture[0].frame), at(this.cellOf("convolution", i)), true, true));
    each("relu", (i, isMain) => join(at(this.cellOf("convolution", i)), at(this.cellOf("relu", i)), isMain));
    each("pooling", (i, isMain) => {
      const [winner] = pass.stages.pooling.sources[i];
      const [from, to] = [at(this.cellOf("relu", winner)), at(this.cellOf("pooling", i))];
      if (isMain) join(at(this.grids.relu[pass.place("pooling", i).filter].frame), to, true, true);
      else join(from, to, false);
    });
    each("flatten", (i, isMain) => join(at(this.cellOf("pooling", i)), at(this.cellOf("flatten", i)), isMain));
    const logit = at(this.logits[of]);
    if (trail.logits) trail.products.forEach((k) => join(at(this.cellOf("products", k)), logit, main.flatten?.has(Math.floor(k / pass.count))));
    if (trail.softmax) join(logit, at(this.shares[of]), true);
    this.lines.setAttribute("width", this.stage.scrollWidth);
    this.lines.setAttribute("height", this.stage.scrollHeight);
    const paths = Object.entries(lines).flatMap(([name, d]) => ["edge", "core"].map((layer) => svg("path", { class: `${name} ${layer}`, d })));
    this.lines.replaceChildren(...paths);
  }

  // ---- Pointer and keys ----

  listen() {
    this.stage.addEventListener("pointerover", (event) => this.peek(event.target));
    this.stage.addEventListener("pointerleave", () => this.peek(null));
    this.stage.addEventListener("focusin", (event) => {
      this.rove(event.target);
      this.peek(event.target);
      this.live.textContent = this.sentence.textContent;
    });
    this.stage.addEventListener("focusout", () => this.peek(null));
    this.stage.addEventListener("click", (event) => this.clicked(event.target));
    this.stage.addEventListener("pointerdown", (event) => this.paintFrom(event));
    this.stage.addEventListener("pointermove", (event) => this.paintTo(event));
    for (const end of ["pointerup", "pointercancel"]) this.root.addEventListener(end, () => (this.brush = null));
    this.body.addEventListener("keydown", (event) => this.keyed(event));
  }

  // What an element of the picture stands for, as a place in the forward pass.
  target(node) {
    const { stage, i } = node?.dataset ?? {};
    if (i === undefined) return null;
    if (stage === "weights" || stage === "products") return { stage: "products", i: Number(i) * this.pass.count + this.of };
    if (stage === "dense_bias") return { stage: "logits", i: this.of };
    return STAGES.includes(stage) ? { stage, i: Number(i) } : null;
  }

  peek(node) {
    if (this.draft) return;
    const target = this.target(node);
    if (target?.stage === this.peeked?.stage && target?.i === this.peeked?.i) return;
    this.peeked = target;
    this.follow();
  }

  clicked(node) {
    if (node.dataset.stage === "picture" || node === this.draft) return;
    if (this.typed(node)) return this.edit(node);
    const target = this.target(node);
    if (target) this.hold(target);
  }

  // The number goes on being followed when the pointer leaves, and is kept in the address.
  hold(target) {
    this.pinned = target;
    this.told = [STAGES.indexOf(target.stage), target.i];
    this.follow();
    this.live.textContent = this.sentence.textContent;
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => writeAt(this.told), ADDRESS_DELAY);
  }

  // One Tab stop a grid.
  rove(cell) {
    const grid = cell.closest("[role=grid]");
    if (!grid) return;
    grid.querySelectorAll("[data-i]").forEach((one) => (one.tabIndex = one === cell ? 0 : -1));
  }

  keyed(event) {
    const [node] = event.composedPath();
    const { key } = event;
    if (node === this.draft || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (key !== "z") return;
      event.preventDefault();
      this.submit({ undo: true });
      return;
    }
    if (node.dataset.i === undefined) return;
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
    if (move) {
      event.preventDefault();
      this.neighbour(node, move)?.focus();
    } else if (key === "Enter" || key === " ") {
      event.preventDefault();
      if (node.dataset.stage === "picture") this.paint(Number(node.dataset.i), 1 - this.pixel(Number(node.dataset.i)), this.serial());
      else this.clicked(node);
    } else if (/^[0-9.,\-−+/]$/.test(key) && this.typed(node)) {
      event.preventDefault();
      this.edit(node, key);
    }
  }

  neighbour(node, [down, right]) {
    const { stage, i } = node.dataset;
    if (stage === "logits" || stage === "softmax") {
      const cells = [this.logits, this.shares][(stage === "softmax" ? 1 : 0) + right];
      return cells?.[Number(i) + down];
    }
    const list = this.lists.findIndex(({ cells }) => cells.includes(node));
    if (list >= 0) {
      const place = this.order.indexOf(Number(i)) + down;
      return this.lists[list + right]?.cells[this.order[place]];
    }
    const grid = [...Object.values(this.grids).flat(), ...this.kernels.map(({ cells }) => cells)].find(({ cells }) => cells.includes(node));
    if (!grid) return null;
    const place = grid.cells.indexOf(node);
    const column = (place % grid.columns) + right;
    return column >= 0 && column < grid.columns ? grid.cells[place + down * grid.columns + right] : null;
  }

  // ---- Painting ----

  pixel(i) {
    const { size } = this.pass;
    return Number(this.rows[Math.floor(i / size)][i % size]);
  }

  paintFrom(event) {
    if (event.target.dataset?.stage !== "picture" || event.button) return;
    const i = Number(event.target.dataset.i);
    this.brush = { value: 1 - this.pixel(i), stroke: this.serial() };
    this.paint(i, this.brush.value, this.brush.stroke);
  }

  paintTo(event) {
    if (!this.brush) return;
    if (!event.buttons) return (this.brush = null);
    for (const { clientX, clientY } of event.getCoalescedEvents?.() ?? [event]) {
      const node = this.root.getRootNode().elementFromPoint(clientX, clientY);
      if (node?.dataset.stage === "picture") this.paint(Number(node.dataset.i), this.brush.value, this.brush.stroke);
    }
  }

  paint(i, value, stroke) {
    if (this.pixel(i) === value) return;
    const pixels = [...this.rows.join("")];
    pixels[i] = value;
    const { size } = this.pass;
    this.draw(Array.from({ length: size }, (_, r) => pixels.slice(r * size, (r + 1) * size).join("")), stroke);
  }

  draw(rows, stroke = this.serial()) {
    this.rows = [...rows];
    this.submit({ picture: this.rows, stroke });
    this.drawPresets();
    this.write();
  }

  // ---- Telling the server ----

  serial() {
    this.last = Math.max((this.last ?? 0) + 1, Date.now());
    return this.last;
  }

  // Edits may come faster than answers, and Streamlit may pass on only the newest message: each
  // carries all that the server has not yet said to have done; of a stroke, how far it has come.
  submit(edit) {
    const older = this.pending.filter(({ stroke }) => stroke === undefined || stroke !== edit.stroke);
    this.pending = [...older, { n: this.serial(), ...edit }];
    this.send("edits", this.pending);
  }

  // What a number that can be typed is called, and what was typed; null for the others.
  typed(node) {
    const { stage } = node.dataset;
    const i = Number(node.dataset.i);
    const { texts } = this.data;
    if (stage === "kernel") {
      const [filter, row, column] = [Math.floor(i / 9), Math.floor((i % 9) / 3), i % 3];
      return { name: `Filter row ${row + 1}, column ${column + 1}`, text: texts.kernel[i], grid: stage, place: [filter, row, column] };
    }
    if (stage === "weights") {
      const text = texts.weights[i * this.pass.count + this.of];
      return { name: `Weight ${i + 1} of ${this.pass.classes[this.of]}`, text, grid: stage, place: [i, this.of] };
    }
    if (stage === "bias" || stage === "dense_bias") return { name: node.dataset.label, text: texts[stage][i], grid: stage, place: [i] };
    return null;
  }

  edit(cell, begun) {
    const { name, text: before, grid, place } = this.typed(cell);
    const input = element("input", { class: "draft", inputmode: "text", autocomplete: "off", spellcheck: "false", "aria-label": name });
    input.value = begun ?? before.replace("-", MINUS);
    cell.replaceChildren(input);
    this.draft = input;
    input.focus();
    if (!begun) input.select();
    const close = (commit) => {
      if (this.draft !== input) return true;
      const { problem, text } = parseNumber(input.value);
      if (commit && problem) {
        input.setAttribute("aria-invalid", "true");
        this.note.textContent = `${name}: ${problem} The numbers stay as they were.`;
        return false;
      }
      this.draft = null;
      input.remove();
      this.note.textContent = "";
      if (commit && text !== before) this.submit({ grid, place, text });
      this.write();
      return true;
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const commit = { Enter: true, Tab: true, Escape: false }[event.key];
      if (commit === undefined) return;
      if (!close(commit)) event.preventDefault();
      else if (event.key !== "Tab") cell.focus();
    });
    input.addEventListener("blur", () => {
      if (this.body.isConnected && !close(true)) setTimeout(() => input.focus());
    });
  }
}

// A text in which ^{…} is an exponent.
function withExponents(text) {
  return text.split(/\^\{([^}]*)\}/).map((part, k) => (k % 2 ? element("sup", {}, part) : part));
}

// A line from a box to one at its right; `part` of the way down their facing sides.
function between(from, to, part) {
  const mix = (a, b) => a + (b - a) * part;
  return `M${from.right},${mix(from.top, from.bottom)}L${to.left},${mix(to.top, to.bottom)}`;
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Forward(root));
}
