// The map of a network. All numbers are here at once, so pointing, walking, paging and another range
// of colours cost no traffic. The maps and their edges are painted once, on a canvas; what one
// points at lights up on another one above it.

// What `netmap_values` keeps, by its elements.
const shelf = (window.vizcoreNetmaps ??= { kept: new Map(), waiting: new Set() });
const kept = (stamp) => [...shelf.kept.values()].find(({ header }) => header.stamp === stamp);

const RANGES = { map: "one map", layer: "one layer", network: "the network" };

class NetMap {
  constructor(root) {
    this.sent = 0;
    this.drawn = 0;
    this.waiting = { opened: false, range: false };
    this.build(root);
    this.wake = () => this.take();
    shelf.waiting.add(this.wake);
    this.observer = new ResizeObserver(() => this.net && this.frame.clientWidth !== this.room && this.arrange());
    this.observer.observe(this.frame);
    this.dusk = window.matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => requestAnimationFrame(() => this.net && this.draw());
    this.dusk.addEventListener("change", this.redraw);
    this.back = () => this.comeBack();
    window.addEventListener("vizcore-back-to-map", this.back);
  }

  destroy() {
    window.removeEventListener("vizcore-back-to-map", this.back);
    shelf.waiting.delete(this.wake);
    this.observer.disconnect();
    this.dusk.removeEventListener("change", this.redraw);
  }

  build(root) {
    this.scene = new Scene();
    this.heads = new Heads(this.scene, (column, by) => this.turn(column, by));
    this.readout = new Readout(this.scene, () => this.open(this.cursor), () => this.close());
    this.listen(this.scene.over);
    this.content = element("div", { class: "content" }, this.heads.row, this.scene.stack);
    this.frame = element("div", { class: "window goes-on", onscroll: () => this.scrolled() }, this.content);
    this.legends = element("div", { class: "legends" });
    this.before = iconButton("previous", "Columns before these", () => this.scrollBy(-1));
    this.after = iconButton("next", "Columns behind these", () => this.scrollBy(1));
    this.place = element("span", { class: "numbers" });
    this.hint = element("div", { class: "hint", hidden: true }, this.before, this.place, this.after);
    this.live = element("p", { class: "unseen", "aria-live": "polite" });
    this.body = element("div", { class: "netmap numbers" }, element("div", { class: "above" }, element("div", { class: "chosen" }, this.buildRanges(), this.hint), this.legends), this.frame, this.readout.box, this.live);
    const scales = { response: SCALES.response, less: SCALES.weight.slice(0, 1), more: SCALES.weight.slice(-1) };
    for (const [name, scale] of Object.entries(scales)) this.body.style.setProperty(`--${name}`, scale.map((rgb) => `rgb(${rgb.join(" ")})`).join(", "));
    root.append(this.body);
  }

  buildRanges() {
    this.radios = Object.fromEntries(Object.keys(RANGES).map((name) => [name, element("input", { type: "radio", name: "range", value: name, onchange: () => this.choseRange(name) })]));
    const choices = Object.entries(RANGES).map(([name, text]) => element("label", {}, this.radios[name], element("span", {}, text)));
    return element("fieldset", { class: "ranges" }, element("legend", {}, "Colours can be compared within"), element("div", { class: "segments" }, ...choices));
  }

  listen(canvas) {
    const events = {
      pointermove: (event) => event.pointerType !== "touch" && this.point(this.scene.under(event)),
      pointerleave: () => this.point(null),
      pointerdown: (event) => (this.touched = event.pointerType === "touch"),
      click: (event) => this.clicked(event),
      focus: () => this.focused(),
      blur: () => this.blurred(),
      keydown: (event) => this.keyed(event),
    };
    for (const [name, act] of Object.entries(events)) canvas.addEventListener(name, (event) => this.net && act(event));
    canvas.setAttribute("aria-label", "The map of the network. Left and right arrows go from layer to layer, up and down arrows from map to map, Page Up and Page Down from page to page, with Shift arrows from pixel to pixel. Enter opens a map, Escape closes it.");
  }

  // ---- What comes from the server ----

  update({ data, setStateValue }) {
    this.tell = setStateValue;
    this.data = data;
    this.take();
  }

