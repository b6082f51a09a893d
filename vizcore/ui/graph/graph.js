// An expression as a graph: values go forward along its edges, gradients come back. What is known
// at each step comes from the server at once; stepping and hovering cost no traffic.

const NARROW = 600; // below this the graph runs downward
const TALL = 112; // of a node
const PITCH = { along: 380, across: 144 };
const SMALL_PITCH = { along: 172, across: 124 };
const [SMALLEST, LARGEST] = [72, 190]; // widths of a node
const GAP = 6; // from a node to its edges
const LONG_EDGE = 110; // room for the name of a slope beside its number

class Graph {
  constructor(root) {
    this.fields = new Fields({ step: 0.5, what: "picture" });
    this.player = new Player({ show: () => this.draw(), told: (step) => this.tell("stop", { step, n: Date.now() }) });
    this.lines = svg("svg", { class: "lines", "aria-hidden": "true" });
    this.boxes = element("div", { class: "boxes" });
    this.stage = element("div", { class: "stage", tabindex: "0", role: "group", "aria-roledescription": "graph" }, this.lines, this.boxes);
    this.sentence = element("p", { class: "sentence numbers" });
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    this.body = element("div", { class: "graph" }, this.player.bar, this.stage, this.sentence, this.fields.message, this.live);
    this.body.addEventListener("keydown", (event) => this.player.keyed(event));
    root.append(this.body);
    this.observer = new ResizeObserver(() => this.data && this.layout());
    this.observer.observe(this.body);
  }

  destroy() {
    this.player.stop();
    this.observer.disconnect();
  }

  update({ data, setStateValue }) {
    this.tell = setStateValue;
    this.fields.update(data, setStateValue);
    const anew = data.visit !== this.data?.visit;
    const names = data.nodes.map(({ name, formula }) => name + formula).join();
    this.data = data;
    this.stage.setAttribute("aria-label", `${data.label}. Left and right arrows step, Home and End go to the ends, space plays.`);
    this.player.last = data.steps.length - 1;
    if (names !== this.built) this.build(names);
    if (anew) {
      this.player.halt();
      this.player.step = data.step;
    }
    this.player.step = Math.min(this.player.step, this.player.last);
    this.inputs.forEach((input, i) => this.fields.show(input, data.texts[i], anew));
    this.layout();
  }

  build(names) {
    this.built = names;
    this.hovered = null;
    this.inputs = [];
    this.nodes = this.data.nodes.map((node) => this.buildNode(node));
    this.boxes.replaceChildren(...this.nodes.map(({ box }) => box));
    this.edges = this.data.edges.map(() => {
      const parts = { back: svg("path", { class: "edge-back" }), line: svg("path", { class: "edge" }), head: svg("path", { class: "head" }), label: svg("text", { class: "slope" }) };
      return { ...parts, group: svg("g", {}, parts.back, parts.line, parts.head) };
    });
    this.lines.replaceChildren(...this.edges.map(({ group }) => group), ...this.edges.map(({ label }) => label));
  }

  buildNode({ name, symbol, formula }) {
    const value = symbol ? element("span", { class: "value" }) : this.fields.make("numbers", this.inputs.length, `Input ${name}`);
    if (!symbol) this.inputs.push(value);
    const gradient = element("span", { class: "gradient" });
    const box = element("div", { class: symbol ? "node numbers" : "node input numbers", role: "group" }, element("span", { class: "formula" }, formula), value, gradient);
    // An input is reached by its field; of the others each is a stop of its own.
    if (symbol) box.tabIndex = 0;
    box.addEventListener("pointerenter", () => this.hover(name));
    box.addEventListener("pointerleave", () => this.hover(null));
    box.addEventListener("focusin", () => this.hover(name));
    box.addEventListener("focusout", () => this.hover(null));
    return { box, value, gradient };
  }

  // ---- Where things are ----

  layout() {
    const { nodes, edges } = this.data;
    const room = this.body.clientWidth - 26;
    const down = room < NARROW;
    const [along, across] = [0, 1].map((k) => Math.max(...nodes.map(({ place }) => place[k])));
    const size = { tall: TALL };
    const pitch = { ...(down ? SMALL_PITCH : PITCH) };
    if (down) {
      pitch.across = Math.min(pitch.across, room / (across + 1));
      size.wide = Math.max(SMALLEST, pitch.across - 8);
    } else {
      // The nodes take as much of the way as leaves room for the slopes on the edges.
      pitch.along = Math.min(pitch.along, room / (along + 0.7));
      size.wide = Math.min(LARGEST, 0.7 * pitch.along);
    }
    this.roomy = !down && pitch.along - size.wide > LONG_EDGE;
    const point = ([a, b]) => (down ? { x: b * pitch.across, y: a * pitch.along } : { x: a * pitch.along, y: b * pitch.across });
    const far = point([along, across]);
    const [wide, tall] = [far.x + size.wide, far.y + size.tall];
    Object.assign(this.boxes.style, { width: `${wide}px`, height: `${tall}px` });
    Object.assign(this.lines.style, { width: `${wide}px`, height: `${tall}px` });
    this.lines.setAttribute("viewBox", `0 0 ${wide} ${tall}`);
    this.body.classList.toggle("down", down);
    this.body.style.setProperty("--wide", `${size.wide}px`);
    this.body.style.setProperty("--tall", `${size.tall}px`);
    nodes.forEach(({ place }, i) => {
      const { x, y } = point(place);
      this.nodes[i].box.style.transform = `translate(${x}px, ${y}px)`;
    });
    const at = new Map(nodes.map(({ name, place }) => [name, point(place)]));
    edges.forEach(({ from, to }, i) => this.placeEdge(this.edges[i], at.get(from), at.get(to), size, down));
    this.draw();
  }

