// Strips of small pictures. All numbers are here, so pointing and paging cost no traffic.

const SIDES = { weight: [48, 88], colour: [48, 88], response: [56, 96], photo: [88, 144] }; // CSS pixels
const PLANES = { 1: ["level"], 3: ["red", "green", "blue"] };
// Weights as light: 0 is mid-grey, the largest weight of all is full light, its negative none.
const LIGHT = [[0, 0, 0], [127.5, 127.5, 127.5], [255, 255, 255]];

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
    const levels = kind === "photo" ? own : own.map((weight) => Math.round(127.5 * (1 + (limit > 0 ? weight / limit : 0))));
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
    this.body = element("div", { class: "tiles", role: "group" }, this.one, this.strips, this.live);
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
    this.draw();
  }

  fill(parts) {
    const { label, strips, perPage, choosable } = this.header;
    this.body.setAttribute("aria-label", label);
    this.body.classList.toggle("choosable", choosable);
    this.page = Math.floor((this.chosen ?? 0) / perPage);
    this.boards = strips.map((strip, i) => this.makeBoard(strip, parts[i], sameRange(strip, strips[i - 1])));
    const most = Math.max(...this.boards.map((board) => board.source.all));
    this.pages = Math.ceil(most / perPage);
    this.strips.replaceChildren(...this.boards.map((board) => board.section), ...this.makePages());
    this.hovered = null;
    const [first] = this.boards;
    const begins = (this.chosen ?? 0) - this.page * perPage;
    first.cursor = { ...first.cursor, tile: Math.max(0, Math.min(begins, perPage - 1)) };
    this.at = { board: first, ...first.cursor };
  }

  makeBoard(strip, bytes, told) {
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
    board.section = element("section", { class: "strip" }, ...(strip.title ? [element("h3", {}, strip.title)] : []), ...(told ? [] : legendOf(strip)), board.stack);
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
    const { perPage } = this.header;
    for (const board of this.boards) {
      const { source } = board;
      source.first = this.page * perPage;
      source.count = Math.max(0, Math.min(perPage, source.all - source.first));
      board.use(source);
      board.section.hidden = !source.count;
      if (source.count) board.draw(Math.max(120, this.strips.clientWidth), ink);
    }
    if (this.pages > 1) {
      const from = this.page * perPage;
      const most = Math.max(...this.boards.map((board) => board.source.all));
      this.place.textContent = `${from + 1}–${Math.min(from + perPage, most)} of ${most}`;
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

// Whether the legend of the strip before tells of this one, too.
function sameRange(one, other) {
  return other && ["kind", "unit", "limit"].every((name) => one[name] === other[name]);
}

function legendOf({ kind, unit, limit }) {
  if (kind === "photo") return [];
  return [legend(unit, kind === "colour" ? LIGHT : SCALES[kind], limit)];
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Tiles(root));
}
