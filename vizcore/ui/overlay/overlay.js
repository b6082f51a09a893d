// Maps over a picture. The opacity is the browser's own; pointing reads every map at that place.

const SIDE = 256; // CSS pixels of a panel, about
const LEAST_SIDE = 140;

class Overlay {
  constructor(root) {
    this.panels = element("div", { class: "panels" });
    this.opacity = element("input", { type: "range", min: 0, max: 100, step: 5, "aria-label": "Opacity of the colours", oninput: () => this.draw() });
    this.told = element("output", { class: "numbers" });
    this.where = element("p", { class: "where numbers" });
    this.ends = element("p", { class: "ends" });
    this.live = element("p", { class: "unseen", "aria-live": "polite" });
    const choice = element("label", { class: "choice" }, "Opacity of the colours", this.opacity, this.told);
    this.body = element("div", { class: "overlay", role: "group" }, choice, this.panels, this.ends, this.where, this.live);
    root.append(this.body);
    this.observer = new ResizeObserver(() => this.header && this.draw());
    this.observer.observe(this.panels);
  }

  destroy() {
    this.observer.disconnect();
  }

  update({ data }) {
    const { header, parts } = unpack(data);
    if (header.stamp === this.header?.stamp) return;
    const begins = !this.header;
    this.header = header;
    if (begins) this.opacity.value = header.opacity;
    [this.rows, this.columns, this.channels] = header.shape;
    this.photo = photoOf(parts[0], this.rows, this.columns, this.channels);
    this.grey = greyOf(this.photo);
    this.shown = [{ title: "The picture" }, ...header.panels.map((panel, i) => ({ ...panel, values: floats32(parts[i + 1]) }))].map((panel) => this.build(panel));
    this.panels.replaceChildren(...this.shown.map(({ figure }) => figure));
    if (!this.cursor || this.cursor.row >= this.rows || this.cursor.column >= this.columns) this.cursor = { row: this.rows >> 1, column: this.columns >> 1 };
    this.ends.textContent = endsOf(this.shown);
    this.at = null;
    this.body.setAttribute("aria-label", header.label);
    this.draw();
  }

  build(panel) {
    const base = element("canvas", { "aria-hidden": "true" });
    const over = element("canvas", {
      class: "over",
      tabindex: "0",
      role: "application",
      "aria-label": `${panel.title}. Arrow keys go from pixel to pixel.`,
      onpointermove: (event) => this.point(this.under(event)),
      onpointerleave: () => this.point(null),
      onpointerdown: (event) => this.go(this.under(event)),
      onfocus: () => this.go(this.cursor),
      onkeydown: (event) => this.keyed(event),
    });
    const value = element("p", { class: "value numbers" });
    const range = panel.values ? [rangeOf(panel.unit, SCALES.response, panel.limit, panel.values)] : [];
    const figure = element("figure", { class: "panel" }, element("figcaption", {}, panel.title), element("div", { class: "stack" }, base, over), value, ...range);
    return { ...panel, base, over, value, figure };
  }

  // Whole pixels, as large as lets all panels stand in a row; on a phone two.
  get zoom() {
    const room = this.panels.clientWidth || SIDE;
    const across = room < 640 ? 2 : this.shown.length;
    const side = Math.max(LEAST_SIDE, Math.min(SIDE, (room - 24 * (across - 1)) / across));
    const zoom = side / Math.max(this.rows, this.columns);
    return zoom > 1 ? Math.floor(zoom) : zoom;
  }

