// A picture that the server has drawn.

class Drawing {
  constructor(root) {
    this.body = element("div", { class: "drawing", role: "group", tabindex: 0 });
    root.append(this.body);
  }

  update({ data: { svg, label } }) {
    this.body.setAttribute("aria-label", label);
    if (svg !== this.svg) this.body.innerHTML = this.svg = svg;
    this.body.dataset.drawn = "";
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Drawing(root));
}
