// A kernel typed cell by cell. What is not a number is marked and named, and the last good kernel
// stays in force: text never turns into 0, and a minus is never lost.

const SIZES = Array.from({ length: 15 }, (_, i) => i + 1);

class KernelEditor {
  constructor(root) {
    this.edit = 0; // the number of the last kernel told to the server
    this.told = null; // its text
    this.resets = 0;
    this.seen = null; // what the server said last
    this.given = {};
    this.root = root;
    this.grid = element("div", { class: "cells", role: "group" });
    this.grid.addEventListener("input", () => this.typed());
    // Once left, a number stands with a true minus, as everywhere.
    root.addEventListener("focusout", ({ target }) => target.matches("input") && (target.value = signed(target.value)));
    this.grid.addEventListener("keydown", (event) => this.keyed(event));
    this.grid.addEventListener("focusin", (event) => event.target.select?.());
    this.rows = this.sizeSelect("Rows");
    this.columns = this.sizeSelect("Columns");
    this.divisor = this.field("Divisor", "Every cell is divided by this number");
    this.bias = this.field("Bias", "Added to the sum of products");
    this.message = element("p", { class: "message", role: "alert" });
    const action = (text, title, act) => element("button", { type: "button", title, onclick: act }, text);
    root.append(
      element(
        "div",
        { class: "settings" },
        this.rows.label,
        this.columns.label,
        this.divisor.label,
        this.bias.label,
      ),
      element("div", { class: "scroll" }, this.grid),
      this.message,
      element(
        "div",
        { class: "actions" },
        action("Flip", "Turn the kernel by 180°: correlation becomes convolution, and back", () => this.flip()),
        action("Normalise", "Set the divisor so that the weights sum to 1", () => this.normalise()),
        (this.reset = action("Reset", "Back to the filter as it was chosen", () => this.undo())),
      ),
    );
  }

  sizeSelect(name) {
    const select = element("select", { onchange: () => this.resize() }, ...SIZES.map((n) => element("option", { value: n }, String(n))));
    return { select, label: element("label", {}, name, select) };
  }

