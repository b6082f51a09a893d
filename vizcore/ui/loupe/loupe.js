// A photo before and after its filters, and under the pointer the arithmetic of one output pixel.
// The picture was computed by the server; the loupe redoes one window of it on the exact pixels.

// ---- The arithmetic of one window, or of a small region ----

class Arithmetic {
  constructor(photo, stack) {
    this.photo = photo;
    this.depth = photo.depth;
    this.passes = stack.passes;
    this.edges = stack.edges;
    this.rows = [photo.height, ...stack.rows.counts];
    this.columns = [photo.width, ...stack.columns.counts];
    this.befores = { rows: stack.rows.befores, columns: stack.columns.befores };
  }

  // Where a coordinate beyond the edge takes its value from; −1 where that is zero.
  inside(i, n) {
    if (i >= 0 && i < n) return i;
    if (this.edges === "replicate") return i < 0 ? 0 : n - 1;
    if (this.edges === "reflect") return i < 0 ? -i : 2 * (n - 1) - i;
    return -1;
  }

  // What pass `index` reads (the photo, or the pass before it) over a rectangle that may overlap
  // the padding; channels interleaved.
  patch(index, top, left, height, width) {
    const rows = Array.from({ length: height }, (_, i) => this.inside(top + i, this.rows[index]));
    const columns = Array.from({ length: width }, (_, i) => this.inside(left + i, this.columns[index]));
    const real = (list) => list.filter((i) => i >= 0);
    const out = new Float64Array(height * width * this.depth);
    if (!real(rows).length || !real(columns).length) return out;
    const [r0, r1] = [Math.min(...real(rows)), Math.max(...real(rows))];
    const [c0, c1] = [Math.min(...real(columns)), Math.max(...real(columns))];
    const source = this.output(index, r0, c0, r1 - r0 + 1, c1 - c0 + 1);
    const span = c1 - c0 + 1;
    for (let r = 0; r < height; r++)
      for (let c = 0; c < width; c++) {
        if (rows[r] < 0 || columns[c] < 0) continue;
        const from = ((rows[r] - r0) * span + columns[c] - c0) * this.depth;
        for (let d = 0; d < this.depth; d++) out[(r * width + c) * this.depth + d] = source[from + d];
      }
    return out;
  }

  // What pass number `index` gave (0: the photo itself) over a rectangle inside it.
  output(index, top, left, height, width) {
    const { depth } = this;
    const out = new Float64Array(height * width * depth);
    if (index === 0) {
      for (let r = 0; r < height; r++) {
        const from = ((top + r) * this.photo.width + left) * depth;
        out.set(this.photo.pixels.subarray(from, from + width * depth), r * width * depth);
      }
      return out;
    }
    const { kernels, stride, bias } = this.passes[index - 1];
    const [kh, kw] = [kernels[0].length, kernels[0][0].length];
    const wide = (width - 1) * stride + kw;
    const source = this.patch(
      index - 1,
      top * stride - this.befores.rows[index - 1],
      left * stride - this.befores.columns[index - 1],
      (height - 1) * stride + kh,
      wide,
    );
    for (let r = 0; r < height; r++)
      for (let c = 0; c < width; c++)
        for (let d = 0; d < depth; d++) {
          const sums = kernels.map((kernel) => {
            let sum = 0;
            for (let i = 0; i < kh; i++)
              for (let j = 0; j < kw; j++)
                sum += kernel[i][j] * source[((r * stride + i) * wide + c * stride + j) * depth + d];
            return sum;
          });
          out[(r * width + c) * depth + d] = combine(sums) + bias;
        }
    return out;
  }

