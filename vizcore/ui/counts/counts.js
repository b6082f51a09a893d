// What a layer costs: its drawing, and bars on a scale where each line is ten times the last.
// All numbers come as texts; the server has counted and written them.

const COLUMNS = { parameters: "Parameters to learn", multiplications: "Multiplications" };
const WORDS = ["1", "thousand", "million", "billion", "trillion"];
const POWERS = ["1", "10³", "10⁶", "10⁹", "10¹²", "10¹⁵", "10¹⁸"];
const ROOM_FOR_WORD = 72;
const READS = {
  all: "A dense neuron reads every number of the input, each by a weight of its own.",
  window: "A neuron of the map reads one window, through all channels.",
};

// ---- The drawing ----

const LARGEST = 130;
const SLANT = 0.5;
const TOP = 28;

// A volume seen from the front, its channels receding to the upper right.
class Box {
  constructor([rows, columns, channels], scale, left, deepest) {
    this.high = Math.max(8, rows * scale);
    this.wide = Math.max(8, columns * scale);
    this.slant = SLANT * Math.min(deepest, 6 + 9 * Math.log2(channels));
    this.left = left;
    this.top = TOP + (LARGEST - this.high) / 2 + SLANT * deepest;
  }

  get right() {
    return this.left + this.wide;
  }

  get across() {
    return this.wide + this.slant;
  }

  faces() {
    const { left, top, right, slant } = this;
    const bottom = top + this.high;
    const polygon = (points, k) => svg("polygon", { class: "face", fill: COLOURS.responseScale[k], points: points.map((p) => p.join(",")).join(" ") });
    return [
      polygon([[left, top], [right, top], [right, bottom], [left, bottom]], 7),
      polygon([[left, top], [left + slant, top - slant], [right + slant, top - slant], [right, top]], 6),
      polygon([[right, top], [right + slant, top - slant], [right + slant, bottom - slant], [right, bottom]], 8),
    ];
  }
}

// The outline of a part of a volume that goes through all its channels.
function through(x, y, wide, high, slant) {
  const points = [[x, y + high], [x, y], [x + slant, y - slant], [x + wide + slant, y - slant], [x + wide + slant, y + high - slant], [x + wide, y + high]];
  const inner = `M${x},${y}H${x + wide}V${y + high}M${x + wide},${y}L${x + wide + slant},${y - slant}`;
  return ["edge", "core"].map((name) => svg("path", { class: name, "stroke-linejoin": "round", d: `M${points.map((p) => p.join(",")).join("L")}Z${inner}` }));
}

class Counts {
  constructor(root) {
    this.picture = svg("svg", { role: "img" });
    this.facts = element("dl", { class: "numbers" });
    this.said = element("p", { class: "said" });
    this.table = element("table", { class: "numbers" });
    this.table.addEventListener("pointerover", (event) => this.show(event.target));
    this.table.addEventListener("pointerleave", () => this.show(null));
    this.table.addEventListener("focusin", (event) => this.show(event.target));
    this.table.addEventListener("focusout", () => this.show(null));
    this.body = element("div", { class: "counts" }, element("div", { class: "layer" }, element("figure", {}, this.picture), element("div", {}, this.facts, this.said)), this.table);
    this.body.style.setProperty("--bar-weights", COLOURS.weightScale[7]);
    this.body.style.setProperty("--bar-edge", COLOURS.weightScale[9]);
    root.append(this.body);
    this.observer = new ResizeObserver(() => this.data && this.nameTicks());
    this.observer.observe(this.body);
  }

  destroy() {
    this.observer.disconnect();
  }

