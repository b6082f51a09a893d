// How a network formed: its first kernels and one picture's maps. All epochs are here at once, so
// going through them costs no traffic; what a pixel holds is what the snapshot held.

const LAST = -1; // the epoch that stands for the last one, as in RunsSettings
const KERNEL_SIDES = [48, 96]; // CSS pixels that a kernel has at least and, where few are, at most
const MAP_SIDES = [64, 128];
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
        limit: (tile) => (this.own.checked ? this.maps.largest(tile) : mapLimit),
      });
    }
  }

  get shownBoards() {
    return [this.kernels, this.maps].filter((board) => !board.section.hidden);
  }

  // ---- Drawing ----

  draw() {
    if (!this.header) return;
    const { epochs, figures, note, guesses, verdicts } = this.header;
    const { step } = this.player;
    this.player.draw(this.epoch ? `Epoch ${this.epoch} of ${epochs.at(-1)}` : "Before training");
    this.figures.textContent = figures[step] || (this.epoch ? "" : "Nothing is learned yet.");
    this.note.textContent = note;
    this.note.hidden = !note;
    this.drawGuess(guesses[step], verdicts[step]);
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
    const sizes = Array.from({ length: count }, (_, tile) => board.largest(tile));
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
    const image = photoOf(this.pixels, rows, columns, channels);
    const zoom = 128 / Math.max(rows, columns);
    const side = zoom > 1 ? Math.floor(zoom) : zoom;
    paste(sized(this.probe, columns * side, rows * side), image, 0, 0, columns * side, rows * side);
    this.probe.setAttribute("aria-label", truth === null ? "The picture whose maps these are" : `The picture whose maps these are, of class ${truth}`);
  }

  drawGuess(guess, verdict) {
    const { truth } = this.header;
    const lines = (guess ?? []).map(([name, share]) => {
      const bar = element("span", { class: "bar-of", "aria-hidden": "true" });
      bar.style.setProperty("--share", share ?? 0);
      return element("li", {}, element("span", {}, name === truth ? `${name} (its\u00a0class)` : name), bar, element("span", {}, percent(share)));
    });
    this.guess.replaceChildren(
      ...(truth === null ? [] : [element("p", {}, `Its class: ${truth}`)]),
      ...(lines.length ? [element("p", {}, guess[0][1] === null ? "The network says" : `The network says: ${guess[0][0]}`), ...(verdict ? [element("p", { class: "verdict" }, verdict)] : []), element("ol", {}, ...lines)] : []),
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
    const still = this.header.still.includes(board.noun);
    this.value.replaceChildren(element("strong", {}, exact(now)), still ? " in every epoch: frozen" : since);
    board.enlarge(this.large, at);
    this.course.toggleAttribute("hidden", still);
    if (!still) this.drawCourse(values, board);
    Object.assign(this.body.dataset, { board: board.noun, at: [tile, row, column].join(","), value: now });
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