  // Everything about one pixel of the last pass.
  window(row, column) {
    const index = this.passes.length;
    const { kernels, stride, bias } = this.passes[index - 1];
    const [kh, kw] = [kernels[0].length, kernels[0][0].length];
    const top = row * stride - this.befores.rows[index - 1];
    const left = column * stride - this.befores.columns[index - 1];
    const values = this.patch(index - 1, top, left, kh, kw);
    const channels = Array.from({ length: this.depth }, (_, d) => {
      const pixels = Array.from({ length: kh * kw }, (_, i) => values[i * this.depth + d]);
      const products = kernels.map((kernel) => pixels.map((value, i) => value * kernel[Math.floor(i / kw)][i % kw]));
      const sums = products.map((list) => list.reduce((a, b) => a + b, 0));
      return { pixels, products, sums, response: combine(sums) + bias };
    });
    const isPadding = (i) => {
      const [r, c] = [top + Math.floor(i / kw), left + (i % kw)];
      return r < 0 || c < 0 || r >= this.rows[index - 1] || c >= this.columns[index - 1];
    };
    return { top, left, kh, kw, channels, isPadding, bias };
  }

  cost(pixels) {
    return this.passes.reduce((sum, { kernels }) => sum + pixels * this.depth * kernels.length * kernels[0].length * kernels[0][0].length, 0);
  }
}

function combine(sums) {
  return sums.length === 1 ? sums[0] : Math.hypot(...sums);
}

// ---- How a response becomes a grey level: the twin of vizcore.imaging.to_display ----

function roundHalfEven(value) {
  const low = Math.floor(value);
  const rest = value - low;
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
}

function toDisplay(response, { name, limit, low, high }) {
  const clamp = (v) => Math.max(0, Math.min(255, v));
  if (name === "absolute") return roundHalfEven(clamp(Math.abs(response)));
  if (name === "signed") return limit > 0 ? roundHalfEven(clamp(128 + (127 * response) / limit)) : 128;
  if (name === "stretch") return high > low ? roundHalfEven(clamp((255 * (response - low)) / (high - low))) : 128;
  return roundHalfEven(clamp(response));
}

const CHANNELS = { 1: ["grey"], 3: ["red", "green", "blue"] };
const LARGEST_NUMBERED = 7;
const [SMALLEST_CELL, LARGEST_CELL, SHADED_CELL] = [36, 44, 16]; // CSS pixels
const SUM_AND_GAPS = 160;
const EXACT_SCALE = 6;
const TALLEST_SHARE = 0.48; // of the window, so that picture and arithmetic are seen together
const MOST_WORK = 2e7;

// ---- The picture ----

class Loupe {
  constructor(root) {
    this.divider = 0.5;
    this.zoom = 1;
    this.centre = null;
    this.channel = 0;
    this.probe = null;
    this.held = false;
    this.kept = null;
    this.build(root);
    this.stopKeeping = keepAt(() => this.kept);
    this.onShelf = () => this.adopt();
    window.vizcorePixels ??= { photos: new Map(), waiting: new Set() };
    window.vizcorePixels.waiting.add(this.onShelf);
    this.onResize = () => this.layout(); // the window's height and its pixel ratio count too
    window.addEventListener("resize", this.onResize);
    this.observer = new ResizeObserver(this.onResize);
    this.observer.observe(this.frame);
  }

  destroy() {
    this.stopKeeping();
    window.vizcorePixels.waiting.delete(this.onShelf);
    window.removeEventListener("resize", this.onResize);
    this.observer.disconnect();
    this.coming?.after?.close();
    this.coming = null;
    this.after?.close();
  }

