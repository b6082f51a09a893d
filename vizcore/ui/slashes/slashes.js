// A screen of four pixels, a sign filter, and what all 16 sign filters make of the slashes.
// Pictures and filters are told by their place among the 16 sign grids; every score is looked up.

const CORNERS = ["top left", "top right", "bottom left", "bottom right"];
const NAMES = { 0: "\\ clean", 5: "/ clean" };
function signed(value) {
  return value > 0 ? `+${value}` : readable(value);
}

function sign(value) {
  return value > 0 ? "+" : MINUS;
}

function factor(value) {
  return value < 0 ? `(${readable(value)})` : readable(value);
}

function weightColour(value) {
  return colourAt(SCALES.weight, value, 1);
}

function responseColour(value, limit) {
  return colourAt(SCALES.response, value, limit);
}

class Slashes {
  constructor(root) {
    this.body = element("div", { class: "slashes" });
    root.append(this.body);
  }

  update({ data, setStateValue }) {
    this.tell = setStateValue;
    if (!this.built) this.build(data);
    if (data.visit === this.visit) return;
    this.visit = data.visit;
    this.now = { picture: data.picture, filter: data.filter };
    this.draw();
  }

  build(tables) {
    this.built = true;
    this.tables = tables;
    const press = (which, k) => element("button", { type: "button", onclick: () => this.turn(which, k) });
    const four = (make) => CORNERS.map((_, k) => make(k));
    const cell = () => element("span", { class: "cell" });
    this.pixels = four((k) => press("picture", k));
    this.weights = four((k) => press("filter", k));
    this.products = four(cell);
    this.ifTurned = four(cell);
    this.score = element("output", { class: "score numbers" });
    this.verdict = element("p", { class: "verdict" });
    this.formula = element("p", { class: "formula numbers" });
    this.blind = element("p", { class: "blind numbers" });
    this.summary = element("p", { class: "summary numbers" });
    this.better = element("button", { type: "button", class: "better", onclick: () => this.improve() }, "Turn the best sign");
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    this.body.append(
      element(
        "div",
        { class: "equation" },
        quad("Screen", this.pixels),
        element("span", { class: "operator", "aria-hidden": "true" }, "×"),
        quad("Filter", this.weights),
        element("span", { class: "operator", "aria-hidden": "true" }, "="),
        quad("Products", this.products),
        element("span", { class: "operator", "aria-hidden": "true" }, "→"),
        element("figure", {}, element("figcaption", {}, "Score"), this.score, this.verdict),
        element("div", { class: "search" }, quad("Score of a clean \\ after turning this sign", this.ifTurned), this.better),
      ),
      this.formula,
      this.blind,
      element(
        "div",
        { class: "tables" },
        element("section", {}, element("h3", {}, "What this filter makes of ten slashes"), this.buildPictures(), this.summary),
        element("section", { class: "all" }, element("h3", {}, "All 16 filters, the highest score of a clean \\ first"), this.buildRanking()),
      ),
      this.live,
    );
  }

  buildPictures() {
    this.marks = this.tables.slashes.map(() => element("span", { class: "mark numbers" }));
    const half = (from, title) =>
      element(
        "div",
        { class: "group" },
        element("span", { class: "group-title" }, title),
        ...this.tables.slashes.slice(from, from + 5).map((place, k) => this.option("picture", place, from + k)),
      );
    return element("div", { class: "groups", role: "radiogroup", "aria-label": "Show a slash" }, half(0, "\\"), half(5, "/"));
  }

