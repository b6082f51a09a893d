// How a network formed: its first kernels and one picture's maps. All epochs are here at once, so
// going through them costs no traffic; what a pixel holds is what the snapshot held.

const LAST = -1; // the epoch that stands for the last one, as in RunsSettings
const SHADES = 512; // of a colour scale, on the canvases
const GAP = 8;
const NAME_TALL = 20; // the number above a tile
const KERNEL_SIDES = [48, 96]; // CSS pixels that a kernel has at least and, where few are, at most
const MAP_SIDES = [64, 128];
const LARGE_SIDE = 192;
const READS = 5; // rows of a kernel whose numbers fit into its cells
const TICK = 600;

// ---- Numbers ----

// A half-precision number, by its 16 bits.
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
}

let halves = null; // all of them, made once

function floats16(bytes) {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => half(bits));
  const bits = new Uint16Array(bytes.slice().buffer);
  return Float32Array.from(bits, (one) => halves[one]);
}

function floats32(bytes) {
  return new Float32Array(bytes.slice().buffer);
}

// Enough digits to tell it from its neighbours, however small.
function exact(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : `${value < 0 ? MINUS : ""}infinite`;
  if (value && Math.abs(value) < 0.001) return value.toExponential(2).replace(/-/g, MINUS);
  return readable(value, Math.abs(value) < 10 ? 4 : 2);
}

