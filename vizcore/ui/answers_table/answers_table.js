// A picture a row, sorted in the browser. The server is told which one is to be opened.

const COLUMNS = [
  { field: "name", title: "Picture", numeric: false },
  { field: "best", title: "Class", numeric: false },
  { field: "most", title: "Probability", numeric: true },
  { field: "note", title: "Note", numeric: false },
  { field: "second", title: "Second class", numeric: false, rest: true },
  { field: "next", title: "Its probability", numeric: true, rest: true },
];
const ORDER = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

class AnswersTable {
  constructor(root) {
    this.by = null; // as they came
    this.down = false;
    this.heads = COLUMNS.map((column) => this.head(column));
    this.rows = element("tbody", {});
    const first = element("th", { scope: "col" }, element("span", { class: "unseen" }, "Small picture"));
    const table = element("table", { class: "numbers" }, element("thead", {}, element("tr", {}, first, ...this.heads)), this.rows);
    this.body = element("div", { class: "frame", tabindex: "0", role: "region", "aria-label": "Answers for all pictures" }, table);
    root.append(this.body);
  }

  head({ field, title, numeric, rest }) {
    const ways = [svg("path", { class: "up", d: "M0 6 5 0l5 6z" }), svg("path", { class: "down", d: "m0 8 5 6 5-6z" })];
    const sign = svg("svg", { class: "sign", viewBox: "0 0 10 14", "aria-hidden": "true" }, ...ways);
    const button = element("button", { type: "button", onclick: () => this.sort(field, numeric) }, title, sign);
    return element("th", { scope: "col", class: [numeric && "share", rest && "rest"].filter(Boolean).join(" "), "data-field": field }, button);
  }

  update({ data, setTriggerValue }) {
    this.tell = (id) => setTriggerValue("open", id);
    const stamp = JSON.stringify(data.rows);
    if (stamp !== this.stamp) {
      this.stamp = stamp;
      this.given = data.rows;
      this.made = new Map(data.rows.map((row) => [row.id, this.row(row)]));
      this.place();
    }
    // What answers an older choice would undo the newer one.
    if (data.visit !== this.visit || data.opened === this.opened) this.waiting = false;
    this.visit = data.visit;
    if (!this.waiting) this.mark(data.opened);
    this.body.dataset.drawn = data.rows.length;
  }

  row(row) {
    const percent = (share) => (share === null ? "" : `${(100 * share).toFixed(1)}%`);
    const open = element("button", { type: "button", class: "open", title: row.name }, row.name);
    const made = element(
      "tr",
      { "data-id": row.id, onclick: () => this.open(row.id) },
      element("td", { class: "picture" }, element("img", { src: row.thumbnail, alt: "" })),
      element("th", { scope: "row" }, open),
      element("td", {}, row.best),
      element("td", { class: "share" }, percent(row.most)),
      element("td", { class: "note" }, row.note),
      element("td", { class: "rest" }, row.second ?? ""),
      element("td", { class: "share rest" }, percent(row.next)),
    );
    return made;
  }

  // Numbers begin with the largest, names with A; then the other way round, then as they came.
  sort(field, numeric) {
    if (this.by !== field) [this.by, this.down] = [field, numeric];
    else if (this.down === numeric) this.down = !numeric;
    else this.by = null;
    this.place();
  }

  place() {
    const rows = [...this.given];
    const { by, down } = this;
    const compare = (a, b) => (typeof (a ?? b) === "number" ? (a ?? -1) - (b ?? -1) : ORDER.compare(a ?? "", b ?? ""));
    if (by) rows.sort((a, b) => (down ? -1 : 1) * compare(a[by], b[by]));
    const focus = this.rows.getRootNode().activeElement;
    this.rows.replaceChildren(...rows.map(({ id }) => this.made.get(id)));
    focus?.focus();
    for (const head of this.heads) {
      const here = head.dataset.field === by;
      head.setAttribute("aria-sort", here ? (down ? "descending" : "ascending") : "none");
    }
    this.body.dataset.order = rows.map(({ id }) => id).join(" ");
  }

  mark(id) {
    this.opened = id;
    for (const [one, row] of this.made) {
      if (one === id) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    this.body.dataset.opened = id ?? "";
  }

  open(id) {
    if (id === this.opened) return;
    this.waiting = true;
    this.mark(id);
    this.tell(id);
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new AnswersTable(root));
}
