// The confusion matrix: a table whose cells are walked by arrow keys and chosen by Enter or a click.

const TICKS = [0, 5, 25, 50, 100];
const MANY = 12;
const SHORT = 3;

// Of the ramp; with the square root, a mistake that is rare can still be seen.
const shade = (share) => 100 * Math.sqrt(share);
const commas = (count) => count.toLocaleString("en-US");

// On a phone there is no room for the commas.
const figure = (count) => commas(count).split(/(?=,)/).flatMap((part, i) => (i ? [element("span", { class: "comma" }, ","), part.slice(1)] : [part]));

function sentence(count, support, truth, taken) {
  if (!support) return `There are no test pictures of class ${truth}.`;
  const pictures = `${commas(support)} picture${support === 1 ? "" : "s"} of class ${truth}`;
  const verb = count > 1 ? "were" : "was";
  const what = truth === taken ? "recognised" : `taken for ${taken}`;
  return `${count ? `${commas(count)} of` : "None of the"} ${pictures} ${verb} ${what}.`;
}

class Confusion {
  constructor(root) {
    this.at = [0, 0];
    this.frame = element("div", { class: "scroll goes-on" });
    this.hint = element("p", { class: "hint", hidden: true }, "It goes on at the right: swipe or scroll.");
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.frame);
    this.said = element("p", { class: "said", role: "status" });
    this.body = element("div", { class: "confusion numbers" }, this.frame, this.hint, this.said, this.key());
    this.frame.addEventListener("keydown", (event) => this.press(event));
    this.frame.addEventListener("click", (event) => this.over(event, (cell) => this.choose(cell)));
    this.frame.addEventListener("pointerover", (event) => this.over(event, (cell) => this.show(cell)));
    this.frame.addEventListener("pointerleave", () => this.show());
    this.frame.addEventListener("focusin", (event) => this.over(event, (cell) => this.show(cell)));
    this.frame.addEventListener("focusout", () => this.show());
    root.append(this.body);
  }

  key() {
    const ticks = TICKS.map((tick) => element("span", {}, tick === 100 ? "100%" : String(tick)));
    ticks.forEach((tick, i) => (tick.style.left = `${shade(TICKS[i] / 100)}%`));
    const ramp = element("div", { class: "ramp" }, element("div", { class: "bar" }), element("div", { class: "ticks" }, ...ticks));
    return element(
      "div",
      { class: "key" },
      element("div", { class: "shares" }, "Share of the row", ramp),
      element("div", { class: "recognised" }, element("i", { "aria-hidden": "true" }), "recognised"),
    );
  }

  update({ data, setStateValue }) {
    this.tell = (cell) => setStateValue("cell", { true: cell?.[0] ?? -1, predicted: cell?.[1] ?? -1, number: (this.number = (this.number ?? 0) + 1) });
    const table = JSON.stringify([data.matrix, data.names]);
    const visited = data.visit !== this.visit || table !== this.table;
    if (table !== this.table) this.draw(data);
    this.table = table;
    this.visit = data.visit;
    // What answers an older choice would undo the newer one.
    const answered = String(data.chosen) === String(this.chosen);
    if (visited) this.mark(data.chosen);
    else if (!this.waiting || answered) {
      this.waiting = false;
      if (!answered) this.mark(data.chosen);
    }
    this.body.dataset.drawn = "";
  }

  draw({ matrix, names }) {
    this.matrix = matrix;
    this.names = names;
    this.support = matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
    this.chosen = null;
    this.at = [0, 0];
    const long = names.some((name) => name.length > SHORT);
    this.body.classList.toggle("upright", long);
    this.body.classList.toggle("many", names.length > MANY);
    this.body.style.setProperty("--classes", names.length);
    this.body.style.setProperty("--digits", String(Math.max(...matrix.flat())).length);
    this.columns = names.map((name) => element("th", { scope: "col", class: "column", title: long ? name : null }, element("span", {}, name)));
    this.rows = names.map((name, i) => element("tr", {}, element("th", { scope: "row", class: "row" }, element("span", {}, name)), ...matrix[i].map((count, j) => this.cell(count, i, j))));
    this.cells = this.rows.map((row) => [...row.querySelectorAll("td")]);
    const head = element(
      "thead",
      {},
      element("tr", {}, element("td", { class: "corner" }), element("th", { class: "predicted", colspan: names.length, scope: "colgroup" }, "Predicted class \u2192")),
      element("tr", {}, element("th", { class: "corner", scope: "col" }, "True \u2193"), ...this.columns),
    );
    this.frame.replaceChildren(element("table", { role: "grid", "aria-label": "Confusion matrix: a row for each true class, a column for each predicted one" }, head, element("tbody", {}, ...this.rows)));
    this.walk(this.at, false);
    this.show();
    this.fit();
  }

  fit() {
    this.hint.hidden = this.frame.scrollWidth <= this.frame.clientWidth;
  }

  destroy() {
    this.observer.disconnect();
  }

  cell(count, i, j) {
    const kind = [count ? "some" : "none", i === j ? "right" : ""].join(" ").trim();
    const cell = element("td", { role: "gridcell", class: kind, tabindex: -1, "data-row": i, "data-column": j, "aria-selected": "false", "aria-label": this.told([i, j]) }, ...figure(count));
    cell.style.setProperty("--share", `${shade(count / (this.support[i] || 1))}%`);
    return cell;
  }

  told([i, j]) {
    return sentence(this.matrix[i][j], this.support[i], this.names[i], this.names[j]);
  }

  over(event, act) {
    const cell = event.target.closest?.("td[data-row]");
    if (cell) act([Number(cell.dataset.row), Number(cell.dataset.column)]);
  }

  show(cell = null) {
    const shown = cell ?? this.chosen;
    this.rows.forEach((row, i) => row.classList.toggle("at", shown?.[0] === i));
    this.columns.forEach((column, j) => column.classList.toggle("at", shown?.[1] === j));
    this.said.textContent = shown ? this.told(shown) : "Click a cell, or go there with the arrow keys and press Enter: its pictures are shown.";
  }

  walk([i, j], focus) {
    const last = this.names.length - 1;
    const to = [i, j].map((place) => Math.max(0, Math.min(place, last)));
    this.cells[this.at[0]][this.at[1]].tabIndex = -1;
    this.at = to;
    const cell = this.cells[to[0]][to[1]];
    cell.tabIndex = 0;
    if (focus) cell.focus();
  }

  press(event) {
    const [i, j] = this.at;
    const moves = { ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1], ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], Home: [i, 0], End: [i, Infinity] };
    if (event.altKey || event.metaKey || event.shiftKey) return;
    if (event.ctrlKey && !["Home", "End"].includes(event.key)) return;
    if (event.key === "Enter" || event.key === " ") this.choose(this.at);
    else if (event.ctrlKey) this.walk(event.key === "Home" ? [0, 0] : [Infinity, Infinity], true);
    else if (moves[event.key]) this.walk(moves[event.key], true);
    else return;
    event.preventDefault();
  }

  choose(cell) {
    this.walk(cell, true);
    this.mark(String(cell) === String(this.chosen) ? null : cell);
    this.waiting = true;
    this.tell(this.chosen);
    this.show(cell);
  }

  mark(cell) {
    const [i, j] = cell ?? [];
    for (const row of this.cells)
      for (const one of row) {
        const is = Number(one.dataset.row) === i && Number(one.dataset.column) === j;
        one.classList.toggle("chosen", is);
        one.setAttribute("aria-selected", String(is));
      }
    this.chosen = cell ?? null;
    if (cell) this.walk(cell, false);
    this.show();
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Confusion(root));
}
