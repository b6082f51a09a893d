// Ten outputs and the one-hot digit: two bars a row, and the squared difference.

const WORST = 1; // the largest square of a difference between numbers from 0 to 1

class TenOutputs {
  constructor(root) {
    this.fields = new Fields({ least: 0, most: 1, step: 0.05 });
    this.table = element("div", { class: "outputs", role: "group", "aria-label": "Ten outputs, the digit that is right, and the squared differences" });
    const key = (className, text) => element("span", {}, element("span", { class: `sample ${className}`, "aria-hidden": "true" }), text);
    this.body = element(
      "div",
      { class: "cost" },
      element("div", { class: "key" }, key("output", "output y"), key("target", "target t, one-hot")),
      this.table,
      this.fields.message,
    );
    root.append(this.body);
  }

  update({ data, setStateValue }) {
    this.fields.update(data, setStateValue);
    if (!this.rows) this.build(data.outputs.length);
    const anew = data.visit !== this.visit;
    this.visit = data.visit;
    // A digit that has been chosen but not yet arrived is newer than the server's.
    const digit = anew ? data.digit : (this.fields.pending.findLast((edit) => "digit" in edit)?.digit ?? data.digit);
    this.rows.forEach((row, k) => {
      this.fields.show(row.input, data.outputs[k], anew);
      this.draw(row, k, { ...data, digit });
    });
    Object.assign(this.body.dataset, { drawn: "", digit: data.digit, values: data.values.join(" ") });
  }

  build(n) {
    const ends = element("span", { class: "ends numbers", "aria-hidden": "true" }, element("span", {}, "0"), element("span", {}, "1"));
    const heads = ["Digit", "Output", ends, "", "(y \u2212 t)\u00b2"].map((text) => element("span", { class: "head" }, text));
    this.rows = Array.from({ length: n }, (_, k) => {
      const radio = element("input", { type: "radio", name: "digit", value: k, "aria-label": `${k} is right`, onchange: () => this.fields.tell({ digit: k }) });
      const bar = (className) => element("span", { class: `bar ${className}` });
      const row = { radio, input: this.fields.make("outputs", k, `Output for digit ${k}`), output: bar("output"), target: bar("target"), tag: element("span", { class: "tag" }), square: element("output", { class: "square numbers" }) };
      row.line = element("div", { class: "line" },
        element("label", { class: "digit numbers" }, radio, String(k)),
        row.input,
        element("div", { class: "bars" }, row.output, row.target),
        row.tag,
        row.square,
      );
      return row;
    });
    this.table.replaceChildren(element("div", { class: "line" }, ...heads), ...this.rows.map(({ line }) => line));
  }

  draw(row, k, { values, digit, largest, squares }) {
    row.radio.checked = k === digit;
    row.output.style.width = `${100 * values[k]}%`;
    row.target.hidden = k !== digit;
    const most = largest.includes(k);
    row.tag.textContent = [most && (largest.length > 1 ? "tied" : "largest"), k === digit && "right"].filter(Boolean).join(" and ");
    row.line.classList.toggle("truth", k === digit);
    row.line.classList.toggle("largest", most);
    row.square.textContent = readable(squares[k], 4);
    row.square.title = readable(squares[k], 6);
    paint(row.square, colourAt(SCALES.response, squares[k], WORST));
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new TenOutputs(root));
}
