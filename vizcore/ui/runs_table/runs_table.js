// A visitor's runs: one row each; what is marked can be compared, renamed or deleted.

const COLUMNS = [
  ["name", "Run"],
  ["dataset", "Dataset"],
  ["network", "Network"],
  ["state", "State"],
  ["validation", "Validation accuracy"],
  ["test", "Test accuracy"],
  ["when", "Started"],
];
const LONGEST_NAME = 100;

class RunsTable {
  constructor(root) {
    this.marked = new Set();
    this.bar = element("div", { class: "bar", role: "group", "aria-label": "What to do with the marked runs" });
    this.said = element("p", { class: "said", role: "status" });
    this.rows = element("tbody", {});
    const heads = COLUMNS.map(([name, title]) => element("th", { scope: "col", class: name }, title));
    const marks = element("th", { scope: "col" }, element("span", { class: "unseen" }, "Mark"));
    this.table = element("table", { class: "numbers" }, element("thead", {}, element("tr", {}, marks, ...heads)), this.rows);
    this.body = element("div", { class: "frame" }, this.bar, this.said, this.table);
    root.append(this.body);
    this.drawn = new Map();
  }

  update({ data, setTriggerValue }) {
    this.tell = (message) => setTriggerValue("told", message);
    this.runs = data.runs;
    this.address = (run, beside = "") => `runs?${new URLSearchParams({ ...data.address, run, beside })}`;
    const ids = new Set(data.runs.map(({ id }) => id));
    this.marked = new Set([...this.marked].filter((id) => ids.has(id)));
    this.drawRows();
    // What is offered stays, with the focus, until it is no longer what can be done.
    if (this.asking ? this.asking.some((id) => !ids.has(id)) : this.stamp() !== this.offered) this.offer();
    this.said.textContent = data.problem ?? "";
    this.said.hidden = !data.problem;
    this.body.dataset.drawn = data.runs.length;
  }

  // A row that has not changed stays, and with it the focus.
  drawRows() {
    const rows = this.runs.map((run) => {
      const stamp = JSON.stringify(run);
      const old = this.drawn.get(run.id);
      const row = old?.dataset.stamp === stamp ? old : this.row(run, old);
      row.dataset.stamp = stamp;
      return row;
    });
    this.drawn = new Map(this.runs.map(({ id }, i) => [id, rows[i]]));
    if (rows.some((row, i) => this.rows.children[i] !== row) || rows.length !== this.rows.children.length)
      this.rows.replaceChildren(...rows);
  }

  row(run, old) {
    const cells = COLUMNS.map(([column, title]) => this.cell(run, column, title));
    if (old) {
      // Its box and its link may have the focus.
      [...old.children].slice(2).forEach((cell, i) => cell.replaceWith(cells[i + 1]));
      if (old.querySelector("a").textContent !== run.name) old.children[1].replaceWith(cells[0]);
      old.querySelector("input").setAttribute("aria-label", `Mark ${run.name}`);
      return old;
    }
    const box = element("input", { type: "checkbox", "aria-label": `Mark ${run.name}`, onchange: () => this.mark(run.id, box.checked) });
    return element("tr", { "data-run": run.id }, element("td", { class: "mark" }, element("label", {}, box)), ...cells);
  }

  cell(run, column, title) {
    if (column === "name") return element("th", { scope: "row", class: "name" }, innerLink(this.address(run.id), {}, run.name));
    const about = { class: column, "data-title": title };
    if (column !== "state") return element("td", about, run[column]);
    const sign = element("span", { class: "sign", "aria-hidden": "true" }, run.sign);
    return element("td", about, element("span", { class: "word" }, sign, run.state), element("span", { class: "detail" }, run.detail));
  }

  mark(id, on) {
    if (on) this.marked.add(id);
    else this.marked.delete(id);
    this.offer();
  }

  chosen() {
    return this.runs.filter(({ id }) => this.marked.has(id));
  }

  stamp() {
    return JSON.stringify([this.chosen().map(({ id, name, active }) => [id, name, active]), this.runs.length < 2]);
  }

  offer() {
    this.asking = null;
    const runs = this.chosen();
    this.offered = this.stamp();
    const offers = [];
    if (runs.length === 2) offers.push(innerLink(this.address(runs[0].id, runs[1].id), { class: "button" }, "Compare the two"));
    if (runs.length === 1) offers.push(element("button", { type: "button", onclick: () => this.askName(runs[0]) }, "Rename"));
    if (runs.length) offers.push(...this.offerToDelete(runs));
    if (runs.length !== 2) offers.unshift(element("p", {}, this.hint(runs.length)));
    this.bar.replaceChildren(...offers);
  }

  hint(count) {
    if (this.runs.length < 2 && !count) return "Mark a run to rename or delete it.";
    if (!count) return "Mark two runs to compare them, or any to rename or delete them.";
    return count === 1 ? "One is marked; a second one can be compared with it." : `${count} are marked; two can be compared.`;
  }

  offerToDelete(runs) {
    const active = runs.filter((run) => run.active);
    if (active.length) return [element("p", {}, "A run that waits or trains can be deleted once it is stopped.")];
    return [element("button", { type: "button", onclick: () => this.askToDelete(runs) }, "Delete …")];
  }

  askToDelete(runs) {
    this.asking = runs.map(({ id }) => id);
    const what = runs.length === 1 ? `“${runs[0].name}”` : `these ${runs.length} runs`;
    const keep = element("button", { type: "button", onclick: () => this.back() }, "Keep");
    const sure = element("button", { type: "button", class: "sure", onclick: () => this.act({ delete: this.asking }) }, "Delete for good");
    this.bar.replaceChildren(element("p", {}, `Delete ${what}, figures, network and all?`), sure, keep);
    keep.focus();
  }

  askName(run) {
    this.asking = [run.id];
    const field = element("input", { type: "text", maxlength: LONGEST_NAME, "aria-label": "Name", value: run.name });
    const form = element("form", {}, field, element("button", {}, "Save the name"), element("button", { type: "button", onclick: () => this.back() }, "Cancel"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.act({ rename: run.id, name: field.value });
    });
    form.addEventListener("keydown", ({ key }) => key === "Escape" && this.back());
    this.bar.replaceChildren(form);
    field.select();
  }

  act(message) {
    this.tell(message);
    this.back();
  }

  // To where one came from, so that the keys go on from there.
  back() {
    this.offer();
    const first = [...this.marked][0];
    this.drawn.get(first)?.querySelector("input").focus();
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new RunsTable(root));
}
