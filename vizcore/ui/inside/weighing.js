// What weighs all numbers before it: a dense layer's unit, and softmax.

// A bar from the middle of its cell, to the right where it pushes up.
function pushBar(value, most) {
  const share = most ? (50 * Math.abs(value)) / most : 0;
  const bar = element("span", { class: "push", "aria-hidden": "true" }, element("span"));
  Object.assign(bar.firstChild.style, {
    left: `${value < 0 ? 50 - share : 50}%`,
    width: `${share}%`,
    background: COLOURS.responseScale[value < 0 ? 2 : 8],
  });
  return bar;
}

class Dense {
  constructor(inside) {
    const { header, arrays } = inside;
    Object.assign(this, { inside, header, ...arrays });
    const { up, down } = header;
    this.legends = [];
    const most = Math.max(...[...up, ...down].map(({ push }) => Math.abs(push)), 0);
    const lists = element("div", { class: "lists" }, this.table("Single inputs that push it up most", up, most), this.table("Single inputs that push it down most", down, most));
    const maps = header.of ? [this.byMap(header), this.byPlace(header)] : [];
    this.node = element("div", { class: "dense" }, element("div", { class: "sums" }, this.chain(), ...maps.slice(1), inside.seen.figure), ...maps.slice(0, 1), lists);
  }

  // Where the inputs are the cells of maps: what all cells of a map push together.
  byMap({ of, mapsUp, mapsDown }) {
    const most = Math.max(...[...mapsUp, ...mapsDown].map(({ push }) => Math.abs(push)), 0);
    const [rows, columns] = of.shape;
    const table = (caption, list) => {
      const head = element("tr", {}, ...[`Map, all its ${rows}×${columns} cells`, "Push", "Compared"].map((text) => element("th", { scope: "col" }, text)));
      const body = list.map((one) => {
        const open = element("button", { type: "button", class: "opener", "aria-label": `Open ${one.name}`, onclick: () => this.inside.open(one) }, one.name);
        return element("tr", { "data-map": one.map }, element("th", { scope: "row" }, open), element("td", { title: exact(one.push) }, short(one.push)), element("td", { class: "push-cell" }, pushBar(one.push, most)));
      });
      if (!list.length) body.push(element("tr", {}, element("td", { colspan: 3 }, "None does.")));
      return element("table", { class: "numbers" }, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...body));
    };
    return element("div", { class: "lists" }, table("Maps that push it up most", mapsUp), table("Maps that push it down most", mapsDown));
  }

  // What all maps push together at each of their places.
  byPlace({ of, picture }) {
    const [rows, columns] = of.shape;
    const values = this.places[0];
    const limit = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const look = (at) => this.inside.see(at && seenBy(of.field, at, picture), at && `Row ${at.row + 1}, column ${at.column + 1} of all ${of.shape[2]} maps of ${of.name} together: ${short(values[at.row * columns + at.column])}`);
    const keep = (at) => {
      this.plate.at = at;
      this.plate.show([at]);
      look(at);
    };
    this.plate = new Plate({ label: `What every place of ${of.name} pushes, ${rows} rows and ${columns} columns. Arrow keys go from cell to cell.`, look, keep }).use({ rows, columns, values, limit });
    this.plate.at = { row: rows >> 1, column: columns >> 1 };
    this.legends = [["Push of a place", SCALES.response, limit]];
    return element("figure", { class: "places" }, element("figcaption", {}, "What each place pushes"), this.plate.stack);
  }

  sum(list) {
    return list.reduce((total, { push }) => total + push, 0);
  }

  chain() {
    const { up, down, rest, others, bias } = this.header;
    const steps = [];
    if (up.length) steps.push([`${plural(up.length, "input")} that push${up.length === 1 ? "es" : ""} it up most`, this.sum(up)]);
    if (down.length) steps.push([`${plural(down.length, "input")} that push${down.length === 1 ? "es" : ""} it down most`, this.sum(down)]);
    if (others) steps.push([`the other ${others.toLocaleString("en-US")}`, rest]);
    if (bias !== null) steps.push(["bias", bias]);
    return chain([...steps, ["together", this.made[0], steps.reduce((sum, [, value]) => sum + rounded(value), 0)]]);
  }

  table(caption, list, most) {
    const heads = ["Input, and where it comes from", "Input", "× weight", "= push", "Compared"];
    const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
    const rows = list.map((one) => this.row(one, most));
    if (!list.length) rows.push(element("tr", {}, element("td", { colspan: 5 }, "None does.")));
    return element("table", { class: "numbers" }, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...rows));
  }

  row({ input, x, weight, push, origin }, most) {
    const open = element("button", { type: "button", class: "opener", "aria-label": `Open ${origin.name}`, onclick: () => this.inside.open(origin) }, origin.name);
    const look = (looked) => () => this.inside.see(looked && origin.seen, looked && `Number ${input + 1} of ${this.header.before}: ${timesInWords(x, weight, push)}`);
    const cell = (value) => element("td", { title: exact(value) }, short(value));
    return element(
      "tr",
      { "data-input": input, onpointerenter: look(true), onpointerleave: look(false), onfocusin: look(true), onfocusout: look(false) },
      element("th", { scope: "row" }, open),
      cell(x),
      cell(weight),
      cell(push),
      element("td", { class: "push-cell" }, pushBar(push, most)),
    );
  }

  draw({ narrow, room }) {
    this.plate?.draw(narrow ? Math.min(220, room - 48) : 220);
  }

  show() {}

  formula() {
    const { up, down, rest, others, bias } = this.header;
    const terms = [];
    if (up.length) terms.push([this.sum(up), "pushing up"]);
    if (down.length) terms.push([this.sum(down), "pushing down"]);
    if (others) terms.push([rest, "the others"]);
    if (bias !== null) terms.push([bias, "bias"]);
    return terms.length ? equation(terms, this.made[0]) : `nothing adds up to ${short(this.made[0])}`;
  }
}