  // The numbers come by another way, sooner or later.
  take() {
    const { data } = this;
    const [network, picture] = [kept(data?.network), kept(data?.picture)];
    if (!network || !picture) return;
    const other = data.network !== this.stamps?.network;
    const fresh = other || data.picture !== this.stamps.picture;
    const visited = other || data.visit !== this.visit;
    this.stamps = { network: data.network, picture: data.picture };
    this.visit = data.visit;
    const asked = data.opened && { node: data.opened[0], map: data.opened[1] };
    const ranged = this.follow("range", data.range, data.range === this.range, visited);
    if (fresh) this.scene.net = this.net = new Net(network, picture);
    if (other) this.begin();
    else if (fresh) for (const place of ["cursor", "hovered", "opened"]) this[place] &&= this.known(this[place]);
    const moved = this.follow("opened", asked && this.known(asked), same(asked, this.opened), visited);
    if (other) this.arrange();
    else if (fresh || ranged) this.draw();
    else if (moved) this.paint();
    if (!moved || !this.opened) return;
    if (this.scene.turnTo(this.opened)) this.draw();
    this.show(this.opened);
  }

  // Take what the server says, except where it answers something older than the latest choice.
  follow(name, theirs, agreed, visited) {
    if (!visited && this.waiting[name] && !agreed) return false;
    this.waiting[name] = false;
    if (agreed && !visited) return false;
    this[name] = theirs;
    return true;
  }

  begin() {
    this.scene.pages.clear();
    this.cursor = this.hovered = this.opened = null;
    this.frame.scrollLeft = 0;
  }

  // A map by its node's name, with its column, if there is such a one.
  known({ node, map, cell = null }) {
    const column = this.net.columns.find(({ name }) => name === node);
    return column && map >= 0 && map < column.count ? { node, map, cell, column } : null;
  }

  // ---- Arranging ----

  arrange() {
    this.room = this.frame.clientWidth;
    const pen = native.getContext("2d");
    const { fontFamily } = getComputedStyle(this.body);
    const wide = (text, weight) => ((pen.font = `${weight} 14px ${fontFamily}`), pen.measureText(text).width);
    this.layout = this.scene.layout = new Layout(this.net, this.room, (column) => Math.max(wide(column.label, 600), wide(shapeOf(column), 400)) + 4);
    this.content.style.width = `${this.layout.wide}px`;
    this.scene.stack.style.height = `${this.layout.high}px`;
    this.hint.hidden = this.layout.wide <= this.room + 1;
    this.heads.draw();
    this.tellPlace();
    this.draw();
  }

  draw() {
    this.scene.range = this.range;
    this.scene.draw(this.room, this.frame.scrollLeft);
    this.heads.label();
    this.drawLegends();
    for (const [name, radio] of Object.entries(this.radios)) radio.checked = name === this.range;
    this.paint();
    Object.assign(this.body.dataset, { drawn: ++this.drawn, picture: this.stamps.picture });
    performance.mark("netmap-drawn");
  }

  drawLegends() {
    const { net, range } = this;
    const value = {
      map: () => this.key("Value", "values", "where m is the largest number of that map, whatever its sign."),
      layer: () => this.key("Value", "values", "where m is the largest number of that layer, whatever its sign: the first \u00b1 under its name."),
      network: () => legend("Value", SCALES.response, net.limit),
    }[range]();
    const largest = range === "network" ? "of the network" : "of that layer: the second \u00b1 under its name";
    const edges = this.key("Edge", "weights", `the sum of the weights between two maps, where m is the largest ${largest}. Grey: nothing to add up, as in ReLU, pooling and batch normalisation.`);
    const parts = [value, edges];
    if (net.columns.some(({ sources }) => sources.some(({ by }) => by === "many"))) parts.push(element("p", { class: "legend ends" }, "Over a million weights between two layers are not drawn."));
    if (this.scene.crowded) parts.push(element("p", { class: "legend ends" }, `Where there are more than ${MOST_EDGES} edges, those of the map that you point at are drawn.`));
    if (this.layout.lanes.length) parts.push(element("p", { class: "legend ends" }, "Lines under the maps lead past the layers between."));
    this.legends.replaceChildren(...parts);
  }

  key(name, kind, text) {
    const ends = [`${MINUS}m`, "+m"].map((end) => element("span", {}, end));
    return element("div", { class: "legend" }, name, ends[0], element("span", { class: `scale ${kind}` }), ends[1], element("span", { class: "ends" }, text));
  }

