// Strips of small pictures. All numbers are here, so pointing and paging cost no traffic.

const SIDES = { weight: [48, 88], colour: [48, 88], response: [56, 96], photo: [88, 144] }; // CSS pixels
const PLANES = { 1: ["level"], 3: ["red", "green", "blue"] };
// Weights as light: 0 is mid-grey, the largest weight of all is full light, its negative none.
const LIGHT = [[0, 0, 0], [127.5, 127.5, 127.5], [255, 255, 255]];
const NARROW = 480; // CSS pixels: a phone, which gets fewer tiles a page
const NARROW_PAGE = 12;
const NARROW_SIDES = { ...SIDES, photo: [72, 144] };
const SIGNS_FROM = 12; // CSS pixels of a cell that has room for its sign
const LARGE_SIGNS_FROM = 5; // of one in the tile that is shown large: below it they hide the picture

// What a strip's tiles hold, for its board, from tile `first` on.
class Source {
  constructor(strip, bytes) {
    const [all, rows, columns, channels = 1] = strip.shape;
    Object.assign(this, { strip, all, rows, columns, channels, first: 0, count: all });
    this.numbers = strip.kind === "photo" ? bytes : floats32(bytes);
    this.scale = SCALES[strip.kind];
    this.paints = PAINTS[strip.kind];
    this.value = (tile, i) => this.at(tile, i, 0);
    this.limit = () => strip.limit;
    if (!this.scale) this.image = (tile) => this.mixed(tile);
  }

  at(tile, i, channel) {
    return this.numbers[((this.first + tile) * this.rows * this.columns + i) * this.channels + channel];
  }

  mixed(tile) {
    const size = this.rows * this.columns * this.channels;
    const own = this.numbers.subarray((this.first + tile) * size, (this.first + tile + 1) * size);
    const { kind, limit } = this.strip;
    const lighter = (level) => Math.round(255 * Math.sqrt(level / 255));
    const levels = kind === "photo" ? (this.brighter ? own.map(lighter) : own) : own.map((weight) => Math.round(127.5 * (1 + (limit > 0 ? weight / limit : 0))));
    return photoOf(levels, this.rows, this.columns, this.channels);
  }

  frame(tile) {
    return this.strip.frames[this.first + tile];
  }

  lines(tile) {
    return this.strip.names[this.first + tile] ?? [String(this.first + tile + 1)];
  }

  // What one reads at a place.
  told(tile, i) {
    const { kind, unit } = this.strip;
    const shown = (channel) => (kind === "photo" ? String(this.at(tile, i, channel)) : exact(this.at(tile, i, channel)));
    if (this.channels === 1) return `${unit} ${shown(0)}`;
    return PLANES[3].map((name, channel) => `${name} ${shown(channel)}`).join(", ");
  }
}

class Tiles {
  constructor(root) {
    this.where = element("figcaption", { class: "numbers" });
    this.large = element("canvas", { "aria-hidden": "true" });
    this.value = element("p", { class: "value numbers" });
    this.one = element("figure", { class: "one" }, this.where, this.large, this.value);
    this.strips = element("div", { class: "strips" });
    this.live = element("p", { class: "unseen", "aria-live": "polite" });
    this.bright = element("input", { type: "checkbox", oninput: () => this.draw() });
    this.brightness = element("label", { class: "bright" }, this.bright, "Brighter: a level v is drawn as 255·√(v/255); the numbers stay as they are");
    this.body = element("div", { class: "tiles", role: "group" }, this.one, element("div", { class: "side" }, this.brightness, this.strips), this.live);
    root.append(this.body);
    this.observer = new ResizeObserver(() => this.header && this.draw());
    this.observer.observe(this.strips);
    this.dusk = window.matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => requestAnimationFrame(() => this.header && this.draw());
    this.dusk.addEventListener("change", this.redraw);
  }

  destroy() {
    this.observer.disconnect();
    this.dusk.removeEventListener("change", this.redraw);
  }

