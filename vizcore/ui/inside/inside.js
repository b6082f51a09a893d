// How one map was computed, cell by cell. All that is needed is here, so stepping and looking cost
// no traffic; opening a map that this one was computed from asks the server for that one.

const VIEWS = {
  input: Preparation,
  conv: Convolution,
  depthwise: Convolution,
  max: Pooling,
  average: Pooling,
  add: Addition,
  globalaverage: FromWholeMap,
  globalmax: FromWholeMap,
  flatten: FromWholeMap,
  dense: Dense,
  softmax: Softmax,
};
const OF_WHOLE_MAP = ["globalaverage", "globalmax"];
const NARROW = 860;
const STEP_TIME = 700;
const OUTPUT_SIDE = 264;
const PICTURE_SIDE = 144;

class InsideView {
  constructor(root) {
    this.strongest = false;
    this.build(root);
    this.observer = new ResizeObserver(() => this.header && this.draw());
    this.observer.observe(this.body);
    this.unkeep = keepAt(() => this.header && this.count > 1 && this.settled && this.cellOf(this.player.step));
  }

  destroy() {
    this.player.stop();
    this.observer.disconnect();
    this.unkeep();
  }

  build(root) {
    this.player = new Player({ show: () => this.show(), told: () => this.told(), what: "Cell", tick: STEP_TIME });
    this.title = element("h3", { tabindex: "-1" });
    this.formula = element("p", { class: "formula numbers" });
    this.stage = element("div", { class: "stage" });
    this.legendBox = element("div", { class: "legends" });
    this.linkButton = element("button", { type: "button", onclick: () => this.copyLink() }, "Copy a link to this cell");
    this.copied = element("span", { role: "status" });
    const ways = element("div", { class: "ways" }, this.copied, element("button", { type: "button", onclick: () => this.backUp() }, "\u2191 Back to the map"), this.linkButton);
    this.wrong = element("p", { class: "wrong", role: "alert" });
    this.live = element("p", { class: "unseen", "aria-live": "polite" });
    this.body = element("div", { class: "inside" }, element("div", { class: "top" }, this.title, ways), this.wrong, this.player.bar, this.formula, this.stage, this.legendBox, this.live);
    this.body.addEventListener("keydown", (event) => (event.key === "Escape" ? this.backUp() : this.count > 1 && this.player.keyed(event)));
    root.append(this.body);
  }

  // ---- What comes from the server ----