  // Filters with the same scores of the clean slashes do equally well on all ten.
  buildRanking() {
    const { ranking } = this.tables;
    const firsts = ranking.filter(({ backslash }, i) => backslash !== ranking[i - 1]?.backslash);
    const rows = firsts.map(({ backslash, slash, wrongClean, wrongBadlyDrawn, undecided, right, wrong }) => {
      const members = ranking.filter((one) => one.backslash === backslash);
      const note = right === 10 ? "all ten right" : wrong === 10 ? "all ten wrong: perfect with the sign turned" : "";
      const cells = [signed(backslash), signed(slash), wrongClean, wrongBadlyDrawn, undecided].map((text) => element("td", {}, String(text)));
      const options = element("div", { class: "group" }, ...members.map(({ filter }) => this.option("filter", filter)), element("span", { class: "note" }, note));
      return element("tr", { class: "rank", "data-score": backslash }, ...cells, element("td", { class: "members" }, options));
    });
    const heads = ["clean \\", "clean /", "wrong of 2 clean", "wrong of 8 badly drawn", "undecided of 10", "filters"];
    const head = element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text))));
    const table = element("table", { class: "ranking numbers" }, head, element("tbody", {}, ...rows));
    return element("div", { role: "radiogroup", "aria-label": "Take a filter" }, table);
  }

  // One choice among the ten pictures or the sixteen filters: a radio button under a thumbnail.
  option(which, place, k) {
    const signs = this.tables.signs[place];
    const isPicture = which === "picture";
    const radio = element("input", { type: "radio", class: "unseen", name: which, value: place, onchange: () => this.choose({ [which]: place }) });
    const label = element("label", { class: "option" }, radio, thumbnail(signs, isPicture ? pixelColour : weightColour));
    const rows = `${sign(signs[0])} ${sign(signs[1])} / ${sign(signs[2])} ${sign(signs[3])}`;
    if (!isPicture) radio.setAttribute("aria-label", `Filter ${rows}, ${this.record(place)}`);
    else {
      radio.setAttribute("aria-label", `Slash ${NAMES[k] ?? "badly drawn"}, ${rows}`);
      label.append(this.marks[k]);
    }
    return label;
  }

  record(place) {
    const { backslash, slash, right, undecided, wrong } = this.tables.ranking.find(({ filter }) => filter === place);
    return `${signed(backslash)} for a clean \\, ${signed(slash)} for a clean /; of ten slashes ${right} right (✓), ${undecided} at 0 (?), ${wrong} wrong (✗)`;
  }

  turn(which, k) {
    this.choose({ [which]: this.tables.turned[this.now[which]][k] });
  }

  improve() {
    this.choose({ filter: this.tables.better[this.now.filter] });
  }

  choose(change) {
    this.now = { ...this.now, ...change };
    this.draw();
    this.live.textContent = `${this.formula.textContent} ${this.verdict.textContent}`;
    const { signs } = this.tables;
    // Numbered, as a choice that equals the browser's last one may still be news to the server.
    this.tell("choice", { picture: signs[this.now.picture], filter: signs[this.now.filter], n: Date.now() });
  }

  draw() {
    const { signs, scores, turned, better, slashes } = this.tables;
    const [picture, filter] = [signs[this.now.picture], signs[this.now.filter]];
    const score = scores[this.now.filter][this.now.picture];
    const clean = scores[this.now.filter][slashes[0]];
    CORNERS.forEach((corner, k) => {
      write(this.pixels[k], picture[k], pixelColour(picture[k]), `Pixel ${corner}`);
      write(this.weights[k], filter[k], weightColour(filter[k]), `Weight ${corner}`);
      write(this.products[k], picture[k] * filter[k], responseColour(picture[k] * filter[k], 1));
      const after = scores[turned[this.now.filter][k]][slashes[0]];
      write(this.ifTurned[k], after, responseColour(after, 4));
      this.ifTurned[k].classList.toggle("up", after > clean);
    });
    write(this.score, score, responseColour(score, 4));
    this.verdict.textContent = score > 0 ? "positive: it says \\" : score < 0 ? "negative: it says /" : "zero: it cannot tell";
    const found = better[this.now.filter] === this.now.filter;
    // Not disabled: the focus that has just pressed it would be lost.
    this.better.setAttribute("aria-disabled", found);
    this.better.textContent = found ? "No turn is better" : "Turn the best sign";
    this.explain(picture, filter, score);
    this.judge();
  }

  explain(picture, filter, score) {
    const terms = picture.map((pixel, k) => `${factor(pixel)}·${factor(filter[k])}`);
    this.formula.textContent = `Score: ${terms.join(" + ")} = ${signed(score)}.`;
    const sum = picture.reduce((a, b) => a + b);
    const product = picture.reduce((a, b) => a * b);
    this.blind.textContent =
      `Without a filter: the pixels add up to ${picture.map(factor).join(" + ")} = ${readable(sum)}, ` +
      `and multiply to ${picture.map(factor).join(" · ")} = ${readable(product)}. For both clean slashes that is 0 and 1, so neither tells them apart.`;
  }

  judge() {
    const { scores, slashes, targets } = this.tables;
    slashes.forEach((place, k) => {
      const score = scores[this.now.filter][place];
      const mark = score === 0 ? "?" : score * targets[k] > 0 ? "✓" : "✗";
      this.marks[k].textContent = `${signed(score)} ${mark}`;
    });
    this.summary.textContent = `This filter: ${this.record(this.now.filter)}.`;
    for (const radio of this.body.querySelectorAll("input[type=radio]")) radio.checked = Number(radio.value) === this.now[radio.name];
    Object.assign(this.body.dataset, { drawn: "", score: scores[this.now.filter][this.now.picture] });
  }
}

function write(cell, value, rgb, name) {
  cell.textContent = signed(value);
  if (name) cell.setAttribute("aria-label", `${name}: ${signed(value)}. Press to turn its sign.`);
  paint(cell, rgb);
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Slashes(root));
}