  // Edges that begin or end at the same node do so beside each other, so that they can be told
  // apart. A long bent edge has its slope in its middle, any other beside it.
  placeEdge({ back, line, head, label }, from, to, { wide, tall }, down) {
    const lean = (way, side) => Math.max(-side, Math.min(side, way * 0.3));
    const start = down ? { x: from.x + wide / 2, y: from.y + tall + GAP } : { x: from.x + wide + GAP, y: from.y + tall / 2 };
    const end = down ? { x: to.x + wide / 2, y: to.y - GAP } : { x: to.x - GAP, y: to.y + tall / 2 };
    const shift = down ? lean(end.x - start.x, wide / 4) : lean(end.y - start.y, tall / 5);
    const axis = down ? "x" : "y";
    start[axis] += shift;
    end[axis] -= shift;
    const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
    const bend = down ? `${start.x},${middle.y},${end.x},${middle.y}` : `${middle.x},${start.y},${middle.x},${end.y}`;
    for (const path of [back, line]) path.setAttribute("d", `M${start.x},${start.y}C${bend},${end.x},${end.y}`);
    const tip = ({ x, y }, sign) => (down ? `M${x - 6},${y - 9 * sign}L${x},${y}L${x + 6},${y - 9 * sign}` : `M${x - 9 * sign},${y - 6}L${x},${y}L${x - 9 * sign},${y + 6}`);
    head.tips = { forward: tip(end, 1), backward: tip(start, -1) };
    const side = 13 * Math.sign(end[axis] - start[axis]);
    const across = this.roomy || (!down && !shift) ? 0 : side || 13;
    const lift = this.roomy && shift ? 6 : down && !shift ? 5 : -8;
    label.setAttribute("x", middle.x + across);
    label.setAttribute("y", middle.y + lift);
    label.classList.toggle("inside", Boolean(this.roomy && shift));
  }

  // ---- One step ----

  draw() {
    const { data, player } = this;
    const now = data.steps[player.step];
    player.draw(`Step ${player.step + 1} of ${data.steps.length}`);
    const end = now.kind === "backward" ? data.edges[now.edge].from : now.node;
    data.nodes.forEach((node, i) => this.drawNode(node, this.nodes[i], now, node.name === now.node || node.name === end));
    data.edges.forEach((edge, i) => {
      const { group, head, label } = this.edges[i];
      const known = now.values.includes(edge.to);
      const passed = now.passed.includes(i);
      const working = now.kind === "backward" ? now.edge === i : now.kind === "forward" && edge.to === now.node;
      group.setAttribute("class", [known && "known", passed && "passed", working && "working"].filter(Boolean).join(" "));
      head.setAttribute("d", passed ? head.tips.backward : head.tips.forward);
      const text = readable(edge.slope);
      label.textContent = !known ? "" : this.roomy ? `${edge.name} = ${text}` : text;
    });
    if (!this.hovered) this.say(now.sentence);
    Object.assign(this.body.dataset, { drawn: "", step: player.step });
    this.markPath();
  }

  drawNode(node, { box, value, gradient }, now, working) {
    const known = now.values.includes(node.name);
    if (node.symbol) {
      value.textContent = known ? readable(node.value, 4) : "";
      value.title = known ? readable(node.value, 6) : "not yet computed";
    }
    const found = now.gradients[node.name];
    gradient.textContent = found ? `${found.name} = ${added(found)}` : "";
    gradient.title = found ? readable(found.total, 6) : "";
    gradient.classList.toggle("whole", Boolean(found?.whole));
    const said = [node.formula, known ? `value ${readable(node.value, 4)}` : "not yet computed", gradient.textContent].filter(Boolean).join(", ");
    box.setAttribute("aria-label", said);
    box.classList.toggle("open", !known);
    box.classList.toggle("working", working);
  }

  say(text) {
    this.sentence.textContent = text;
    if (!this.player.timer && this.live.textContent !== text) this.live.textContent = text;
  }

  // ---- Hovering: the ways from the inputs through a node to the result ----

  hover(name) {
    this.hovered = name;
    const { data, player } = this;
    this.sentence.textContent = name ? `${data.nodes.find((node) => node.name === name).paths}.` : data.steps[player.step].sentence;
    this.markPath();
  }

  markPath() {
    const { nodes, edges } = this.data;
    const reach = nodes.find(({ name }) => name === this.hovered)?.reach ?? null;
    nodes.forEach(({ name }, i) => this.nodes[i].box.classList.toggle("aside", Boolean(reach && !reach.includes(name))));
    edges.forEach(({ from, to }, i) => {
      const aside = Boolean(reach && !(reach.includes(from) && reach.includes(to)));
      for (const part of [this.edges[i].group, this.edges[i].label]) part.classList.toggle("aside", aside);
    });
  }
}

// A gradient, with what it adds up from.
function added({ terms, total }) {
  const signed = (value) => (value < 0 ? `(${readable(value)})` : readable(value));
  if (terms.length < 2) return readable(total);
  return `${[readable(terms[0]), ...terms.slice(1).map(signed)].join(" + ")} = ${readable(total)}`;
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Graph(root));
}
