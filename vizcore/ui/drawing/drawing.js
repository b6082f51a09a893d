// A picture that the server has drawn, or its narrow form where there is no room for it.

class Drawing {
  constructor(root) {
    this.body = element("div", { class: "drawing goes-on", role: "group", tabindex: 0 });
    this.hint = element("p", { class: "hint", hidden: true }, "It goes on at the right: swipe or scroll.");
    root.append(this.body, this.hint);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.body);
  }

  destroy() {
    this.observer.disconnect();
  }

  update({ data }) {
    this.data = data;
    this.body.setAttribute("aria-label", data.label);
    this.fit();
    this.body.dataset.drawn = "";
  }

  fit() {
    if (!this.data) return;
    const width = this.body.clientWidth;
    if (this.drawn === this.data && this.width === width) return;
    Object.assign(this, { drawn: this.data, width });
    this.show(this.data.svg);
    if (this.body.scrollWidth > width) this.show(this.data.narrow);
    this.hint.hidden = this.body.scrollWidth <= width;
  }

  show(svg) {
    if (svg !== this.svg) this.body.innerHTML = this.svg = svg;
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Drawing(root));
}
