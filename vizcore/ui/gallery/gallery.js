// Small pictures in a grid. The blob holds all of them; the browser turns the pages.

const LARGEST = 512; // CSS pixels of an enlarged picture's longer side
const TURNS = { ArrowLeft: -1, ArrowRight: 1 };

class Gallery {
  constructor(root) {
    this.list = element("ul", { onkeydown: (event) => this.press(event) });
    this.place = element("span", { class: "numbers", role: "status" });
    this.back = iconButton("previous", "Previous page (Page Up)", () => this.turn(-1));
    this.on = iconButton("next", "Next page (Page Down)", () => this.turn(1));
    for (const button of [this.back, this.on]) button.className = "step";
    this.bar = element("div", { class: "bar" }, this.back, this.on, this.place);
    this.body = element("div", { class: "gallery", role: "group" }, this.bar, this.list, this.makeDialog());
    root.append(this.body);
  }

  makeDialog() {
    this.large = element("canvas", { role: "img", onpointermove: (event) => this.read(event), onpointerleave: () => this.rest() });
    this.title = element("p", { class: "numbers", "aria-live": "polite" });
    this.level = element("p", { class: "level numbers" });
    const steps = [
      iconButton("previous", "Previous picture (left arrow)", () => this.enlarge(this.chosen - 1)),
      element("button", { type: "button", class: "close", onclick: () => this.dialog.close() }, "Close"),
      iconButton("next", "Next picture (right arrow)", () => this.enlarge(this.chosen + 1)),
    ];
    [this.before, , this.after] = steps;
    for (const button of [this.before, this.after]) button.className = "step";
    const inside = element("div", { class: "enlarged" }, this.title, this.large, this.level, element("div", { class: "steps" }, ...steps));
    this.dialog = element(
      "dialog",
      {
        "aria-label": "Enlarged picture",
        onclose: () => this.focus(),
        onclick: ({ target }) => target === this.dialog && this.dialog.close(),
        onkeydown: (event) => {
          event.stopPropagation();
          if (event.key in TURNS) this.enlarge(this.chosen + TURNS[event.key]);
        },
      },
      inside,
    );
    return this.dialog;
  }

  update({ data }) {
    const { header, parts } = unpack(data);
    if (header.stamp === this.stamp) return;
    Object.assign(this, header, { levels: parts[0], chosen: 0 });
    if (this.dialog.open) this.dialog.close();
    this.body.setAttribute("aria-label", this.label);
    this.list.style.setProperty("--width", `${Math.max(64, Math.ceil(this.columns * this.zoom)) + 10}px`);
    this.drawPage();
    this.body.dataset.drawn = this.count;
  }

  get page() {
    return Math.floor(this.chosen / this.perPage);
  }

  get pages() {
    return Math.ceil(this.count / this.perPage);
  }

  drawPage() {
    const from = this.page * this.perPage;
    const to = Math.min(from + this.perPage, this.count);
    this.list.replaceChildren(...Array.from({ length: to - from }, (_, i) => element("li", {}, this.button(from + i))));
    this.bar.hidden = this.pages < 2;
    this.place.textContent = this.count ? `Pictures ${readable(from + 1)}–${readable(to)} of ${readable(this.count)}` : "";
    this.back.setAttribute("aria-disabled", this.page === 0);
    this.on.setAttribute("aria-disabled", this.page === this.pages - 1);
    this.body.dataset.page = this.page + 1;
    this.mark();
  }

  button(index) {
    const canvas = element("canvas", { "aria-hidden": "true", class: this.zoom < 1 ? "small" : "" });
    this.draw(canvas, index, this.zoom);
    const button = element("button", { type: "button", class: "one", "aria-label": this.name(index), "data-index": index, onclick: () => this.enlarge(index) }, canvas);
    if (this.captions) button.append(element("span", { class: "caption numbers" }, ...captioned(this.captions[index])));
    return button;
  }