  update({ data, setTriggerValue }) {
    const { header, parts } = unpack(data);
    this.tell = (tile) => setTriggerValue("choice", { tile });
    const same = header.stamp === this.header?.stamp;
    const visited = !same || header.visit !== this.header.visit;
    this.header = header;
    // What answers an older choice would undo the newer one.
    if (visited || !this.waiting || header.chosen === this.waiting.tile) {
      this.waiting = null;
      this.chosen = header.chosen;
    }
    if (!same) this.fill(parts);
    else if (visited && this.chosen !== null) this.turnTo(this.chosen);
    this.draw();
  }

  fill(parts) {
    const { label, strips, choosable } = this.header;
    this.body.setAttribute("aria-label", label);
    this.body.classList.toggle("choosable", choosable);
    this.brightness.hidden = !strips.some(({ kind }) => kind === "photo");
    this.boards = strips.map((strip, i) => this.makeBoard(strip, parts[i], sharing(strips, i)));
    this.most = Math.max(...this.boards.map((board) => board.source.all));
    this.hovered = null;
    this.turnTo(this.chosen ?? this.header.begin);
  }

  // Show the page that holds a tile, and that tile large.
  turnTo(tile) {
    this.perPage = this.room < NARROW ? Math.min(NARROW_PAGE, this.header.perPage) : this.header.perPage;
    this.page = Math.floor(tile / this.perPage);
    this.pages = Math.ceil(this.most / this.perPage);
    this.strips.replaceChildren(...this.boards.map((board) => board.section), ...this.makePages());
    const [first] = this.boards;
    first.cursor = { ...first.cursor, tile: tile - this.page * this.perPage };
    this.at = { board: first, ...first.cursor };
  }

  get room() {
    return this.strips.clientWidth;
  }

  makeBoard(strip, bytes, shared) {
    const board = new Board({
      noun: strip.noun,
      sides: SIDES[strip.kind],
      point: (at) => this.pointed(at && { board, ...at }),
      choose: (at, aloud) => this.went({ board, ...at }, aloud),
      pick: this.header.choosable ? (tile) => this.pick(board.source.first + tile) : null,
    });
    const source = new Source(strip, bytes);
    source.names = (tile) => this.named(source, tile);
    board.use(source);
    const keys = `Arrow keys go from number to number, Page Up and Page Down from ${strip.noun} to ${strip.noun}${this.header.choosable ? ", Enter chooses" : ""}.`;
    board.over.setAttribute("aria-label", `${strip.title || this.header.label}: ${plural(source.all, strip.noun)} of ${source.rows}×${source.columns}. ${keys}`);
    board.section = element("section", { class: "strip" }, ...(strip.title ? [element("h3", {}, strip.title)] : []), ...legendOf(source, shared), board.stack);
    return board;
  }

  makePages() {
    if (this.pages < 2) return [];
    this.back = iconButton("previous", "Previous page", () => this.turn(this.page - 1));
    this.on = iconButton("next", "Next page", () => this.turn(this.page + 1));
    this.place = element("span", { class: "numbers", role: "status" });
    return [element("div", { class: "pages" }, this.back, this.on, this.place)];
  }

  turn(page) {
    if (page < 0 || page >= this.pages) return;
    this.page = page;
    this.draw();
  }

  named(source, tile) {
    const [first, ...rest] = source.lines(tile);
    return [this.chosen === source.first + tile ? `✓ ${first}` : first, ...rest];
  }

