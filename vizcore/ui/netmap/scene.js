// What the three canvases of the map show: all edges and all maps, painted once, and above them
// what is lit.

const WIDEST_CANVAS = 4096;
const MOST_EDGES = 600; // that are drawn between two columns when nothing is pointed at
const NEUTRAL = [125, 135, 145];

const words = new Uint32Array(PAINTS.response.buffer); // a colour each
const greys = Uint32Array.from({ length: 256 }, (_, level) => 0xff000000 | (level * 0x010101));
const tints = [0, 8, 16].map((shift) => Uint32Array.from({ length: 256 }, (_, level) => (0xff000000 | (level << shift)) >>> 0));

const native = document.createElement("canvas");
const enlarged = document.createElement("canvas");

// Values in the colours of responses; what is no number stays empty.
function fillWith(pixels, values, limit) {
  const scale = limit > 0 ? SHADES / 2 / limit : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === value) pixels[i] = words[Math.round(clamp(value * scale, -SHADES / 2, SHADES / 2) + SHADES / 2)];
  }
}

// Every number keeps its colour and its share of the room, whatever the size: a picture that is
// not enlarged by a whole number is enlarged by a larger one and then reduced.
function pastePixels(context, image, x, y, wide, tall) {
  Object.assign(native, { width: image.width, height: image.height });
  native.getContext("2d").putImageData(image, 0, 0);
  const ratio = context.getTransform().a;
  const zoom = (wide * ratio) / image.width;
  let from = native;
  context.imageSmoothingEnabled = Math.abs(zoom - Math.round(zoom)) > 0.001;
  context.imageSmoothingQuality = "high";
  if (context.imageSmoothingEnabled && zoom > 1) {
    const whole = Math.ceil(zoom);
    Object.assign(enlarged, { width: image.width * whole, height: image.height * whole });
    const large = enlarged.getContext("2d");
    large.imageSmoothingEnabled = false;
    large.drawImage(native, 0, 0, enlarged.width, enlarged.height);
    from = enlarged;
  }
  context.drawImage(from, x, y, wide, tall);
}

// The largest picture of these rows and columns that fits a box, in its middle.
function inside({ x, y, wide, tall }, { rows, columns }) {
  const zoom = Math.min(wide / columns, tall / rows);
  const size = [columns * zoom, rows * zoom];
  return { x: x + (wide - size[0]) / 2, y: y + (tall - size[1]) / 2, wide: size[0], tall: size[1] };
}

function curve(context, from, to) {
  const [x1, y1] = [from.x + from.wide, from.y + from.tall / 2];
  const [x2, y2] = [to.x, to.y + to.tall / 2];
  const middle = (x1 + x2) / 2;
  context.beginPath();
  context.moveTo(x1, y1);
  context.bezierCurveTo(middle, y1, middle, y2, x2, y2);
  context.stroke();
}

// An edge is the fainter and thinner, the smaller its weight; without weights it is grey.
function inkEdge(context, weight, limit, lit) {
  const share = weight === undefined || !(limit > 0) ? 0 : clamp(weight / limit, -1, 1) || 0;
  const rgb = weight === undefined ? NEUTRAL : SCALES.weight.at(share < 0 ? 0 : -1);
  const size = weight === undefined ? 0.4 : Math.abs(share);
  context.strokeStyle = `rgb(${rgb.join(" ")} / ${lit ? 0.3 + 0.7 * size : 0.08 + 0.8 * size})`;
  context.lineWidth = lit ? 1 + 2.5 * size : 0.5 + 1.2 * size;
}

// A part of a picture in a box, by its first and last row and column.
function partOf(box, grid, [[top, bottom], [left, right]]) {
  const [wide, tall] = [box.wide / grid.columns, box.tall / grid.rows];
  return [box.x + left * wide, box.y + top * tall, (right - left + 1) * wide, (bottom - top + 1) * tall];
}

// A cell as such a part.
function partAt({ columns }, cell) {
  return [Math.floor(cell / columns), cell % columns].map((n) => [n, n]);
}

class Scene {
  constructor() {
    this.pages = new Map();
    this.lines = element("canvas", { class: "lines", "aria-hidden": "true" });
    this.base = element("canvas", { class: "base", "aria-hidden": "true" });
    this.over = element("canvas", { class: "over", tabindex: "0", role: "application" });
    this.stack = element("div", { class: "stack" }, this.lines, this.base, this.over);
  }

