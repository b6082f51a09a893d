// A picture that is moved by whole pixels, and what each network makes of it there. All answers
// are here at once, so that moving costs no traffic.

const PICTURE_SIDE = 224;
const PLANE_SIDE = 204;
const TICK = 4; // pixels from one number of an axis to the next
const WRITE_DELAY = 300; // milliseconds after the last move, when the address is written

// Shares from 0 to 1, on the positive half of the scale of responses.
const sharePaint = (share) => colourAt(SCALES.response, share, 1);

class Network {
  constructor(name, view) {
    this.view = view;
    this.title = element("h3", {}, name);
    this.base = element("canvas", { "aria-hidden": "true" });
    this.over = element("canvas", {
      class: "over",
      role: "img",
      onpointermove: (event) => event.buttons & 1 && this.press(event),
      onpointerdown: (event) => this.press(event),
    });
    this.axes = { down: element("div", { class: "ticks down numbers" }), right: element("div", { class: "ticks right numbers" }) };
    const across = element("div", { class: "axis right", "aria-hidden": "true" }, element("span", {}, "moved right, pixels"), this.axes.right);
    const along = element("div", { class: "axis down", "aria-hidden": "true" }, element("span", {}, "moved down, pixels"), this.axes.down);
    const plane = element("div", { class: "plane" }, across, along, element("div", { class: "stack" }, this.base, this.over));
    this.said = element("p", { class: "said numbers" });
    this.all = element("p", { class: "all numbers" });
    this.list = element("ol", { class: "numbers" });
    this.body = element("section", { class: "network" }, this.title, plane, this.said, this.list, this.all);
  }

  press({ offsetX, offsetY }) {
    const { most, cell } = this.view;
    const at = (offset) => Math.floor(offset / cell) - most;
    this.view.go(at(offsetY), at(offsetX));
  }

  // The plane of all moves: the probability of the true class, a cross where another is named.
  drawPlane(answers) {
    const { side, cell, header } = this.view;
    this.drawAxes();
    const context = sized(this.base, side * cell, side * cell);
    let right = 0;
    for (let i = 0; i < side * side; i++) {
      const shares = answers(i);
      const rgb = sharePaint(shares[header.truth]);
      const [x, y] = [(i % side) * cell, Math.floor(i / side) * cell];
      context.fillStyle = `rgb(${rgb.join(",")})`;
      context.fillRect(x, y, cell, cell);
      if (winner(shares) === header.truth) {
        right += 1;
        continue;
      }
      context.strokeStyle = inkOn(rgb);
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(x + 3.5, y + 3.5);
      context.lineTo(x + cell - 3.5, y + cell - 3.5);
      context.moveTo(x + cell - 3.5, y + 3.5);
      context.lineTo(x + 3.5, y + cell - 3.5);
      context.stroke();
    }
    this.over.setAttribute("aria-label", `The probability of class ${header.classes[header.truth]} for every move: right for ${right} of ${side * side}.`);
    this.body.dataset.right = right;
  }

  drawAxes() {
    const { most, cell } = this.view;
    for (const [name, edge] of [["down", "top"], ["right", "left"]]) {
      const ticks = [];
      for (let at = -most; at <= most; at += TICK) {
        const tick = element("span", {}, readable(at));
        tick.style[edge] = `${(at + most + 0.5) * cell}px`;
        ticks.push(tick);
      }
      this.axes[name].replaceChildren(...ticks);
    }
  }

  show(shares, accuracy) {
    const { side, cell, most, down, right, header } = this.view;
    const context = sized(this.over, side * cell, side * cell);
    mark(context, (right + most) * cell, (down + most) * cell, cell, cell);
    const best = winner(shares);
    const wrong = best === header.truth ? "" : ", which is wrong";
    this.said.textContent = `says ${header.classes[best]} with ${percent(shares[best])}${wrong}`;
    this.list.replaceChildren(...header.classes.map((name, k) => {
      const bar = element("span", { class: "bar-of", "aria-hidden": "true" });
      bar.style.setProperty("--share", shares[k]);
      return element("li", { class: k === header.truth ? "true" : "" }, element("span", {}, k === header.truth ? `${name} ✓` : name), bar, element("span", {}, percent(shares[k])));
    }));
    this.all.hidden = accuracy === null;
    if (accuracy !== null) this.all.replaceChildren(`Of ${header.count.toLocaleString("en-US")} test digits moved so, `, element("strong", {}, percent(accuracy)), " are recognised");
    Object.assign(this.body.dataset, { best, share: shares[header.truth], accuracy: accuracy ?? "" });
  }
}

function winner(shares) {
  return shares.indexOf(Math.max(...shares));
}

class Shifts {
  constructor(root) {
    this.written = new Set();
    this.base = element("canvas", { "aria-hidden": "true" });
    this.over = element("canvas", {
      class: "over",
      tabindex: "0",
      role: "application",
      onkeydown: (event) => this.keyed(event),
      onpointerdown: (event) => this.grab(event),
      onpointermove: (event) => this.drag(event),
    });
    this.sliders = ["down", "right"].map((name) => {
      const input = element("input", { type: "range", oninput: () => this.slid() });
      const told = element("output", { class: "numbers" });
      return { name, input, told, box: element("label", { class: "choice" }, name === "down" ? "Down" : "Right", input, told) };
    });
    this.live = element("p", { class: "unseen", "aria-live": "polite" });
    this.networks = element("div", { style: "display: contents" });
    const picture = element("figure", { class: "moved" }, element("figcaption", {}, "Move it: arrow keys, drag, sliders"), element("div", { class: "stack" }, this.base, this.over), ...this.sliders.map(({ box }) => box));
    const ramp = element("i", { class: "scale" });
    ramp.style.background = `linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map((share) => `rgb(${sharePaint(share).join(",")})`).join(",")})`;
    this.asked = element("span");
    this.legend = element("p", { class: "key numbers" }, element("span", {}, this.asked, "0%", ramp, "100%, one range for both planes"), element("span", {}, "× another class is named"), element("span", {}, "Each cell is one move; click one to go there."));
    this.body = element("div", { class: "shifts" }, picture, this.networks, this.legend, this.live);
    root.append(this.body);
    const page = window.location.pathname;
    this.putBack = () => window.location.pathname === page && this.settled && this.write();
    window.navigation?.addEventListener("currententrychange", this.putBack);
  }

