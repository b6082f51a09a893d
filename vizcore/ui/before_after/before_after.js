// A photo, its feature map and the map after its activation; one pixel is looked at in all three.

const NAMES = ["negative", "zero", "positive"];

class BeforeAfter {
  constructor(root) {
    this.at = null;
    this.panels = ["photo", "before", "after"].map((name) => this.panel(name));
    this.legend = element("div", { class: "legends" });
    this.says = element("p", { class: "says numbers" });
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    this.shares = element("div", { class: "shares numbers" });
    this.body = element(
      "div",
      { class: "before-after" },
      element("div", { class: "panels" }, ...this.panels.map(({ figure }) => figure)),
      this.says,
      this.legend,
      this.shares,
      this.live,
    );
    root.append(this.body);
  }

  panel(name) {
    const canvas = element("canvas", { class: name });
    const mark = element("span", { class: "mark", "aria-hidden": "true" });
    const caption = element("figcaption", {});
    const box = element("div", { class: "box", tabindex: "0", role: "application", "aria-roledescription": "picture with a pointer" }, canvas, mark);
    const point = (event) => {
      const frame = canvas.getBoundingClientRect();
      const place = (at, start, size, n) => Math.floor(((at - start) / size) * n);
      this.moveTo(place(event.clientY, frame.top, frame.height, this.data.rows), place(event.clientX, frame.left, frame.width, this.data.columns));
    };
    box.addEventListener("pointermove", point);
    box.addEventListener("pointerdown", point);
    box.addEventListener("keydown", (event) => this.keyed(event));
    return { canvas, mark, caption, box, figure: element("figure", {}, caption, box) };
  }

  update({ data }) {
    const { header, parts } = unpack(data);
    const stamp = JSON.stringify(header) + sample(parts);
    if (stamp === this.stamp) return;
    const anew = header.rows !== this.data?.rows || header.columns !== this.data?.columns;
    this.stamp = stamp;
    this.data = header;
    // Copied, since numbers of four bytes cannot be read at every place of a blob.
    const [before, after] = parts.slice(1).map((part) => new Float32Array(part.slice().buffer));
    this.planes = { photo: parts[0], before, after };
    this.paintAll();
    if (anew || !this.at) this.at = header.at;
    this.drawShares();
    this.moveTo(...this.at);
    this.body.dataset.drawn = "";
  }

  paintAll() {
    const { rows, columns, limit, title } = this.data;
    const captions = { photo: "Photo in grey", before: "Before: the filter's response r", after: `After: ${title}` };
    const scales = { photo: [GREY, 255], before: [SCALES.response, limit], after: [SCALES.response, limit] };
    for (const { canvas, caption, box } of this.panels) {
      const name = canvas.className;
      caption.textContent = captions[name];
      box.setAttribute("aria-label", `${captions[name]}, ${rows} rows and ${columns} columns. Arrow keys move the pointer by one pixel, with Shift by ten.`);
      Object.assign(canvas, { width: columns, height: rows });
      colour(canvas, this.planes[name], ...scales[name]);
    }
    this.legend.replaceChildren(legend("Both maps:", SCALES.response, limit), legend("Photo:", GREY, 255));
  }

  moveTo(row, column) {
    const { rows, columns, title, formula } = this.data;
    this.at = [Math.max(0, Math.min(rows - 1, row)), Math.max(0, Math.min(columns - 1, column))];
    const i = this.at[0] * columns + this.at[1];
    const [photo, before, after] = ["photo", "before", "after"].map((name) => this.planes[name][i]);
    for (const { mark } of this.panels) {
      mark.style.left = `${(100 * (this.at[1] + 0.5)) / columns}%`;
      mark.style.top = `${(100 * (this.at[0] + 0.5)) / rows}%`;
    }
    this.says.textContent = `Row ${this.at[0] + 1}, column ${this.at[1] + 1}: grey level ${photo}, response r = ${readable(before, 3)}, then ${title}: ${formula} = ${readable(after, 3)}`;
    Object.assign(this.body.dataset, { at: this.at.join(","), before, after });
  }

  keyed(event) {
    const far = event.shiftKey ? 10 : 1;
    const step = { ArrowUp: [-far, 0], ArrowDown: [far, 0], ArrowLeft: [0, -far], ArrowRight: [0, far] }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.moveTo(this.at[0] + step[0], this.at[1] + step[1]);
    this.live.textContent = this.says.textContent;
  }

  drawShares() {
    const bar = (name, parts) => {
      const text = parts.map((part, k) => `${readable(100 * part, 1)}% ${NAMES[k]}`).join(", ");
      const pieces = parts.map((part, k) => {
        const piece = element("span", { class: `piece ${NAMES[k]}` });
        piece.style.width = `${100 * part}%`;
        return piece;
      });
      return element("div", { class: "share" }, element("span", { class: "name" }, name), element("span", { class: "whole", "aria-hidden": "true" }, ...pieces), element("span", {}, text));
    };
    this.shares.replaceChildren(bar("Before", this.data.shares[0]), bar("After", this.data.shares[1]));
  }
}

// A map that changed in a single pixel is another map.
function sample(parts) {
  let hash = 0;
  for (const part of parts) for (const byte of part) hash = (hash * 31 + byte) | 0;
  return hash;
}

const STEPS = 255; // colours on either side of zero, more than an eye tells apart

function colour(canvas, plane, scale, limit) {
  const shades = Array.from({ length: 2 * STEPS + 1 }, (_, i) => colourAt(scale, i - STEPS, STEPS));
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  plane.forEach((value, i) => {
    const [red, green, blue] = shades[Math.round((value / limit) * STEPS) + STEPS];
    image.data.set([red, green, blue, 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new BeforeAfter(root));
}
