// One map on a canvas, with marks over it. Where one may walk over it, the pointer looks at its
// cells, a click keeps one, and arrow keys go from cell to cell.
const RIM = 4; // CSS pixels around a map, for marks at its edge
const NUMBERED = 40; // of a cell from which on its number is written into it
const LARGEST_PIXEL = 56;

class Plate {
  constructor({ label, look, keep } = {}) {
    Object.assign(this, { look, keep, at: null });
    this.base = element("canvas", { "aria-hidden": "true" });
    this.over = element("canvas", { class: "marks", "aria-hidden": look ? null : "true" });
    this.stack = element("span", { class: "plate" }, this.base, this.over);
    if (look) this.letWalk(label);
  }

  letWalk(label) {
    this.stack.classList.add("walked");
    const { over } = this;
    for (const [name, value] of [["tabindex", "0"], ["role", "application"], ["aria-label", label]]) over.setAttribute(name, value);
    over.addEventListener("pointermove", (event) => this.look(this.under(event)));
    over.addEventListener("pointerleave", () => this.look(null));
    over.addEventListener("pointerdown", (event) => {
      const at = this.under(event);
      if (at) this.keep(at);
    });
    over.addEventListener("keydown", (event) => this.keyed(event));
  }

  use({ rows, columns, values, limit, scale = SCALES.response, paints = PAINTS.response }) {
    Object.assign(this, { rows, columns, values, limit, scale, paints });
    return this;
  }

  // As large as a square of this side, in whole pixels a cell where that leaves it large enough.
  draw(side) {
    const longest = Math.max(this.rows, this.columns);
    this.zoom = side >= longest ? Math.min(LARGEST_PIXEL, Math.floor(side / longest)) : side / longest;
    const [wide, tall] = [this.columns * this.zoom, this.rows * this.zoom];
    this.size = [wide + 2 * RIM, tall + 2 * RIM];
    const context = sized(this.base, ...this.size);
    context.translate(RIM, RIM);
    this.paint(context, wide, tall);
    context.strokeStyle = "rgb(110 120 130 / 70%)";
    context.lineWidth = 1;
    context.strokeRect(-0.5, -0.5, wide + 1, tall + 1);
    sized(this.over, ...this.size);
    if (this.marks) this.show(this.marks);
    return this;
  }

  paint(context, wide, tall) {
    const { rows, columns, values, limit, scale, paints } = this;
    if (paints) paste(context, pictureOf({ rows, columns, at: (i) => values[i] }, paints, limit), 0, 0, wide, tall);
    if (this.zoom < NUMBERED) return;
    context.font = `15px ${getComputedStyle(this.base).fontFamily || "sans-serif"}`;
    Object.assign(context, { textAlign: "center", textBaseline: "middle" });
    for (let i = 0; i < rows * columns; i++) {
      context.fillStyle = inkOn(colourAt(scale, values[i], limit));
      context.fillText(inCell(values[i]), ((i % columns) + 0.5) * this.zoom, (Math.floor(i / columns) + 0.5) * this.zoom, this.zoom - 4);
    }
  }

  // Marks are boxes of cells; what of them lies outside the map is left away.
  show(marks) {
    this.marks = marks;
    if (!this.size) return; // not drawn yet
    const context = this.over.getContext("2d");
    context.clearRect(0, 0, ...this.size);
    for (const { row, column, rows = 1, columns = 1 } of marks) {
      const [top, left] = [Math.max(0, row), Math.max(0, column)];
      const [tall, wide] = [Math.min(this.rows, row + rows) - top, Math.min(this.columns, column + columns) - left];
      if (tall > 0 && wide > 0) mark(context, RIM + left * this.zoom, RIM + top * this.zoom, wide * this.zoom, tall * this.zoom);
    }
  }

  under({ offsetX, offsetY }) {
    const [column, row] = [offsetX, offsetY].map((one) => Math.floor((one - RIM) / this.zoom));
    return row >= 0 && row < this.rows && column >= 0 && column < this.columns ? { row, column } : null;
  }

  keyed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !this.at) return;
    const [down, right] = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key] ?? [];
    if (down === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const within = (n, size) => Math.max(0, Math.min(size - 1, n));
    this.keep({ row: within(this.at.row + down, this.rows), column: within(this.at.column + right, this.columns) });
  }
}

// A map that this one was computed from: a button that opens it.
function sourceButton(source, plate, open) {
  const name = element("span", { class: "name" }, source.name);
  return element("button", { type: "button", class: "source", "aria-label": `Open ${source.name}`, onclick: () => open(source) }, plate.stack, name);
}

// The rectangle of the picture that a cell sees, as vizcore.nets.receptive.Field.seen has it.
function seenBy({ start, size, jump }, { row, column }, picture) {
  return [row, column].map((at, axis) => {
    const first = start[axis] + jump[axis] * at;
    return [Math.max(0, first), Math.min(picture[axis], first + size[axis])];
  });
}

// 3–5, in one piece.
function span(first, end) {
  return `${first + 1}\u2060–\u2060${end}`;
}

// The picture itself, with what is seen of it outlined.
class Seen {
  constructor(levels, [rows, columns, channels]) {
    Object.assign(this, { levels, rows, columns, channels });
    this.plate = new Plate();
    this.plate.paint = (context, wide, tall) => paste(context, photoOf(levels, rows, columns, channels), 0, 0, wide, tall);
    this.plate.use({ rows, columns });
    this.plate.stack.setAttribute("role", "img");
    this.caption = element("p", { class: "numbers" });
    this.figure = element("figure", { class: "seen" }, element("figcaption", {}, "The picture"), this.plate.stack, this.caption);
  }

  // `seen` is null where all of the picture has a part in it.
  show(seen) {
    const [[top, bottom], [left, right]] = seen ?? [[0, this.rows], [0, this.columns]];
    const all = bottom - top >= this.rows && right - left >= this.columns;
    this.caption.textContent = all ? "All of it has a part in this." : `Rows ${span(top, bottom)} and columns ${span(left, right)} have a part in this.`;
    this.plate.stack.setAttribute("aria-label", this.caption.textContent);
    this.plate.show([{ row: top, column: left, rows: bottom - top, columns: right - left }]);
    return [top, bottom, left, right];
  }
}
