// A layer table: choose a row to see its formulas and to change it. The browser holds what was
// changed until the server has worked it out; what cannot be is named, and the table stays.

const HEADS = ["Layer", "", "Output", "Parameters", "Multiply-adds", "Receptive field"];

function commas(value) {
  return value.toLocaleString("en-US");
}

class Layers {
  constructor(root) {
    this.sent = 0;
    this.body = element("div", { class: "layers" });
    this.picture = element("div", { class: "picture goes-on", role: "group", tabindex: 0, "aria-label": "Volumes of the network" });
    this.picture.addEventListener("click", (event) => {
      const volume = event.target.closest?.(".volume");
      const row = volume ? this.data.groups.indexOf(Number(volume.dataset.row)) : -1;
      if (row >= 0) this.choose(row, true);
    });
    this.table = element("div", { class: "scroll", role: "group", tabindex: 0, "aria-label": "Layer table" });
    this.hint = element("p", { class: "more", hidden: true }, "The table goes on: scroll in its frame.");
    this.observer = new ResizeObserver(() => this.showEdges());
    this.observer.observe(this.table);
    this.table.addEventListener("scroll", () => this.showEdges());
    this.input = element("fieldset", { class: "input" });
    this.editor = element("fieldset", { class: "editor" });
    this.message = element("p", { class: "message", role: "alert" });
    this.formulas = element("dl", { class: "formulas numbers" });
    this.title = element("h3", {});
    this.body.append(
      this.picture,
      element(
        "div",
        { class: "halves" },
        element("div", { class: "left" }, this.table, this.hint),
        element("div", { class: "right" }, this.input, this.editor, this.message, this.title, this.formulas),
      ),
    );
    root.append(this.body);
  }

  update({ data, setStateValue }) {
    this.send = (told) => setStateValue("told", { ...told, number: ++this.sent });
    const visited = data.visit !== this.data?.visit;
    // What answers an older change would undo the newer one.
    if (!visited && data.answer < this.sent) return;
    const network = JSON.stringify([data.input, data.layers]);
    const changed = visited || network !== this.network || data.frozen !== this.data?.frozen;
    const answered = data.answer !== this.data?.answer || !data.problem !== !this.data?.problem;
    this.data = data;
    this.network = network;
    if (changed) {
      this.row = data.row;
      this.drawTable();
    }
    this.showNote(data.note);
    if (!changed && !answered) return;
    this.draft = structuredClone({ input: data.input, layers: data.layers });
    // A field that was refused keeps what was typed, so that it can be mended.
    const redraw = changed || !data.problem;
    if (redraw) this.drawInput();
    this.choose(this.row, false, redraw);
    this.showProblem(data.problem);
    this.showEdges();
    this.body.dataset.drawn = "";
  }

  drawTable() {
    const { rows, totals } = this.data;
    if (this.svg !== this.data.svg) this.picture.innerHTML = this.svg = this.data.svg;
    const cell = (text, name, head) => element("td", { class: name, "data-head": head }, text);
    this.radios = rows.map(({ name }, i) => element("input", { type: "radio", name: "row", value: i, "aria-label": `Row ${i + 1}, ${name}`, onchange: () => i !== this.row && this.choose(i, true) }));
    this.lines = rows.map((row, i) => {
      const label = element("label", {}, this.radios[i], element("span", { class: "number" }, String(i + 1)), row.name);
      const line = element(
        "tr",
        {},
        element("th", { scope: "row" }, label),
        this.what(row, i),
        cell(row.shape, "figure", HEADS[2]),
        cell(commas(row.parameters), "figure", HEADS[3]),
        cell(commas(row.multiplyAdds), "figure", HEADS[4]),
        cell(row.field, "figure", HEADS[5]),
      );
      line.addEventListener("click", () => i !== this.row && this.choose(i, true));
      return line;
    });
    const learned = totals.trainable < totals.parameters ? `${commas(totals.trainable)} learned` : "";
    this.table.replaceChildren(
      element(
        "table",
        { class: "numbers" },
        element("thead", {}, element("tr", {}, ...HEADS.map((head, i) => element("th", { scope: "col", class: i > 1 ? "figure" : "" }, head || "Settings")))),
        element("tbody", {}, ...this.lines),
        element(
          "tfoot",
          {},
          element(
            "tr",
            {},
            element("th", { scope: "row" }, "Total"),
            cell(learned, "what"),
            cell("", "figure"),
            cell(commas(totals.parameters), "figure", HEADS[3]),
            cell(commas(totals.multiply_adds), "figure", HEADS[4]),
            cell("", "figure"),
          ),
        ),
      ),
    );
  }