  // ---- Where a map stands ----

  pageOf(column) {
    return Math.min(this.pages.get(column.chain) ?? 0, this.layout.columns[column.place].pages - 1);
  }

  slot(column, map) {
    const slot = this.layout.slot(column.place, map, this.pageOf(column));
    return slot && { ...slot, x: slot.x - this.left };
  }

  // The maps of a column that its page shows.
  shown(column) {
    const { perPage } = this.layout.columns[column.place];
    const first = this.pageOf(column) * perPage;
    return Array.from({ length: Math.min(perPage, column.count - first) }, (_, i) => first + i);
  }

  // Show the page of a map; true where it was another one.
  turnTo({ column, map }) {
    const page = Math.floor(map / this.layout.columns[column.place].perPage);
    if (page === this.pageOf(column)) return false;
    this.pages.set(column.chain, page);
    return true;
  }

  // The part of a wide map that the canvases hold: what is in sight, and as much again.
  place(room, scrolled) {
    const { wide, high } = this.layout;
    this.wide = wide <= WIDEST_CANVAS ? wide : Math.min(wide, Math.max(2048, 2 * room));
    this.left = clamp(Math.round(scrolled - (this.wide - room) / 2), 0, wide - this.wide);
    const { color, fontFamily } = getComputedStyle(this.stack);
    Object.assign(this, { ink: color, font: fontFamily });
    const canvases = [this.lines, this.base, this.over];
    for (const canvas of canvases) canvas.style.left = `${this.left}px`;
    const contexts = canvases.map((canvas) => sized(canvas, this.wide, high));
    this.light = contexts.pop();
    return contexts;
  }

  within({ place }) {
    const { x, wide } = this.layout.columns[place];
    return x + wide > this.left && x < this.left + this.wide;
  }

  under({ offsetX, offsetY }) {
    const x = offsetX + this.left;
    const column = this.net.columns.find(({ place }) => {
      const { inner, block } = this.layout.columns[place];
      return x >= inner - 3 && x < inner + block + 3;
    });
    if (!column) return null;
    const { inner, top, step, lines, perPage } = this.layout.columns[column.place];
    const [across, down] = [Math.max(0, Math.floor((x - inner + 3) / step[0])), Math.floor((offsetY - top) / step[1])];
    const k = across * lines + down;
    const map = this.pageOf(column) * perPage + k;
    if (down < 0 || down >= lines || k >= perPage || map >= column.count) return null;
    return { node: column.name, column, map, cell: this.cellUnder(column, this.slot(column, map), offsetX, offsetY) };
  }

  cellUnder(column, slot, x, y) {
    if (!column.maps) return null;
    const box = inside(slot, column);
    const [row, at] = [Math.floor(((y - box.y) / box.tall) * column.rows), Math.floor(((x - box.x) / box.wide) * column.columns)];
    return row >= 0 && row < column.rows && at >= 0 && at < column.columns ? row * column.columns + at : null;
  }

  // ---- All of it ----

  draw(room, scrolled) {
    this.findLikeliest();
    const [lines, maps] = this.place(room, scrolled);
    this.crowded = false;
    for (const column of this.net.columns) this.drawEdges(lines, column);
    this.drawLanes(lines);
    for (const column of this.net.columns) if (this.within(column)) for (const map of this.shown(column)) this.drawItem(maps, column, map);
  }

  // Another picture: the page of the classes that holds the likeliest.
  findLikeliest() {
    const column = this.net.columns.at(-1);
    if (!column.named || column.likeliest !== undefined) return;
    const values = [...Array(column.count).keys()].map((map) => this.net.value(column, map));
    column.likeliest = values.reduce((best, value, map) => (value > values[best] ? map : best), 0);
    const { perPage, pages } = this.layout.columns[column.place];
    if (pages > 1) this.pages.set(column.chain, Math.floor(column.likeliest / perPage));
  }

  drawEdges(context, column) {
    for (const source of column.sources) {
      const before = this.net.columns[source.column];
      const near = source.column === column.place - 1 && (this.within(column) || this.within(before));
      if (!near || source.by === "many") continue;
      if (source.by === "one" && this.layout.columns[column.place].used > 1) {
        this.drawBand(context, before, column);
        continue;
      }
      const maps = this.shown(column);
      const pairs = source.by === "one" || source.by === "turns" ? maps.length : (maps.length * this.shown(before).length) / (source.groups ?? 1);
      if (pairs > MOST_EDGES) this.crowded = true;
      else for (const map of maps) this.strokeEdges(context, column, map, source, false);
    }
  }