  name(index) {
    const place = `${readable(index + 1)} of ${readable(this.count)}`;
    return this.captions ? `${this.captions[index]}, picture ${place}` : `Picture ${place}`;
  }

  draw(canvas, index, zoom) {
    const { rows, columns, channels, levels } = this;
    const image = new ImageData(columns, rows);
    const start = index * rows * columns * channels;
    for (let i = 0; i < rows * columns; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = levels[start + i * channels + (channels === 3 ? c : 0)];
      image.data[4 * i + 3] = 255;
    }
    Object.assign(canvas, { width: columns, height: rows });
    Object.assign(canvas.style, { width: `${columns * zoom}px`, height: `${rows * zoom}px` });
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  get buttons() {
    return [...this.list.querySelectorAll(".one")];
  }

  mark() {
    for (const one of this.buttons) one.tabIndex = Number(one.dataset.index) === this.chosen ? 0 : -1;
  }

  choose(index) {
    const page = this.page;
    this.chosen = Math.max(0, Math.min(index, this.count - 1));
    if (this.page === page) this.mark();
    else this.drawPage();
  }

  focus() {
    this.list.querySelector(".one[tabindex='0']")?.focus();
  }

  turn(by) {
    const page = Math.max(0, Math.min(this.page + by, this.pages - 1));
    if (page !== this.page) this.choose(page * this.perPage);
  }

  press(event) {
    const first = this.page * this.perPage;
    const last = Math.min(first + this.perPage, this.count) - 1;
    const tops = this.buttons.map((one) => one.offsetTop);
    const columns = tops.filter((top) => top === tops[0]).length;
    const down = this.chosen + columns;
    const act = {
      ArrowLeft: () => this.choose(this.chosen - 1),
      ArrowRight: () => this.choose(this.chosen + 1),
      ArrowUp: () => this.chosen >= columns && this.choose(this.chosen - columns),
      ArrowDown: () => down < this.count && this.choose(down),
      Home: () => this.choose(first),
      End: () => this.choose(last),
      PageUp: () => this.turn(-1),
      PageDown: () => this.turn(1),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
    this.focus();
  }

  enlarge(index) {
    if (index < 0 || index >= this.count) return;
    this.choose(index);
    const room = Math.min(LARGEST, window.innerWidth - 64, window.innerHeight - 240);
    const zoom = room / Math.max(this.rows, this.columns);
    this.draw(this.large, index, zoom > 1 ? Math.floor(zoom) : zoom);
    this.large.classList.toggle("small", zoom < 1);
    this.large.setAttribute("aria-label", this.name(index));
    this.title.textContent = this.name(index);
    this.before.setAttribute("aria-disabled", index === 0);
    this.after.setAttribute("aria-disabled", index === this.count - 1);
    this.rest();
    if (!this.dialog.open) this.dialog.showModal();
  }

  rest() {
    this.level.textContent = "Point at a pixel: its level, 0 to 255.";
  }

  read({ offsetX, offsetY }) {
    const at = (offset, size, n) => Math.max(0, Math.min(n - 1, Math.floor((offset / size) * n)));
    const row = at(offsetY, this.large.clientHeight, this.rows);
    const column = at(offsetX, this.large.clientWidth, this.columns);
    const start = ((this.chosen * this.rows + row) * this.columns + column) * this.channels;
    const levels = [...this.levels.subarray(start, start + this.channels)];
    const told = levels.length === 1 ? levels[0] : ["red", "green", "blue"].map((name, c) => `${name} ${levels[c]}`).join(", ");
    this.level.textContent = `Row ${row + 1}, column ${column + 1}: ${told}`;
  }
}

// A caption breaks between its parts, as in "true : predicted · 99%", and within one only where that is too wide.
function captioned(text) {
  return text.split(" · ").flatMap((line, i) => [
    ...(i ? [element("br")] : []),
    ...line.split(/(?<= :) /).flatMap((part) => [element("span", { class: "part" }, part), " "]),
  ]);
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Gallery(root));
}
