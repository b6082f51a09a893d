// Small pictures as one choice: a radio group, and where not all of them fit, pages to turn.

const ROWS = 2;
const LARGEST = 64; // CSS pixels of a picture's longer side
const GAP = 6;
const RIM = 5;
const TURNER = 44; // a button at either side

class PictureStrip {
  constructor(root) {
    this.strip = element("div", { class: "strip", role: "radiogroup", onkeydown: (event) => this.press(event) });
    this.back = iconButton("previous", "Pictures before these", () => this.turn(-1));
    this.on = iconButton("next", "Pictures behind these", () => this.turn(1));
    this.told = element("p", { class: "told numbers", role: "status" });
    this.body = element("div", { class: "pages" }, this.back, this.strip, this.on, this.told);
    this.observer = new ResizeObserver(() => this.buttons && this.body.clientWidth !== this.room && this.arrange());
    this.observer.observe(this.body);
    root.append(this.body);
  }

  destroy() {
    this.observer.disconnect();
  }

  update({ data, setTriggerValue }) {
    this.tell = (place) => setTriggerValue("choice", place);
    const { header, parts } = unpack(data);
    const stamp = JSON.stringify([header.shape, header.titles, header.label]) + parts[0].join();
    const anew = stamp !== this.stamp;
    if (anew) this.draw(header, parts[0]);
    this.stamp = stamp;
    const visited = anew || header.visit !== this.visit;
    this.visit = header.visit;
    // What answers an older choice would undo the newer one.
    if (visited || header.chosen === this.chosen) this.waiting = false;
    if (!this.waiting) this.mark(header.chosen);
    if (visited) this.arrange();
    this.strip.dataset.drawn = this.buttons.length;
  }

  draw({ shape: [, rows, columns, channels], titles, label }, levels) {
    const side = Math.max(rows, columns);
    const zoom = side <= LARGEST ? Math.floor(LARGEST / side) : LARGEST / side;
    this.picture = { wide: columns * zoom, tall: rows * zoom };
    this.strip.setAttribute("aria-label", label);
    this.buttons = titles.map((title, i) => {
      const canvas = element("canvas", { width: columns, height: rows, class: zoom < 1 ? "small" : "", "aria-hidden": "true" });
      Object.assign(canvas.style, { width: `${this.picture.wide}px`, height: `${this.picture.tall}px` });
      canvas.getContext("2d").putImageData(imageOf(levels.subarray(i * rows * columns * channels), rows, columns, channels), 0, 0);
      return element("button", { type: "button", role: "radio", "aria-label": title, title, onclick: () => this.choose(i) }, canvas);
    });
    this.strip.replaceChildren(...this.buttons);
  }

  // ---- Pages ----

  // As many as fit, in rows that are equally long; at the sides there may be buttons.
  arrange() {
    const count = this.buttons.length;
    this.room = this.body.clientWidth;
    const fit = (room) => Math.max(1, Math.floor((room - 2 * RIM + GAP) / (this.picture.wide + GAP)));
    const paged = fit(this.room) * ROWS < count;
    // On a phone, what stands below is not to be pushed out of sight.
    const rows = count <= fit(this.room) || (paged && matchMedia("(max-width: 640px)").matches) ? 1 : ROWS;
    this.columns = paged ? fit(this.room - 2 * TURNER) : Math.ceil(count / rows);
    this.perPage = paged ? this.columns * rows : count;
    for (const part of [this.back, this.on, this.told]) part.hidden = !paged;
    this.strip.style.gridTemplateColumns = `repeat(${this.columns}, max-content)`;
    this.strip.style.minHeight = `${rows * (this.picture.tall + GAP) - GAP + 2 * RIM}px`;
    this.reveal();
  }

  reveal() {
    this.showPage(Math.floor(this.chosen / this.perPage));
  }

  turn(by) {
    this.showPage(Math.max(0, Math.min(this.page + by, Math.ceil(this.buttons.length / this.perPage) - 1)));
  }

  showPage(page) {
    const [first, count] = [page * this.perPage, this.buttons.length];
    const last = Math.min(first + this.perPage, count);
    this.page = page;
    this.buttons.forEach((button, i) => (button.hidden = i < first || i >= last));
    this.back.setAttribute("aria-disabled", first === 0);
    this.on.setAttribute("aria-disabled", last === count);
    this.told.textContent = `${first + 1}–${last} of ${count}`;
    this.letIn();
  }

  // One of those in sight can be reached by Tab: the chosen one, if it is there.
  letIn() {
    const first = this.page * this.perPage;
    const inSight = this.chosen >= first && this.chosen < first + this.perPage;
    this.buttons.forEach((button, i) => (button.tabIndex = i === (inSight ? this.chosen : first) ? 0 : -1));
  }

  // ---- The choice ----

  mark(place) {
    this.chosen = place;
    this.buttons.forEach((button, i) => button.setAttribute("aria-checked", String(i === place)));
    if (this.perPage) this.letIn();
  }

  choose(place) {
    if (place === this.chosen) return;
    this.waiting = true;
    this.mark(place);
    this.reveal();
    this.tell(place);
  }

  press(event) {
    const last = this.buttons.length - 1;
    const at = this.buttons.indexOf(event.composedPath()[0]);
    const place = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - this.columns,
      ArrowDown: at + this.columns,
      Home: 0,
      End: last,
    }[event.key];
    if (place === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (place < 0 || place > last) return;
    this.choose(place);
    this.buttons[place].focus({ preventScroll: true });
  }
}

function imageOf(levels, rows, columns, channels) {
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = levels[i * channels + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  return image;
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new PictureStrip(root));
}