  // ---- What is pointed at ----

  get lit() {
    return this.hovered ?? (this.keys ? this.cursor : null);
  }

  paint() {
    const { lit, opened, cursor } = this;
    this.scene.paint(lit, opened);
    const at = lit ?? opened ?? cursor;
    this.readout.show(at, cursor, opened);
    const read = at?.column.sent && (at.cell !== null || !at.column.maps);
    const name = (one) => (one ? `${one.node},${one.map}` : "");
    Object.assign(this.body.dataset, { lit: name(lit), opened: name(opened), value: read ? this.net.value(at.column, at.map, at.cell ?? 0) : "" });
  }

  point(at) {
    if (same(at, this.hovered) && at?.cell === this.hovered?.cell) return;
    this.hovered = at;
    this.scene.over.style.cursor = at ? "pointer" : "";
    this.paint();
  }

  // A finger cannot hover: its first tap looks, its second one opens.
  clicked(event) {
    const at = this.scene.under(event);
    if (!at) return;
    const again = same(at, this.cursor);
    this.cursor = at;
    if (this.touched && !again) {
      this.keys = true;
      this.paint();
      this.say();
    } else this.open(at);
  }

  open(at) {
    this.opened = at;
    this.waiting.opened = true;
    this.tell("opened", { node: at.node, map: at.map, number: ++this.sent });
    this.paint();
    this.live.textContent = `${at.node}, ${this.readout.unit(at)} is open.`;
  }

  close() {
    if (!this.opened) return;
    this.opened = null;
    this.waiting.opened = true;
    this.tell("opened", { node: "", map: 0, number: ++this.sent });
    this.paint();
    this.scene.over.focus();
    this.live.textContent = "Closed.";
  }

  // From what is open, below the map.
  comeBack() {
    if (!this.net) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.cursor = this.opened ?? this.cursor;
    if (this.opened) this.show(this.opened);
    this.body.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
    this.scene.over.focus({ preventScroll: true });
  }

  choseRange(name) {
    this.range = name;
    this.waiting.range = true;
    this.draw();
    this.tell("ranges", { of: name, number: ++this.sent });
  }

  // ---- Keys ----

  focused() {
    if (!this.scene.over.matches(":focus-visible")) return;
    this.keys = true;
    this.reach(this.cursor ?? this.start);
  }

  blurred() {
    this.keys = false;
    this.paint();
  }

  // Where one comes in by keys.
  get start() {
    return this.opened ?? this.placeOf(this.net.columns[1], 0);
  }

  placeOf(column, map, cell = null) {
    return { node: column.name, column, map: clamp(map, 0, column.count - 1), cell };
  }

  keyed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    this.cursor ??= this.start;
    const act = this.actions(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    this.keys = true;
    this.hovered = null;
    act();
  }

  actions({ key, shiftKey }) {
    const { column, map } = this.cursor;
    const { columns } = this.net;
    const { perPage, pages } = this.layout.columns[column.place];
    const turned = (by) => (pages > 1 ? clamp(map + by * perPage, 0, column.count - 1) : by < 0 ? 0 : column.count - 1);
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (shiftKey && steps[key]) return () => this.stepPixel(...steps[key]);
    return {
      ArrowUp: () => this.reach(this.placeOf(column, map - 1)),
      ArrowDown: () => this.reach(this.placeOf(column, map + 1)),
      ArrowLeft: () => this.sideways(-1),
      ArrowRight: () => this.sideways(1),
      PageUp: () => this.reach(this.placeOf(column, turned(-1))),
      PageDown: () => this.reach(this.placeOf(column, turned(1))),
      Home: () => this.reach(this.beside(columns[0])),
      End: () => this.reach(this.beside(columns.at(-1))),
      Enter: () => this.open(this.cursor),
      " ": () => this.open(this.cursor),
      Escape: () => this.close(),
    }[key];
  }

  stepPixel(down, right) {
    const { column, map, cell } = this.cursor;
    if (!column.maps) return;
    const at = cell === null ? [column.rows >> 1, column.columns >> 1] : [Math.floor(cell / column.columns) + down, (cell % column.columns) + right];
    this.reach(this.placeOf(column, map, clamp(at[0], 0, column.rows - 1) * column.columns + clamp(at[1], 0, column.columns - 1)));
  }