  field(name, title) {
    const input = element("input", { inputmode: "text", autocomplete: "off", spellcheck: "false", "data-name": name, title });
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.keyed(event));
    return { input, label: element("label", {}, name, input) };
  }

  update({ data, setStateValue }) {
    // A state, not a trigger: Streamlit loses a trigger when another control follows at once.
    this.send = (kernel) => setStateValue("kernel", kernel);
    this.given = data;
    const { cells, divisor, bias, owner, edit } = data;
    const kernel = JSON.stringify({ cells, divisor, bias });
    const news = `${owner} ${edit} ${kernel}`;
    if (news === this.seen) return this.mark();
    this.seen = news;
    // What answers an edit is on screen already, perhaps with more typed since.
    const mine = owner === this.owner && edit !== null;
    if (mine && (edit < this.edit || (edit === this.edit && kernel === this.told))) return this.mark();
    this.owner = owner;
    this.edit = edit ?? 0;
    this.told = null;
    this.show(data);
  }

  show({ cells, divisor, bias }) {
    this.shape = [cells.length, cells[0].length];
    this.rows.select.value = cells.length;
    this.columns.select.value = cells[0].length;
    this.divisor.input.value = signed(divisor);
    this.bias.input.value = signed(bias);
    const [kh, kw] = this.shape;
    const longest = Math.max(...cells.flat().map((text) => text.length));
    this.grid.style.gridTemplateColumns = `repeat(${kw}, minmax(44px, ${Math.max(longest, 5) + 2}ch))`;
    this.grid.setAttribute("aria-label", `Kernel, ${kh} rows and ${kw} columns`);
    const inputs = cells.flatMap((row, r) =>
      row.map((text, c) =>
        element("input", {
          inputmode: "text",
          autocomplete: "off",
          spellcheck: "false",
          "aria-label": `Row ${r + 1}, column ${c + 1}`,
          "data-name": `Row ${r + 1}, column ${c + 1}`,
          "data-r": r,
          "data-c": c,
        }),
      ),
    );
    inputs.forEach((input, i) => (input.value = signed(cells.flat()[i])));
    this.grid.replaceChildren(...inputs);
    this.mark();
  }

  get inputs() {
    return [...this.grid.children, this.divisor.input, this.bias.input];
  }

  // The kernel as typed, or null while something in it is no number.
  read() {
    const texts = this.inputs.map((input) => parseNumber(input.value));
    if (texts.some(({ problem }) => problem) || texts.at(-2).value === 0) return null;
    const [kh, kw] = this.shape;
    const cells = Array.from({ length: kh }, (_, r) => texts.slice(r * kw, (r + 1) * kw).map(({ text }) => text));
    return { cells, divisor: texts.at(-2).text, bias: texts.at(-1).text };
  }

  // Colour the good cells, mark and name the first bad one.
  mark() {
    const parsed = this.inputs.map((input) => ({ input, ...parseNumber(input.value) }));
    const divisor = parsed.at(-2);
    if (divisor.value === 0) divisor.problem = "The divisor cannot be 0. Type something like 1, 9 or 16.";
    const cells = parsed.slice(0, -2);
    const limit = Math.max(...cells.map(({ value }) => Math.abs(value ?? 0)));
    for (const { input, value, problem } of cells) {
      if (problem) input.style.background = input.style.color = "";
      else paint(input, colourAt(SCALES.weight, value, limit));
    }
    for (const { input, problem } of parsed) {
      if (problem) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    const [bad, ...others] = parsed.filter(({ problem }) => problem);
    const also = others.length ? ` Also wrong: ${others.map(({ input }) => input.dataset.name).join("; ")}.` : "";
    this.message.textContent = bad ? `${bad.input.dataset.name}: ${bad.problem}${also} The last good kernel stays in force.` : "";
    this.reset.disabled = !this.given.changed && !bad;
  }

  typed() {
    this.mark();
    this.tell();
  }

  tell() {
    const kernel = this.read();
    if (!kernel) return;
    this.told = JSON.stringify(kernel);
    this.send({ ...kernel, edit: ++this.edit, owner: this.owner });
  }

  undo() {
    this.seen = this.told = null;
    this.show(this.given);
    this.send({ reset: ++this.resets });
  }

  keyed(event) {
    const { target, key } = event;
    if (event.ctrlKey && target.dataset.r !== undefined) {
      const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
      const next = move && this.grid.querySelector(`[data-r="${Number(target.dataset.r) + move[0]}"][data-c="${Number(target.dataset.c) + move[1]}"]`);
      if (next) {
        event.preventDefault();
        next.focus();
      }
      return;
    }
    const by = { ArrowUp: 1, ArrowDown: -1 }[key];
    if (!by) return;
    const { value, problem } = parseNumber(target.value);
    if (problem) return;
    event.preventDefault();
    target.value = signed(String(Number((value + by).toFixed(6))));
    this.typed();
  }

  resize() {
    const [kh, kw] = [Number(this.rows.select.value), Number(this.columns.select.value)];
    const [oldHigh, oldWide] = this.shape;
    const old = [...this.grid.children].map((input) => input.value);
    // The kernel stays in the middle: a 3×3 grown to 5×5 does the same to the picture.
    const [down, across] = [Math.floor((kh - 1) / 2) - Math.floor((oldHigh - 1) / 2), Math.floor((kw - 1) / 2) - Math.floor((oldWide - 1) / 2)];
    const cells = Array.from({ length: kh }, (_, r) =>
      Array.from({ length: kw }, (_, c) => {
        const [i, j] = [r - down, c - across];
        return i >= 0 && j >= 0 && i < oldHigh && j < oldWide ? old[i * oldWide + j] : "0";
      }),
    );
    this.change(cells);
  }

  flip() {
    const [kh, kw] = this.shape;
    const turned = [...this.grid.children].map((input) => input.value).reverse();
    this.change(Array.from({ length: kh }, (_, r) => turned.slice(r * kw, (r + 1) * kw)));
  }

  normalise() {
    const kernel = this.read();
    if (!kernel) return;
    const sum = kernel.cells.flat().reduce((total, text) => total + parseNumber(text).value, 0);
    if (Math.abs(sum) < 1e-9) {
      this.message.textContent = "These weights sum to 0, so no divisor makes them sum to 1.";
      return;
    }
    this.divisor.input.value = signed(String(Number(sum.toPrecision(10))));
    this.typed();
  }

  change(cells) {
    this.show({ cells, divisor: this.divisor.input.value, bias: this.bias.input.value });
    this.tell();
  }
}

function signed(text) {
  return text.replace("-", MINUS);
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new KernelEditor(root));
}