  // Map for map, between layers in several columns: lines from each would run behind the others.
  drawBand(context, before, column) {
    const [from, to] = [before, column].map(({ place }) => this.layout.columns[place]);
    const [x1, x2] = [from.inner + from.block + 6 - this.left, to.inner - 6 - this.left];
    const y = to.top + (to.lines * to.step[1]) / 2;
    context.strokeStyle = context.fillStyle = `rgb(${NEUTRAL.join(" ")})`;
    context.lineWidth = 3;
    context.beginPath();
    context.moveTo(x1, y);
    context.lineTo(x2 - 8, y);
    context.stroke();
    context.beginPath();
    context.moveTo(x2, y);
    context.lineTo(x2 - 9, y - 6);
    context.lineTo(x2 - 9, y + 6);
    context.fill();
  }

  strokeEdges(context, column, map, source, lit) {
    const to = this.slot(column, map);
    const before = this.net.columns[source.column];
    const limit = this.net.weightLimitOf(column, this.range);
    const read = this.net.read(column, map, source);
    context.globalAlpha = source.by === "all" && !lit ? 0.4 : 1;
    if (lit) read.sort((one, other) => Math.abs(one.weight ?? 0) - Math.abs(other.weight ?? 0));
    for (const { map: one, weight } of read) {
      const from = this.slot(before, one);
      if (!from || !to) continue;
      inkEdge(context, weight, limit, lit);
      curve(context, from, to);
    }
    context.globalAlpha = 1;
  }

  drawLanes(context) {
    const floor = this.layout.tall + 2 * MARGIN;
    const foot = (place) => {
      const { x, wide, top, lines, step } = this.layout.columns[place];
      return [x + wide / 2 - this.left, top + lines * step[1] + 4];
    };
    context.strokeStyle = context.fillStyle = `rgb(${NEUTRAL.join(" ")})`;
    context.lineWidth = 2;
    for (const { from, to, lane } of this.layout.lanes) {
      const [[x1, y1], [x2, y2]] = [foot(from), foot(to)];
      const y = floor + lane * LANE;
      context.beginPath();
      context.moveTo(x1 + 6, y1);
      context.lineTo(x1 + 6, y - 6);
      context.quadraticCurveTo(x1 + 6, y, x1 + 12, y);
      context.lineTo(x2 - 12, y);
      context.quadraticCurveTo(x2 - 6, y, x2 - 6, y - 6);
      context.lineTo(x2 - 6, y2 + 6);
      context.stroke();
      context.beginPath();
      context.moveTo(x2 - 6, y2);
      context.lineTo(x2 - 11, y2 + 8);
      context.lineTo(x2 - 1, y2 + 8);
      context.fill();
    }
  }

  drawItem(context, column, map) {
    const slot = this.slot(column, map);
    if (!column.sent) return this.drawMissing(context, slot);
    if (column.named) return this.drawClass(context, column, map, slot);
    if (column.maps) return this.drawMap(context, column, map, inside(slot, column));
    const rgb = colourAt(SCALES.response, this.net.value(column, map), this.net.limitOf(column, map, this.range));
    context.fillStyle = `rgb(${rgb.join(" ")})`;
    context.fillRect(slot.x, slot.y, slot.wide, slot.tall);
    this.outline(context, slot);
    if (slot.wide < NUMBER.wide) return;
    Object.assign(context, { fillStyle: inkOn(rgb), font: `13px ${this.font}`, textAlign: "center", textBaseline: "middle" });
    const value = this.net.value(column, map);
    context.fillText(`${value < 0 ? MINUS : ""}${short(Math.abs(value))}`, slot.x + slot.wide / 2, slot.y + slot.tall / 2 + 1);
  }

  drawMap(context, column, map, box) {
    pastePixels(context, this.imageOf(column, map), box.x, box.y, box.wide, box.tall);
    this.outline(context, box);
  }

  imageOf(column, map) {
    const image = new ImageData(column.columns, column.rows);
    const pixels = new Uint32Array(image.data.buffer);
    if (column.place) fillWith(pixels, this.net.values(column, map), this.net.limitOf(column, map, this.range));
    else {
      const paints = column.count === 3 ? tints[map] : greys;
      for (let i = 0; i < pixels.length; i++) pixels[i] = paints[this.net.levels[i * column.count + map]];
    }
    return image;
  }

