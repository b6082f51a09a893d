// An object that is moved over a picture, and what three models make of it. Their answers to every
// place come from the server at once; moving it costs no traffic.

const TELL_DELAY = 250;
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
// Water is mid-grey, so that white and black stand out from it alike.
const WATER = [[34, 38, 44], [150, 158, 166], [255, 255, 255]];

function cells(n) {
  return Array.from({ length: n * n }, () => element("span"));
}

function swatch(value, name) {
  const square = element("span", { class: "swatch" });
  square.style.background = `rgb(${colourAt(WATER, value, 1).join(",")})`;
  return element("span", { class: "legend numbers" }, square, `${readable(value)} ${name}`);
}

// Which way something was moved, in words.
function moved(n, unit, on, back) {
  return n ? [`${Math.abs(n)} ${unit}${Math.abs(n) === 1 ? "" : "s"} ${n > 0 ? on : back}`] : [];
}

function place([row, column]) {
  return `row ${row + 1}, column ${column + 1}`;
}

class Moving {
  constructor(root) {
    this.build(root);
  }

  destroy() {
    clearTimeout(this.teller);
  }

  build(root) {
    this.picture = element("div", { class: "grid picture", tabindex: 0, role: "application", onkeydown: (event) => this.press(event) });
    this.picture.addEventListener("pointerdown", (event) => this.grab(event));
    this.picture.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) this.picture.addEventListener(name, () => (this.grip = null));
    this.weights = element("div", { class: "grid weights", role: "img" });
    this.kernel = element("div", { class: "grid kernel", role: "img" });
    this.map = element("div", { class: "grid numbers", role: "table", "aria-label": "Response map" });
    this.mapFrame = element("div", { class: "frame-first" });
    this.mapHolder = element("div", { class: "holder map" }, this.map, this.mapFrame);
    this.now = element("div", { class: "frame-now" });
    this.denseTitle = element("figcaption");
    const arrow = (key, sign, name) => element("button", { type: "button", class: "arrow", "aria-label": name, onclick: () => this.go(...STEPS[key]) }, sign);
    this.home = element("button", { type: "button", class: "home", onclick: () => this.goTo(...this.data.first) }, "Back to the first place");
    this.legends = element("div", { class: "legends" });
    this.sums = element("div", { class: "sums numbers" });
    this.rows = element("tbody");
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    const heads = ["Model", "Weights", "At first", "Now", "What stays"].map((name) => element("th", { scope: "col" }, name));
    this.body = element(
      "div",
      { class: "moving" },
      element(
        "div",
        { class: "stage" },
        element(
          "figure",
          {},
          element("figcaption", {}, "Picture", element("small", {}, "drag the object, or use the arrow keys")),
          this.picture,
          element("div", { class: "buttons" }, arrow("ArrowLeft", "←", "Move left"), arrow("ArrowUp", "↑", "Move up"), arrow("ArrowDown", "↓", "Move down"), arrow("ArrowRight", "→", "Move right"), this.home),
        ),
        element("figure", {}, this.denseTitle, this.weights),
        element(
          "figure",
          {},
          element("figcaption", {}, "Convolution", element("small", {}, "one kernel for all places, and its response map")),
          element("div", { class: "side-by-side" }, this.kernel, this.mapHolder),
        ),
      ),
      this.legends,
      this.sums,
      element("table", { class: "numbers" }, element("thead", {}, element("tr", {}, ...heads)), this.rows),
      this.live,
    );
    root.append(this.body);
  }

  update({ data, setStateValue }) {
    this.tell = setStateValue;
    if (data.visit !== this.data?.visit) this.place = [data.row, data.column];
    const same = JSON.stringify({ ...data, row: 0, column: 0 }) === JSON.stringify({ ...this.data, row: 0, column: 0 });
    this.data = data;
    if (same) return;
    this.drawStill();
    this.draw();
  }

  // ---- Drawing ----

  drawStill() {
    const { grid, side, template, weights, start, first, name } = this.data;
    this.places = grid - side + 1;
    this.limit = start.best;
    const fill = (box, n, values) => {
      const all = cells(n);
      all.forEach((cell, k) => write(cell, values.flat()[k]));
      box.style.gridTemplateColumns = `repeat(${n}, var(--cell))`;
      box.replaceChildren(...all);
    };
    fill(this.weights, grid, weights);
    fill(this.kernel, side, template);
    this.weights.append(this.frame("frame-first", first, side));
    this.weights.setAttribute("aria-label", `The dense neuron's ${grid * grid} weights: the template of the ${name} at ${place(first)}, 0 everywhere else`);
    this.kernel.setAttribute("aria-label", `Kernel: +1 on the ${name}, −1 beside it`);
    this.denseTitle.replaceChildren("Dense neuron", element("small", {}, `${grid * grid} weights: it knows the ${name} at one place`));
    this.pixels = cells(grid);
    this.picture.style.gridTemplateColumns = `repeat(${grid}, var(--cell))`;
    this.picture.replaceChildren(...this.pixels, this.frame("frame-first", first, side), this.now);
    this.answers = cells(this.places);
    this.map.style.gridTemplateColumns = `repeat(${this.places}, var(--cell))`;
    this.map.replaceChildren(...this.rowsOf(this.answers));
    moveFrame(this.mapFrame, first, 1);
    const pixels = Object.entries({ water: 0, ...this.data.colours }).map(([colour, value]) => swatch(value, colour));
    this.legends.replaceChildren(element("div", { class: "legends" }, element("span", {}, "Pixels"), ...pixels), legend("Weights", SCALES.weight, 1), legend("Responses", SCALES.response, this.limit), element("span", { class: "legend" }, "Dashed: the first place"), element("span", { class: "legend" }, "Amber: the object, and the largest response"));
  }

  rowsOf(all) {
    return Array.from({ length: this.places }, (_, r) => {
      const row = element("div", { role: "row" }, ...all.slice(r * this.places, (r + 1) * this.places));
      row.style.display = "contents";
      return row;
    });
  }

  // A frame around cells, in their own units, so that it fits whatever their size.
  frame(name, at, side) {
    const box = element("div", { class: name });
    moveFrame(box, at, side);
    return box;
  }

  draw() {
    const { grid, side, object, looks } = this.data;
    const [row, column] = this.place;
    const look = looks[row * this.places + column];
    this.pixels.forEach((cell, k) => {
      const value = object[Math.floor(k / grid) - row]?.[(k % grid) - column] ?? 0;
      cell.title = readable(value);
      cell.style.background = `rgb(${colourAt(WATER, value, 1).join(",")})`;
    });
    moveFrame(this.now, this.place, side);
    const peaks = new Set(look.peaks.map(([r, c]) => r * this.places + c));
    this.answers.forEach((cell, k) => {
      cell.textContent = readable(look.map[k], 1);
      cell.title = `${readable(look.map[k], 6)} at ${place([Math.floor(k / this.places), k % this.places])}`;
      cell.setAttribute("role", "cell");
      cell.classList.toggle("peak", peaks.has(k));
      paint(cell, colourAt(SCALES.response, look.map[k], this.limit));
    });
    this.picture.setAttribute("aria-label", `Picture of ${grid} by ${grid} pixels: the ${this.data.name} stands at ${place(this.place)}. Arrow keys move it, Home brings it back to the first place.`);
    this.explain(look);
    this.compare(look);
    Object.assign(this.body.dataset, { drawn: "", place: this.place.join(","), dense: look.dense, best: look.best });
  }

  get unmoved() {
    return this.place.join() === this.data.first.join();
  }

  explain(look) {
    const { first, name, value } = this.data;
    const [down, right] = this.place.map((n, k) => n - first[k]);
    const way = [...moved(down, "row", "down", "up"), ...moved(right, "column", "to the right", "to the left")].join(" and ");
    const times = (n) => `${n}·${value < 0 ? `(${readable(value)})` : readable(value)}`;
    const pixels = (n) => `${n} ${n === 1 ? "pixel" : "pixels"}`;
    const sum = (what, at, [on, beside], total) => element("p", {}, `${what}, at ${at}: ${pixels(on)} of the ${name} on a +1, ${beside} on a ${MINUS}1, water adds 0: ${times(on)} ${MINUS} ${times(beside)} = `, element("strong", {}, readable(total)));
    const among = look.peaks.length > 1 ? ` (the first of ${look.peaks.length} places)` : "";
    this.sums.replaceChildren(
      element("p", { class: "way" }, way ? `Moved by ${way} from the first place.` : `Not moved yet: the ${name} stands at the first place.`),
      sum("Dense neuron", place(first), look.denseMeets, look.dense),
      sum("Largest response", place(look.peaks[0]) + among, look.bestMeets, look.best),
    );
  }

  compare(look) {
    const { start, grid, side } = this.data;
    const small = side * side;
    const [same, shared] = look.along;
    const peak = ({ best, peaks }) => `${readable(best)} at ${peaks.length === 1 ? place(peaks[0]) : `${peaks.length} places`}`;
    const found = `${same} of ${shared} numbers that both maps hold are the same, moved`;
    const still = this.unmoved && same === shared;
    const stays = (before, after) => (still ? "not moved yet" : before === after ? "✓ the score stays" : "✗ the score changes");
    const along = still ? "not moved yet" : same === shared ? `✓ moves along: ${found}` : `✗ is another map: ${found}`;
    this.rows.replaceChildren(
      line("Dense neuron", grid * grid, readable(start.dense), readable(look.dense), stays(start.dense, look.dense)),
      line("Convolution: its largest response", small, peak(start), peak(look), along),
      line("Convolution, then the maximum of the map", small, readable(start.best), readable(look.best), stays(start.best, look.best)),
    );
  }

  // ---- Moving ----

  press(event) {
    if (event.key === "Home") this.goTo(...this.data.first);
    else if (STEPS[event.key]) this.go(...STEPS[event.key]);
    else return;
    event.preventDefault();
  }

  cellAt(event) {
    const box = this.picture.getBoundingClientRect();
    const at = (position, size) => Math.floor((position / size) * this.data.grid);
    return [at(event.clientY - box.top, box.height), at(event.clientX - box.left, box.width)];
  }

  // The box is held where it was gripped; gripped beside it, it comes to the pointer.
  grab(event) {
    const { side } = this.data;
    const at = this.cellAt(event);
    const inside = at.map((n, k) => n - this.place[k]);
    const held = inside.every((n) => n >= 0 && n < side);
    this.grip = held ? inside : [Math.floor(side / 2), Math.floor(side / 2)];
    this.picture.setPointerCapture(event.pointerId);
    this.drag(event);
  }

  drag(event) {
    if (!this.grip) return;
    const at = this.cellAt(event);
    this.goTo(...at.map((n, k) => n - this.grip[k]));
  }

  go(down, right) {
    this.goTo(this.place[0] + down, this.place[1] + right);
  }

  goTo(...to) {
    const inside = to.map((n) => Math.max(0, Math.min(this.places - 1, n)));
    if (inside.join() === this.place.join()) return;
    this.place = inside;
    this.draw();
    clearTimeout(this.teller);
    this.teller = setTimeout(() => this.settle(), TELL_DELAY);
  }

  // Where it was left is said, and told to the server for the address.
  settle() {
    const { dense, best } = this.body.dataset;
    this.live.textContent = `At ${place(this.place)}: dense neuron ${readable(Number(dense))}, maximum of the map ${readable(Number(best))}.`;
    this.tell("place", { row: this.place[0], column: this.place[1], n: Date.now() });
  }
}

function write(cell, weight) {
  cell.textContent = weight > 0 ? "+" : weight < 0 ? MINUS : "";
  cell.title = readable(weight);
  paint(cell, colourAt(SCALES.weight, weight, 1));
}

function moveFrame(box, [row, column], side) {
  box.style.width = box.style.height = `calc(${side} * (var(--cell) + 1px) - 1px)`;
  box.style.transform = `translate(calc(${column} * (var(--cell) + 1px)), calc(${row} * (var(--cell) + 1px)))`;
}

function line(name, weights, before, after, verdict) {
  const cell = (label, text, kind) => element("td", { "data-name": label, class: kind }, text);
  return element("tr", {}, element("th", { scope: "row" }, name), cell("Weights", String(weights)), cell("At first", before, "number"), cell("Now", after, "number"), cell("What stays", verdict, "verdict"));
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Moving(root));
}
