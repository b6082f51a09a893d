// Small pictures as one choice: a radio group in two rows that scroll sideways.

const ROWS = 2;
const LARGEST = 64; // CSS pixels of a picture's longer side

class PictureStrip {
  constructor(root) {
    this.body = element("div", { class: "strip goes-on", role: "radiogroup", onkeydown: (event) => this.press(event) });
    root.append(this.body);
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
    if (!this.waiting) this.mark(header.chosen, visited);
    this.body.dataset.drawn = this.buttons.length;
  }

  draw({ shape: [count, rows, columns, channels], titles, label }, levels) {
    this.columns = Math.ceil(count / ROWS);
    const side = Math.max(rows, columns);
    const zoom = side <= LARGEST ? Math.floor(LARGEST / side) : LARGEST / side;
    this.body.setAttribute("aria-label", label);
    this.body.style.gridTemplateColumns = `repeat(${this.columns}, max-content)`;
    this.buttons = titles.map((title, i) => {
      const canvas = element("canvas", { width: columns, height: rows, class: zoom < 1 ? "small" : "", "aria-hidden": "true" });
      Object.assign(canvas.style, { width: `${columns * zoom}px`, height: `${rows * zoom}px` });
      canvas.getContext("2d").putImageData(imageOf(levels.subarray(i * rows * columns * channels), rows, columns, channels), 0, 0);
      return element("button", { type: "button", role: "radio", "aria-label": title, title, onclick: () => this.choose(i) }, canvas);
    });
    this.body.replaceChildren(...this.buttons);
  }

  mark(place, reveal) {
    this.chosen = place;
    this.buttons.forEach((button, i) => {
      button.setAttribute("aria-checked", String(i === place));
      button.tabIndex = i === place ? 0 : -1;
    });
    if (reveal) this.reveal();
  }

  // Sideways alone: the page must not move.
  reveal() {
    const { offsetLeft, offsetWidth } = this.buttons[this.chosen];
    const { scrollLeft, clientWidth } = this.body;
    if (offsetLeft < scrollLeft) this.body.scrollLeft = offsetLeft - 8;
    else if (offsetLeft + offsetWidth > scrollLeft + clientWidth) this.body.scrollLeft = offsetLeft + offsetWidth - clientWidth + 8;
  }

  choose(place) {
    if (place === this.chosen) return;
    this.waiting = true;
    this.mark(place, true);
    this.tell(place);
  }

  press(event) {
    const last = this.buttons.length - 1;
    const place = {
      ArrowLeft: this.chosen - 1,
      ArrowRight: this.chosen + 1,
      ArrowUp: this.chosen - this.columns,
      ArrowDown: this.chosen + this.columns,
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
