// The columns of the map: what they hold, where they stand, and what is written above them.

const SINGLE_FILE = 10; // maps or numbers that stand in one row, large
const TALLEST = 490; // CSS pixels of a full column
const LARGE = { wide: 44, tall: 44, step: [49, 49], across: 1 };
const SMALL = { wide: 30, tall: 30, step: [35, 35], across: 5 };
const NUMBER = { wide: 48, tall: 24, step: [49, 49], across: 1 };
const MANY_NUMBERS = { wide: 20, tall: 20, step: [22, 22], across: 6 };
const CLASS = { wide: 152, tall: 36, step: [152, 49], across: 1 };
const MANY_CLASSES = { ...CLASS, step: [152, 38] };
const MARGIN = 10;
const GAPS = [12, 64]; // between the columns, at least and at most
const ROOM = 22; // for edges, beside the maps of a column
const LANE = 14; // for each line under the maps
const CHANNELS = ["red", "green", "blue"];

const clamp = (n, least, most) => Math.max(least, Math.min(most, n));
const same = (one, other) => one?.node === other?.node && one?.map === other?.map;

// A number in the head of a column: short, whatever its size.
function short(value) {
  if (!Number.isFinite(value)) return "?";
  if (value && (value < 0.01 || value >= 10000)) return powerOfTen(value, 1);
  return readable(value, value < 1 ? 2 : value < 10 ? 1 : 0);
}

// ---- The network, with a picture's numbers ----

class Net {
  constructor(network, picture) {
    const { columns, classes, output } = network.header;
    Object.assign(this, { classes, output });
    this.matrices = network.parts.map((bytes) => new Float32Array(bytes));
    this.numbers = new Float32Array(picture.parts[0]);
    this.levels = new Uint8Array(picture.parts[1]);
    let from = 0;
    this.columns = columns.map((told, place) => {
      const [rows, wide] = told.shape.length === 3 ? told.shape : [1, 1];
      const column = { ...told, place, rows, columns: wide, cells: rows * wide, count: told.shape.at(-1), maps: told.shape.length === 3, from };
      if (column.sent) from += column.cells * column.count;
      column.named = classes.length > 0 && told.name === output;
      column.shares = column.named && ["softmax", "sigmoid"].includes(told.kind);
      return column;
    });
    for (const column of this.columns) this.measure(column);
    this.limit = Math.max(0, ...this.columns.slice(1).map(({ limit }) => limit));
    this.weightLimit = Math.max(0, ...this.columns.map(({ weightLimit }) => weightLimit));
  }

  measure(column) {
    const { count, sources, sent } = column;
    const ranges = Array.from({ length: count }, (_, map) => (sent ? this.range(column, map) : [0, 0]));
    column.ranges = ranges;
    column.limits = ranges.map(([low, high]) => Math.max(-low, high, 0));
    column.limit = column.limits.reduce((most, one) => Math.max(most, one), 0);
    column.weightLimit = 0;
    for (const { part } of sources) for (const weight of this.matrices[part] ?? []) column.weightLimit = Math.max(column.weightLimit, Math.abs(weight));
    // Layers of one map from one map turn their pages together.
    const before = sources[0]?.by === "one" ? this.columns[sources[0].column] : null;
    column.chain = before?.count === count && before.maps === column.maps ? before.chain : column.place;
    column.classes = this.namesOf(column);
  }

  // The smallest and the largest number of a map, of those that are numbers.
  range(column, map) {
    let [low, high] = [Infinity, -Infinity];
    for (const value of this.values(column, map)) {
      if (value < low && value > -Infinity) low = value;
      if (value > high && value < Infinity) high = value;
    }
    return low <= high ? [low, high] : [0, 0];
  }

  // The logits have their classes' names, too.
  namesOf(column) {
    const last = this.columns.at(-1);
    const logits = last.kind === "softmax" && last.sources[0].column === column.place;
    return column.named || (logits && last.count === column.count) ? this.classes : [];
  }