  what(row, i) {
    const told = element("td", { class: "what" }, row.what);
    if (i < this.data.frozen && row.parameters) told.append(element("span", { class: "frozen" }, "❄\ufe0e frozen"));
    return told;
  }

  // Where rows are hidden there is a shadow: above the foot, below the head.
  showEdges() {
    const { scrollTop, scrollHeight, clientHeight } = this.table;
    this.table.classList.toggle("more-above", scrollTop > 1);
    this.table.classList.toggle("more-below", scrollTop + clientHeight < scrollHeight - 1);
    this.hint.hidden = scrollHeight <= clientHeight + 1;
  }

  destroy() {
    this.observer.disconnect();
  }

  drawInput() {
    const names = ["rows", "columns", "channels"];
    const fields = names.map((name, i) => {
      const field = element("input", { type: "number", min: 1, max: this.data.limits[i], step: 1, value: this.draft.input[i] });
      field.addEventListener("change", () => this.change(field, (draft) => (draft.input[i] = number(field))));
      return element("label", {}, name[0].toUpperCase() + name.slice(1), field);
    });
    this.input.replaceChildren(element("legend", {}, "Input"), element("div", { class: "fields" }, ...fields));
  }

  choose(row, tell, redraw = true) {
    this.row = Math.max(0, Math.min(row, this.data.rows.length - 1));
    const now = this.data.rows[this.row];
    this.radios.forEach((radio, i) => (radio.checked = i === this.row));
    this.lines.forEach((line, i) => line.classList.toggle("chosen", i === this.row));
    for (const volume of this.picture.querySelectorAll(".volume"))
      volume.classList.toggle("chosen", Number(volume.dataset.row) === this.data.groups[this.row]);
    this.reveal();
    this.title.textContent = `Row ${this.row + 1}, ${now.name}: output ${now.shape}`;
    this.formulas.replaceChildren(...now.formulas.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
    if (redraw) this.drawEditor();
    this.body.dataset.row = this.row;
    if (tell) this.send({ row: this.row, input: null, layers: null });
  }

  // Bring the row and its volume into their frames, without moving the page.
  reveal() {
    const [line, volume] = [this.lines[this.row], this.picture.querySelector(".volume.chosen")];
    const [frame, at] = [this.table.getBoundingClientRect(), line.getBoundingClientRect()];
    const [head, foot] = ["thead", "tfoot"].map((part) => this.table.querySelector(part).getBoundingClientRect().height);
    if (at.top < frame.top + head) this.table.scrollTop -= frame.top + head - at.top;
    else if (at.bottom > frame.bottom - foot) this.table.scrollTop += at.bottom - frame.bottom + foot;
    const [view, box] = [this.picture.getBoundingClientRect(), volume.getBoundingClientRect()];
    if (box.left < view.left) this.picture.scrollLeft -= view.left - box.left + 16;
    else if (box.right > view.right) this.picture.scrollLeft += box.right - view.right + 16;
  }

  drawEditor() {
    const layer = this.draft.layers[this.row];
    const kind = this.data.kinds.find((one) => one.kind === layer.kind);
    const select = choice(
      this.data.kinds.map(({ kind, title }) => [kind, title]),
      layer.kind,
      (value) => this.change(select, (draft) => (draft.layers[this.row] = this.fresh(value, layer.arguments))),
    );
    const fields = kind.arguments.map((argument) => element("label", { class: argument.wide && "wide" }, argument.label, this.field(argument, layer.arguments[argument.name])));
    const action = (text, name, act, off) => {
      // Not disabled: the focus that has just pressed it would be lost.
      const button = element("button", { type: "button", "aria-label": name, title: name, onclick: () => off || act() }, text);
      if (off) button.setAttribute("aria-disabled", "true");
      return button;
    };
    const { length } = this.draft.layers;
    const held = this.editor.getRootNode().activeElement;
    const focus = this.editor.contains(held) ? (held.ariaLabel ?? held.closest("label")?.firstChild.textContent) : null;
    this.editor.replaceChildren(
      element("legend", {}, `Row ${this.row + 1}`),
      this.row < this.data.frozen ? element("p", { class: "hint" }, "Kept as it is. Change it, and this row and all below it are trained.") : "",
      element("div", { class: "fields" }, element("label", { class: "wide" }, "Kind", select), ...fields),
      element(
        "div",
        { class: "actions" },
        action("Add below", "Add a layer below this row", () => this.add(), length >= this.data.most),
        action("↑", "Move this row up", () => this.move(-1), this.row === 0),
        action("↓", "Move this row down", () => this.move(1), this.row === length - 1),
        action("Remove", "Remove this row", () => this.remove(), length === 1),
      ),
    );
    if (focus)
      [...this.editor.querySelectorAll("input, select, button")].find((one) => (one.ariaLabel ?? one.closest("label")?.firstChild.textContent) === focus)?.focus();
  }

  field(argument, value) {
    const set = (field, read) => this.change(field, (draft) => (draft.layers[this.row].arguments[argument.name] = read()));
    if (argument.type === "switch") {
      const box = element("input", { type: "checkbox", checked: value });
      box.addEventListener("change", () => set(box, () => box.checked));
      return box;
    }
    if (argument.type === "words") {
      const words = argument.words.some(([word]) => word === value) ? argument.words : [...argument.words, [value, String(value)]];
      const select = choice(words, value, (chosen) => set(select, () => chosen));
      return select;
    }
    const { least, most, step } = argument;
    const box = element("input", { type: "number", min: least, max: most, step, value });
    box.addEventListener("change", () => set(box, () => number(box)));
    return box;
  }

  // A layer of another kind keeps the arguments that both have.
  fresh(kind, given = {}) {
    const { arguments: wanted } = this.data.kinds.find((one) => one.kind === kind);
    const allowed = ({ type, words, name }) => name in given && (type !== "words" || words.some(([word]) => word === given[name]));
    const values = wanted.map((one) => [one.name, allowed(one) ? given[one.name] : one.first]);
    return { kind, arguments: Object.fromEntries(values) };
  }

  add() {
    const layer = this.data.rows[this.row].flat ? this.fresh("relu") : this.fresh("conv", { padding: "same" });
    this.change(null, (draft) => draft.layers.splice(this.row + 1, 0, layer), this.row + 1);
  }

  remove() {
    this.change(null, (draft) => draft.layers.splice(this.row, 1), Math.min(this.row, this.draft.layers.length - 2));
  }

  move(by) {
    const to = this.row + by;
    this.change(null, (draft) => draft.layers.splice(to, 0, ...draft.layers.splice(this.row, 1)), to);
  }

  change(field, alter, row = this.row) {
    for (const old of this.body.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
    this.changed = field;
    if (field?.type === "number" && Number.isNaN(number(field)))
      return this.showProblem({ text: "This is no number. The table stays as it was." });
    alter(this.draft);
    this.send({ row, ...this.draft });
  }

  showNote(note) {
    this.lines.forEach((line, i) => {
      line.querySelector(".note")?.remove();
      if (i === note?.row) line.querySelector(".what").append(element("span", { class: "note" }, `✗ ${note.text}`));
    });
  }

  showProblem(problem) {
    this.message.textContent = problem ? problem.text : "";
    // After a row was added, moved or removed the table still counts the rows without it.
    const blamed = this.changed ? problem?.row : undefined;
    this.lines.forEach((line, i) => line.classList.toggle("blamed", i === blamed));
    if (problem && this.changed?.isConnected) this.changed.setAttribute("aria-invalid", "true");
  }
}

function number(field) {
  return field.value === "" ? NaN : Number(field.value);
}

function choice(options, value, act) {
  const select = element("select", {}, ...options.map(([word, text]) => element("option", { value: word, selected: word === value }, text)));
  select.addEventListener("change", () => act(options[select.selectedIndex][0]));
  return select;
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Layers(root));
}
