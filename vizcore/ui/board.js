// Boards of small pictures on a canvas, with their numbers: maps, kernels, patches of photos.

const SHADES = 512; // of a colour scale, on the canvases
const GAP = 8;
const LINE_TALL = 20; // of the names above a tile
const LARGE_SIDE = 192;
const READS = 5; // rows of an enlarged tile whose numbers fit into its cells

// ---- Numbers ----

function floats32(bytes) {
  return new Float32Array(bytes.slice().buffer);
}

// Enough digits to tell it from its neighbours, however small.
function exact(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : `${value < 0 ? MINUS : ""}infinite`;
  const size = Math.abs(value);
  return isLong(size) ? powerOfTen(value, 3) : readable(value, size < 10 ? 4 : 2);
}

// Whether a number is so small or so large that it is written as a power of ten.
function isLong(size) {
  return size > 0 && (size < 0.001 || size >= 1e6);
}

function percent(share) {
  return share === null ? "–" : `${(100 * share).toFixed(1)}%`;
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// ---- Pictures ----

function shades(scale) {
  const bytes = new Uint8ClampedArray(4 * (SHADES + 1));
  for (let i = 0; i <= SHADES; i++) bytes.set([...colourAt(scale, (2 * i) / SHADES - 1, 1), 255], 4 * i);
  return bytes;
}

const PAINTS = { response: shades(SCALES.response), weight: shades(SCALES.weight) };

// Values as a picture; what is no number stays empty.
function pictureOf(grid, paints, limit) {
  const image = new ImageData(grid.columns, grid.rows);
  for (let i = 0; i < grid.rows * grid.columns; i++) {
    const value = grid.at(i);
    if (Number.isNaN(value)) continue;
    const share = limit > 0 ? Math.max(-1, Math.min(1, value / limit)) : 0;
    const from = 4 * Math.round(((share + 1) / 2) * SHADES);
    image.data.set(paints.subarray(from, from + 4), 4 * i);
  }
  return image;
}

// Levels from 0 to 255, grey or in colour, as a picture.
function photoOf(levels, rows, columns, channels) {
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = levels[i * channels + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  return image;
}

const easel = document.createElement("canvas");

function paste(context, image, x, y, wide, tall) {
  Object.assign(easel, { width: image.width, height: image.height });
  easel.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(easel, x, y, wide, tall);
}

// A canvas of this many CSS pixels, as sharp as the screen.
function sized(canvas, wide, tall) {
  const ratio = window.devicePixelRatio || 1;
  Object.assign(canvas, { width: Math.round(wide * ratio), height: Math.round(tall * ratio) });
  Object.assign(canvas.style, { width: `${wide}px`, height: `${tall}px` });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return context;
}

// The focused cell: amber with a dark edge, never smaller than can be seen.
function mark(context, x, y, wide, tall) {
  const grow = Math.max(0, (8 - wide) / 2);
  const box = [x - grow, y - grow, wide + 2 * grow, tall + 2 * grow];
  for (const [colour, width] of [[COLOURS.accentEdge, 4], [COLOURS.accent, 2]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(...box);
  }
}

// A minus on what is clearly negative, so that colour is not the only sign: on each cell, or where
// cells are small on one of several.
function minuses(context, { rows, columns, at }, limit, ink, left, top, zoom) {
  const step = Math.ceil(6 / zoom);
  const [long, thick] = [Math.max(3, 0.4 * step * zoom), Math.max(1, Math.round(zoom / 12))];
  for (let row = 0; row < rows; row += step)
    for (let column = 0; column < columns; column += step) {
      const value = at(row * columns + column);
      if (!(value < -limit / 20)) continue;
      context.fillStyle = ink(value);
      context.fillRect(left + (column + 0.5) * zoom - long / 2, top + (row + 0.5) * zoom - thick / 2, long, thick);
    }
}

// The legend of these numbers; where none is so negative that its colour tells, of the positive half.
function rangeOf(unit, scale, limit, values) {
  const range = legend(unit, scale, limit);
  if (values.some((value) => value < -limit / 1000)) return range;
  const half = scale.slice(scale.length >> 1).map((rgb) => `rgb(${rgb.join(",")})`);
  range.querySelector(".scale").style.background = `linear-gradient(90deg, ${half.join(",")})`;
  range.children[1].textContent = "0";
  return range;
}

// ---- A board of tiles ----

// `noun` is what a tile is; `source` gives the shown numbers: count, rows, columns, and
// value(tile, i), limit(tile), paints, scale, or else image(tile), a picture; names(tile), lines of
// text above it, by default its number; frame(tile), what is framed in it; edge, the colour of the
// line around each. `point` is told the pixel under the pointer or none,
// `choose` the one that was gone to, `pick` the tile that was clicked or entered.
class Board {
  constructor({ noun, sides, point, choose, pick = null }) {
    Object.assign(this, { noun, sides, point, choose, pick, cursor: null });
    this.base = element("canvas", { "aria-hidden": "true" });
    this.over = element("canvas", {
      class: "over",
      tabindex: "0",
      role: "application",
      onpointermove: (event) => this.point(this.under(event)),
      onpointerleave: () => this.point(null),
      onpointerdown: (event) => this.pressed(event),
      onfocus: () => this.choose(this.cursor),
      onkeydown: (event) => this.keyed(event),
    });
    this.stack = element("div", { class: "stack" }, this.base, this.over);
  }

  use(source) {
    this.source = source;
    const { count, rows, columns } = source;
    const known = this.cursor;
    if (!known || known.tile >= count || known.row >= rows || known.column >= columns) this.cursor = { tile: 0, row: rows >> 1, column: columns >> 1 };
  }

  names(tile) {
    return this.source.names?.(tile) ?? [String(tile + 1)];
  }

  // Whole pixels for each number; larger tiles where that takes no more rows of them.
  arrange(room) {
    const { count, rows, columns } = this.source;
    const [least, most] = this.sides.map((side) => side / Math.max(rows, columns));
    const across = (zoom) => Math.max(1, Math.min(count, Math.floor(room / (columns * zoom + GAP))));
    const lines = (zoom) => Math.ceil(count / across(zoom));
    this.zoom = Math.max(1, Math.ceil(least - 0.1));
    while (this.zoom + 1 <= most && lines(this.zoom + 1) === lines(this.zoom)) this.zoom += 1;
    this.across = across(this.zoom);
    this.named = LINE_TALL * this.names(0).length;
    this.size = [this.across * (this.wide + GAP), lines(this.zoom) * (this.tall + this.named + GAP)];
  }

  get wide() {
    return this.source.columns * this.zoom;
  }

  get tall() {
    return this.source.rows * this.zoom;
  }

  // Where a tile begins.
  place(tile) {
    return [GAP / 2 + (tile % this.across) * (this.wide + GAP), Math.floor(tile / this.across) * (this.tall + this.named + GAP) + this.named];
  }

  draw(room, ink) {
    this.arrange(room);
    const { count } = this.source;
    const context = sized(this.base, ...this.size);
    context.font = `14px ${getComputedStyle(this.base).fontFamily}`;
    context.fillStyle = ink;
    for (let tile = 0; tile < count; tile++) {
      const [x, y] = this.place(tile);
      this.names(tile).forEach((line, i) => context.fillText(fitting(context, line, this.wide), x, y - 8 - this.named + LINE_TALL * (i + 1)));
      paste(context, this.picture(tile), x, y, this.wide, this.tall);
      context.strokeStyle = this.source.edge ?? "rgb(110 120 130 / 70%)";
      context.lineWidth = 1;
      context.strokeRect(x - 0.5, y - 0.5, this.wide + 1, this.tall + 1);
      const [top, bottom, left, right] = this.source.frame?.(tile) ?? [];
      if (bottom) mark(context, x + left * this.zoom, y + top * this.zoom, (right - left) * this.zoom, (bottom - top) * this.zoom);
    }
  }

  picture(tile) {
    const { rows, columns, image, value, limit, paints } = this.source;
    return image ? image(tile) : pictureOf({ rows, columns, at: (i) => value(tile, i) }, paints, limit(tile));
  }

  // Draw one tile large, with its numbers where they fit, and mark a pixel of it.
  enlarge(canvas, { tile, row, column }) {
    const { rows, columns, value, limit, scale } = this.source;
    const zoom = Math.max(1, Math.floor(LARGE_SIDE / Math.max(rows, columns)));
    const context = sized(canvas, columns * zoom, rows * zoom);
    paste(context, this.picture(tile), 0, 0, columns * zoom, rows * zoom);
    if (Math.max(rows, columns) <= READS && scale) {
      Object.assign(context, { font: `15px ${getComputedStyle(this.over).fontFamily}`, textAlign: "center", textBaseline: "middle" });
      for (let i = 0; i < rows * columns; i++) {
        context.fillStyle = inkOn(colourAt(scale, value(tile, i), limit(tile)));
        context.fillText(readable(value(tile, i)), ((i % columns) + 0.5) * zoom, (Math.floor(i / columns) + 0.5) * zoom);
      }
    }
    const inside = zoom > 8 ? 2 : 0;
    mark(context, column * zoom + inside, row * zoom + inside, zoom - 2 * inside, zoom - 2 * inside);
  }

  // The largest magnitude among the numbers of a tile.
  largest(tile) {
    const { rows, columns, value } = this.source;
    let most = 0;
    for (let i = 0; i < rows * columns; i++) {
      const size = Math.abs(value(tile, i));
      if (size > most && size < Infinity) most = size;
    }
    return most;
  }

  // Mark a pixel, or none.
  show(at) {
    const context = sized(this.over, ...this.size);
    if (!at) return;
    const [x, y] = this.place(at.tile);
    mark(context, x - 2, y - 2, this.wide + 4, this.tall + 4);
    mark(context, x + at.column * this.zoom, y + at.row * this.zoom, this.zoom, this.zoom);
  }

  under({ offsetX, offsetY }) {
    const step = [this.wide + GAP, this.tall + this.named + GAP];
    const tile = Math.floor(offsetY / step[1]) * this.across + Math.floor(offsetX / step[0]);
    if (tile >= this.source.count) return null;
    const [x, y] = this.place(tile);
    const [column, row] = [Math.floor((offsetX - x) / this.zoom), Math.floor((offsetY - y) / this.zoom)];
    const inside = row >= 0 && row < this.source.rows && column >= 0 && column < this.source.columns;
    return inside ? { tile, row, column } : null;
  }

  pressed(event) {
    const at = this.under(event);
    if (!at) return;
    this.cursor = at;
    this.choose(at);
    this.pick?.(at.tile);
  }

  keyed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { tile, row, column } = this.cursor;
    const { count, rows, columns } = this.source;
    const to = {
      ArrowLeft: { tile, row, column: column - 1 },
      ArrowRight: { tile, row, column: column + 1 },
      ArrowUp: { tile, row: row - 1, column },
      ArrowDown: { tile, row: row + 1, column },
      PageUp: { tile: tile - 1, row, column },
      PageDown: { tile: tile + 1, row, column },
    }[event.key];
    const picked = this.pick && ["Enter", " "].includes(event.key);
    if (!to && !picked) return;
    event.preventDefault();
    event.stopPropagation();
    if (picked) return this.pick(tile);
    const within = (n, size) => Math.max(0, Math.min(size - 1, n));
    this.cursor = { tile: within(to.tile, count), row: within(to.row, rows), column: within(to.column, columns) };
    this.choose(this.cursor, true);
  }
}

// As much of a text as fits into so many pixels.
function fitting(context, text, wide) {
  if (context.measureText(text).width <= wide) return text;
  let cut = text;
  while (cut && context.measureText(`${cut}…`).width > wide) cut = cut.slice(0, -1);
  return `${cut}…`;
}