  outline(context, { x, y, wide, tall }) {
    context.strokeStyle = "rgb(110 120 130 / 70%)";
    context.lineWidth = 1;
    context.strokeRect(x - 0.5, y - 0.5, wide + 1, tall + 1);
  }

  drawMissing(context, slot) {
    context.setLineDash([3, 3]);
    this.outline(context, slot);
    context.setLineDash([]);
  }

  drawClass(context, column, map, { x, y, wide }) {
    const value = this.net.value(column, map);
    const likeliest = map === column.likeliest;
    const { shares } = column;
    const said = shares ? percent(value) : exact(value);
    Object.assign(context, { fillStyle: this.ink, font: `${likeliest ? 700 : 400} 14px ${this.font}`, textBaseline: "alphabetic", textAlign: "right" });
    context.fillText(said, x + wide, y + 16);
    const room = wide - context.measureText(said).width - 10;
    context.textAlign = "left";
    context.fillText(fitting(context, `${likeliest ? "\u25b8 " : ""}${this.net.classes[map]}`, room), x + 2, y + 16);
    const bar = { x, y: y + 22, wide, tall: 10 };
    const rgb = colourAt(SCALES.response, value, this.net.limitOf(column, map, this.range));
    context.fillStyle = `rgb(${(shares ? SCALES.response.at(-1) : rgb).join(" ")})`;
    context.fillRect(bar.x, bar.y, shares ? bar.wide * clamp(value, 0, 1) || 0 : bar.wide, bar.tall);
    this.outline(context, bar);
    if (!likeliest) return;
    context.strokeStyle = this.ink;
    context.lineWidth = 2;
    context.strokeRect(bar.x - 1, bar.y - 1, bar.wide + 2, bar.tall + 2);
  }

  // ---- What is lit ----

  // What is pointed at stands out, all else is dimmed; so do the edges of what is open.
  paint(lit, opened) {
    const { light } = this;
    const main = lit ?? opened;
    light.clearRect(0, 0, this.wide, this.layout.high);
    this.lines.classList.toggle("dim", Boolean(main));
    this.base.classList.toggle("dim", Boolean(lit));
    if (main) this.lightUp(light, main, Boolean(lit));
    if (opened) this.mark(opened);
    if (lit) this.drawField(light, lit);
  }

  lightUp(context, { column, map }, alone) {
    for (const source of column.sources) this.strokeEdges(context, column, map, source, true);
    if (!alone) return;
    for (const source of column.sources) {
      const before = this.net.columns[source.column];
      for (const { map: one } of this.net.read(column, map, source)) this.copy(context, this.slot(before, one), 1);
    }
    this.copy(context, this.slot(column, map), 3);
  }

  // A map as it was before all others were dimmed.
  copy(context, slot, line) {
    if (!slot) return;
    const ratio = this.base.width / this.wide;
    const box = { x: slot.x - 1, y: slot.y - 1, wide: slot.wide + 2, tall: slot.tall + 2 };
    const from = [box.x, box.y, box.wide, box.tall].map((n) => Math.round(n * ratio));
    const [x, y, wide, tall] = from.map((n) => n / ratio);
    if (x + wide <= 0 || x >= this.wide) return;
    context.clearRect(x, y, wide, tall);
    context.drawImage(this.base, ...from, x, y, wide, tall);
    context.strokeStyle = this.ink;
    context.lineWidth = line;
    context.strokeRect(slot.x - line / 2, slot.y - line / 2, slot.wide + line, slot.tall + line);
  }

  mark({ column, map }) {
    const slot = this.slot(column, map);
    if (slot) mark(this.light, slot.x - 3, slot.y - 3, slot.wide + 6, slot.tall + 6);
  }

  // What a pixel sees, in the channels of the picture; and the pixel itself.
  drawField(context, { column, map, cell }) {
    if (!column.maps || cell === null) return;
    const slot = this.slot(column, map);
    if (slot) mark(context, ...partOf(inside(slot, column), column, partAt(column, cell)));
    const field = this.net.field(column, cell);
    const input = this.net.columns[0];
    if (!column.place || !field) return;
    for (const channel of this.shown(input)) {
      const box = this.slot(input, channel);
      this.copy(context, box, 1);
      mark(context, ...partOf(inside(box, input), input, field));
    }
  }
}