function percent(share) {
  return share === null ? "–" : `${(100 * share).toFixed(1)}%`;
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// ---- Colours ----

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

// ---- A board of tiles ----

// `noun` is what a tile is; `source` gives the shown numbers: count, rows, columns, value(tile, i),
// limit(tile), paints. `point` is told the pixel under the pointer or none, `choose` the chosen one.
class Board {
  constructor({ noun, sides, point, choose }) {
    Object.assign(this, { noun, sides, point, choose, cursor: null });
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

  // Whole pixels for each number; larger tiles where that takes no more rows of them.
  arrange(room) {
    const { count, rows, columns } = this.source;
    const [least, most] = this.sides.map((side) => side / Math.max(rows, columns));
    const across = (zoom) => Math.max(1, Math.min(count, Math.floor(room / (columns * zoom + GAP))));
    const lines = (zoom) => Math.ceil(count / across(zoom));
    this.zoom = Math.max(1, Math.ceil(least - 0.1));
    while (this.zoom + 1 <= most && lines(this.zoom + 1) === lines(this.zoom)) this.zoom += 1;
    this.across = across(this.zoom);
    this.size = [this.across * (this.wide + GAP), lines(this.zoom) * (this.tall + NAME_TALL + GAP)];
  }

  get wide() {
    return this.source.columns * this.zoom;
  }

  get tall() {
    return this.source.rows * this.zoom;
  }

  // Where a tile begins.
  place(tile) {
    return [GAP / 2 + (tile % this.across) * (this.wide + GAP), Math.floor(tile / this.across) * (this.tall + NAME_TALL + GAP) + NAME_TALL];
  }

  draw(room, ink) {
    this.arrange(room);
    const { count } = this.source;
    const context = sized(this.base, ...this.size);
    context.font = `14px ${getComputedStyle(this.base).fontFamily}`;
    context.fillStyle = ink;
    for (let tile = 0; tile < count; tile++) {
      const [x, y] = this.place(tile);
      context.fillText(tile + 1, x, y - 5);
      paste(context, this.picture(tile), x, y, this.wide, this.tall);
      context.strokeStyle = "rgb(110 120 130 / 70%)";
      context.lineWidth = 1;
      context.strokeRect(x - 0.5, y - 0.5, this.wide + 1, this.tall + 1);
    }
  }

  picture(tile) {
    const { rows, columns, value, limit, paints } = this.source;
    return pictureOf({ rows, columns, at: (i) => value(tile, i) }, paints, limit(tile));
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
    const step = [this.wide + GAP, this.tall + NAME_TALL + GAP];
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
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    const within = (n, size) => Math.max(0, Math.min(size - 1, n));
    this.cursor = { tile: within(to.tile, count), row: within(to.row, rows), column: within(to.column, columns) };
    this.choose(this.cursor, true);
  }
}

// ---- The formation ----

class FormationView {
  constructor(root) {
    this.written = new Set();
    this.build(root);
    this.observer = new ResizeObserver(() => this.header && this.drawBoards());
    this.observer.observe(this.boards);
    this.dusk = window.matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => requestAnimationFrame(() => this.header && this.drawBoards());
    this.dusk.addEventListener("change", this.redraw);
    const page = window.location.pathname;
    this.putBack = () => window.location.pathname === page && this.settled && this.writeEpoch();
    window.navigation?.addEventListener("currententrychange", this.putBack);
  }

  destroy() {
    this.player.stop();
    this.observer.disconnect();
    this.dusk.removeEventListener("change", this.redraw);
    window.navigation?.removeEventListener("currententrychange", this.putBack);
  }

  build(root) {
    this.player = new Player({ show: () => this.draw(), told: () => this.told(), what: "Epoch", start: "Before training", tick: TICK });
    this.figures = element("p", { class: "figures numbers" });
    this.note = element("p", { class: "note numbers" });
    this.live = element("p", { class: "unseen", "aria-live": "polite" });
    this.kernels = this.makeBoard("kernels", "kernel", KERNEL_SIDES);
    this.maps = this.makeBoard("maps", "map", MAP_SIDES);
    this.view = element("select", { class: "view", onchange: () => this.viewed() });
    this.viewBox = element("label", { class: "choice" }, "Weights for", this.view);
    this.own = element("input", { type: "checkbox", onchange: () => this.draw() });
    this.ownBox = element("label", { class: "choice" }, this.own, "Contrast of its own for each map");
    this.kernels.head.append(this.viewBox);
    this.maps.head.append(this.ownBox);
    this.boards = element("div", { class: "boards" }, this.kernels.section, this.maps.section);
    this.body = element(
      "div",
      { class: "formation" },
      element("div", { class: "stage" }, element("div", { class: "side" }, this.buildProbe(), this.buildPixel()), this.boards),
      element("div", { class: "scrubber" }, this.player.bar, this.figures),
      this.note,
      this.live,
    );
    this.body.addEventListener("keydown", (event) => !event.composedPath()[0].matches("select") && this.player.keyed(event));
    root.append(this.body);
  }

  makeBoard(name, noun, sides) {
    const board = new Board({
      noun,
      sides,
      point: (at) => this.pointed(at && { board, ...at }),
      choose: (at, aloud) => this.chose({ board, ...at }, aloud),
    });
    board.title = element("h3");
    board.legend = element("div");
    board.summary = element("p", { class: "summary numbers" });
    board.head = element("div", { class: "head" }, board.legend);
    board.section = element("section", { class: name }, board.title, board.summary, board.head, board.stack);
    return board;
  }

  buildProbe() {
    this.probe = element("canvas", { role: "img" });
    this.guess = element("div", { class: "guess numbers" });
    this.probeBox = element("figure", { class: "probe" }, element("figcaption", {}, "The picture"), this.probe, this.guess);
    return this.probeBox;
  }

  buildPixel() {
    this.large = element("canvas", { "aria-hidden": "true" });
    this.where = element("figcaption", { class: "numbers" });
    this.value = element("p", { class: "value numbers" });
    this.course = svg("svg", { role: "img", viewBox: "0 0 208 84", class: "course" });
    this.pixelBox = element("figure", { class: "pixel" }, this.where, this.large, this.value, this.course);
    return this.pixelBox;
  }

  // ---- What comes from the server ----

  update({ data }) {
    const { header, parts } = unpack(data);
    const begins = !this.header;
    const moved = !begins && header.visit !== this.header.visit && !this.written.has(header.epoch);
    const same = header.stamp === this.header?.stamp;
    const ended = begins || this.player.step === this.player.last;
    const epoch = begins || moved ? header.epoch : ended ? LAST : this.epoch;
    const changed = this.header?.layer !== header.layer;
    this.header = header;
    if (!same) {
      this.weights = floats32(parts[0]);
      this.activations = floats16(parts[1]);
      this.pixels = parts[2];
      this.fill(changed);
    }
    if (moved) this.player.halt();
    if (same && !moved) return;
    this.player.last = header.epochs.length - 1;
    this.player.step = this.stepOf(epoch);
    this.draw();
  }

  fill(changed) {
    const { kernels, maps, views } = this.header;
    this.kernels.section.hidden = !kernels;
    this.maps.section.hidden = !maps;
    this.pixelBox.hidden = !kernels && !maps;
    const view = this.view.value;
    this.view.replaceChildren(...views.map(({ name }, i) => element("option", { value: i }, name)));
    if (view && view < views.length) this.view.value = view;
    this.viewBox.hidden = views.length < 2;
    this.drawProbe();
    if (changed && this.chosen?.board === this.maps) this.chosen = null;
    this.useBoards();
    const first = kernels ? this.kernels : maps ? this.maps : null;
    if (first) this.chosen ??= { board: first, ...first.cursor };
  }

  // The step of an epoch, or of the last one before it that is shown.
  stepOf(epoch) {
    const { epochs } = this.header;
    return epoch === LAST ? epochs.length - 1 : Math.max(0, epochs.findLastIndex((one) => one <= epoch));
  }

  get epoch() {
    return this.header.epochs[this.player.step];
  }

  // ---- What a pixel holds ----

  weight(step, tile, i) {
    const [rows, columns, channels, filters] = this.header.kernels;
    const from = (step * rows * columns + i) * channels;
    const at = (channel) => this.weights[(from + channel) * filters + tile];
    if (channels === 1) return at(0);
    const view = Number(this.view.value);
    if (view) return at(view - 1);
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += at(channel);
    return sum;
  }

  activation(step, tile, i) {
    const [rows, columns, count] = this.header.maps;
    return this.activations[(step * rows * columns + i) * count + tile];
  }

  useBoards() {
    const { kernels, maps, views, mapLimit } = this.header;
    if (kernels) {
      const [rows, columns, , count] = kernels;
      const { limit } = views[Number(this.view.value)];
      this.kernels.use({
        rows, columns, count, paints: PAINTS.weight, scale: SCALES.weight,
        at: (step, tile, i) => this.weight(step, tile, i),
        value: (tile, i) => this.weight(this.player.step, tile, i),
        limit: () => limit,
      });
    }
    if (maps) {
      const [rows, columns, count] = maps;
      this.maps.use({
        rows, columns, count, paints: PAINTS.response, scale: SCALES.response,
        at: (step, tile, i) => this.activation(step, tile, i),
        value: (tile, i) => this.activation(this.player.step, tile, i),
        limit: (tile) => (this.own.checked ? this.largest(this.maps, tile) : mapLimit),
      });
    }
  }

  get shownBoards() {
    return [this.kernels, this.maps].filter((board) => !board.section.hidden);
  }

  largest(board, tile) {
    const { rows, columns, value } = board.source;
    let most = 0;
    for (let i = 0; i < rows * columns; i++) {
      const size = Math.abs(value(tile, i));
      if (size > most && size < Infinity) most = size;
    }
    return most;
  }

  // ---- Drawing ----

  draw() {
    if (!this.header) return;
    const { epochs, figures, note, guesses } = this.header;
    const { step } = this.player;
    this.player.draw(this.epoch ? `Epoch ${this.epoch} of ${epochs.at(-1)}` : "Before training");
    this.figures.textContent = figures[step] || (this.epoch ? "" : "Nothing is learned yet.");
    this.note.textContent = note;
    this.note.hidden = !note;
    this.drawGuess(guesses[step]);
    this.drawBoards();
    Object.assign(this.body.dataset, { drawn: "", epoch: this.epoch });
  }

  get when() {
    return this.epoch ? `after epoch ${this.epoch}` : "before training";
  }

  drawBoards() {
    const ink = getComputedStyle(this.body).color;
    for (const board of this.shownBoards) {
      board.draw(Math.max(120, this.boards.clientWidth), ink);
      this.describe(board);
    }
    this.drawPixel();
  }

  describe(board) {
    const { rows, columns, count, scale } = board.source;
    const sizes = Array.from({ length: count }, (_, tile) => this.largest(board, tile));
    const most = readable(Math.max(...sizes), 2);
    const kernels = board === this.kernels;
    const [all, name] = kernels ? [this.header.filters, "Kernels of the first convolution"] : [this.header.channels, `Feature maps of ${this.header.layer}`];
    const what = `${all > count ? `The first ${count} of ${all} ${board.noun}s` : plural(count, board.noun)} of ${rows}×${columns} ${this.when}`;
    const dead = sizes.filter((size) => size === 0).length;
    const zero = kernels || !dead ? "" : ` ${dead} ${dead === 1 ? "is" : "are"} 0 everywhere for this picture.`;
    board.title.textContent = name;
    board.summary.textContent = `${what}; the largest ${kernels ? "weight" : "value"} is ${most} in magnitude.${zero}`;
    board.over.setAttribute("aria-label", `${board.summary.textContent} Arrow keys go from ${kernels ? "weight to weight" : "pixel to pixel"}, Page Up and Page Down from ${board.noun} to ${board.noun}.`);
    const own = !kernels && this.own.checked;
    const range = own ? element("p", { class: "legend" }, "Each map from minus to plus its own largest magnitude") : legend(kernels ? "Weight" : "Value", scale, kernels ? board.source.limit(0) : this.header.mapLimit);
    board.legend.replaceChildren(range);
  }

  drawProbe() {
    const { probe, truth } = this.header;
    this.probeBox.hidden = !probe;
    if (!probe) return;
    const [rows, columns, channels] = probe;
    const image = new ImageData(columns, rows);
    for (let i = 0; i < rows * columns; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = this.pixels[i * channels + (channels === 3 ? c : 0)];
      image.data[4 * i + 3] = 255;
    }
    const zoom = 128 / Math.max(rows, columns);
    const side = zoom > 1 ? Math.floor(zoom) : zoom;
    paste(sized(this.probe, columns * side, rows * side), image, 0, 0, columns * side, rows * side);
    this.probe.setAttribute("aria-label", truth === null ? "The picture whose maps these are" : `The picture whose maps these are, of class ${truth}`);
  }

  drawGuess(guess) {
    const { truth } = this.header;
    const lines = (guess ?? []).map(([name, share]) => {
      const bar = element("span", { class: "bar-of", "aria-hidden": "true" });
      bar.style.setProperty("--share", share ?? 0);
      return element("li", { class: name === truth ? "true" : "" }, element("span", {}, name === truth ? `${name} ✓` : name), bar, element("span", {}, percent(share)));
    });
    this.guess.replaceChildren(
      ...(truth === null ? [] : [element("p", {}, `Its class: ${truth}`)]),
      ...(lines.length ? [element("p", {}, "The network says"), element("ol", {}, ...lines)] : []),
    );
  }

  // ---- One pixel ----

  pointed(at) {
    this.hovered = at;
    this.drawPixel();
  }

  chose(at, aloud) {
    this.chosen = at;
    this.drawPixel();
    if (aloud) this.live.textContent = `${this.where.textContent}: ${this.value.textContent}`;
  }

  drawPixel() {
    const at = this.hovered ?? this.chosen;
    for (const board of this.shownBoards) board.show(at?.board === board ? at : null);
    if (!at) return;
    const { board, tile, row, column } = at;
    const { rows, columns, count } = board.source;
    const channel = board === this.kernels && this.header.views.length > 1 ? `, ${this.view.selectedOptions[0].textContent.toLowerCase()}` : "";
    this.where.textContent = `${board === this.kernels ? "Kernel" : "Map"} ${tile + 1} of ${count}, row ${row + 1}, column ${column + 1}${channel}`;
    const values = this.header.epochs.map((_, step) => board.source.at(step, tile, row * columns + column));
    const now = values[this.player.step];
    const change = now - values[0];
    const since = this.player.step && Number.isFinite(change) ? ` now, ${exact(values[0])} before training` : "";
    this.value.replaceChildren(element("strong", {}, exact(now)), since);
    this.drawLarge(at);
    this.drawCourse(values, board);
    Object.assign(this.body.dataset, { board: board.noun, at: [tile, row, column].join(","), value: now });
  }

  drawLarge({ board, tile, row, column }) {
    const { rows, columns, value, limit, scale } = board.source;
    const zoom = Math.max(1, Math.floor(LARGE_SIDE / Math.max(rows, columns)));
    const context = sized(this.large, columns * zoom, rows * zoom);
    paste(context, board.picture(tile), 0, 0, columns * zoom, rows * zoom);
    if (Math.max(rows, columns) <= READS && board === this.kernels) {
      Object.assign(context, { font: `15px ${getComputedStyle(this.body).fontFamily}`, textAlign: "center", textBaseline: "middle" });
      for (let i = 0; i < rows * columns; i++) {
        context.fillStyle = inkOn(colourAt(scale, value(tile, i), limit(tile)));
        context.fillText(readable(value(tile, i)), ((i % columns) + 0.5) * zoom, (Math.floor(i / columns) + 0.5) * zoom);
      }
    }
    const inside = zoom > 8 ? 2 : 0;
    mark(context, column * zoom + inside, row * zoom + inside, zoom - 2 * inside, zoom - 2 * inside);
  }

  // The pixel's value over the epochs, on the range that the colours have.
  drawCourse(values, board) {
    const { epochs } = this.header;
    const limit = board === this.kernels ? board.source.limit(0) : this.header.mapLimit;
    const span = Math.max(1, epochs.at(-1) - epochs[0]);
    const x = (step) => 44 + (156 * (epochs[step] - epochs[0])) / span;
    const y = (value) => 34 - 26 * (limit > 0 ? Math.max(-1, Math.min(1, value / limit)) : 0);
    const points = values.map((value, step) => [value, step]).filter(([value]) => !Number.isNaN(value));
    const label = (text, attributes) => svg("text", attributes, text);
    const end = readable(limit);
    this.course.replaceChildren(
      svg("line", { x1: 44, x2: 200, y1: 34, y2: 34, class: "zero" }),
      label(end, { x: 38, y: 13, "text-anchor": "end" }),
      label("0", { x: 38, y: 39, "text-anchor": "end" }),
      label(`${MINUS}${end}`, { x: 38, y: 65, "text-anchor": "end" }),
      label(String(epochs[0]), { x: 44, y: 81, "text-anchor": "middle" }),
      label("epoch", { x: 122, y: 81, "text-anchor": "middle" }),
      ...(epochs.length > 1 ? [label(String(epochs.at(-1)), { x: 200, y: 81, "text-anchor": "end" })] : []),
      svg("polyline", { class: "line", points: points.map(([value, step]) => `${x(step)},${y(value)}`).join(" ") }),
    );
    const now = values[this.player.step];
    if (!Number.isNaN(now)) this.course.append(svg("circle", { cx: x(this.player.step), cy: y(now), r: 5 }));
    this.course.setAttribute("aria-label", `Its value over the epochs: ${exact(values[0])} at first, ${exact(values.at(-1))} at last`);
  }

  viewed() {
    this.useBoards();
    this.draw();
  }

  // ---- Where one has stopped ----

  told() {
    this.settled = true;
    this.writeEpoch();
    this.live.textContent = `${this.player.place.textContent}. ${this.figures.textContent} ${this.shownBoards.map((board) => board.summary.textContent).join(" ")}`;
  }

  // The server reads it when it next runs, and may until then rewrite the address without it.
  writeEpoch() {
    const url = new URL(window.location.href);
    if (url.searchParams.get("run") !== this.header.run) return;
    const epoch = this.player.step === this.player.last ? LAST : this.epoch;
    this.written.add(epoch);
    if (epoch === LAST) url.searchParams.delete("epoch");
    else url.searchParams.set("epoch", epoch);
    if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new FormationView(root));
}