  update({ data }) {
    if (JSON.stringify(data) === JSON.stringify(this.data)) return;
    this.data = data;
    this.facts.replaceChildren(...data.facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
    this.drawTable();
    this.nameTicks();
    this.drawLayer();
    this.show(null);
    this.body.dataset.drawn = "";
  }

  // ---- The drawing ----

  drawLayer() {
    const { input, output } = this.data;
    const scale = LARGEST / Math.max(...input.slice(0, 2), ...output.slice(0, 2));
    const deepest = 96;
    this.input = new Box(input, scale, 8, deepest);
    this.output = new Box(output, scale, this.input.left + this.input.across + 96, deepest);
    const wide = this.output.left + this.output.across + 24;
    const tall = TOP + LARGEST + SLANT * deepest + 16;
    const label = (box, name, shape) => svg("text", { x: Math.max(48, box.left + box.wide / 2), y: tall + 10 }, `${name} ${shape.join("×")}`);
    this.sight = svg("g", { class: "sight" });
    this.picture.setAttribute("viewBox", `0 0 ${wide} ${tall + 18}`);
    this.picture.setAttribute("width", wide);
    this.picture.replaceChildren(...this.input.faces(), ...this.output.faces(), this.sight, label(this.input, "Input", input), label(this.output, "Output", output));
  }

  // Mark what one number of the output reads.
  drawSight(reach) {
    const { input, output, size } = this.data;
    const from = reach === "all" ? this.whole() : this.window(size);
    const cell = { wide: Math.max(5, this.output.wide / output[1]), high: Math.max(5, this.output.high / output[0]) };
    const to = { x: this.output.left + (this.output.wide - cell.wide) / 2, y: this.output.top + (this.output.high - cell.high) / 2 };
    const line = (y1, y2) => svg("line", { x1: from.x + from.wide, y1, x2: to.x, y2 });
    this.sight.classList.toggle("fine", from.wide < 16);
    this.sight.replaceChildren(
      line(from.y, to.y),
      line(from.y + from.high, to.y + cell.high),
      ...through(from.x, from.y, from.wide, from.high, this.input.slant),
      ...["edge", "core"].map((name) => svg("rect", { class: name, x: to.x, y: to.y, width: cell.wide, height: cell.high })),
    );
    this.picture.setAttribute("aria-label", `Input ${input.join("×")}, output ${output.join("×")}. ${READS[reach]}`);
  }

  whole() {
    const { left: x, top: y, wide, high } = this.input;
    return { x, y, wide, high };
  }

  window(size) {
    const [rows, columns] = this.data.input;
    const wide = Math.min(this.input.wide, Math.max(8, (size / columns) * this.input.wide));
    const high = Math.min(this.input.high, Math.max(8, (size / rows) * this.input.high));
    return { x: this.input.left + (this.input.wide - wide) / 2, y: this.input.top + (this.input.high - high) / 2, wide, high };
  }

  show(target) {
    const reach = target?.closest("tr.cost")?.dataset.reach ?? "window";
    this.drawSight(reach);
    this.said.textContent = READS[reach];
    this.body.dataset.reach = reach;
  }

  // ---- The table ----

  drawTable() {
    const { groups } = this.data;
    const logs = groups.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells.map(({ log }) => log)));
    this.decades = Math.max(3, Math.ceil(Math.max(...logs) + 1e-9));
    this.body.style.setProperty("--decade", `${100 / this.decades}%`);
    const heads = Object.values(COLUMNS).map((name) => element("th", { scope: "col" }, name, this.ticks()));
    this.table.replaceChildren(
      element("thead", {}, element("tr", {}, element("td", { class: "name" }), ...heads)),
      ...groups.map(({ title, rows }) => element("tbody", {}, element("tr", { class: "group" }, element("th", { colspan: 3, scope: "rowgroup" }, title)), ...rows.map((row) => this.row(row)))),
    );
  }

  ticks() {
    const box = element("div", { class: "ticks", "aria-hidden": "true" });
    for (let decade = 0; decade <= this.decades; decade += 3) {
      const tick = element("span", { class: decade === this.decades ? "end" : "" });
      tick.style.left = `${(100 * decade) / this.decades}%`;
      box.append(tick);
    }
    return box;
  }

  // In words where there is room for them all.
  nameTicks() {
    for (const box of this.table.querySelectorAll(".ticks")) {
      const roomy = (3 * box.clientWidth) / this.decades >= ROOM_FOR_WORD && this.decades <= 12;
      [...box.children].forEach((tick, k) => (tick.textContent = (roomy ? WORDS : POWERS)[k]));
    }
  }

  row({ name, reach, cells }) {
    const costs = Object.keys(COLUMNS).map((column, k) => this.cell(column, cells[k]));
    return element("tr", { class: "cost", tabindex: 0, "data-reach": reach }, element("th", { scope: "row" }, name), ...costs);
  }

  cell(column, { formula, value, log, parts }) {
    const bar = element("div", { class: `bar ${column}` });
    bar.style.width = `${(100 * log) / this.decades}%`;
    const text = element("div", {}, element("span", { class: "formula" }, `${formula} = `), element("span", { class: "value" }, value));
    if (parts) text.append(element("span", { class: "parts" }, parts));
    return element("td", { "data-name": COLUMNS[column], "data-value": value }, element("div", { class: "track", "aria-hidden": "true" }, bar), text);
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Counts(root));
}
