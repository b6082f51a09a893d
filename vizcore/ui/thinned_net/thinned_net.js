// A small dense net, and the same net thinned by dropout. A node under the pointer or the focus
// shows its arithmetic, and the lines that reach it.

const [WIDE, NARROW, TALL, RADIUS, TOP] = [560, 400, 376, 25, 44];
const SUBSCRIPTS = "\u2080\u2081\u2082\u2083\u2084\u2085";
const LAYERS = ["inputs x", "hidden h", "hidden g", "outputs y"];
const LETTERS = ["x", "h", "g", "y"];

function bracketed(value) {
  const text = readable(value, 3);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

class ThinnedNet {
  constructor(root) {
    this.at = { net: 1, layer: 1, node: 0 };
    this.pictures = element("div", { class: "nets" });
    this.says = element("p", { class: "says numbers", "aria-live": "polite" });
    this.key = element("div", { class: "key" });
    this.body = element("div", { class: "thinned" }, this.pictures, this.says, this.key);
    root.append(this.body);
    this.observer = new ResizeObserver(() => this.data && this.wide !== this.fitting && this.drawAll());
    this.observer.observe(this.body);
  }

  destroy() {
    this.observer.disconnect();
  }

  // On a phone the layers stand closer together, so that the numbers stay legible.
  get fitting() {
    return this.body.clientWidth < 480 ? NARROW : WIDE;
  }

  update({ data }) {
    const stamp = JSON.stringify(data);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.data = data;
    this.drawAll();
  }

  drawAll() {
    this.wide = this.fitting;
    const focused = this.body.getRootNode().activeElement?.closest?.("[data-net]");
    this.nets = this.data.nets.map((net, k) => this.drawNet(net, k));
    this.pictures.replaceChildren(...this.nets.map(({ figure }) => figure));
    this.drawKey();
    this.look(this.at.net, this.at.layer, this.at.node, Boolean(focused));
    this.body.dataset.drawn = "";
  }

  outputs(net) {
    return [this.data.inputs, ...net.layers.map(({ output }) => output)];
  }

  kept(net, layer, node) {
    return layer === 0 || net.layers[layer - 1].kept[node];
  }

  drawNet(net, k) {
    const outputs = this.outputs(net);
    const x = (layer) => 44 + (layer * (this.wide - 88)) / (outputs.length - 1);
    const most = Math.max(...outputs.map((one) => one.length));
    const pitch = (TALL - TOP) / most;
    const y = (layer, node) => TOP + (TALL - TOP) / 2 + (node - (outputs[layer].length - 1) / 2) * pitch;
    const limit = Math.max(...this.data.nets.flatMap((one) => this.outputs(one).flat()).map(Math.abs));
    const heaviest = Math.max(...this.data.kernels.flat(2).map(Math.abs));
    const lines = [];
    this.data.kernels.forEach((kernel, layer) =>
      kernel.forEach((row, from) =>
        row.forEach((weight, to) => {
          if (!this.kept(net, layer, from) || !this.kept(net, layer + 1, to)) return;
          const line = svg("line", { x1: x(layer), y1: y(layer, from), x2: x(layer + 1), y2: y(layer + 1, to), class: weight < 0 ? "minus" : "plus", "data-layer": layer + 1, "data-to": to, "data-from": from });
          line.style.strokeWidth = 0.8 + (3 * Math.abs(weight)) / heaviest;
          lines.push(line);
        }),
      ),
    );
    const nodes = outputs.map((values, layer) => values.map((value, node) => this.drawNode({ net, k, layer, node, value, x: x(layer), y: y(layer, node), limit })));
    const titles = LAYERS.map((text, layer) => svg("text", { x: x(layer), y: 18, class: "layer" }, text));
    const picture = svg("svg", { viewBox: `0 0 ${this.wide} ${TALL}`, role: "group", "aria-label": `${net.caption}. Arrow keys move from node to node.` }, ...titles, ...lines, ...nodes.flat());
    picture.addEventListener("keydown", (event) => this.keyed(event));
    return { figure: element("figure", {}, element("figcaption", {}, net.caption), picture), nodes, lines };
  }

  drawNode({ net, k, layer, node, value, x, y, limit }) {
    const kept = this.kept(net, layer, node);
    const colours = colourAt(SCALES.response, value, limit);
    const shape = svg("circle", { r: RADIUS });
    const text = svg("text", { class: "value", x: kept ? 0 : RADIUS + 12, y: 5 }, readable(value));
    if (kept) {
      shape.style.fill = `rgb(${colours.join(",")})`;
      text.style.fill = inkOn(colours);
    }
    const r = RADIUS * 0.7;
    const cross = kept ? [] : [svg("path", { class: "cross", d: `M ${-r} ${-r} L ${r} ${r} M ${-r} ${r} L ${r} ${-r}` })];
    const group = svg("g", { transform: `translate(${x} ${y})`, class: kept ? "node" : "node dropped", tabindex: "-1", role: "img", "data-net": k, "data-layer": layer, "data-node": node, "data-value": value, "aria-label": `${LETTERS[layer]}${SUBSCRIPTS[node + 1]}: ${kept ? readable(value, 3) : "dropped, 0"}` }, shape, ...cross, text);
    group.addEventListener("pointerenter", () => this.look(k, layer, node));
    group.addEventListener("focus", () => this.look(k, layer, node));
    group.addEventListener("click", () => group.focus());
    return group;
  }

  look(net, layer, node, focus = false) {
    this.at = { net, layer, node };
    for (const [k, one] of this.nets.entries()) {
      // One Tab stop a net: the node looked at, or its first.
      const stop = k === net ? one.nodes[layer][node] : one.nodes[0][0];
      one.nodes.flat().forEach((each) => each.setAttribute("tabindex", each === stop ? "0" : "-1"));
      one.nodes.flat().forEach((each) => each.classList.toggle("looked", k === net && each === stop));
      one.lines.forEach((line) => line.classList.toggle("lit", k === net && Number(line.dataset.layer) === layer && Number(line.dataset.to) === node));
    }
    if (focus) this.nets[net].nodes[layer][node].focus();
    const text = this.explain(this.data.nets[net], layer, node);
    if (text !== this.says.textContent) this.says.textContent = text;
  }

  explain(net, layer, node) {
    const name = `${LETTERS[layer]}${SUBSCRIPTS[node + 1]}`;
    if (layer === 0) return `${name} = ${readable(this.data.inputs[node], 3)}, an input: it is never dropped.`;
    const { sums, active, kept, output } = net.layers[layer - 1];
    if (!kept[node]) return `${name} is dropped: its activation is 0, and its lines are gone.`;
    const before = this.outputs(net)[layer - 1];
    const terms = this.data.kernels[layer - 1].map((row, i) => [row[node], before[i], this.kept(net, layer - 1, i)]).filter(([, , there]) => there);
    const sum = terms.length ? terms.map(([weight, value]) => `${bracketed(weight)}\u00b7${bracketed(value)}`).join(" + ") : "nothing is left to add";
    const last = layer === net.layers.length;
    const relu = last ? "" : `; ReLU gives ${readable(active[node], 3)}`;
    const scaled = net.scaled && !last ? `; kept, so divided by 1 ${MINUS} ${readable(this.data.rate)} = ${readable(1 - this.data.rate)}: ${readable(output[node], 3)}` : "";
    return `${name}: ${sum} = ${readable(sums[node], 3)}${relu}${scaled}.`;
  }

  keyed(event) {
    const { net, layer, node } = this.at;
    const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if ((!across && !down) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { nodes } = this.nets[net];
    const to = Math.max(0, Math.min(nodes.length - 1, layer + across));
    this.look(net, to, Math.max(0, Math.min(nodes[to].length - 1, node + down)), true);
  }

  drawKey() {
    const line = (className) => {
      const picture = svg("svg", { width: 40, height: 12 }, svg("line", { x1: 0, x2: 40, y1: 6, y2: 6, class: className }));
      picture.setAttribute("aria-hidden", "true");
      return picture;
    };
    const entry = (picture, text) => element("span", {}, picture, text);
    const limit = Math.max(...this.data.nets.flatMap((one) => this.outputs(one).flat()).map(Math.abs));
    this.key.replaceChildren(
      entry(line("plus"), "weight above 0"),
      entry(line("minus"), "weight below 0, dashed"),
      entry("", "thicker: larger weight"),
      legend("activation", SCALES.response, limit),
    );
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new ThinnedNet(root));
}