  update({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    const { header, parts } = unpack(data);
    const before = this.header;
    const moved = header.visit !== before?.visit;
    if (header.stamp === before?.stamp && !moved) return;
    this.player.halt();
    const other = before?.node !== header.node || before?.map !== header.map;
    const middle = this.middle;
    this.header = header;
    this.read(parts);
    const asked = this.asked?.node === header.node && this.asked.map === header.map ? this.asked : null;
    const told = moved ? readAt() : null;
    this.player.last = this.count - 1;
    this.player.step = this.begin(asked?.cell ?? told, middle, other);
    this.peeked = null;
    this.kept = other ? null : this.view?.chosen;
    this.settled = Boolean(told) || Boolean(before);
    this.fill();
    if (asked) this.title.focus();
    this.asked = null;
    this.draw();
    if (this.settled) this.told();
  }

  read(parts) {
    const { header } = this;
    const values = parts.slice(1).map(floats32);
    this.arrays = {};
    Object.entries(header.shapes).forEach(([name, shape], i) => {
      const size = shape.slice(1).reduce((product, n) => product * n, 1);
      this.arrays[name] = shape.length === 2 ? values[i] : Array.from({ length: shape[0] }, (_, k) => values[i].subarray(k * size, (k + 1) * size));
    });
    this.levels = parts[0];
    const whole = OF_WHOLE_MAP.includes(header.kind);
    this.walked = whole ? this.arrays.given[0] : this.arrays.made;
    header.walk = whole ? header.shapes.given.slice(1) : header.shapes.made;
    this.count = this.walked.length;
  }

  // The cell to begin with: the one asked for; the same place of the picture as before; or the
  // number that is largest in magnitude.
  begin(cell, middle, other) {
    const [rows, columns] = this.header.walk;
    if (cell && cell[0] < rows && cell[1] < columns) return cell[0] * columns + cell[1];
    if (!other && this.player.step < this.count) return this.player.step;
    const { field } = this.header;
    if (middle && field) {
      const near = middle.map((at, axis) => Math.round((at - field.start[axis] - (field.size[axis] - 1) / 2) / field.jump[axis]));
      return Math.max(0, Math.min(rows - 1, near[0])) * columns + Math.max(0, Math.min(columns - 1, near[1]));
    }
    return this.walked.reduce((best, value, i) => (Math.abs(value) > Math.abs(this.walked[best]) ? i : best), 0);
  }

  fill() {
    const { header } = this;
    const [rows, columns] = header.walk;
    const whole = OF_WHOLE_MAP.includes(header.kind);
    const of = whole ? header.sources[0].name : header.name;
    this.output = new Plate({
      label: `${of}, ${rows} rows and ${columns} columns. Arrow keys go from cell to cell.`,
      look: (at) => this.peek(at),
      keep: (at) => this.keep(at),
    }).use({ rows, columns, values: this.walked, limit: header.limits.made });
    this.output.stack.classList.add("output");
    const range = element("p", { class: "numbers" }, `Colours here: \u00b1${short(header.limits.made)}`);
    this.outputFigure = element("figure", { class: "out" }, element("figcaption", {}, header.name), this.output.stack, range);
    this.seen = new Seen(this.levels, header.picture);
    this.view = new (VIEWS[header.kind] ?? Pointwise)(this);
    this.title.textContent = header.title;
    this.wrong.textContent = header.agrees ? "" : `These numbers do not agree with the map: computed anew, they differ from it by up to ${exact(header.difference)}.`;
    this.copied.textContent = "";
    this.linkButton.textContent = `Copy a link to this ${this.count > 1 ? "cell" : "number"}`;
    this.player.bar.hidden = this.count < 2;
    this.stage.replaceChildren(this.view.node);
    this.legendBox.replaceChildren(...this.view.legends.filter(([, , limit]) => limit > 0).map((one) => legend(...one)));
  }

  open({ node, map, cell = null }) {
    this.player.halt();
    this.asked = { node, map, cell: cell ?? this.sourceCell() };
    this.send("open", { node, map });
  }

  // The map of the network hears of it; see netmap.js.
  backUp() {
    window.dispatchEvent(new CustomEvent("vizcore-back-to-map"));
  }

  async copyLink() {
    this.player.halt();
    this.settled = true;
    if (this.count > 1) writeAt(this.cellOf(this.player.step));
    this.copied.textContent = (await copied(window.location.href, this.body)) ? "\u2713 Copied" : "The address of this page is the link: copy it from your browser.";
    this.linkButton.focus();
  }

  // Where to look first in a map that is opened: at the winner of a maximum.
  sourceCell() {
    const { winner } = this.view;
    return winner && typeof winner === "object" ? [winner.row, winner.column] : null;
  }

  // ---- Drawing ----

  draw() {
    const room = this.body.clientWidth;
    if (!room) return;
    const narrow = room < NARROW;
    this.body.classList.toggle("narrow", narrow);
    this.output.draw(narrow ? Math.min(OUTPUT_SIDE, room - 16) : OUTPUT_SIDE);
    this.seen.plate.draw(PICTURE_SIDE);
    this.view.draw({ narrow, room });
    this.show();
  }

  // The side of a map that stands beside the output.
  sideFor(narrow, room, maps = 2) {
    return narrow ? Math.min(220, room - 48) : maps === 2 ? OUTPUT_SIDE : 200;
  }

  cellOf(step) {
    const columns = this.header.walk[1];
    return [Math.floor(step / columns), step % columns];
  }

  show() {
    const place = this.peeked ?? this.player.step;
    const [row, column] = this.cellOf(place);
    const at = { row, column };
    const { field, picture, origin } = this.header;
    this.player.draw(`Row ${row + 1}, column ${column + 1}`);
    this.output.at = at;
    this.output.show(this.count > 1 || this.header.hasMaps ? [at] : []);
    this.view.show(at, place);
    const seen = origin?.seen ?? (field && seenBy(field, at, picture));
    this.middle = seen ? field && [row, column].map((n, axis) => field.start[axis] + field.jump[axis] * n + (field.size[axis] - 1) / 2) : this.middle;
    this.seenNow = seen;
    const formula = this.view.formula(at, place);
    this.words = this.count > 1 ? `Row ${row + 1}, column ${column + 1}: ${formula}` : formula;
    this.see(null, null);
    const { node, map, kind } = this.header;
    Object.assign(this.body.dataset, { node, map, kind, at: `${row},${column}`, value: this.walked[place], made: this.arrays.made[Math.min(place, this.arrays.made.length - 1)], drawn: "" });
  }

  // What is looked at beside the cell: what it sees of the picture, and its words.
  see(seen, words) {
    this.formula.textContent = `${words ?? this.words}`;
    this.body.dataset.seen = this.seen.show(seen || this.seenNow).join(",");
  }

  peek(at) {
    const peeked = at ? at.row * this.header.walk[1] + at.column : null;
    if (peeked === this.peeked || this.player.timer) return;
    this.peeked = peeked;
    this.show();
  }

  keep({ row, column }) {
    this.peeked = null;
    this.player.goTo(row * this.header.walk[1] + column);
  }

  // Where one has stopped.
  told() {
    this.settled = true;
    if (this.count > 1) writeAt(this.cellOf(this.player.step));
    this.live.textContent = this.words;
    this.copied.textContent = "";
  }
}

// Over plain http a page may not use the clipboard, yet a field's text can be copied.
async function copied(text, body) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = element("textarea", { class: "unseen", readonly: true }, text);
    body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new InsideView(root));
}