  values(column, map) {
    const from = column.from + map * column.cells;
    return this.numbers.subarray(from, from + column.cells);
  }

  value(column, map, cell = 0) {
    return this.numbers[column.from + map * column.cells + cell];
  }

  limitOf(column, map, range) {
    return { map: () => column.limits[map], layer: () => column.limit, network: () => this.limit }[range]();
  }

  weightLimitOf(column, range) {
    return range === "network" ? this.weightLimit : column.weightLimit;
  }

  // What a map reads, from one of its sources: maps, and the weights where there are some.
  read(column, map, source) {
    const { by, part } = source;
    const before = this.columns[source.column];
    const matrix = this.matrices[part];
    if (by === "one") return map < before.count ? [{ map, weight: matrix?.[map] }] : [];
    if (by === "turns") return [{ map: map % before.count }];
    const each = before.count / (source.groups ?? 1);
    const first = Math.floor((map * (source.groups ?? 1)) / column.count) * each;
    return Array.from({ length: each }, (_, i) => ({ map: first + i, weight: matrix?.[i * column.count + map] }));
  }

  // The rows and columns of the picture that a cell sees, counted from 0, the last one included.
  field(column, cell) {
    if (!column.field || cell === null) return null;
    const [top, left, tall, wide, down, right] = column.field;
    const { rows, columns } = this.columns[0];
    const begin = [top + down * Math.floor(cell / column.columns), left + right * (cell % column.columns)];
    const within = (from, size, most) => [Math.max(0, from), Math.min(most, from + size) - 1];
    return [within(begin[0], tall, rows), within(begin[1], wide, columns)];
  }
}

// ---- Where everything stands ----

function formOf(column) {
  const many = column.count > SINGLE_FILE;
  if (column.named) return many ? MANY_CLASSES : CLASS;
  if (column.maps) return many ? SMALL : LARGE;
  if (column.count <= TALLEST / 38) return { ...NUMBER, step: many ? [49, 38] : NUMBER.step };
  return MANY_NUMBERS;
}

class Layout {
  constructor(net, room, measured) {
    this.columns = net.columns.map((column) => this.form(column, measured(column)));
    this.tall = Math.max(...this.columns.map(({ lines, step }) => lines * step[1]));
    const needed = this.columns.reduce((sum, { wide }) => sum + wide, 2 * MARGIN);
    this.gap = Math.floor(clamp((room - needed) / Math.max(1, this.columns.length - 1), ...GAPS));
    let x = MARGIN;
    for (const one of this.columns) {
      one.x = x;
      one.inner = Math.round(x + (one.wide - one.block) / 2);
      one.top = MARGIN + Math.round((this.tall - one.lines * one.step[1]) / 2);
      x += one.wide + this.gap;
    }
    this.wide = x - this.gap + MARGIN;
    this.lanes = this.findLanes(net);
    const lanes = Math.max(0, ...this.lanes.map(({ lane }) => lane + 1));
    this.high = this.tall + 2 * MARGIN + (lanes ? lanes * LANE + 8 : 0);
  }

  form(column, named) {
    const { wide, tall, step, across } = formOf(column);
    const most = Math.floor(TALLEST / step[1]);
    const perPage = most * across;
    const shown = Math.min(column.count, perPage);
    const used = Math.ceil(shown / most);
    const block = (used - 1) * step[0] + wide;
    const pages = Math.ceil(column.count / perPage);
    return { item: { wide, tall }, step, perPage, pages, lines: Math.ceil(shown / used), used, block, wide: Math.ceil(Math.max(block + (column.named ? 0 : ROOM), named, pages > 1 ? 168 : 0)) };
  }

  // Sources that are not the column before: a line under the maps, in a lane of its own.
  findLanes(net) {
    const ends = [];
    return net.columns.flatMap(({ place, sources }) =>
      sources.filter(({ column }) => column !== place - 1).map(({ column }) => {
        let lane = ends.findIndex((end) => end <= column);
        if (lane < 0) lane = ends.length;
        ends[lane] = place;
        return { from: column, to: place, lane };
      }),
    );
  }