  draw() {
    const { rows, columns } = this;
    const zoom = (this.drawnZoom = this.zoom);
    const share = this.opacity.value / 100;
    this.told.textContent = `${this.opacity.value}%`;
    this.opacity.setAttribute("aria-valuetext", `${this.opacity.value}%`);
    for (const panel of this.shown) {
      const context = sized(panel.base, columns * zoom, rows * zoom);
      paste(context, panel.values ? this.grey : this.photo, 0, 0, columns * zoom, rows * zoom);
      panel.figure.style.width = `${columns * zoom}px`;
      if (!panel.values) continue;
      const grid = { rows, columns, at: (i) => panel.values[i] };
      panel.picture ??= pictureOf(grid, PAINTS.response, panel.limit);
      context.globalAlpha = share;
      paste(context, panel.picture, 0, 0, columns * zoom, rows * zoom);
      context.globalAlpha = 1;
      if (share) minuses(context, grid, panel.limit, () => COLOURS.inkOnLight, 0, 0, zoom);
    }
    this.point(this.at);
    Object.assign(this.body.dataset, { drawn: this.header.stamp, opacity: this.opacity.value });
  }

  under({ offsetX, offsetY }) {
    const within = (at, n) => Math.max(0, Math.min(n - 1, Math.floor(at / this.drawnZoom)));
    return { row: within(offsetY, this.rows), column: within(offsetX, this.columns) };
  }

  point(at) {
    this.at = at;
    const shown = at ?? this.chosen;
    const zoom = this.drawnZoom;
    for (const panel of this.shown) {
      const context = sized(panel.over, this.columns * zoom, this.rows * zoom);
      panel.value.textContent = panel.values ? this.read(panel, shown) : this.level(shown);
      if (shown) mark(context, shown.column * zoom, shown.row * zoom, zoom, zoom);
    }
    this.where.textContent = shown ? `Row ${shown.row + 1}, column ${shown.column + 1}` : "Point at a place: all of them are read there.";
    Object.assign(this.body.dataset, { at: shown ? `${shown.row},${shown.column}` : "", values: shown ? this.shown.filter(({ values }) => values).map((panel) => panel.values[this.index(shown)]).join(",") : "" });
  }

  index({ row, column }) {
    return row * this.columns + column;
  }

  read(panel, at) {
    if (!panel.limit) return "0 everywhere";
    if (!at) return `from ${exact(Math.min(...panel.values))} to ${exact(Math.max(...panel.values))}`;
    return exact(panel.values[this.index(at)]);
  }

  level(at) {
    if (!at) return "levels 0 to 255";
    const i = 4 * this.index(at);
    const [red, green, blue] = this.photo.data.subarray(i, i + 3);
    return this.channels === 1 ? `level ${red}` : `red ${red}, green ${green}, blue ${blue}`;
  }

  go(at, aloud) {
    this.cursor = this.chosen = at;
    this.point(null);
    if (aloud) this.live.textContent = [this.where.textContent, ...this.shown.map(({ title, value }) => `${title} ${value.textContent}`)].join("; ");
  }

  keyed(event) {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
    if (right === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const within = (n, size) => Math.max(0, Math.min(size - 1, n));
    this.go({ row: within(this.cursor.row + down, this.rows), column: within(this.cursor.column + right, this.columns) }, true);
  }
}

// Without colours of its own, so that those laid over it are not mistaken; ITU-R BT.601.
// Pale, so that a colour above it is nearly the legend's, on ink and beside it.
const PALEST = 190;

function greyOf(photo) {
  const grey = new ImageData(new Uint8ClampedArray(photo.data), photo.width);
  for (let i = 0; i < grey.data.length; i += 4) grey.data.fill(PALEST + (1 - PALEST / 255) * (0.299 * photo.data[i] + 0.587 * photo.data[i + 1] + 0.114 * photo.data[i + 2]), i, i + 3);
  return grey;
}

// What the ends of the ranges are, and what marks a sign beside its colour.
function endsOf(panels) {
  const own = "Each map has a range of its own, which ends at its value farthest from 0";
  const signed = panels.some(({ values, limit }) => values?.some((value) => value < -limit / 20));
  return signed ? `${own}; − marks what is clearly below 0.` : `${own}.`;
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Overlay(root));
}