  build(root) {
    this.base = element("canvas", { class: "base", "aria-hidden": "true" });
    this.overlay = element("canvas", {
      class: "overlay",
      tabindex: "0",
      role: "application",
      "aria-roledescription": "picture with a loupe",
    });
    this.handle = element("div", {
      class: "handle",
      role: "slider",
      tabindex: "0",
      "aria-label": "Divider between the photo before and after",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
    });
    this.frame = element(
      "div",
      { class: "frame" },
      this.base,
      this.overlay,
      element("span", { class: "tag before", "aria-hidden": "true" }, "Before"),
      (this.afterTag = element("span", { class: "tag after", "aria-hidden": "true" })),
      this.handle,
    );
    this.where = element("output", { class: "where numbers" });
    this.zoomText = element("span", { class: "numbers zoom" });
    const button = (label, text, act) => element("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
    this.holdButton = element("button", { type: "button", "aria-pressed": "false", onclick: () => this.hold(!this.held) }, "Hold");
    this.bar = element(
      "div",
      { class: "bar" },
      button("Zoom out", MINUS, () => this.zoomBy(1 / 1.5)),
      this.zoomText,
      button("Zoom in", "+", () => this.zoomBy(1.5)),
      button("Show the whole photo", "Fit", () => this.zoomTo(1)),
      this.holdButton,
      this.where,
    );
    this.panel = element("div", { class: "panel" });
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    this.histogram = element("canvas", { class: "histogram", role: "img" });
    this.histogramBox = element(
      "figure",
      { class: "histogram-box" },
      element("figcaption", {}, ""),
      this.histogram,
      element("p", { class: "key" }, "Shaded: shown as they are. Red and blue: clipped. Amber: the pixel above."),
    );
    this.frame.inert = this.bar.inert = true; // until there is something to point at
    root.append(this.frame, this.bar, this.panel, this.histogramBox, this.live);
    this.listen();
  }

  listen() {
    const { overlay, handle } = this;
    overlay.addEventListener("pointermove", (event) => this.pointerMoved(event));
    overlay.addEventListener("pointerdown", (event) => this.pointerPressed(event));
    overlay.addEventListener("pointerup", (event) => this.pointerReleased(event));
    overlay.addEventListener("pointercancel", () => (this.press = null));
    overlay.addEventListener("keydown", (event) => this.keyed(event));
    overlay.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        this.zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2);
      },
      { passive: false },
    );
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const box = this.frame.getBoundingClientRect();
      this.divide((event.clientX - box.left) / box.width);
    });
    handle.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: this.divider - 0.02, ArrowRight: this.divider + 0.02, Home: 0, End: 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.divide(to);
    });
  }

  update({ data }) {
    const { header, parts } = unpack(data);
    this.coming?.after?.close();
    const coming = (this.coming = { stack: header, after: null });
    createImageBitmap(new Blob([parts[0]], { type: header.type })).then((bitmap) => {
      if (this.coming !== coming) return bitmap.close();
      coming.after = bitmap;
      this.adopt();
    });
  }

  // Take over only what belongs together: a result with its photo. Until both are here the old
  // ones stay, and the pointer explains those.
  adopt() {
    if (!this.coming?.after) return;
    const { stack, after } = this.coming;
    const photo = window.vizcorePixels.photos.get(stack.photo);
    if (!photo) return;
    this.coming = null;
    this.after?.close();
    this.after = after;
    this.stack = stack;
    if (this.before?.width !== photo.width || this.before?.height !== photo.height) {
      this.zoom = 1;
      this.centre = null;
    }
    if (this.arithmetic?.photo !== photo) this.before = toCanvas(photo);
    this.arithmetic = new Arithmetic(photo, stack);
    this.kept ??= readAt();
    this.probe = this.within(this.probe ?? this.kept ?? stack.probe);
    this.overlay.setAttribute("aria-label", `${stack.label}. ${HELP}`);
    this.frame.inert = this.bar.inert = false;
    this.buildPanel();
    this.layout();
    this.drawHistogram();
    if (this.kept) writeAt(this.kept);
    this.frame.dataset.drawn = stack.stamp;
  }

  within([row, column]) {
    const keep = (i, { count }) => Math.max(0, Math.min(count - 1, i));
    return [keep(row, this.stack.rows), keep(column, this.stack.columns)];
  }

  layout() {
    if (!this.arithmetic) return;
    const { height, width } = this.arithmetic.photo;
    const wide = this.frame.clientWidth;
    const tall = Math.max(120, Math.min((wide * height) / width, this.stack.tallest, window.innerHeight * TALLEST_SHARE));
    this.frame.style.height = `${tall}px`;
    const ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.base, this.overlay]) {
      canvas.width = Math.round(wide * ratio);
      canvas.height = Math.round(tall * ratio);
    }
    this.size = { wide, tall, ratio };
    // Pixels, kernel, products and their sum on one line where there is room.
    const room = (wide - SUM_AND_GAPS) / (3 * this.grids[0].kernelColumns) - 2;
    const cell = this.numbered ? Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, room)) : SHADED_CELL;
    this.panel.style.setProperty("--cell", `${Math.floor(cell)}px`);
    this.draw();
  }

  // The photo's place in the frame: CSS pixels a photo pixel, and where its corner lies.
  get view() {
    const { height, width } = this.arithmetic.photo;
    const { wide, tall } = this.size;
    const scale = Math.min(wide / width, tall / height) * this.zoom;
    this.centre ??= [height / 2, width / 2];
    const keep = (middle, room, length) => {
      const half = room / 2 / scale;
      return length <= 2 * half ? length / 2 : Math.max(half, Math.min(length - half, middle));
    };
    this.centre = [keep(this.centre[0], tall, height), keep(this.centre[1], wide, width)];
    return { scale, top: tall / 2 - this.centre[0] * scale, left: wide / 2 - this.centre[1] * scale };
  }

  draw() {
    const view = this.view;
    const { wide, tall, ratio } = this.size;
    const { rows, columns } = this.stack;
    const { photo } = this.arithmetic;
    const context = this.base.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, wide, tall);
    context.imageSmoothingEnabled = view.scale * ratio < 1;
    const split = this.divider * wide;
    const half = (from, to, paintHalf) => {
      context.save();
      context.beginPath();
      context.rect(from, 0, to - from, tall);
      context.clip();
      paintHalf();
      context.restore();
    };
    half(0, split, () => context.drawImage(this.before, view.left, view.top, photo.width * view.scale, photo.height * view.scale));
    half(split, wide, () => {
      context.drawImage(
        this.after,
        view.left + (columns.first - columns.step / 2 + 0.5) * view.scale,
        view.top + (rows.first - rows.step / 2 + 0.5) * view.scale,
        columns.count * columns.step * view.scale,
        rows.count * rows.step * view.scale,
      );
      this.drawExactly(context, view);
    });
    this.handle.style.left = `${split}px`;
    this.handle.setAttribute("aria-valuenow", Math.round(this.divider * 100));
    this.handle.setAttribute("aria-valuetext", `${Math.round(this.divider * 100)}% before, the rest after`);
    this.zoomText.textContent = `${readable(view.scale, 1)}×`;
    this.overlay.style.touchAction = this.zoom === 1 ? "pan-y" : "none";
    this.point();
  }

  // Close up, the compressed picture gives way to the exact output pixels.
  drawExactly(context, view) {
    const { rows, columns, mapping } = this.stack;
    if (view.scale * Math.min(rows.step, columns.step) < EXACT_SCALE) return;
    const range = (axis, start, room) => {
      const first = Math.max(0, Math.floor(((0 - start) / view.scale - 0.5 - axis.first) / axis.step));
      const last = Math.min(axis.count - 1, Math.ceil(((room - start) / view.scale - 0.5 - axis.first) / axis.step));
      return [first, last - first + 1];
    };
    const [top, height] = range(rows, view.top, this.size.tall);
    const [left, width] = range(columns, view.left, this.size.wide);
    if (height < 1 || width < 1 || this.arithmetic.cost(height * width) > MOST_WORK) return;
    const { depth } = this.arithmetic;
    const responses = this.arithmetic.output(this.stack.passes.length, top, left, height, width);
    const pixels = Uint8Array.from(responses, (response) => toDisplay(response, mapping));
    context.drawImage(
      toCanvas({ pixels, height, width, depth }),
      view.left + (columns.first + (left - 0.5) * columns.step + 0.5) * view.scale,
      view.top + (rows.first + (top - 0.5) * rows.step + 0.5) * view.scale,
      width * columns.step * view.scale,
      height * rows.step * view.scale,
    );
  }

  // The window on the photo, and its arithmetic below.
  point() {
    const view = this.view;
    const { ratio, wide, tall } = this.size;
    const context = this.overlay.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, wide, tall);
    const field = (axis, i, start) => [start + (axis.fieldStart + i * axis.step) * view.scale, axis.fieldSize * view.scale];
    const [y, high] = field(this.stack.rows, this.probe[0], view.top);
    const [x, across] = field(this.stack.columns, this.probe[1], view.left);
    const grow = Math.max(0, (18 - Math.min(high, across)) / 2);
    for (const [width, colour] of [[7, COLOURS.accentEdge], [4, COLOURS.accent]]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.strokeRect(x - grow, y - grow, across + 2 * grow, high + 2 * grow);
    }
    if (view.scale >= 4) {
      const cell = (axis, i, start) => start + (axis.first + i * axis.step + 0.5) * view.scale;
      context.beginPath();
      context.arc(cell(this.stack.columns, this.probe[1], view.left), cell(this.stack.rows, this.probe[0], view.top), Math.min(5, view.scale / 3), 0, 7);
      context.fillStyle = COLOURS.accent;
      context.fill();
      context.lineWidth = 1.5;
      context.strokeStyle = COLOURS.accentEdge;
      context.stroke();
    }
    this.showWindow();
  }

  // ---- The arithmetic below the picture ----

  buildPanel() {
    const { passes, depth } = this.stack;
    const { kernels } = passes[passes.length - 1];
    const shape = `${kernels.length} ${kernels[0].length} ${kernels[0][0].length} ${depth}`;
    if (this.panelShape !== shape) {
      this.panelShape = shape;
      this.buildGrids(kernels, depth);
    }
    this.panelTitle.textContent = this.stack.title;
    this.mappingText.textContent = this.stack.mappingText;
    this.afterTag.textContent = this.stack.afterTag;
    this.paintKernels(kernels);
    this.legends.replaceChildren(legend("Kernel", SCALES.weight, this.weightLimit), legend("Products", SCALES.response, 255 * this.weightLimit));
  }

  buildGrids(kernels, depth) {
    const [kh, kw] = [kernels[0].length, kernels[0][0].length];
    const numbered = Math.max(kh, kw) <= LARGEST_NUMBERED;
    const grid = (name) => {
      const box = element("div", { class: `grid ${name}${numbered ? "" : " shaded"}`, "aria-hidden": "true" });
      box.style.gridTemplateColumns = `repeat(${kw}, var(--cell))`;
      for (let i = 0; i < kh * kw; i++) box.append(element("span", { "data-i": i }));
      return box;
    };
    const figure = (caption, box) => element("figure", {}, element("figcaption", {}, caption), box);
    this.pixelCaptions = kernels.map(() => element("figcaption"));
    this.grids = kernels.map((_, k) => {
      const names = kernels.length > 1 ? ["Kernel a", "Kernel b"][k] : "Kernel";
      return { pixels: grid("pixels"), kernel: grid("kernel"), products: grid("products"), sum: element("span", { class: "sum numbers" }), names, kernelColumns: kw };
    });
    const lines = this.grids.map(({ pixels, kernel, products, sum, names }, k) =>
      element(
        "div",
        { class: "line" },
        element("figure", {}, this.pixelCaptions[k], pixels),
        figure(`× ${names}`, kernel),
        figure("= Products", products),
        figure(`Σ ${kernels.length > 1 ? names.at(-1) : "Sum"}`, sum),
      ),
    );
    this.cellText = element("p", { class: "cell-text numbers" });
    for (const line of lines)
      line.addEventListener("pointerover", (event) => {
        const i = event.composedPath()[0].dataset?.i;
        if (i !== undefined) this.describeCell(Number(i), lines.indexOf(line));
      });
    const heads = ["Channel", ...this.grids.map(({ names }) => (kernels.length > 1 ? `Sum ${names.at(-1)}` : "Sum")), ...(kernels.length > 1 ? ["√(a² + b²)"] : []), "+ bias", "Response", "Shown"];
    this.sums = CHANNELS[depth].map((name, d) => {
      const row = element("tr", { "data-channel": name });
      const radio = element("input", { type: "radio", name: "channel", "aria-label": `Show the ${name} channel`, onchange: () => this.showChannel(d) });
      radio.checked = d === Math.min(this.channel, depth - 1);
      row.append(element("th", { scope: "row" }, element("label", {}, ...(depth > 1 ? [radio] : []), ` ${name}`)));
      const cells = Array.from({ length: heads.length - 2 }, () => element("td", { class: "numbers" }));
      const swatch = element("span", { class: "swatch" });
      const shown = element("td", { class: "numbers shown" }, swatch, element("span"));
      row.append(...cells, shown);
      return { row, cells, swatch, shown: shown.lastChild };
    });
    this.channel = Math.min(this.channel, depth - 1);
    const table = element(
      "table",
      { class: "sums" },
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...this.sums.map(({ row }) => row)),
    );
    this.panelTitle = element("p", { class: "panel-title" });
    this.mappingText = element("p", { class: "mapping numbers" });
    this.legends = element("div", { class: "legends" });
    this.panel.replaceChildren(
      this.panelTitle,
      element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Pixels, kernel and products" }, ...lines),
      element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Sums" }, table),
      this.mappingText,
      this.cellText,
      this.legends,
    );
    this.numbered = numbered;
  }

  paintKernels(kernels) {
    this.weightLimit = Math.max(...kernels.flat(2).map(Math.abs));
    kernels.forEach((kernel, k) =>
      kernel.flat().forEach((weight, i) => {
        const cell = this.grids[k].kernel.children[i];
        paint(cell, colourAt(SCALES.weight, weight, this.weightLimit));
        if (this.numbered) cell.textContent = readable(weight, 3);
      }),
    );
  }

  showWindow() {
    const [row, column] = this.probe;
    const now = this.arithmetic.window(row, column);
    const one = now.channels[this.channel];
    const limit = 255 * this.weightLimit;
    this.current = now;
    const source = this.stack.passes.length > 1 ? "Input of the pass" : "Pixels";
    const channel = this.stack.depth > 1 ? ` (${CHANNELS[3][this.channel]})` : "";
    this.pixelCaptions.forEach((caption) => (caption.textContent = source + channel));
    this.grids.forEach(({ pixels, products, sum }, k) => {
      paint(sum, colourAt(SCALES.response, one.sums[k], Math.max(limit, 255)));
      sum.textContent = readable(one.sums[k]);
      one.pixels.forEach((value, i) => {
        const level = Math.max(0, Math.min(255, Math.round(value)));
        const cell = pixels.children[i];
        paint(cell, [level, level, level]);
        cell.classList.toggle("padding", now.isPadding(i));
        paint(products.children[i], colourAt(SCALES.response, one.products[k][i], limit));
        if (this.numbered) {
          write(cell, readable(value));
          write(products.children[i], readable(one.products[k][i]));
        }
      });
    });
    const shown = now.channels.map(({ response }) => toDisplay(response, this.stack.mapping));
    this.sums.forEach(({ row: line, cells, swatch, shown: text }, d) => {
      const { sums, response } = now.channels[d];
      const numbers = [...sums, ...(sums.length > 1 ? [combine(sums)] : []), now.bias, response];
      numbers.forEach((value, i) => (cells[i].textContent = readable(value)));
      line.dataset.sum = combine(sums);
      line.dataset.response = response;
      line.dataset.shown = shown[d];
      swatch.style.background = `rgb(${shown.length === 3 ? shown.join(",") : [shown[0], shown[0], shown[0]].join(",")})`;
      text.textContent = readable(shown[d]);
      line.classList.toggle("chosen", d === this.channel && this.sums.length > 1);
    });
    this.where.textContent = `Output row ${row + 1}, column ${column + 1}`;
    this.frame.dataset.probe = `${row},${column}`;
    this.markHistogram(one.response);
  }

  showChannel(d) {
    this.channel = d;
    this.showWindow();
  }

  describeCell(i, k) {
    const { kw } = this.current;
    const one = this.current.channels[this.channel];
    const weight = this.stack.passes.at(-1).kernels[k].flat()[i];
    const padding = this.current.isPadding(i) ? " (padding)" : "";
    this.cellText.textContent = `Row ${Math.floor(i / kw) + 1}, column ${(i % kw) + 1} of the kernel: ${readable(one.pixels[i])}${padding} × ${readable(weight, 4)} = ${readable(one.products[k][i], 4)}`;
  }

  say() {
    const [row, column] = this.probe;
    const parts = this.current.channels.map(({ response }, d) => `${CHANNELS[this.stack.depth][d]} ${readable(response)}, shown as ${this.sums[d].shown.textContent}`);
    this.live.textContent = `Output row ${row + 1}, column ${column + 1}: ${parts.join("; ")}.`;
  }

  // ---- The histogram of the raw response ----

  drawHistogram() {
    const { histogram, clippedText } = this.stack;
    this.histogramBox.hidden = !histogram;
    if (!histogram) return;
    this.histogramBox.firstChild.textContent = clippedText;
    this.histogram.setAttribute("aria-label", `Histogram of the raw response, from ${readable(histogram.low)} to ${readable(histogram.high)}. ${clippedText}`);
    this.markHistogram(this.current.channels[this.channel].response);
  }

  markHistogram(value) {
    const { histogram } = this.stack;
    if (!histogram) return;
    const { counts, low, high } = histogram;
    const [wide, tall, base] = [this.histogram.clientWidth, 96, 70];
    const ratio = window.devicePixelRatio || 1;
    if (this.histogram.width !== Math.round(wide * ratio)) this.histogram.width = Math.round(wide * ratio);
    if (this.histogram.height !== Math.round(tall * ratio)) this.histogram.height = Math.round(tall * ratio);
    const style = getComputedStyle(this.histogram);
    const context = this.histogram.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, wide, tall);
    const across = (v) => 24 + ((v - low) / (high - low)) * (wide - 48);
    context.fillStyle = style.getPropertyValue("--st-secondary-background-color");
    const [from, to] = this.stack.unclipped;
    context.fillRect(across(Math.max(from, low)), 0, Math.max(0, across(Math.min(to, high)) - across(Math.max(from, low))), base);
    const most = Math.max(...counts);
    const bar = (wide - 48) / counts.length;
    counts.forEach((count, i) => {
      const middle = low + ((i + 0.5) / counts.length) * (high - low);
      context.fillStyle = middle < from ? COLOURS.responseScale[1] : middle > to ? COLOURS.responseScale[8] : style.color;
      const height = count ? Math.max(1, Math.sqrt(count / most) * (base - 6)) : 0;
      context.fillRect(24 + i * bar, base - height, Math.max(1, bar - 0.5), height);
    });
    context.fillStyle = style.color;
    context.font = `13px ${style.fontFamily}`;
    context.textAlign = "center";
    const taken = [];
    for (const v of [low, high, 0, 255]) {
      const x = across(v);
      if (v < low || v > high || taken.some((other) => Math.abs(other - x) < 48)) continue;
      taken.push(x);
      context.fillRect(x - 0.5, base, 1, 5);
      context.fillText(readable(v, 0), x, base + 20);
    }
    const x = across(Math.max(low, Math.min(high, value)));
    for (const [width, colour] of [[6, COLOURS.accentEdge], [3, COLOURS.accent]]) {
      context.fillStyle = colour;
      context.fillRect(x - width / 2, 0, width, base);
    }
  }

  // ---- Pointer and keys ----

  pixelUnder(event) {
    const box = this.overlay.getBoundingClientRect();
    const view = this.view;
    const at = (axis, place, start) => {
      return Math.round(((place - start) / view.scale - 0.5 - axis.first) / axis.step);
    };
    return [at(this.stack.rows, event.clientY - box.top, view.top), at(this.stack.columns, event.clientX - box.left, view.left)];
  }

  pointerMoved(event) {
    if (this.press && this.zoom > 1) {
      const { scale } = this.view;
      const [dy, dx] = [event.clientY - this.press.y, event.clientX - this.press.x];
      if (this.press.moved || Math.hypot(dx, dy) > 4) {
        this.press.moved = true;
        this.centre = [this.press.centre[0] - dy / scale, this.press.centre[1] - dx / scale];
        return this.draw();
      }
    }
    if (!this.held) this.moveTo(this.pixelUnder(event));
  }

  pointerPressed(event) {
    if (event.button !== 0) return;
    this.overlay.setPointerCapture(event.pointerId); // a drag may end outside the picture
    this.press = { x: event.clientX, y: event.clientY, centre: this.centre, moved: false };
    if (event.pointerType !== "mouse") this.moveTo(this.pixelUnder(event));
  }

  pointerReleased(event) {
    const press = this.press;
    this.press = null;
    if (!press || press.moved) return;
    if (event.pointerType !== "mouse") return this.settle();
    if (this.held) this.moveTo(this.pixelUnder(event));
    this.hold(!this.held);
  }

  hold(held) {
    this.held = held;
    this.holdButton.setAttribute("aria-pressed", String(held));
    this.holdButton.textContent = held ? "Release" : "Hold";
    this.settle();
  }

  keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // the browser's own keys
    const far = event.shiftKey ? 10 : 1;
    const step = { ArrowUp: [-far, 0], ArrowDown: [far, 0], ArrowLeft: [0, -far], ArrowRight: [0, far] }[event.key];
    const act = { "+": () => this.zoomBy(1.5), "=": () => this.zoomBy(1.5), "-": () => this.zoomBy(1 / 1.5), 0: () => this.zoomTo(1), Escape: () => this.hold(false) }[event.key];
    if (!step && !act) return;
    event.preventDefault();
    event.stopPropagation();
    if (act) return act();
    this.held = true;
    this.moveTo([this.probe[0] + step[0], this.probe[1] + step[1]]);
    this.reveal();
    this.hold(true);
  }

  moveTo(pixel) {
    this.probe = this.within(pixel);
    this.point();
  }

  // A window that was chosen, not merely passed over, is told and kept in the address.
  settle() {
    this.say();
    this.kept = this.probe;
    writeAt(this.kept);
  }

  reveal() {
    if (this.zoom === 1) return;
    const { rows, columns } = this.stack;
    // In the middle of the wider half, so that the divider does not lie upon it.
    const share = this.divider < 0.5 ? (1 + this.divider) / 2 : this.divider / 2;
    const aside = ((0.5 - share) * this.size.wide) / this.view.scale;
    this.centre = [rows.first + this.probe[0] * rows.step + 0.5, columns.first + this.probe[1] * columns.step + 0.5 + aside];
    this.draw();
  }

  zoomBy(factor) {
    this.zoomTo(this.zoom * factor);
  }

  zoomTo(zoom) {
    const { height, width } = this.arithmetic.photo;
    const fit = Math.min(this.size.wide / width, this.size.tall / height);
    this.zoom = Math.max(1, Math.min(Math.max(1, 40 / fit), zoom));
    if (this.zoom < 1.05) this.zoom = 1;
    this.centre = null;
    this.view;
    this.zoom > 1 ? this.reveal() : this.draw();
  }

  divide(share) {
    this.divider = Math.max(0, Math.min(1, share));
    this.draw();
  }
}

const HELP =
  "Arrow keys move the window by one pixel, with Shift by ten; plus and minus zoom, zero shows the whole photo.";

// In smaller type where a number would leave its cell.
function write(cell, text) {
  cell.textContent = text;
  cell.classList.toggle("long", text.length > 5);
}

function toCanvas({ pixels, height, width, depth }) {
  const canvas = element("canvas", { width, height });
  const image = new ImageData(width, height);
  for (let i = 0, from = 0; i < image.data.length; i += 4, from += depth) {
    image.data[i] = pixels[from];
    image.data[i + 1] = pixels[from + (depth > 1 ? 1 : 0)];
    image.data[i + 2] = pixels[from + (depth > 1 ? 2 : 0)];
    image.data[i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Loupe(root));
}