// A share in per cent, however small.
function part(share) {
  return share && share < 0.001 ? `${short(100 * share)}%` : percent(share);
}

// The sum of all powers, of which the largest is 1: what the others add is told, however little.
function total(others) {
  return isLong(others) ? `1 + ${short(others)}` : exact(1 + others);
}

// A power as it is on screen, and that sum.
const shownPower = (power) => Number(isLong(power) ? power.toPrecision(3) : power.toFixed(4));
const shownTotal = (others) => (isLong(others) ? 1 + rounded(others) : Number((1 + others).toFixed(others < 9 ? 4 : 2)));

class Softmax {
  constructor(inside) {
    const { header, arrays } = inside;
    Object.assign(this, { inside, header, ...arrays });
    this.legends = [];
    const heads = [this.header.classes ? "Class" : "Number", "Score", `Score ${MINUS} largest`, "e to that power", "Share", "Compared"];
    this.rows = header.sources.map((source, i) => this.row(source, i));
    const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
    this.sum = element("td");
    this.rest = element("p", { class: "numbers" });
    const foot = element("tr", {}, element("th", { scope: "row" }, "Sum"), element("td"), element("td"), this.sum, element("td", {}, "100%"), element("td"));
    const table = element("table", { class: "numbers softmax" }, element("thead", {}, head), element("tbody", {}, ...this.rows.map(({ node }) => node)), element("tfoot", {}, foot));
    const why = element(
      "p",
      {},
      "The largest score is subtracted from all, so that no power becomes too large for the computer; it cancels in the fraction and changes no share.",
    );
    const beside = header.hasMaps ? [element("div", { class: "flow" }, inside.outputFigure, inside.seen.figure)] : [];
    this.node = element("div", { class: "alone" }, ...beside, element("div", { class: "scroll" }, table), this.rest, why);
  }

  row(source, i) {
    const { classes } = this.header;
    const name = classes ? classes[source.map] : `${source.map + 1}`;
    const open = element("button", { type: "button", class: "opener", "aria-label": `Open ${source.name}, the score of ${name}`, onclick: () => this.inside.open(source) });
    const look = (looked) => () => this.look(looked ? i : null);
    const [less, power, share] = [1, 2, 3].map(() => element("td"));
    const bar = element("span", { class: "share", "aria-hidden": "true" });
    const node = element(
      "tr",
      { "data-map": source.map, class: source.map === this.header.map ? "opened" : null, onpointerenter: look(true), onpointerleave: look(false), onfocusin: look(true), onfocusout: look(false) },
      element("th", { scope: "row" }, name),
      element("td", {}, open),
      less,
      power,
      share,
      element("td", { class: "share-cell" }, bar),
    );
    return { node, open, less, power, share, bar };
  }

  values(i, place) {
    const score = this.given[i][place];
    const less = score - this.largest[place];
    return { score, less, power: Math.exp(less), share: Math.exp(less) / (1 + this.others[place]) };
  }

  draw() {}

  show(at, place) {
    this.place = place;
    this.rows.forEach(({ open, less, power, share, bar }, i) => {
      const one = this.values(i, place);
      open.textContent = short(one.score);
      less.textContent = short(one.less);
      power.textContent = exact(one.power);
      share.textContent = part(one.share);
      bar.style.setProperty("--share", one.share);
    });
    this.sum.textContent = total(this.others[place]);
    const hidden = this.header.count - this.rows.length;
    const listed = this.rows.reduce((sum, _, i) => sum + this.values(i, place).power, 0);
    this.rest.textContent = hidden ? `${plural(hidden, "number")} more, the smallest, add ${short(1 + this.others[place] - listed)} to the sum.` : "";
  }

  // A row under the pointer: its fraction, and the number in the sum that belongs to it.
  look(i) {
    this.rows.forEach(({ node }, k) => node.classList.toggle("looked", k === i));
    this.inside.see(null, i === null ? null : this.fraction(i, this.place));
  }

  fraction(i, place) {
    const { classes, sources } = this.header;
    const { score, less, power, share } = this.values(i, place);
    const [largest, others] = [this.largest[place], this.others[place]];
    const name = classes ? `${classes[sources[i].map]}: ` : "";
    const all = total(others).includes(" ") ? `(${total(others)})` : total(others);
    const powers = `e^(${short(score)} ${MINUS} ${bracketed(largest)}) ${gives(rounded(score) - rounded(largest), less, (one) => `e^(${short(one)})`)} ${gives(Math.exp(rounded(less)), power, exact)}`;
    return `${name}${powers}; ${exact(power)} / ${all} ${gives(shownPower(power) / shownTotal(others), share, part)}`;
  }

  formula(at, place) {
    return this.fraction(this.header.sources.findIndex(({ map }) => map === this.header.map), place);
  }
}