  // To the next row of maps of this column, or else to the next column.
  sideways(by) {
    const { column, map } = this.cursor;
    const { lines, perPage } = this.layout.columns[column.place];
    const first = this.scene.pageOf(column) * perPage;
    const [row, last] = [Math.floor((map - first) / lines), Math.floor((this.scene.shown(column).length - 1) / lines)];
    if (row + by >= 0 && row + by <= last) return this.reach(this.placeOf(column, Math.min(map + by * lines, first + this.scene.shown(column).length - 1)));
    const next = this.net.columns[column.place + by];
    if (next) this.reach(this.beside(next));
  }

  // The map of another column that stands beside the one we are at.
  beside(next) {
    const { column, map } = this.cursor;
    const { top, step, lines, perPage } = this.layout.columns[column.place];
    if (next.count === column.count && formOf(next) === formOf(column)) return this.placeOf(next, map);
    const y = top + (((map % perPage) % lines) + 0.5) * step[1];
    return this.placeOf(next, this.layout.nearest(next.place, next.count, this.scene.pageOf(next), y, next.place < column.place));
  }

  reach(at) {
    this.cursor = at;
    if (this.scene.turnTo(at)) this.draw();
    this.show(at);
    this.paint();
    this.say();
  }

  say() {
    const at = this.cursor;
    const open = same(at, this.opened) ? ", open" : "";
    this.live.textContent = at.cell === null ? `${at.node}, ${this.readout.unit(at)}, ${this.readout.factsOf(at)}${open}` : this.readout.pixelOf(at);
  }

  // ---- Pages and scrolling ----

  turn(column, by) {
    const { pages } = this.layout.columns[column.place];
    this.scene.pages.set(column.chain, clamp(this.scene.pageOf(column) + by, 0, pages - 1));
    this.hovered = null;
    this.draw();
  }

  // Scroll so far that a map and the columns beside it are in sight.
  show({ column }) {
    const { columns, wide } = this.layout;
    const [before, after] = [columns[Math.max(0, column.place - 1)], columns[Math.min(columns.length - 1, column.place + 1)]];
    const [left, right] = [Math.max(0, before.x - MARGIN), Math.min(wide, after.x + after.wide + MARGIN)];
    const { scrollLeft } = this.frame;
    if (left < scrollLeft || right - left > this.room) this.frame.scrollLeft = left;
    else if (right > scrollLeft + this.room) this.frame.scrollLeft = right - this.room;
  }

  // The first and the last of the columns that are in sight as a whole, or at least in part.
  get inSight() {
    const [from, to] = [this.frame.scrollLeft - 1, this.frame.scrollLeft + this.room + 1];
    const { columns } = this.layout;
    const whole = columns.map(({ x, wide }, i) => (x >= from && x + wide <= to ? i : -1)).filter((i) => i >= 0);
    const part = columns.findIndex(({ x, wide }) => x + wide > from);
    return whole.length ? [whole[0], whole.at(-1)] : [part, part];
  }

  tellPlace() {
    const [first, last] = this.inSight;
    const { length } = this.net.columns;
    this.place.textContent = `Column${first === last ? ` ${first + 1}` : `s ${first + 1}\u2013${last + 1}`} of ${length}`;
    this.before.setAttribute("aria-disabled", first === 0);
    this.after.setAttribute("aria-disabled", last === length - 1);
  }

  // To the next columns, or those before, the first of them whole at the left.
  scrollBy(by) {
    const { columns } = this.layout;
    const [first, last] = this.inSight;
    const end = columns[Math.max(0, first - 1)];
    const back = columns.findIndex(({ x }) => end.x + end.wide - x <= this.room - 2 * MARGIN);
    const to = by > 0 ? Math.min(last + 1, columns.length - 1) : Math.min(back, Math.max(0, first - 1));
    this.frame.scrollLeft = columns[to].x - MARGIN;
  }

  scrolled() {
    if (!this.layout) return;
    if (!this.hint.hidden) this.tellPlace();
    const { left, wide } = this.scene;
    if (wide >= this.layout.wide) return;
    const { scrollLeft } = this.frame;
    const near = Math.min(200, (wide - this.room) / 4);
    const [before, behind] = [left > 0 && scrollLeft < left + near, left + wide < this.layout.wide && scrollLeft + this.room > left + wide - near];
    if (before || behind) this.draw();
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new NetMap(root));
}