  draw() {
    const ink = getComputedStyle(this.body).color;
    if (this.room < NARROW !== this.perPage < this.header.perPage) this.turnTo(this.page * this.perPage + this.at.tile);
    const { perPage } = this;
    for (const board of this.boards) {
      const { source } = board;
      source.first = this.page * perPage;
      source.count = Math.max(0, Math.min(perPage, source.all - source.first));
      source.brighter = this.bright.checked;
      if (source.strip.kind === "photo") source.edge = ink;
      board.use(source);
      board.sides = (this.room < NARROW ? NARROW_SIDES : SIDES)[source.strip.kind];
      board.section.hidden = !source.count;
      if (!source.count) continue;
      board.draw(Math.max(120, this.room), ink);
      if (source.scale && board.zoom >= SIGNS_FROM) for (let tile = 0; tile < source.count; tile++) signs(board.base, source, tile, ...board.place(tile), board.zoom);
    }
    if (this.pages > 1) {
      const from = this.page * perPage;
      this.place.textContent = `${from + 1}–${Math.min(from + perPage, this.most)} of ${this.most}`;
      this.back.setAttribute("aria-disabled", this.page === 0);
      this.on.setAttribute("aria-disabled", this.page === this.pages - 1);
    }
    if (this.at.tile >= this.at.board.source.count) this.at = { board: this.at.board, ...this.at.board.cursor };
    this.point();
    Object.assign(this.body.dataset, { drawn: this.header.stamp, chosen: this.chosen ?? "", page: this.page + 1 });
  }

  pointed(at) {
    this.hovered = at;
    this.point();
  }

  went(at, aloud) {
    this.at = at;
    this.point();
    if (aloud) this.live.textContent = `${this.where.textContent}: ${this.value.textContent}`;
  }

  // Show what is under the pointer, or where the keys are.
  point() {
    const at = this.hovered ?? this.at;
    for (const board of this.boards) if (board.source.count) board.show(at.board === board ? at : null);
    const { board, tile, row, column } = at;
    const { source } = board;
    if (!source.count) return;
    const [name, ...rest] = source.lines(tile);
    const said = source.strip.names.length ? [name, ...rest].join(", ") : `${board.noun[0].toUpperCase()}${board.noun.slice(1)} ${name} of ${source.all}`;
    this.where.textContent = source.rows * source.columns > 1 ? `${said}, row ${row + 1}, column ${column + 1}` : said;
    this.value.textContent = source.told(tile, row * source.columns + column);
    board.enlarge(this.large, at);
    const longest = Math.max(source.rows, source.columns);
    const zoom = Math.floor(LARGE_SIDE / longest);
    if (source.scale && longest > READS && zoom >= LARGE_SIGNS_FROM) signs(this.large, source, tile, 0, 0, zoom);
    Object.assign(this.body.dataset, { strip: this.boards.indexOf(board), at: [source.first + tile, row, column].join(","), value: source.at(tile, row * source.columns + column, 0) });
  }

  pick(tile) {
    if (tile === this.chosen) return;
    this.chosen = tile;
    this.waiting = { tile };
    this.draw();
    this.tell(tile);
  }
}

// How many strips, from this one on, its legend tells of: none where that of the one before does.
function sharing(strips, i) {
  const same = (one) => one && ["kind", "unit", "limit"].every((name) => one[name] === strips[i][name]);
  if (same(strips[i - 1])) return 0;
  const other = strips.findIndex((one, k) => k > i && !same(one));
  return (other < 0 ? strips.length : other) - i;
}

// The range of colours, which numbers share it, what its ends are, and what marks a sign beside it.
function legendOf({ strip, numbers, all }, shared) {
  const { kind, unit, noun, limit } = strip;
  if (kind === "photo" || !shared) return [];
  const range = rangeOf(unit, kind === "colour" ? LIGHT : SCALES[kind], limit, numbers);
  const signed = numbers.some((value) => value < 0);
  const whose = shared > 1 ? `all ${shared} rows of ${noun}s` : all > 1 ? `all ${all} ${noun}s` : `this ${noun}`;
  const ends = `One range for ${whose}: it ends at their value farthest from 0${signed ? ", on either side" : ""}.`;
  const marked = signed ? " − marks what is clearly below 0, where there is room." : "";
  return [range, element("p", { class: "ends" }, ends + (kind === "colour" ? " Mid-grey is 0." : marked))];
}

function signs(canvas, source, tile, left, top, zoom) {
  const { rows, columns, scale, strip } = source;
  const ink = (value) => inkOn(colourAt(scale, value, strip.limit));
  minuses(canvas.getContext("2d"), { rows, columns, at: (i) => source.value(tile, i) }, strip.limit, ink, left, top, zoom);
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Tiles(root));
}