  destroy() {
    clearTimeout(this.writer);
    window.navigation?.removeEventListener("currententrychange", this.putBack);
  }

  update({ data }) {
    const { header, parts } = unpack(data);
    const begins = !this.header;
    const known = this.written.has(`${header.down},${header.right}`);
    const moved = begins || (header.visit !== this.header.visit && !known);
    const same = header.stamp === this.header?.stamp;
    this.header = header;
    if (!same) this.fill(parts);
    if (moved) [this.down, this.right] = [header.down, header.right];
    if (!same || moved) this.draw();
  }

  fill(parts) {
    const { shape, most, names, classes, title, truth } = this.header;
    this.most = most;
    this.side = 2 * most + 1;
    this.cell = Math.floor(PLANE_SIDE / this.side);
    this.levels = parts[0];
    this.shares = floats32(parts[1]);
    this.accuracy = parts[2].length ? floats32(parts[2]) : null;
    this.zoom = Math.max(1, Math.floor(PICTURE_SIDE / Math.max(...shape.slice(0, 2))));
    this.shown = names.map((name) => new Network(name, this));
    this.networks.replaceChildren(...this.shown.map(({ body }) => body));
    this.shown.forEach((network, n) => network.drawPlane((i) => this.answers(n, i)));
    for (const { input } of this.sliders) Object.assign(input, { min: -most, max: most });
    this.asked.textContent = `The probability of class ${classes[truth]}:`;
    this.over.setAttribute("aria-label", `${title}. Arrow keys move it by a pixel, Home moves it back.`);
  }

  answers(network, i) {
    const { length } = this.header.classes;
    const from = (network * this.side ** 2 + i) * length;
    return this.shares.subarray(from, from + length);
  }

  // The picture as it is moved; what comes in from beyond the edge repeats the edge.
  picture() {
    const [rows, columns, depth] = this.header.shape;
    const levels = new Uint8Array(rows * columns * depth);
    const within = (n, size) => Math.max(0, Math.min(size - 1, n));
    for (let i = 0; i < rows * columns; i++) {
      const from = within(Math.floor(i / columns) - this.down, rows) * columns + within((i % columns) - this.right, columns);
      for (let c = 0; c < depth; c++) levels[i * depth + c] = this.levels[from * depth + c];
    }
    return photoOf(levels, rows, columns, depth);
  }

  draw() {
    const [rows, columns] = this.header.shape;
    const [wide, tall] = [columns * this.zoom, rows * this.zoom];
    paste(sized(this.base, wide, tall), this.picture(), 0, 0, wide, tall);
    sized(this.over, wide, tall);
    for (const { name, input, told } of this.sliders) {
      input.value = this[name];
      told.textContent = `${readable(this[name])} px`;
      input.setAttribute("aria-valuetext", `${readable(this[name])} pixels`);
    }
    const i = (this.down + this.most) * this.side + this.right + this.most;
    this.shown.forEach((network, n) => network.show(this.answers(n, i), this.accuracy && this.accuracy[n * this.side ** 2 + i]));
    Object.assign(this.body.dataset, { drawn: this.header.stamp, down: this.down, right: this.right });
  }

  go(down, right, aloud = false) {
    const within = (n) => Math.max(-this.most, Math.min(this.most, n));
    [this.down, this.right] = [within(down), within(right)];
    this.draw();
    clearTimeout(this.writer);
    this.writer = setTimeout(() => {
      this.settled = true;
      this.write();
      if (aloud) this.live.textContent = `Moved ${readable(this.down)} down, ${readable(this.right)} right. ${this.shown.map(({ title, said }) => `${title.textContent} ${said.textContent}`).join(". ")}`;
    }, WRITE_DELAY);
  }

  slid() {
    this.go(...this.sliders.map(({ input }) => Number(input.value)), true);
  }

  keyed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [-this.down, -this.right] }[event.key];
    if (!to) return;
    event.preventDefault();
    this.go(this.down + to[0], this.right + to[1], true);
  }

  grab(event) {
    this.over.setPointerCapture(event.pointerId);
    this.held = { x: event.offsetX, y: event.offsetY, down: this.down, right: this.right };
  }

  drag({ buttons, offsetX, offsetY }) {
    if (!(buttons & 1) || !this.held) return;
    const { x, y, down, right } = this.held;
    this.go(down + Math.round((offsetY - y) / this.zoom), right + Math.round((offsetX - x) / this.zoom));
  }

  // The server reads it when it next runs, and may until then rewrite the address without it.
  write() {
    this.written.add(`${this.down},${this.right}`);
    const url = new URL(window.location.href);
    for (const name of ["down", "right"]) {
      if (this[name]) url.searchParams.set(name, this[name]);
      else url.searchParams.delete(name);
    }
    if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Shifts(root));
}