  slot(column, map, page) {
    const { perPage, lines, step, inner, top, item } = this.columns[column];
    const k = map - page * perPage;
    if (k < 0 || k >= perPage) return null;
    const y = top + (k % lines) * step[1] + (step[1] - item.tall) / 2;
    return { x: inner + Math.floor(k / lines) * step[0], y, wide: item.wide, tall: item.tall };
  }

  // Which map of a column, shown or not, stands nearest to a height; in its first row or its last.
  nearest(column, count, page, y, last) {
    const { perPage, lines, step, top } = this.columns[column];
    const shown = Math.min(count - page * perPage, perPage);
    const first = last ? (Math.ceil(shown / lines) - 1) * lines : 0;
    const k = first + clamp(Math.floor((y - top) / step[1]), 0, lines - 1);
    return page * perPage + Math.min(k, shown - 1);
  }
}

// ---- What is written above ----

function shapeOf({ count, rows, columns, maps }) {
  return maps ? `${readable(count)} × ${rows}×${columns}` : readable(count);
}

// `turn` is called with a column and by how many pages.
class Heads {
  constructor(scene, turn) {
    Object.assign(this, { scene, turn });
    this.row = element("div", { class: "heads" });
  }

  draw() {
    const { layout, net } = this.scene;
    const { columns } = net;
    const blocks = columns.some(({ block }) => block);
    const weights = columns.some(({ weightLimit }) => weightLimit);
    const paged = layout.columns.some(({ pages }) => pages > 1);
    this.row.style.setProperty("--gap", `${layout.gap}px`);
    this.row.replaceChildren(
      ...columns.map((column, place) => {
        const head = element("div", { class: "head", "data-node": column.name });
        head.style.width = `${layout.columns[place].wide}px`;
        const first = column.block && columns[place - 1]?.block !== column.block;
        const last = column.block && columns[place + 1]?.block !== column.block;
        if (blocks) head.append(element("span", { class: `block${column.block ? " in" : ""}${last ? " last" : ""}` }, first ? column.block : ""));
        head.append(element("span", { class: "name" }, column.label), element("span", {}, shapeOf(column)), element("span", { class: "range" }));
        if (weights) head.append(element("span", { class: "range weights" }));
        if (paged) head.append(this.pager(column, layout.columns[place]));
        return head;
      }),
    );
  }

  pager(column, { pages }) {
    const box = element("span", { class: "pager" });
    if (pages < 2) return box;
    const button = (by, name, icon) => {
      const one = iconButton(icon, `${name} of ${column.name}`, () => this.turn(column, by));
      // Page Up and Page Down do it on the map itself.
      one.tabIndex = -1;
      return one;
    };
    box.append(button(-1, "Previous page", "previous"), element("span", { class: "place" }), button(1, "Next page", "next"));
    return box;
  }

  // What the heads say of ranges and pages.
  label() {
    const { layout, net, range } = this.scene;
    [...this.row.children].forEach((head, place) => {
      const column = net.columns[place];
      const { perPage, pages } = layout.columns[place];
      const ranged = place && column.sent && range !== "map" && !column.shares;
      const values = head.querySelector(".range");
      values.replaceChildren(...(ranged ? [element("i", { class: "values" }), `±${short(net.limitOf(column, 0, range))}`] : []));
      const weights = head.querySelector(".weights");
      weights?.replaceChildren(...(column.weightLimit ? [element("i"), `±${short(net.weightLimitOf(column, range))}`] : []));
      if (pages < 2) return;
      const page = this.scene.pageOf(column);
      const [back, on] = head.querySelectorAll("button");
      back.setAttribute("aria-disabled", page === 0);
      on.setAttribute("aria-disabled", page === pages - 1);
      head.querySelector(".place").textContent = `${readable(page * perPage + 1)}–${readable(Math.min(column.count, (page + 1) * perPage))} of ${readable(column.count)}`;
    });
  }
}
